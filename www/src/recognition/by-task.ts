// The long way: upload, task, result.

import type { TaskStatus, TranscribeOptions, Transcript } from "dashscope-asr";
import type { RunningTask } from "dashscope-asr/recorder";
import { convertToWav, WORTH_CONVERTING } from "../audio/preparation.ts";
import { loadPackage } from "../package.ts";
import { BASE_URL, type Progress } from "./progress.ts";

/** The service forgets tasks after a day. */
const PATIENCE_MS = 24 * 3600 * 1000;

/** Decoding takes many times the file's size in memory. */
const LARGEST_TO_CONVERT = 24_000_000;

/** Uploads the audio, where it is not an address, and has it recognised by a task, which outlives this page. */
export async function submitTask(
  audio: Blob | string,
  options: TranscribeOptions,
  signal: AbortSignal,
  progress: Progress,
): Promise<RunningTask> {
  const { Transcriber } = await loadPackage();
  const asr = new Transcriber({ baseURL: BASE_URL });
  const url = typeof audio === "string" ? audio : await upload(audio, options, signal, progress);
  signal.throwIfAborted();
  progress.onStep("queued");
  // Without the signal: a submission that is under way is billed, so its id must not get lost.
  const { id } = await asr.submit(url, options);
  const task = { id, model: options.model, submittedAt: Date.now() };
  await progress.onTask(task);
  return task;
}

/** Waits for a task, of this visit or of an earlier one, and reads what came of it. */
export async function awaitTask(task: RunningTask, signal: AbortSignal, progress: Progress): Promise<Transcript> {
  const { Transcriber, isAsrError } = await loadPackage();
  const asr = new Transcriber({ baseURL: BASE_URL });
  progress.onStep("queued");
  let status: TaskStatus | undefined;
  try {
    const transcript = await asr.task(task.id).result({
      signal,
      timeout: PATIENCE_MS,
      onStatus(news) {
        status = news;
        if (news.state === "RUNNING") progress.onStep("recognising");
        if (news.state === "SUCCEEDED") progress.onStep("downloading");
      },
    });
    return task.model ? { model: task.model, ...transcript } : transcript;
  } catch (error) {
    const unknown = isAsrError(error) && error.code === "not_found";
    if (unknown || (status && hasFailed(status))) await progress.onTask(undefined);
    throw error;
  }
}

/** True when it could be cancelled, which is before the service has begun with it. */
export async function cancelTask(task: RunningTask): Promise<boolean> {
  const { Transcriber } = await loadPackage();
  return new Transcriber({ baseURL: BASE_URL })
    .task(task.id)
    .cancel()
    .then(
      () => true,
      () => false,
    );
}

/** Waiting longer brings nothing; a result that could not be fetched, on the other hand, is still there. */
function hasFailed({ state, files }: TaskStatus): boolean {
  if (state === "FAILED" || state === "CANCELED") return true;
  return state === "SUCCEEDED" && files.length > 0 && files.every((file) => file.transcriptionUrl === undefined);
}

async function upload(
  audio: Blob,
  options: TranscribeOptions,
  signal: AbortSignal,
  progress: Progress,
): Promise<string> {
  await checkOptions(options);
  const { model } = options;
  const { Transcriber, isAsrError } = await loadPackage();
  const asr = new Transcriber({ baseURL: BASE_URL });
  const send = (blob: Blob): Promise<string> => {
    progress.onStep("uploading");
    return asr.upload(blob, {
      ...(model ? { model } : {}),
      signal,
      onProgress({ phase, loaded, total }) {
        if (phase === "upload" && total) progress.onUpload(loaded, total);
      },
    });
  };
  try {
    return await send(audio);
  } catch (error) {
    const isStrange = isAsrError(error) && WORTH_CONVERTING.has(error.code);
    if (!isStrange || audio.size > LARGEST_TO_CONVERT) throw error;
    progress.onStep("converting");
    const converted = await convertToWav(audio);
    signal.throwIfAborted();
    if (!converted) throw error;
    return send(converted);
  }
}

/** Any address: nobody is told of it. */
const NOWHERE = "https://example.com/";

/** Options that the package refuses are refused before an upload, not at its end: a submission up to where it would be sent. */
async function checkOptions(options: TranscribeOptions): Promise<void> {
  const { Transcriber, isAsrError } = await loadPackage();
  const rehearsal = new Transcriber({ baseURL: BASE_URL, fetch: () => Promise.reject(new Error("not sent")) });
  await rehearsal.submit(NOWHERE, options).catch((error: unknown) => {
    if (isAsrError(error) && error.code === "invalid_option") throw error;
  });
}
