// Everything that the page shows, as data.

import type { Transcript } from "dashscope-asr";
import type { Draft } from "dashscope-asr/recorder";
import type { About } from "../../edge/about.ts";
import type { Outline } from "../audio/outline.ts";
import type { Step } from "../recognition/progress.ts";
import type { Trouble } from "../words/trouble.ts";

/** What is to be transcribed, or was. `draft` is the copy on disk, which may come into being later. */
export type Source =
  | {
      readonly kind: "recording";
      readonly blob: Blob;
      readonly seconds: number;
      draft: Draft | undefined;
      /** All of it is on disk too. */
      readonly isSafe: boolean;
    }
  | { readonly kind: "file"; readonly blob: Blob; readonly name: string; draft: Draft | undefined }
  | { readonly kind: "url"; readonly url: string; draft: Draft | undefined }
  /** Opened again, and the audio was too large to be kept, or was not yet. */
  | { readonly kind: "words"; readonly name: string; draft: Draft };

export type Phase =
  | { readonly name: "idle" }
  /** The browser asks for the microphone, or its recorder has not begun yet. */
  | { readonly name: "starting" }
  /** `live`: the words come meanwhile. */
  | { readonly name: "recording"; readonly paused: boolean; readonly live: boolean }
  /** There is a source, and nothing happens. */
  | { readonly name: "ready" }
  | {
      readonly name: "busy";
      readonly step: Step;
      /** How far it is, between 0 and 1, where that is known. */
      readonly share?: number | undefined;
      /** Of what goes in pieces, how many there are as far as one knows. */
      readonly pieces?: number | undefined;
      /** The same in words, for the eye only. */
      readonly detail?: string | undefined;
    };

/** Everything that the page shows, as data. Only `App` replaces it, and only `View` looks at it. */
export interface State {
  readonly phase: Phase;
  readonly source?: Source | undefined;
  readonly outline?: Outline | undefined;
  readonly text: string;
  readonly transcript?: Transcript | undefined;
  readonly trouble?: Trouble | undefined;
  /** Why this one takes the long way, and what that means. */
  readonly longWay: string;
  /** The text can be edited, although there are words to press. */
  readonly editing: boolean;
  /** For the polite status line. */
  readonly message: string;
  readonly seconds: number;
  readonly limitSeconds: number;
  readonly playing: boolean;
  readonly about?: About | "unreachable" | undefined;
  readonly canRecord: boolean;
  /** Recordings that are kept in this browser and not open now, newest first. */
  readonly saved: readonly Draft[];
}

/** How the parts of `App` read and change it. */
export interface StateAccess {
  get(): State;
  set(change: Partial<State>): void;
}

export const FIRST_STATE: State = {
  phase: { name: "idle" },
  text: "",
  longWay: "",
  editing: false,
  message: "",
  seconds: 0,
  limitSeconds: 7200,
  playing: false,
  canRecord: true,
  saved: [],
};

/** A recording whose words nobody has seen: throwing it away deserves a question. */
export function isUnheard(state: State): boolean {
  return state.phase.name === "recording" || (state.source?.kind === "recording" && state.transcript === undefined);
}

/** The service is at work on it, or has been while nobody waited. */
export function hasTask(state: State): boolean {
  return state.source?.draft?.task !== undefined;
}

/** It goes on as soon as the page knows whom to ask: at the service, or with the pieces that nobody has heard. */
export function goesOn(draft: Draft): boolean {
  return draft.transcript === undefined && (draft.task !== undefined || draft.pieces?.isUnderWay === true);
}

/** There is something to send, or to fetch. */
export function canTranscribe(source: Source): boolean {
  return source.kind !== "words" || source.draft.task !== undefined;
}

export function audioOf(source: Source | undefined): Blob | undefined {
  return source?.kind === "recording" || source?.kind === "file" ? source.blob : undefined;
}

export function nameOf(source: Source | undefined): string {
  if (!source) return "";
  if (source.draft?.name) return source.draft.name;
  if (source.kind === "file" || source.kind === "words") return source.name;
  if (source.kind === "url") return nameOfAddress(source.url);
  return "";
}

export function nameOfAddress(address: string): string {
  const { host, pathname } = new URL(address);
  return host + pathname;
}
