// Every route the emulator has; one file each.
import { chatCompletions } from "./chat-completions.mjs";
import { customization } from "./customization.mjs";
import { generation } from "./generation.mjs";
import { results } from "./results.mjs";
import { cancelTask, listTasks, oneTask } from "./tasks.mjs";
import { tokens } from "./tokens.mjs";
import { transcription } from "./transcription.mjs";
import { objectPost, uploadPolicy } from "./uploads.mjs";

/**
 * @typedef {object} Route
 * @property {string[]} methods
 * @property {RegExp} path
 * @property {boolean} [open] answered without a key
 * @property {(exchange: import("../exchange.mjs").Exchange, match: RegExpExecArray | never[]) => Promise<void>} handle
 */

/** @type {Route[]} */
export const ROUTES = [
  chatCompletions,
  generation,
  transcription,
  listTasks,
  oneTask,
  cancelTask,
  results,
  uploadPolicy,
  objectPost,
  tokens,
  customization,
];
