// A body on its way through the gate: forwarded as it has passed, its last chunk when all of it has.

import type { RelayGate } from "../../../target/js/relay-glue.js";
import { brokenOff, joined } from "./chunks.js";
import { bodyMs, within } from "./patience.js";
import { callRelay } from "./policy.js";
import { parsed, refusal } from "./refusal.js";

/** What is read before anything is sent, if the model is not known sooner. A small request is judged before the service hears of it. */
const FIRST_BYTES = 64 * 1024;

/** The same body, which fails where it does not arrive in time. */
export function patientBody(body: ReadableStream<Uint8Array>, length: number): ReadableStream<Uint8Array> {
  const end = Date.now() + bodyMs(length);
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await within(reader.read().catch(brokenOff), end - Date.now(), late);
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

const late = () => refusal(408, "RequestTimeOut", "The request's body did not arrive in time.");

/** A body that may be forwarded. */
export interface GatedBody {
  /** Whole, or as it comes. */
  content: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  length: number;
  model: string | undefined;
  /** Seconds of audio, once it has flowed past. */
  seconds(): number | undefined;
  /** Fails as soon as something is wrong with it; never succeeds. */
  refused: Promise<never>;
}

/** Reads the beginning of a body and lets the rest flow. `chunks` must give `length` bytes. */
export async function gatedBody(
  chunks: AsyncIterator<Uint8Array<ArrayBuffer>, undefined, Uint8Array<ArrayBuffer> | undefined>,
  length: number,
  gate: RelayGate,
): Promise<GatedBody> {
  const end = Date.now() + bodyMs(length);
  const next = (used?: Uint8Array<ArrayBuffer>) => within(chunks.next(used), end - Date.now(), late);
  let model: string | undefined;
  let seconds: number | undefined;
  let arrived = 0;

  /** The next chunk that has passed; none when all has. */
  const passed = async (used?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const { value, done } = await next(used);
    arrived += value?.length ?? 0;
    if (arrived > length || (done && arrived < length)) {
      throw refusal(400, "InvalidParameter", "The request's body is not as long as its Content-Length says.");
    }
    const problem = parsed(callRelay(() => (done ? gate.finish() : gate.push(value))));
    if (problem) throw problem;
    if (done) seconds = callRelay(() => gate.seconds);
    return done ? undefined : value;
  };

  const first: Uint8Array<ArrayBuffer>[] = [];
  let isWhole = false;
  try {
    const isSmall = length <= FIRST_BYTES;
    while (isSmall || (model === undefined && arrived < FIRST_BYTES)) {
      const chunk = await passed();
      isWhole = chunk === undefined;
      if (!chunk) break;
      first.push(chunk);
      model ??= callRelay(() => gate.model);
    }
  } catch (error) {
    callRelay(() => gate.free());
    // The rest is left unread, and not cancelled: servers that are not made of fetch close the connection with a cancelled body, and
    // the refusal never arrives.
    throw error;
  }
  const facts = { length, model, seconds: () => seconds };
  if (isWhole) {
    callRelay(() => gate.free());
    return { ...facts, content: joined(first, length), refused: new Promise(() => {}) };
  }

  let refuse: (reason: unknown) => void = () => {};
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  refused.catch(() => {}); // whoever waits for it hears of it
  const { readable, writable, copies } = sized(length);
  const writer = writable.getWriter();
  const flow = async () => {
    let held = first.shift();
    let writing: Promise<void> | undefined;
    let sending: Uint8Array<ArrayBuffer> | undefined;
    let sent: Uint8Array<ArrayBuffer> | undefined;
    try {
      while (held) {
        // One is read while the one before is sent, into the memory of the one before that.
        const chunk: Uint8Array<ArrayBuffer> | undefined = first.shift() ?? (await passed(sent));
        await writing;
        // What was written is copied where the length is known by the stream's type; elsewhere others hold it still.
        sent = copies ? sending : undefined;
        sending = held;
        // Nobody has said yes to the last one before.
        writing = writer.write(held);
        writing.catch(() => {}); // it is heard above
        held = chunk;
      }
      await writing;
      await writer.close();
    } catch (error) {
      refuse(error);
      writer.abort(error).catch(() => {});
    } finally {
      callRelay(() => gate.free());
    }
  };
  flow().catch(() => {});
  return { ...facts, content: readable, refused };
}

/** A stream whose length the service is told: Workers know it by its type, others by the header. */
function sized(length: number) {
  type Ends = TransformStream<Uint8Array, Uint8Array>;
  const { FixedLengthStream } = globalThis as { FixedLengthStream?: new (length: number) => Ends };
  const copies = FixedLengthStream !== undefined;
  const { readable, writable }: Ends = FixedLengthStream ? new FixedLengthStream(length) : new TransformStream();
  return { readable, writable, copies };
}
