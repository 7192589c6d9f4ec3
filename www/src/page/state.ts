import type { Transcript } from "dashscope-asr";
import type { About } from "../../edge/about.ts";
import type { Outline } from "../audio/outline.ts";
import type { Draft } from "../drafts/draft_store.ts";
import type { Step } from "../transcription.ts";
import type { Trouble } from "../words/trouble.ts";

/** What is to be transcribed, or was. */
export type Source =
  | {
      readonly kind: "recording";
      readonly blob: Blob;
      readonly seconds: number;
      readonly draft: Draft | undefined;
      /** All of it is on disk too. */
      readonly isSafe: boolean;
    }
  | { readonly kind: "file"; readonly blob: Blob; readonly name: string }
  | { readonly kind: "url"; readonly url: string };

export type Phase =
  | { readonly name: "idle" }
  /** The browser asks for the microphone. */
  | { readonly name: "starting" }
  | { readonly name: "recording"; readonly paused: boolean }
  /** There is a source, and nothing happens. */
  | { readonly name: "ready" }
  | { readonly name: "busy"; readonly step: Step };

/** Everything that the page shows, as data. Only `App` replaces it, and only `View` looks at it. */
export interface State {
  readonly phase: Phase;
  readonly source?: Source | undefined;
  readonly outline?: Outline | undefined;
  readonly text: string;
  readonly transcript?: Transcript | undefined;
  readonly trouble?: Trouble | undefined;
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

export const FIRST_STATE: State = {
  phase: { name: "idle" },
  text: "",
  message: "",
  seconds: 0,
  limitSeconds: 300,
  playing: false,
  canRecord: true,
  saved: [],
};

/** A recording whose words nobody has seen: throwing it away deserves a question. */
export function isUnheard(state: State): boolean {
  return state.phase.name === "recording" || (state.source?.kind === "recording" && state.transcript === undefined);
}
