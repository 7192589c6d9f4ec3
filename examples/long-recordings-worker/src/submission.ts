// Exactly one submission, although a machine may die at any moment. README.md says what is guaranteed, and why.
//
// A step may run more than once: its process can die after the service has accepted the task and before the answer is written
// down. So a note is written before anything is sent, and whoever finds the note without a task looks into the service's list.
// Where nothing is there, the address of the lost submission is withdrawn in the very write that begins the next one: should the
// lost one come to life after all, there is nothing for it to fetch.

import { NonRetryableError } from "cloudflare:workflows";
import { type FileStatus, isAsrError, type TaskRecord, type Transcriber } from "dashscope-asr";
import { recordingAt, signedAddress } from "./audio-address.ts";
import { type Environment, listDelayMs, modelOf, searchMs, service } from "./environment.ts";
import { claimKey, createNote, type Found, readNote, replaceNote, type Submission } from "./notes.ts";

/** A task, or how long to wait before this is tried again. */
export type Submitted = { readonly taskId: string } | { readonly waitMs: number };

/** A request that was sent is known to the service, or lost, after this time. */
const LONGEST_REQUEST_MS = 10 * 60_000;

/** Clocks differ. */
const CLOCK_SKEW_MS = 60_000;

/** Each that fails counts twice: once as lost, once as sent anew. */
const MOST_ATTEMPTS = 6;

const BEIJING_MS = 8 * 3600_000;

/** May be called again and again. */
export async function submitOnce(env: Environment, id: string): Promise<Submitted> {
  const note = await readNote(env, id, "submission.json");
  if (note?.value.taskId) return { taskId: note.value.taskId };
  if (note) return settle(env, id, note);
  const first: Submission = { attempt: 1, since: Date.now(), fetched: false };
  // Somebody else was faster: see what becomes of theirs.
  if (!(await createNote(env, id, "submission.json", first))) return { waitMs: 1000 };
  return send(env, id, first);
}

/** A task has failed for a reason that may pass. @returns false where that was so too often */
export async function submitAnew(env: Environment, id: string, taskId: string): Promise<boolean> {
  const note = await readNote(env, id, "submission.json");
  // An earlier run of the step came this far.
  if (note?.value.taskId !== taskId) return true;
  if (note.value.attempt >= MOST_ATTEMPTS) return false;
  // A note without a task: it is looked for in the list, in vain, and then submitted.
  const next: Submission = { attempt: note.value.attempt + 1, since: Date.now(), fetched: false };
  if (!(await replaceNote(env, id, "submission.json", next, note))) throw new Error("the note changed meanwhile");
  return true;
}

async function send(env: Environment, id: string, { attempt }: Submission): Promise<Submitted> {
  const upload = await readNote(env, id, "upload.json");
  if (!upload) throw new NonRetryableError("not_found: the recording was removed");
  const { origin, language } = upload.value;
  const address = await signedAddress(env, origin, id, attempt);
  const options = { model: modelOf(env), enableWords: true, ...(language && { language }) };
  try {
    const task = await service(env).submit(address, options);
    return await adopt(env, id, attempt, task.id);
  } catch (error) {
    // An answer that cannot be read may have been a yes.
    if (isAsrError(error) && error.code === "invalid_response") throw new Error(error.message);
    throw error;
  }
}

/** Only for the attempt that counts: one that woke up late must not replace its successor's task. */
async function adopt(env: Environment, id: string, attempt: number, taskId: string): Promise<Submitted> {
  for (;;) {
    const note = await readNote(env, id, "submission.json");
    if (note?.value.attempt !== attempt) throw new Error("this submission was withdrawn");
    if (note.value.taskId) return { taskId: note.value.taskId };
    if (await replaceNote(env, id, "submission.json", { ...note.value, taskId }, note)) break;
  }
  await env.RECORDINGS.put(claimKey(taskId), id);
  return { taskId };
}

/** A run before this one has sent the submission, or was about to. */
async function settle(env: Environment, id: string, note: Found<Submission>): Promise<Submitted> {
  const { attempt, since, fetched } = note.value;
  const asr = service(env);
  let unfinished = 0;
  for (const task of await tasksSince(asr, modelOf(env), since)) {
    if (await env.RECORDINGS.head(claimKey(task.taskId))) continue;
    const { state, files } = await asr.task(task.taskId).status();
    if (state === "FAILED" || state === "CANCELED") continue;
    if (state !== "SUCCEEDED") unfinished++;
    else if (await isOf(files, id)) return adopt(env, id, attempt, task.taskId);
  }
  const age = Date.now() - since;
  // Lists do not say what a task is about; its result does.
  if (unfinished > 0) return { waitMs: Math.min(Math.max(age / 4, 2000), 300_000) };
  if (age < listDelayMs(env)) return { waitMs: listDelayMs(env) - age };
  if (fetched) {
    if (age < searchMs(env)) return { waitMs: Math.min(searchMs(env) - age, 60_000) };
    const why = "The service has fetched the recording, and none of its tasks has a transcript of it";
    throw new NonRetryableError(
      `submission_lost: ${why}. It is not submitted again, because that might be paid for twice.`,
    );
  }
  const next: Submission = { attempt: attempt + 1, since: Date.now(), fetched: false };
  // Fails where the service has begun to fetch meanwhile, which also counts as found.
  if (!(await replaceNote(env, id, "submission.json", next, note))) return { waitMs: 1000 };
  return send(env, id, next);
}

/** The tasks of the model that were submitted while the lost request can have arrived. */
async function tasksSince(asr: Transcriber, model: string, since: number): Promise<TaskRecord[]> {
  const [startTime, endTime] = [listTime(since - CLOCK_SKEW_MS), listTime(since + LONGEST_REQUEST_MS)];
  const tasks: TaskRecord[] = [];
  for (let pageNo = 1; ; pageNo++) {
    const page = await asr.listTasks({ startTime, endTime, pageNo });
    // Not asked of the service: it may list the dated version that a model's name stands for.
    tasks.push(...page.tasks.filter(({ modelName = model }) => modelName.startsWith(model)));
    if (pageNo >= page.totalPage) return tasks;
  }
}

/** `YYYYMMDDhhmmss`, Beijing time. */
function listTime(milliseconds: number): string {
  return new Date(milliseconds + BEIJING_MS).toISOString().replace(/\D/g, "").slice(0, 14);
}

/** Whether a finished task has heard this recording. Most models name the file; Qwen3's has its address in the document. */
async function isOf(files: readonly FileStatus[], id: string): Promise<boolean> {
  for (const { fileUrl, transcriptionUrl } of files) {
    const address = fileUrl ?? (transcriptionUrl && (await addressIn(transcriptionUrl)));
    if (address && recordingAt(address) === id) return true;
  }
  return false;
}

async function addressIn(transcriptionUrl: string): Promise<string | undefined> {
  const answer = await fetch(transcriptionUrl, { redirect: "manual" });
  if (!answer.ok) throw new Error(`a result document could not be read: HTTP ${answer.status}`);
  const { file_url } = await answer.json<{ file_url?: string }>();
  return file_url;
}

/** Failures that no repetition mends end the Workflow; its engine repeats the step after all others. */
export async function orGiveUp<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAsrError(error) && !error.retryable) throw new NonRetryableError(`${error.code}: ${error.message}`);
    throw error;
  }
}
