// Asynchronous tasks. A task's work starts at once; what a poll says depends on how often it was asked (so that every caller
// sees PENDING and RUNNING) and on whether the work is done.
import { randomUUID } from "node:crypto";
import { fileFailure } from "./service-error.mjs";

/** @typedef {ReturnType<typeof createTaskStore>} TaskStore */
/** @typedef {"PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELED"} TaskStatus */

/**
 * @typedef {object} Outcome
 * @property {"SUCCEEDED" | "FAILED"} status
 * @property {object} [output] members beside the task's own
 * @property {object} [usage]
 */

/**
 * @typedef {object} Task
 * @property {string} id
 * @property {string} requestId
 * @property {string} model
 * @property {number} files
 * @property {number} polls
 * @property {number} pendingPolls
 * @property {number} runningPolls
 * @property {number} submittedAt
 * @property {number} [scheduledAt]
 * @property {number} [endedAt]
 * @property {Outcome} [outcome]
 * @property {boolean} canceled
 * @property {AbortController} work aborted when the task is cancelled
 */

const LIFETIME_MS = 24 * 3600_000;

/** @param {(line: string) => void} log */
export function createTaskStore(log) {
  /** @type {Map<string, Task>} */
  const tasks = new Map();

  return {
    /**
     * @param {{ model: string, requestId: string, files: number, faults: import("./faults.mjs").Faults }} call
     * @param {(signal: AbortSignal) => Promise<Outcome>} work
     * @returns {Task}
     */
    submit({ model, requestId, files, faults }, work) {
      /** @type {Task} */
      const task = {
        id: randomUUID(),
        requestId,
        model,
        files,
        polls: 0,
        pendingPolls: faults.number("task-pending") ?? 1,
        runningPolls: faults.number("task-running") ?? 1,
        submittedAt: Date.now(),
        canceled: false,
        work: new AbortController(),
      };
      tasks.set(task.id, task);
      work(task.work.signal).then(
        (outcome) => {
          task.outcome = outcome;
        },
        (cause) => {
          log(`task ${task.id}: ${cause?.stack ?? cause}`);
          task.outcome = { status: "FAILED", output: fileFailure("InternalError") };
        },
      );
      return task;
    },

    /** @param {string} id */
    get(id) {
      const task = tasks.get(id);
      return task && Date.now() - task.submittedAt < LIFETIME_MS ? task : undefined;
    },

    /** Newest first. */
    all: () => [...tasks.values()].reverse(),

    /** What one more poll learns. @param {Task} task @returns {TaskStatus} */
    poll(task) {
      task.polls++;
      return statusOf(task);
    },

    statusOf,
  };
}

/** @param {Task} task @returns {TaskStatus} */
function statusOf(task) {
  if (task.canceled) return "CANCELED";
  if (task.polls <= task.pendingPolls && task.pendingPolls > 0) return "PENDING";
  task.scheduledAt ??= Date.now();
  if (task.polls <= task.pendingPolls + task.runningPolls || !task.outcome) return "RUNNING";
  task.endedAt ??= Date.now();
  return task.outcome.status;
}
