// OpenAI's form on its way in: what Rust understands of it, and the file, held or still flowing.

import type { OpenAiForm, OpenAiPlan } from "../../../target/js/relay-glue.js";
import type { AudioInput } from "../api.js";
import { requestChunks } from "./chunks.js";
import type { Incoming } from "./incoming.js";
import { bodyMs, within } from "./patience.js";
import { callRelay } from "./policy.js";
import { parsed, refusal } from "./refusal.js";

type Bytes = Uint8Array<ArrayBuffer>;
type Pieces = AsyncGenerator<Bytes, undefined, boolean>;

/**
 * What the client looks ahead at, at most, before it sends (audio-input.ts). When it asks for more than that, it has sent on all that it was
 * given, and the memory of it is read into again: with 200 MB the collector was 60 MB behind otherwise.
 */
const MOST_AHEAD = 1024 * 1024;

/** A form that was read, as far as it must be. */
export interface ReadForm {
  plan: OpenAiPlan;
  audio: AudioInput;
}

/** Reads a form of so many bytes: all of it, or up to a file that is too large to be held. */
export async function readForm<Env>(incoming: Incoming<Env>, length: number): Promise<ReadForm> {
  const { request, policy } = incoming;
  const form = policy.openAiForm(request.headers.get("content-type") ?? "", length);
  const pieces = piecesOf(form, request, length);
  let flows = false;
  try {
    let held: Bytes | undefined;
    let filled = 0;
    for (;;) {
      const { value, done } = await pieces.next(true);
      if (done) return { plan: finish(form), audio: (held ?? new Uint8Array()).subarray(0, filled) };
      const [flowing, most] = callRelay(() => [form.flowing, form.most] as const);
      if (flowing !== undefined) {
        flows = true;
        const headers = { "content-length": String(most) };
        return { plan: JSON.parse(flowing), audio: new Response(flow(value, pieces, form), { headers }) };
      }
      held ??= new Uint8Array(most);
      held.set(value, filled);
      filled += value.length;
    }
  } finally {
    if (!flows) {
      callRelay(() => form.free());
      pieces.return(undefined).catch(() => {});
    }
  }
}

/**
 * The file of a form, piece by piece. What is wrong with the form ends it. Pieces are views of what was read, which is read into again if
 * whoever asks for the next one says that it has used this one up.
 */
async function* piecesOf(form: OpenAiForm, request: Request, length: number): Pieces {
  const end = Date.now() + bodyMs(length);
  const chunks = requestChunks(request.body ?? new ReadableStream());
  const next = (used?: Bytes) =>
    within(chunks.next(used), end - Date.now(), () =>
      refusal(408, "RequestTimeOut", "The request's body did not arrive in time."),
    );
  // What is refused leaves the rest unread, and does not cancel it, for the reason that gated-body.ts has.
  let isUsed = true;
  for (let step = await next(); !step.done; step = await next(isUsed ? step.value : undefined)) {
    isUsed = true;
    // All but a few bytes of a large file are given on as they came, and not out of the module's memory.
    const before = checked(form, () => form.push(step.value) as Bytes);
    if (before.length > 0) yield before;
    const [from, to] = callRelay(() => [form.from, form.to] as const);
    if (to > from) isUsed = yield step.value.subarray(from, to);
  }
  return undefined;
}

/** The rest of the file as a stream, which ends well only if the form does. */
function flow(first: Bytes, pieces: Pieces, form: OpenAiForm): ReadableStream<Uint8Array> {
  let next: Bytes | undefined = first;
  let given = 0;
  let isOver = false;
  const over = () => {
    if (!isOver) callRelay(() => form.free());
    isOver = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = next ?? (await pieces.next(given > MOST_AHEAD)).value;
          next = undefined;
          given += piece?.length ?? 0;
          if (piece) return controller.enqueue(piece);
          finish(form);
          over();
          controller.close();
        } catch (error) {
          over();
          controller.error(error);
        }
      },
      async cancel() {
        await pieces.return(undefined).catch(() => {});
        over();
      },
    },
    { highWaterMark: 0 },
  );
}

function finish(form: OpenAiForm): OpenAiPlan {
  return JSON.parse(checked(form, () => form.finish()));
}

function checked<T>(form: OpenAiForm, work: () => T): T {
  const done = callRelay(work);
  const problem = parsed(callRelay(() => form.problem));
  if (problem) throw problem;
  return done;
}
