// Everything that must not compile: a directive whose line is right is an error too.
import { AsrError, EventParser, encodeWav, isAsrError, sniffMediaType, Transcriber, toDataUrl } from "dashscope-asr";

declare const bytes: Uint8Array;
const asr = new Transcriber({ baseURL: "https://relay.example" });

// @ts-expect-error an unknown option of a client
new Transcriber({ apikey: "sk-1" });
// @ts-expect-error an unknown region
new Transcriber({ region: "mars" });
// @ts-expect-error milliseconds are a number
new Transcriber({ timeout: "10s" });
// @ts-expect-error not an option of a call, and not of a client
new Transcriber({ signal: AbortSignal.abort() });
// @ts-expect-error a key is text
new Transcriber({ apiKey: () => 1 });

// @ts-expect-error no audio
asr.transcribe();
// @ts-expect-error a number is no audio
asr.transcribe(1);
// @ts-expect-error nothing is no audio
asr.transcribe(null);
// @ts-expect-error a list of numbers is no audio
asr.transcribe([1, 2, 3]);
// @ts-expect-error a misspelt option
asr.transcribe(bytes, { langauge: "en" });
// @ts-expect-error one language only
asr.transcribe(bytes, { language: ["en", "zh"] });
// @ts-expect-error the wire's spelling is not ours
asr.transcribe(bytes, { enable_itn: true });
// @ts-expect-error an unknown protocol
asr.transcribe(bytes, { protocol: "grpc" });
// @ts-expect-error the only value the service knows is "message"
asr.transcribe(bytes, { resultFormat: "text" });
// @ts-expect-error streaming has a method of its own
asr.transcribe(bytes, { stream: true });
// @ts-expect-error a promise is awaited first
asr.transcribe(Promise.resolve(bytes));

// @ts-expect-error a data URL is made of bytes, not of an address
toDataUrl("https://example.com/a.wav");
// @ts-expect-error the parser takes an object
new EventParser((event: unknown) => event);
// @ts-expect-error one array for each channel
encodeWav(new Float32Array(16), 16_000);
// @ts-expect-error a Blob has to be read first
sniffMediaType(new Blob([]));

export async function results(): Promise<void> {
  const transcript = await asr.transcribe(bytes);
  // @ts-expect-error there may be none
  transcript.language.toUpperCase();
  // @ts-expect-error there may be none
  transcript.usage.totalTokens;
  // @ts-expect-error not a member
  transcript.words;

  // @ts-expect-error a stream is not a promise of a transcript
  (await asr.stream(bytes)).noSpeech;
  for await (const event of asr.stream(bytes)) {
    // @ts-expect-error only some events have it
    event.delta;
    // @ts-expect-error there is no such event
    if (event.type === "error") break;
  }
}

export function failures(error: unknown): void {
  // @ts-expect-error not known to be one of ours yet
  error.code;
  if (!isAsrError(error)) return;
  // @ts-expect-error a misspelt code
  if (error.code === "ratelimit") return;
  // @ts-expect-error errors are read, not written
  error.code = "timeout";
}

// @ts-expect-error only this package makes its errors, and says with which facts
new AsrError("message", "extra");
