// What the actions of the core (src/wasm/actions.rs) take and give, by their names.

import type { NewVocabulary, TaskFilter, TaskPage, TaskStatus, Token, Vocabulary } from "../../target/js/glue.js";

/** What was submitted: a task with its addresses, or why there is none, as `toError` takes it. */
export interface Submission {
  urls: string[];
  taskId?: string | undefined;
  error?: unknown;
}

/** What came of a file: the transcript as JSON, or the error as `toError` takes it. */
export interface Outcome {
  url?: string;
  taskId?: string;
  transcript?: string;
  error?: unknown;
}

/** What each action takes, and what it gives. */
export interface Actions {
  submit: { given: string[]; result: string };
  status: { given: string; result: TaskStatus };
  wait: { given: string; result: TaskStatus };
  /** JSON. */
  result: { given: string; result: string };
  results: { given: string; result: Outcome[] };
  cancel: { given: string; result: undefined };
  listTasks: { given: TaskFilter; result: TaskPage };
  submitBatch: { given: { urls: string[]; together: boolean }; result: Submission[] };
  collect: { given: Submission[]; result: Outcome[] };
  createToken: { given: { expireInSeconds: number | undefined }; result: Token };
  createVocabulary: { given: NewVocabulary; result: string };
  listVocabularies: { given: object; result: Vocabulary[] };
  getVocabulary: { given: string; result: Vocabulary };
  updateVocabulary: { given: string; result: undefined };
  deleteVocabulary: { given: string; result: undefined };
  upload: { given: null; result: string };
  /** JSON. */
  longAudio: { given: null; result: string };
}
