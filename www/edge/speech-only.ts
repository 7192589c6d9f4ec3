// Looks at the first bytes of a request for the name of its model: speech, or nothing.

import { refusal } from "./refusal.ts";

/** Of the runtime: a stream whose length becomes the request's `Content-Length`. */
declare const FixedLengthStream: new (length: number) => TransformStream<Uint8Array, Uint8Array>;

/** What dashscope-asr writes first: the model. Nothing else is written by the page. */
const MODEL = /^\{"model":"([^"\\]{1,100})"/;
/** The longest beginning that can hold it. */
const HEAD = 128;
const SPEECH = /asr|^paraformer|^sensevoice/;

/**
 * Lets requests for speech recognition through and nothing else: the key behind this relay could pay for any model.
 *
 * Only the first bytes are looked at; the rest flows on behind them.
 */
export async function speechOnly(request: Request): Promise<{ body: ReadableStream } | { refusal: Response }> {
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let head = "";
  for (const decoder = new TextDecoder(); head.length < HEAD && !MODEL.test(head); ) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    head += decoder.decode(value.subarray(0, HEAD), { stream: true });
  }
  const model = MODEL.exec(head)?.[1];
  if (model === undefined || !SPEECH.test(model)) {
    await reader.cancel();
    const words =
      "This site passes on speech recognition only: the request must begin with the name of a speech model.";
    return { refusal: refusal(403, "AccessDenied", words) };
  }
  reader.releaseLock();
  return { body: behind(chunks, request) };
}

/** The body again, with what was read in front. Its length stays known where it was, so the service is told it. */
function behind(chunks: Uint8Array[], request: Request): ReadableStream {
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  const { readable, writable } = Number.isSafeInteger(length) ? new FixedLengthStream(length) : new TransformStream();
  const flow = async () => {
    const writer = writable.getWriter();
    for (const chunk of chunks) await writer.write(chunk);
    writer.releaseLock();
    await (request.body as ReadableStream).pipeTo(writable);
  };
  // A visitor who leaves ends the flow; whoever sends the request on learns it from the stream.
  flow().catch(() => {});
  return readable;
}
