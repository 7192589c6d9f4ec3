// Uploads in parts: a part may be sent again, in any order, after a lost connection and after a restart.
//
// What R2 asks for: parts of the same size, of 5 MiB and more, but for the last one; an upload that is not completed ends after
// seven days. https://developers.cloudflare.com/r2/objects/multipart-objects/
import { json, Refusal } from "./answers.ts";
import { type Environment, mostBytes } from "./environment.ts";
import { audioKey, claimKey, createNote, folderOf, readNote, type Upload, writeNote } from "./notes.ts";
import { missingParts, partKey, partsOf } from "./parts.ts";
import { describe } from "./progress.ts";
import { startTranscription } from "./revival.ts";

/** Small enough for every plan (100 MB a request), large enough for 2 GB in 256 parts. */
const PART_BYTES = 8 * 1024 * 1024;

const MOST_DELETED = 1000;

/** `POST /recordings` with `{ "size": bytes, "type"?: "audio/mpeg", "language"?: "en" }`. */
export async function beginUpload(request: Request, env: Environment, caller: string): Promise<Response> {
  const { size, type, language } = await readWish(request, env);
  const id = crypto.randomUUID();
  const options = { httpMetadata: { contentType: type } };
  const { uploadId } = await env.RECORDINGS.createMultipartUpload(audioKey(id), options);
  const parts = Math.ceil(size / PART_BYTES);
  const { origin } = new URL(request.url);
  const upload: Upload = { uploadId, size, partBytes: PART_BYTES, parts, type, ...language, caller, origin };
  await writeNote(env, id, "upload.json", upload);
  return json(await describe(env, id, upload), 201, { location: `/recordings/${id}` });
}

async function readWish(request: Request, env: Environment) {
  const wish = await request.json<Record<string, unknown>>().catch(() => undefined);
  const { size, type = "application/octet-stream", language } = wish ?? {};
  if (!Number.isSafeInteger(size) || (size as number) < 1) {
    throw new Refusal(400, "invalid_size", "size: say in JSON how many bytes the recording has.");
  }
  const bytes = size as number;
  const most = mostBytes(env);
  if (bytes > most) {
    const way = "Compress it, or cut it in two.";
    throw new Refusal(413, "too_large", `size: ${bytes} bytes are more than the ${most} that are taken. ${way}`);
  }
  if (typeof type !== "string" || !/^(audio|video|application)\/[\w.+-]{1,80}$/.test(type)) {
    throw new Refusal(400, "invalid_type", 'type: a media type, like "audio/mpeg", or leave it out.');
  }
  if (language !== undefined && (typeof language !== "string" || !/^[a-z]{2,3}$/.test(language))) {
    throw new Refusal(400, "invalid_language", 'language: a code of two or three letters, like "en", or leave it out.');
  }
  return { size: bytes, type, language: language === undefined ? {} : { language } };
}

/** `PUT /recordings/{id}/parts/{number}` with the bytes of the part, which pass through. Numbers begin with 1. */
export async function putPart(request: Request, env: Environment, id: string, upload: Upload, part: number) {
  if (part < 1 || part > upload.parts) {
    throw new Refusal(404, "no_such_part", `This recording has the parts 1 to ${upload.parts}.`);
  }
  const expected = part < upload.parts ? upload.partBytes : upload.size - (upload.parts - 1) * upload.partBytes;
  const length = request.headers.get("content-length");
  if (length === null) throw new Refusal(411, "length_required", `Say Content-Length: ${expected}.`);
  if (Number(length) !== expected || !request.body) {
    throw new Refusal(400, "wrong_size", `Part ${part} has ${expected} bytes, and ${length} were announced.`);
  }
  if (await env.RECORDINGS.head(audioKey(id))) return json(await describe(env, id, upload));
  // A body that ends early makes this fail, and leaves no note: the part counts as missing.
  const multipart = env.RECORDINGS.resumeMultipartUpload(audioKey(id), upload.uploadId);
  const { etag } = await multipart.uploadPart(part, request.body).catch(explainUpload);
  await env.RECORDINGS.put(partKey(id, part), null, { customMetadata: { etag } });
  return json({ part });
}

/** `POST /recordings/{id}/complete`. May be repeated: whoever did not get the answer asks again. */
export async function completeUpload(env: Environment, id: string, upload: Upload): Promise<Response> {
  const isWhole = async () => (await env.RECORDINGS.head(audioKey(id))) !== null;
  const parts = await partsOf(env, id);
  if (!(await isWhole())) {
    await join(env, id, upload, parts).catch(async (error) => {
      // Of two who complete it at once, one comes too late, and does not mind.
      if (!(await isWhole())) throw error;
    });
  }
  await createNote(env, id, "progress.json", { state: "queued", lookAgainAt: Date.now() });
  await startTranscription(env, id);
  if (parts.length > 0) await env.RECORDINGS.delete(parts.map(({ partNumber }) => partKey(id, partNumber)));
  return json(await describe(env, id, upload), 202);
}

async function join(env: Environment, id: string, upload: Upload, parts: R2UploadedPart[]) {
  const missing = missingParts(upload, parts);
  if (missing.length > 0) {
    const shown = missing.slice(0, 10).join(", ") + (missing.length > 10 ? ", …" : "");
    throw new Refusal(409, "incomplete", `Still missing of ${upload.parts} parts: ${shown}.`);
  }
  const multipart = env.RECORDINGS.resumeMultipartUpload(audioKey(id), upload.uploadId);
  await multipart.complete(parts).catch(explainUpload);
}

/** `DELETE /recordings/{id}`: gives an upload up, or removes a recording with everything about it. */
export async function remove(env: Environment, id: string, upload: Upload): Promise<Response> {
  const progress = await readNote(env, id, "progress.json");
  if (progress && ["queued", "running"].includes(progress.value.state)) {
    throw new Refusal(409, "busy", "The recording is being transcribed. Remove it when that is over.");
  }
  if (!progress) {
    const multipart = env.RECORDINGS.resumeMultipartUpload(audioKey(id), upload.uploadId);
    // It may have ended by itself, or have been completed a moment ago.
    await multipart.abort().catch(() => {});
  }
  const submission = await readNote(env, id, "submission.json");
  if (submission?.value.taskId) await env.RECORDINGS.delete(claimKey(submission.value.taskId));
  for (;;) {
    const { objects } = await env.RECORDINGS.list({ prefix: folderOf(id), limit: MOST_DELETED });
    if (objects.length === 0) return new Response(null, { status: 204 });
    await env.RECORDINGS.delete(objects.map(({ key }) => key));
  }
}

/** 10024: no such upload. https://developers.cloudflare.com/r2/api/error-codes/ */
function explainUpload(error: Error): never {
  if (!error.message.includes("(10024)")) throw error;
  throw new Refusal(410, "expired", "This upload was completed, given up, or began more than seven days ago.");
}
