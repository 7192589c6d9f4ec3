// Notes about a recording: small JSON objects beside it in the bucket, which is strongly consistent. They outlive the Workflow's
// own state, and are written so that of two writers only one wins.
//
// https://developers.cloudflare.com/r2/reference/consistency/
import type { Environment } from "./environment.ts";

/** upload.json: what is being uploaded. */
export interface Upload {
  readonly uploadId: string;
  readonly size: number;
  /** Of every part but the last, which has what remains. */
  readonly partBytes: number;
  readonly parts: number;
  readonly type: string;
  readonly language?: string;
  readonly caller: string;
  /** Where this Worker is, for the address that the service is given. */
  readonly origin: string;
}

/**
 * submission.json: that the recording is being submitted, written before anything is sent, and then by which task. All of it is one
 * object, so that every change of it is one step that happens or does not.
 */
export interface Submission {
  /** Counts submissions. An address is good for one of them only. */
  readonly attempt: number;
  readonly since: number;
  /** Whether the service has begun to fetch the recording. */
  readonly fetched: boolean;
  readonly taskId?: string;
}

/** progress.json: how far the recording is. It is there as soon as the upload is complete. */
export interface Progress {
  readonly state: "queued" | "running" | "done" | "failed";
  /** When the Workflow means to write again, in milliseconds since 1970. */
  readonly lookAgainAt: number;
  readonly error?: string;
}

interface Notes {
  "upload.json": Upload;
  "submission.json": Submission;
  "progress.json": Progress;
}

export const folderOf = (id: string) => `recordings/${id}/`;
export const keyOf = (id: string, name: string) => `${folderOf(id)}${name}`;
export const audioKey = (id: string) => keyOf(id, "audio");

/** Says of a task that it belongs to a recording whose submission is not lost. */
export const claimKey = (taskId: string) => `tasks/${taskId}`;

/** A note as it was when it was read. */
export interface Found<T> {
  readonly value: T;
  readonly etag: string;
}

export async function readNote<Name extends keyof Notes>(
  env: Environment,
  id: string,
  name: Name,
): Promise<Found<Notes[Name]> | undefined> {
  const object = await env.RECORDINGS.get(keyOf(id, name));
  return object ? { value: await object.json<Notes[Name]>(), etag: object.etag } : undefined;
}

export async function writeNote<Name extends keyof Notes>(
  env: Environment,
  id: string,
  name: Name,
  value: Notes[Name],
): Promise<void> {
  await env.RECORDINGS.put(keyOf(id, name), JSON.stringify(value));
}

/** @returns false where there is one already */
export async function createNote<Name extends keyof Notes>(
  env: Environment,
  id: string,
  name: Name,
  value: Notes[Name],
): Promise<boolean> {
  const onlyIf = new Headers({ "if-none-match": "*" });
  return (await env.RECORDINGS.put(keyOf(id, name), JSON.stringify(value), { onlyIf })) !== null;
}

/** @returns false where somebody else has changed it since it was read */
export async function replaceNote<Name extends keyof Notes>(
  env: Environment,
  id: string,
  name: Name,
  value: Notes[Name],
  { etag }: { etag: string },
): Promise<boolean> {
  const onlyIf = { etagMatches: etag };
  return (await env.RECORDINGS.put(keyOf(id, name), JSON.stringify(value), { onlyIf })) !== null;
}
