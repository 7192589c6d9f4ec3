// What must compile where TypeScript knows no Blob, no fetch and no AbortSignal (lib: es2022 alone).
import { EventParser, encodeWav, isAsrError, sniffMediaType, Transcriber, type TranscriptEvent } from "dashscope-asr";

const asr = new Transcriber({ apiKey: "sk-1", region: "singapore" });

export async function transcribe(bytes: Uint8Array): Promise<string> {
  try {
    const { text, language } = await asr.transcribe(bytes, { language: "en", timeout: 1000 });
    return `${language}: ${text}`;
  } catch (error) {
    if (isAsrError(error) && error.code === "rate_limit") return error.message;
    throw error;
  }
}

export async function* follow(bytes: Uint8Array): AsyncGenerator<TranscriptEvent> {
  for await (const event of asr.stream(bytes)) yield event;
}

export function blocks(bytes: Uint8Array): (string | undefined)[] {
  const found: string[] = [];
  new EventParser({ onEvent: ({ data }) => found.push(data) }).feed(bytes);
  return [...found, sniffMediaType(encodeWav([new Float32Array(1)], 16_000))];
}

// @ts-expect-error a misspelt option is found here too
asr.transcribe(new Uint8Array(1), { langauge: "en" });
