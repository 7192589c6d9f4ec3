// The address at which the service fetches a recording: signed, for a day, and for one submission only.
import { Refusal } from "./answers.ts";
import type { Environment } from "./environment.ts";
import { audioKey, readNote, replaceNote } from "./notes.ts";

/** As long as the service keeps a task. */
const GOOD_FOR_SECONDS = 24 * 3600;

const PATH = /^\/audio\/([0-9a-f-]{36})\/(\d{1,9})$/;

export const audioPath = (id: string, attempt: number) => `/audio/${id}/${attempt}`;

/** The recording that an address stands for, if it is one of ours. */
export function recordingAt(address: string): string | undefined {
  return URL.canParse(address) ? PATH.exec(new URL(address).pathname)?.[1] : undefined;
}

export async function signedAddress(env: Environment, origin: string, id: string, attempt: number): Promise<string> {
  const expires = Math.floor(Date.now() / 1000) + GOOD_FOR_SECONDS;
  const path = audioPath(id, attempt);
  const signature = await crypto.subtle.sign("HMAC", await signingKey(env), message(path, expires));
  return `${origin}${path}?expires=${expires}&signature=${toHex(new Uint8Array(signature))}`;
}

/** `GET` or `HEAD` of such an address. @returns undefined where it is none */
export async function serveAudio(request: Request, env: Environment): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  const [, id, attempt] = PATH.exec(pathname) ?? [];
  if (!id || !attempt) return undefined;
  if (request.method !== "GET" && request.method !== "HEAD") throw new Refusal(405, "method", "GET or HEAD.");
  const expires = Number(searchParams.get("expires"));
  const signature = fromHex(searchParams.get("signature") ?? "");
  // Compares in constant time.
  const good = await crypto.subtle.verify("HMAC", await signingKey(env), signature, message(pathname, expires));
  if (!good) throw new Refusal(403, "bad_signature", "This address was not made here.");
  if (expires * 1000 < Date.now()) throw new Refusal(403, "expired", "This address has expired.");
  await noteFetch(env, id, Number(attempt));
  return stream(request, env, id);
}

/** A withdrawn submission gets nothing; the present one is known to have reached the service, before the first byte leaves. */
async function noteFetch(env: Environment, id: string, attempt: number): Promise<void> {
  for (;;) {
    const note = await readNote(env, id, "submission.json");
    if (note?.value.attempt !== attempt) throw new Refusal(410, "withdrawn", "This submission was withdrawn.");
    if (note.value.fetched) return;
    if (await replaceNote(env, id, "submission.json", { ...note.value, fetched: true }, note)) return;
  }
}

async function stream(request: Request, env: Environment, id: string): Promise<Response> {
  const whole = await env.RECORDINGS.head(audioKey(id));
  if (!whole) throw new Refusal(404, "gone", "The recording was removed.");
  const { size } = whole;
  const range = readRange(request.headers.get("range"), size);
  if (range === "beyond") {
    return new Response(null, { status: 416, headers: { "content-range": `bytes */${size}` } });
  }
  const headers = new Headers({
    "accept-ranges": "bytes",
    "cache-control": "private, no-store",
    "content-disposition": "attachment",
    "content-length": String(range?.length ?? size),
    "content-type": whole.httpMetadata?.contentType ?? "application/octet-stream",
    etag: whole.httpEtag,
    "x-content-type-options": "nosniff",
  });
  if (range) headers.set("content-range", `bytes ${range.offset}-${range.offset + range.length - 1}/${size}`);
  const status = range ? 206 : 200;
  if (request.method === "HEAD") return new Response(null, { status, headers });
  const object = await env.RECORDINGS.get(audioKey(id), range && { range });
  if (!object) throw new Refusal(404, "gone", "The recording was removed.");
  return new Response(object.body, { status, headers });
}

/** One range of bytes (RFC 9110, 14.1.2). Several at once are answered with everything, as a server may. */
function readRange(header: string | null, size: number): { offset: number; length: number } | "beyond" | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "beyond" : { offset: size - length, length };
  }
  const offset = Number(first);
  if (offset >= size) return "beyond";
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return end < offset ? undefined : { offset, length: end - offset + 1 };
}

function signingKey({ ADDRESS_SECRET: secret = "" }: Environment): Promise<CryptoKey> {
  if (secret.length < 32) {
    throw new Refusal(503, "no_secret", "The secret ADDRESS_SECRET is missing or shorter than 32 characters.");
  }
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), hmac, false, ["sign", "verify"]);
}

const message = (path: string, expires: number) => new TextEncoder().encode(`${path}?expires=${expires}`);

const toHex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function fromHex(text: string): Uint8Array {
  return /^[0-9a-f]{64}$/.test(text)
    ? Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16))
    : new Uint8Array();
}
