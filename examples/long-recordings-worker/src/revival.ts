// Workflows that were never started, ended without a word, or were left lying.
//
// Cloudflare resumes an interrupted Workflow by itself. The local runtime (wrangler dev) keeps its state on disk, but wakes nothing
// after a restart: an instance goes on when an event is sent to it. Nobody waits for the event, so it does no harm elsewhere.
import type { Environment } from "./environment.ts";
import { readNote, replaceNote } from "./notes.ts";

/** A Workflow that is this late is looked after. */
const LATE_MS = 5_000;

/** And again after this time. */
const PATIENCE_MS = 30_000;

/** The recording's id is the instance's, so that there is one however often this is called. */
export async function startTranscription(env: Environment, id: string): Promise<void> {
  try {
    await env.TRANSCRIPTION.create({ id, params: { id } });
  } catch (cause) {
    // Creating the same one twice is an error, and here it is not.
    await env.TRANSCRIPTION.get(id).catch(() => {
      throw cause;
    });
  }
}

/** Called whenever somebody asks for the recording. */
export async function lookAfter(env: Environment, id: string): Promise<void> {
  const note = await readNote(env, id, "progress.json");
  if (!note) return;
  const { state, lookAgainAt } = note.value;
  if (state === "done" || state === "failed" || Date.now() < lookAgainAt + LATE_MS) return;
  const waiting = { ...note.value, lookAgainAt: Date.now() + PATIENCE_MS };
  // Whoever is second has nothing to do: somebody looks after it already, or it has moved.
  if (!(await replaceNote(env, id, "progress.json", waiting, note))) return;

  const instance = await env.TRANSCRIPTION.get(id).catch(() => undefined);
  if (!instance) return startTranscription(env, id);
  const { status, error } = await instance.status();
  if (status === "errored" || status === "terminated") {
    const words = error?.message ?? "It was terminated.";
    const present = await readNote(env, id, "progress.json");
    if (!present || present.value.state === "failed") return;
    await replaceNote(env, id, "progress.json", { ...present.value, state: "failed", error: words }, present);
    return;
  }
  // One that takes no event, because somebody has paused it, is not waiting for ours.
  await instance.sendEvent({ type: "are-you-there", payload: {} }).catch(() => {});
}
