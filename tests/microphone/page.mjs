// A page that has the package's own files, under a policy that forbids everything else, and what tests do in it.
import { DIST } from "../../scripts/build/paths.mjs";
import { startSite } from "../packaging/site.mjs";

/** No blob:, no data:, nothing inline: the script of the audio thread has to be a file. */
export const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws:";

const SCRIPT = `
import * as microphone from "/microphone.js";
import { Transcriber } from "/index.js";
import { DashScopeSpeechRecognition } from "/speech-recognition.js";
Object.assign(globalThis, microphone, { Transcriber, DashScopeSpeechRecognition, ready: true });
`;

/** @param {{ policy?: string, headers?: Record<string, string>, serve?: Parameters<typeof startSite>[0]["serve"] }} [options] */
export function startMicrophoneSite({ policy = STRICT, headers = {}, serve } = {}) {
  const files = {
    "/": [
      "text/html; charset=utf-8",
      '<!doctype html><title>microphone</title><button id="open">Open</button><script type="module" src="/page.js"></script>',
    ],
    "/page.js": ["text/javascript", SCRIPT],
  };
  return startSite({
    folder: DIST,
    serve(request, response) {
      if (serve?.(request, response)) return true;
      const file = files[new URL(request.url, "http://site").pathname];
      if (!file) return false;
      const [type, content] = file;
      response.writeHead(200, { "content-type": type, "content-security-policy": policy, ...headers }).end(content);
      return true;
    },
  });
}

/** @param {object} page @param {string} url */
export async function visit(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => globalThis.ready === true);
}

/**
 * Somebody presses the button, and from then on a live transcription hears the microphone. Settles when the state is "open"; in
 * the page, `heard` is then what comes of it, and `samples` how many there were.
 * @param {object} page @param {string} url of the service
 */
export async function listen(page, url) {
  await page.evaluate(whenPressed, url);
  await page.click("#open");
  await page.waitForFunction(() => globalThis.states.includes("open") || globalThis.refused);
  const refused = await page.evaluate(() => globalThis.refused);
  if (refused) throw new Error(refused);
}

/** Runs in the page. */
function whenPressed(url) {
  globalThis.states = [];
  globalThis.samples = 0;
  const work = async () => {
    const live = new Transcriber({ baseURL: url, apiKey: "sk-test" }).live();
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    globalThis.microphone = await openMicrophone({ ...plain, onState: (state) => globalThis.states.push(state) });
    for await (const samples of globalThis.microphone) {
      globalThis.samples += samples.length;
      live.send(samples);
    }
    return (await live.finish()).text;
  };
  document.getElementById("open").onclick = () => {
    globalThis.heard = work();
    globalThis.heard.catch((error) => {
      globalThis.refused = String(error);
    });
  };
}

/** Runs in the page: nobody speaks any more. */
export async function hangUp() {
  globalThis.microphone.close();
  return { text: await globalThis.heard, states: globalThis.states };
}
