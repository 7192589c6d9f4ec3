// Every route the emulator has; one file each.
import { chatCompletions } from "./chat_completions.mjs";
import { generation } from "./generation.mjs";

/**
 * @typedef {object} Route
 * @property {string[]} methods
 * @property {RegExp} path
 * @property {boolean} [open] answered without a key
 * @property {(exchange: import("../exchange.mjs").Exchange, match: RegExpExecArray | never[]) => Promise<void>} handle
 */

/** @type {Route[]} */
export const ROUTES = [chatCompletions, generation];
