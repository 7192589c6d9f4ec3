// What the service refuses in a run-task message.
import { refusal, wrongParameter } from "../service-error.mjs";
import { FORMATS } from "./audio-reader.mjs";
import { liveFamilyOf } from "./live-models.mjs";

const MOST_TURNS = 5;
const LONGEST_TURN = 400;
const MOST_WORDS = 2000;
const MOST_SUPER_WORDS = 50;
const SUPER = 50;

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const within = (value, least, most) => typeof value === "number" && value >= least && value <= most;

/**
 * @param {any} payload
 * @param {import("../account.mjs").Account} account
 * @returns {{ family: import("./live-models.mjs").LiveFamily, parameters: any }}
 */
export function readRunTask(payload, account) {
  if (payload.task_group !== "audio") throw wrongParameter("task_group");
  if (payload.task !== "asr") throw wrongParameter("task");
  if (payload.function !== "recognition") throw wrongParameter("function");
  if (typeof payload.model !== "string" || payload.model === "") throw refusal("no-model");
  const family = liveFamilyOf(payload.model, "task");
  if (!family) throw refusal("unknown-model");
  if (!isObject(payload.input)) throw refusal("no-input");
  const parameters = payload.parameters;
  if (!isObject(parameters)) throw refusal("no-parameters");
  const refused = PARAMETERS.find(([name, holds]) => {
    const value = parameters[name];
    return (value !== undefined || name === "format" || name === "sample_rate") && !holds(value, family);
  });
  if (refused) throw wrongParameter(refused[0]);
  checkVocabulary(parameters.vocabulary_id, payload.model, account);
  checkContext(payload.input.context);
  return { family, parameters };
}

const isBoolean = (value) => typeof value === "boolean";

/** @type {[string, (value: any, family: import("./live-models.mjs").LiveFamily) => boolean][]} */
const PARAMETERS = [
  ["format", (value) => FORMATS.includes(value)],
  [
    "sample_rate",
    (value, { sampleRates }) => within(value, 8000, 48000) && (sampleRates.length === 0 || sampleRates.includes(value)),
  ],
  ["language_hints", (value, { hints }) => Array.isArray(value) && (hints === undefined || value.length <= hints)],
  ["vocabulary", (value, { hotWords }) => !hotWords || areHotWords(value)],
  ["max_sentence_silence", (value) => within(value, 200, 6000)],
  ["speech_noise_threshold", (value) => within(value, -1, 1)],
  ["special_word_filter", (value) => typeof value === "string"],
  ["heartbeat", isBoolean],
  ["semantic_punctuation_enabled", isBoolean],
  ["multi_threshold_mode_enabled", isBoolean],
  ["intermediate_result_enabled", isBoolean],
  ["disfluency_removal_enabled", isBoolean],
  ["keep_dialect", isBoolean],
];

function areHotWords(value) {
  if (!isObject(value)) return false;
  const weights = Object.values(value);
  if (weights.length > MOST_WORDS || weights.filter((weight) => weight === SUPER).length > MOST_SUPER_WORDS)
    return false;
  return weights.every((weight) => Number.isInteger(weight) && (weight === SUPER || within(weight, 1, 5)));
}

/** A list that is there has to be one for this model. */
function checkVocabulary(id, model, account) {
  if (id === undefined) return;
  const list = account.vocabularies.get(id);
  if (!list || list.targetModel !== model) throw wrongParameter("vocabulary_id");
}

/** @param {unknown} context of run-task or continue-task */
export function checkContext(context) {
  if (context === undefined) return;
  if (!Array.isArray(context)) throw wrongParameter("context");
  for (const role of ["user", "assistant"]) {
    if (context.filter((turn) => turn?.role === role).length > MOST_TURNS) throw wrongParameter("context");
  }
  for (const turn of context) {
    const kind = { user: "input_text", assistant: "text" }[turn?.role];
    const parts = Array.isArray(turn?.content) ? turn.content : [];
    const fits =
      kind && parts.length > 0 && parts.every((part) => part?.type === kind && typeof part.text === "string");
    if (!fits || parts.reduce((sum, part) => sum + part.text.length, 0) > LONGEST_TURN) throw wrongParameter("context");
  }
}
