/** Where the page's own edge function listens; the package appends DashScope's paths. */
export const BASE_URL = "/api";

/** What is happening. The last four are those of a task. */
export type Step =
  | "preparing"
  | "converting"
  | "sending"
  | "waiting"
  | "writing"
  | "uploading"
  | "queued"
  | "recognising"
  | "downloading";

/** A recognition that goes on at the service, whether this page is open or not. */
export interface RunningTask {
  readonly id: string;
  /** The result does not say. */
  readonly model: string | undefined;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
}

export interface Progress {
  onStep(step: Step): void;
  /** All of the text so far; earlier words may have changed. */
  onText(text: string): void;
  /** How far an upload is, in bytes. */
  onUpload(loaded: number, total: number): void;
  /** Why it is not the quick way, in words. */
  onLongWay(words: string): void;
  /** There is a task now, or it is over and there is nothing more to wait for. */
  onTask(task: RunningTask | undefined): Promise<void>;
}
