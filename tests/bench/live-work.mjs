// What live() is measured with: a service that answers at once, a socket that is none, and a minute of somebody's voice.

const RATE = 16_000;
const PIECE_MS = 100;
/** Of messages with audio: how many to a sentence so far, and to its end. */
const PARTIAL = 10;
const FINAL = 50;

/** The task protocol, as briefly as it can be spoken. @param {(text: string) => void} say */
export function createReplies(say) {
  let task = "";
  let heard = 0;
  const event = (name, payload = {}) => say(JSON.stringify({ header: { task_id: task, event: name }, payload }));
  /** @param {string | ArrayBufferView | ArrayBuffer} data */
  return (data) => {
    if (typeof data === "string") {
      const { header } = JSON.parse(data);
      task = header.task_id;
      return event(header.action === "run-task" ? "task-started" : "task-finished");
    }
    heard++;
    if (heard % PARTIAL !== 0) return;
    const index = Math.floor((heard - 1) / FINAL);
    const begin = index * 1_000;
    const words = Array.from({ length: (heard - 1) % FINAL }, (_, at) => ({ text: `word${at} `, punctuation: "" }));
    const text = words.map((word) => word.text).join("");
    const isFinal = heard % FINAL === 0;
    const sentence = { sentence_id: index + 1, begin_time: begin, end_time: isFinal ? begin + 900 : null, text };
    const timed = words.map((word, at) => ({ ...word, begin_time: begin + at * 10, end_time: begin + at * 10 + 9 }));
    event("result-generated", { output: { sentence: { ...sentence, words: timed, sentence_end: isFinal } } });
  };
}

/** A WebSocket to nowhere: nothing but the package takes time. */
class PretendSocket extends EventTarget {
  readyState = 0;
  bufferedAmount = 0;
  #take = createReplies((data) => this.dispatchEvent(Object.assign(new Event("message"), { data })));

  constructor() {
    super();
    queueMicrotask(() => {
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    });
  }

  send(data) {
    // Answers come later, as from a network.
    queueMicrotask(() => this.#take(data));
  }

  close() {
    this.readyState = 3;
  }
}

/** Pieces of a voice. @param {number} seconds @param {boolean} floats 48 kHz, as microphones have it; else what the service takes */
function* voice(seconds, floats) {
  const length = ((floats ? 3 : 1) * RATE * PIECE_MS) / 1000;
  const piece = floats ? new Float32Array(length) : new Int16Array(length);
  for (let at = 0; at < length; at++) piece[at] = Math.sin(at / (floats ? 21 : 7)) * (floats ? 0.3 : 9_000);
  for (let count = 0; count < (seconds * 1000) / PIECE_MS; count++) yield piece;
}

/** Milliseconds that a second of audio takes. @param {{ ours: any, seconds: number, floats: boolean }} given */
export async function timePerSecond({ ours, seconds, floats }) {
  const real = globalThis.WebSocket;
  globalThis.WebSocket = /** @type {any} */ (PretendSocket);
  try {
    const asr = new ours.Transcriber({ apiKey: "sk-test", baseURL: "http://localhost" });
    const live = asr.live({ sampleRate: floats ? 3 * RATE : RATE });
    let finals = 0;
    const reading = (async () => {
      for await (const event of live) finals += Number(event.type === "final");
    })();
    await new Promise((resolve) => setTimeout(resolve, 200)); // the part is loaded and connected
    const began = performance.now();
    for (const piece of voice(seconds, floats)) {
      live.send(piece);
      await undefined;
    }
    await live.finish();
    const took = performance.now() - began;
    await reading;
    if (finals < seconds / 25) throw new Error(`only ${finals} sentences were heard`);
    return took / seconds;
  } finally {
    globalThis.WebSocket = real;
  }
}
