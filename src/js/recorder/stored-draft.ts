// What stands in the database, read as a stranger wrote it.

import type { ResumePoint, Segment, Transcript } from "../api.js";
import type { Draft, KnownPieces, RunningTask, Stretch } from "./draft.js";
import { shownName } from "./shown-name.js";

/** The range of ECMAScript's time values: beyond it there is no date. */
const LAST_TIME = 8.64e15;

/** Longer than what the service takes (twelve hours), and than any battery: not a length. */
const LONGEST_SECONDS = 7 * 24 * 3600;

/**
 * What lies in the store was written by this version, by an older or a newer one, or by hand: each member is taken for what it is or not
 * at all, so that one broken note does not take the others with it and can still be opened or deleted. Members that only a newer version
 * knows stay. `undefined` where not even an id can be read.
 */
export function readDraft(stored: unknown): Draft | undefined {
  if (!isRecord(stored) || typeof stored.id !== "string") return undefined;
  const { mimeType, startedAt, seconds, name, place, origin, isComplete, task, pieces, text, transcript, ...unknown } =
    stored;
  const began = isNumber(startedAt, LAST_TIME) ? startedAt : 0;
  const draft: Draft = {
    ...unknown,
    id: stored.id,
    mimeType: typeof mimeType === "string" ? mimeType : "",
    startedAt: began,
    seconds: isNumber(seconds, LONGEST_SECONDS) ? seconds : 0,
    ...(typeof place === "string" ? { place } : {}),
    ...(origin === undefined ? {} : { origin: readOrigin(origin) }),
  };
  const shown = typeof name === "string" ? shownName(name) : "";
  if (shown) draft.name = shown;
  if (isComplete === true) draft.isComplete = true;
  const running = readTask(task, began);
  if (running) draft.task = running;
  const heard = readPieces(pieces);
  if (heard) draft.pieces = heard;
  if (typeof text === "string") draft.text = text;
  const words = readTranscript(transcript);
  if (words) draft.transcript = words;
  return draft;
}

/** What came from elsewhere, nobody knows whence, is like a file of which perhaps not all is here. */
function readOrigin(origin: unknown): NonNullable<Draft["origin"]> {
  if (!isRecord(origin) || typeof origin.url !== "string" || !URL.canParse(origin.url)) return "file";
  return /^https?:/i.test(origin.url) ? { url: origin.url } : "file";
}

function readTask(task: unknown, began: number): RunningTask | undefined {
  if (!isRecord(task) || typeof task.id !== "string" || task.id === "") return undefined;
  return {
    id: task.id,
    model: typeof task.model === "string" ? task.model : undefined,
    submittedAt: isNumber(task.submittedAt, LAST_TIME) ? task.submittedAt : began,
  };
}

function readPieces(pieces: unknown): KnownPieces | undefined {
  if (!isRecord(pieces) || !isRecord(pieces.resume)) return undefined;
  const { resume, isUnderWay, gaps } = pieces;
  return {
    // What is in it is judged by the call that it is given to.
    resume: resume as unknown as ResumePoint,
    isUnderWay: isUnderWay === true,
    ...(Array.isArray(gaps) && gaps.every(isStretch) ? { gaps } : {}),
  };
}

const FACTS = {
  language: "string",
  emotion: "string",
  model: "string",
  requestId: "string",
  finishReason: "string",
  duration: "number",
};

/** Where the times of one sentence are broken the text remains, and no times. */
function readTranscript(stored: unknown): Transcript | undefined {
  if (!isRecord(stored) || typeof stored.text !== "string") return undefined;
  const { text, noSpeech, segments, channels } = stored;
  const facts = Object.entries(FACTS).filter(([name, type]) => typeof stored[name] === type);
  return {
    ...Object.fromEntries(facts.map(([name]) => [name, stored[name]])),
    ...(isRecord(stored.usage) ? { usage: stored.usage } : {}),
    text,
    noSpeech: noSpeech === true,
    segments: Array.isArray(segments) && segments.every(isSegment) ? segments : [],
    channels: Array.isArray(channels) ? channels : [],
  };
}

function isSegment(stored: unknown): stored is Segment {
  if (!isSaid(stored) || !Array.isArray(stored.words)) return false;
  const speakerIsFine = stored.speakerId === undefined || Number.isInteger(stored.speakerId);
  return speakerIsFine && stored.words.every((word) => isSaid(word) && typeof word.punctuation === "string");
}

function isSaid(stored: unknown): stored is Record<string, unknown> & Stretch {
  return isStretch(stored) && typeof stored.text === "string";
}

function isStretch(stored: unknown): stored is Record<string, unknown> & Stretch {
  return isRecord(stored) && isNumber(stored.beginMs, LAST_TIME) && isNumber(stored.endMs, LAST_TIME);
}

function isNumber(value: unknown, most: number): value is number {
  return typeof value === "number" && value >= 0 && value <= most;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
