// Whatever sends a request, for two clients: one whose every request is answered alike, and one that gets as far as the store.

/**
 * Text of this file runs in Workers and pages, too.
 *
 * @type {Record<string, (asr: import("../../dist/index.js").Transcriber, stores: import("../../dist/index.js").Transcriber, audio: Blob) => Promise<unknown>>}
 */
export const VERBS = {
  transcribe: (asr, _stores, audio) => asr.transcribe(audio),
  "transcribe, by the OpenAI-compatible API": (asr, _stores, audio) => asr.transcribe(audio, { protocol: "openai" }),
  "transcribe an address": (asr) => asr.transcribe("https://example.com/a.wav"),
  stream: (asr, _stores, audio) => asr.stream(audio).final(),
  "a built request": async (asr, _stores, audio) => asr.readResponse(await fetch(await asr.buildRequest(audio))),
  submit: (asr) => asr.submit("https://example.com/a.wav"),
  status: (asr) => asr.task("t").status(),
  wait: (asr) => asr.task("t").wait(),
  cancel: (asr) => asr.task("t").cancel(),
  "the list of tasks": (asr) => asr.listTasks(),
  "a result": (asr) => asr.task("finished").result(),
  "an upload's policy": (asr, _stores, audio) => asr.upload(audio),
  "an upload": (_asr, stores, audio) => stores.upload(audio),
  longAudio: (asr, _stores, audio) => asr.transcribe(new Blob([audio, new Uint8Array(8e6)]), { longAudio: "task" }),
  "a token": (asr) => asr.createToken(),
  "a list of hot words": (asr) => asr.vocabularies.list(),
};
