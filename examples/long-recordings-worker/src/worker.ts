// Recordings of any length: uploaded in parts into R2, transcribed by a Workflow, read as JSON and subtitles. See README.md.
import { json, Refusal } from "./answers.ts";
import { serveAudio } from "./audio-address.ts";
import { authorize } from "./authorize.ts";
import type { Environment } from "./environment.ts";
import { readNote } from "./notes.ts";
import { describe, readText, TEXTS, type TextName } from "./progress.ts";
import { lookAfter } from "./revival.ts";
import { beginUpload, completeUpload, putPart, remove } from "./uploads.ts";

export { Transcription } from "./transcription.ts";

/** Ids are random UUIDs: 122 bits that nobody guesses. */
const ROUTE = /^\/recordings\/([0-9a-f-]{36})(?:\/(.+))?$/;

export default {
  async fetch(request, env): Promise<Response> {
    try {
      return await answer(request, env);
    } catch (error) {
      if (error instanceof Refusal) return error.response();
      console.error(error);
      return json({ code: "internal", message: "Something went wrong here; try again." }, 500);
    }
  },
} satisfies ExportedHandler<Environment>;

async function answer(request: Request, env: Environment): Promise<Response> {
  // The only address that needs no token: its signature says that it was made here.
  const audio = await serveAudio(request, env);
  if (audio) return audio;

  const caller = await authorize(request, env);
  const { pathname } = new URL(request.url);
  if (pathname === "/recordings" && request.method === "POST") return beginUpload(request, env, caller);
  const [, id, rest = ""] = ROUTE.exec(pathname) ?? [];
  const upload = id ? (await readNote(env, id, "upload.json"))?.value : undefined;
  // Somebody else's recording is not told from none.
  if (!id || upload?.caller !== caller) throw new Refusal(404, "not_found", "There is no such recording.");

  const [, part] = /^parts\/(\d{1,5})$/.exec(rest) ?? [];
  switch (`${request.method} ${part ? "part" : rest}`) {
    case "GET ":
      await lookAfter(env, id);
      return json(await describe(env, id, upload));
    case "PUT part":
      return putPart(request, env, id, upload, Number(part));
    case "POST complete":
      return completeUpload(env, id, upload);
    case "DELETE ":
      return remove(env, id, upload);
  }
  const text = request.method === "GET" && Object.hasOwn(TEXTS, rest) ? (rest as TextName) : undefined;
  const found = text && (await readText(env, id, text));
  if (found) return found;
  throw new Refusal(404, "not_found", text ? "There is no text yet." : "There is nothing at this address.");
}
