// How far a recording is, in the words of its client.
import type { Environment } from "./environment.ts";
import { keyOf, readNote, type Upload } from "./notes.ts";
import { missingParts, partsOf } from "./parts.ts";

/** The texts of a recording: name of the object beside it, and media type. */
export const TEXTS = {
  "transcript.json": "application/json",
  "transcript.srt": "application/x-subrip; charset=utf-8",
  "transcript.vtt": "text/vtt; charset=utf-8",
} as const;

export type TextName = keyof typeof TEXTS;

/** What `GET /recordings/{id}` says. */
export async function describe(env: Environment, id: string, upload: Upload) {
  const { size } = upload;
  const progress = (await readNote(env, id, "progress.json"))?.value;
  if (!progress) {
    const { partBytes, parts } = upload;
    return { id, state: "uploading", size, partBytes, parts, missing: missingParts(upload, await partsOf(env, id)) };
  }
  const { state, error } = progress;
  if (state !== "done") return { id, state, size, ...(error && { error }) };
  const texts = Object.keys(TEXTS).map((name) => `/recordings/${id}/${name}`);
  return { id, state, size, texts };
}

export async function readText(env: Environment, id: string, name: TextName): Promise<Response | undefined> {
  const object = await env.RECORDINGS.get(keyOf(id, name));
  if (!object) return undefined;
  const headers = { "content-type": TEXTS[name], "cache-control": "no-store", "x-content-type-options": "nosniff" };
  return new Response(object.body, { headers });
}
