// Everything that must not compile: a directive whose line is right is an error too.
import {
  AsrError,
  EventParser,
  encodeWav,
  isAsrError,
  sniffMediaType,
  Task,
  Transcriber,
  toDataUrl,
  toSrt,
} from "dashscope-asr";

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

// @ts-expect-error a task has an address, not bytes
asr.submit(bytes);
// @ts-expect-error one task for one address
asr.submit(["https://example.com/a.wav"]);
// @ts-expect-error many addresses are a list
asr.submitBatch("https://example.com/a.wav");
// @ts-expect-error made by submit and task
new Task("id");
// @ts-expect-error a misspelt option of waiting
asr.task("id").wait({ onstatus: console.log });
// @ts-expect-error streams have no long way
asr.stream(bytes, { longAudio: "task" });
// @ts-expect-error the only word is "task"
asr.transcribe(bytes, { longAudio: "upload" });
// @ts-expect-error pieces are Opus or WAV
asr.transcribe(bytes, { longAudio: "split", pieceFormat: "mp3" });
// @ts-expect-error a state that no task has
asr.listTasks({ status: "UNKNOWN" });
// @ts-expect-error a list needs a model
asr.vocabularies.create({ prefix: "a", words: [] });
// @ts-expect-error a word needs a weight
asr.vocabularies.update("id", [{ text: "a" }]);
// @ts-expect-error seconds are a number
asr.createToken({ expireInSeconds: "60" });
// @ts-expect-error subtitles are made of a whole transcript
toSrt("text");

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
  // @ts-expect-error there may be a reason instead
  (await asr.task("id").results())[0]!.transcript.text;
  // @ts-expect-error the id stays
  asr.task("id").id = "other";

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
