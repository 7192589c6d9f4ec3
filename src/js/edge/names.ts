// Names in answers that callers bring back: tasks and stores. They go out signed, so that nobody can make one up.

import type { NamedValue } from "../../../target/js/relay-glue.js";
import { secretOf } from "./admission.js";
import { chunksOf, joined } from "./chunks.js";
import type { Incoming } from "./incoming.js";
import { ANSWER_GOES_ON_MS, within } from "./patience.js";
import { callRelay } from "./policy.js";
import { RefusalError, refusal } from "./refusal.js";
import { isSigned, sign } from "./signing.js";

/** An answer with names in it is short. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Whose a name is. Without a caller, it is whoever has it: nobody can guess one. */
async function secret<Env>({ options, env }: Incoming<Env>, key: string): Promise<string> {
  return options.pageTokenSecret === undefined ? key : secretOf(options.pageTokenSecret, env);
}

/** The same answer, with its names signed for this caller. */
export async function sealedAnswer<Env>(answer: Response, incoming: Incoming<Env>, caller: string): Promise<Response> {
  const bytes = await whole(answer);
  const { status, headers } = answer;
  const names = incoming.policy.names(bytes).filter(({ kind }) => kind !== "task" || !incoming.policy.tasksAreOpen);
  const key = await secret(incoming, await incoming.apiKey());
  const pieces: BlobPart[] = [];
  let at = 0;
  for (const name of names) {
    pieces.push(bytes.subarray(at, name.from), JSON.stringify(await sealed(name, caller, key)));
    at = name.to;
  }
  pieces.push(bytes.subarray(at));
  return new Response(new Blob(pieces), { status, headers });
}

async function sealed({ kind, value }: NamedValue, caller: string, key: string): Promise<string> {
  const text = callRelay((glue) => glue.signedText(kind, ownerOf(kind, caller), value));
  const signature = await sign(key, text);
  return callRelay((glue) => glue.sealed(kind, value, signature));
}

/** What a name says that this relay has given to this caller; all others are refused. */
export async function openedName<Env>(
  kind: NamedValue["kind"],
  given: string,
  incoming: Incoming<Env>,
  caller: string,
): Promise<string> {
  if (kind === "task" && incoming.policy.tasksAreOpen) return given;
  const [value, signature] = callRelay((glue) => glue.opened(kind, given)) ?? [];
  if (value !== undefined && signature !== undefined) {
    const key = await secret(incoming, await incoming.apiKey());
    const text = callRelay((glue) => glue.signedText(kind, ownerOf(kind, caller), value));
    if (await isSigned(key, text, signature)) return value;
  }
  if (kind === "task")
    throw refusal(404, "NotFound", "This task is not yours, or was not submitted through this relay.");
  throw refusal(
    403,
    "AccessDenied",
    "This address was not given to you by this relay; only those of its own answers are asked.",
  );
}

/** Uploads are nobody's secret: the form itself is signed by the service. */
function ownerOf(kind: NamedValue["kind"], caller: string): string {
  return kind === "upload" ? "" : caller;
}

/** The bytes of a short answer. */
export async function whole(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const problem = () => refusal(502, "ServiceUnavailable", "The speech service's answer did not arrive.");
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const read = async () => {
    if (!answer.body) return;
    for await (const chunk of chunksOf(answer.body)) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw refusal(502, "InternalError", "The speech service's answer is too long.");
      chunks.push(chunk);
    }
  };
  const failed = (error: unknown) => Promise.reject(error instanceof RefusalError ? error : problem());
  await within(read().catch(failed), ANSWER_GOES_ON_MS, problem);
  return joined(chunks, bytes);
}
