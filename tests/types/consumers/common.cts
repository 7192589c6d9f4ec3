// CommonJS, as TypeScript writes it.
import asr = require("dashscope-asr");
import slim = require("dashscope-asr/slim");

const client: asr.Transcriber = new asr.Transcriber({ apiKey: "sk-1" });
export const text = (bytes: Uint8Array): Promise<string> => client.transcribe(bytes).then(({ text }) => text);
export const guard = (error: unknown): asr.ErrorCode | undefined => (asr.isAsrError(error) ? error.code : undefined);
export const ready: Promise<void> = slim.init("/asr.wasm");

// @ts-expect-error a misspelt option is found here too
client.transcribe(new Uint8Array(1), { langauge: "en" });
