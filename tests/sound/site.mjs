// Pages that read recordings, for any browser: with the package mediabunny and without it, and one that has the encoder of pieces by
// itself.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import * as esbuild from "esbuild";
import { inProject } from "../../scripts/build/paths.mjs";

const page = (imports) => `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
import { crop, probe, segments, toWav, Transcriber } from "/dist/index.js";
const settle = (work) => work.catch(({ code, message }) => ({ code, message }));
const give = (blob) => fetch("/given", { method: "POST", body: blob });
globalThis.probe = (name) => settle(fetch("/file/" + name).then((response) => response.blob()).then(probe));
globalThis.listen = (name, options, asStream) => settle((async () => {
  const response = await fetch("/file/" + name);
  const audio = asStream ? response : await response.blob();
  const wav = options ? await crop(audio, options) : await toWav(audio);
  await give(wav);
  return { size: wav.size };
})());
globalThis.cut = (name, options) => settle((async () => {
  const found = [];
  for await (const { fromMs, toMs, samples } of segments(await fetch("/file/" + name), options)) {
    found.push({ fromMs, toMs, samples: samples.length });
  }
  return found;
})());
/** In pieces; cancelled when \`after\` of them are over. */
globalThis.transcribe = (name, options, after) => settle((async () => {
  const asr = new Transcriber({ baseURL: location.origin + "/dashscope" });
  const caller = new AbortController();
  const onProgress = ({ pieces, resume }) => {
    globalThis.resume = resume;
    if (pieces.settled >= after) caller.abort();
  };
  const audio = await (await fetch("/file/" + name)).blob();
  return asr.transcribe(audio, { longAudio: "split", ...options, signal: caller.signal, onProgress });
})());
globalThis.ready = true;
</script>`;

/** The encoder by itself takes samples of any number, and encoders that fail. */
const ENCODER = `<!doctype html><script type="module">
import { asOpus } from "/opus-encoder.js";
import { createGlue, namespace } from "/dist/sound.slim.js";
const glue = createGlue();
const module = await (await fetch("/dist/dashscope_asr_sound_bg.wasm")).arrayBuffer();
const { instance } = await WebAssembly.instantiate(module, { [namespace]: glue });
glue.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();
const failure = (code, message) => Object.assign(new Error(message), { code });
const spoken = new Int16Array(await (await fetch("/file/speech")).arrayBuffer());
/** Encodes so many samples of speech, and gives the file away; says how long it is for the browser's own ears. */
globalThis.encode = async (count, signal) => {
  const blob = await asOpus(spoken.slice(0, count), { call: (work) => work(glue), failure }, signal);
  if (!blob) return undefined;
  await fetch("/given", { method: "POST", body: blob });
  const { length } = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(await blob.arrayBuffer());
  return { type: blob.type, size: blob.size, length };
};
globalThis.ready = true;
</script>`;

/** @param {import("esbuild").BuildOptions} options */
async function bundled(options) {
  const common = { bundle: true, format: "esm", write: false, platform: "browser" };
  const { outputFiles } = await esbuild.build({ ...options, ...common, outdir: "none" });
  return outputFiles[0].contents;
}

/** @typedef {{ method: string, path: string, type: string, body: Buffer }} Asked */

/** A service that is an emulator. @param {string} url @returns {(asked: Asked) => Promise<Response>} */
export const forwardTo =
  (url) =>
  ({ method, path, type, body }) =>
    fetch(url + path, { method, headers: { authorization: "Bearer sk-test", "content-type": type }, body });

/** @param {{ file: (name: string) => Uint8Array, service?: (asked: Asked) => Promise<Response> }} has */
export async function startSoundSite({ file, service }) {
  const mediabunny = bundled({
    stdin: { contents: 'export * from "mediabunny";', resolveDir: inProject() },
    tsconfigRaw: {}, // ours has types in its place
  });
  const encoder = bundled({ entryPoints: [inProject("src", "js", "sound", "opus-encoder.ts")] });
  /** What a page has given away last. @type {Buffer | undefined} */
  let given;
  const server = createServer(async (request, response) => {
    const at = request.url ?? "/";
    const send = (type, content) => response.setHeader("content-type", type).end(content);
    if (at === "/given") {
      given = Buffer.concat(await request.toArray());
      return response.end();
    }
    if (at === "/with") return send("text/html", page({ mediabunny: "/mediabunny.js" }));
    if (at === "/without") return send("text/html", page({}));
    if (at === "/encoder") return send("text/html", ENCODER);
    if (at === "/mediabunny.js") return send("text/javascript", await mediabunny);
    if (at === "/opus-encoder.js") return send("text/javascript", await encoder);
    if (at.startsWith("/dist/")) return send("text/javascript", readFileSync(inProject(at.slice(1))));
    if (at.startsWith("/file/")) return send("application/octet-stream", file(at.slice(6)));
    if (service && at.startsWith("/dashscope/")) {
      const { method = "", headers } = request;
      const asked = {
        method,
        path: at.slice(10),
        type: headers["content-type"],
        body: Buffer.concat(await request.toArray()),
      };
      const answer = await service(asked).catch(() => undefined);
      if (!answer) return response.destroy();
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") });
      return response.end(Buffer.from(await answer.arrayBuffer()));
    }
    response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    given: () => given,
    /** A page of it in some browser. */
    async open(browser, path) {
      const context = await browser.newContext();
      const opened = await context.newPage();
      await opened.goto(`http://127.0.0.1:${port}${path}`);
      await opened.waitForFunction(() => globalThis.ready);
      return opened;
    },
    close: () => server.close(),
  };
}
