// From the press of the button to a recording.

import {
  type Draft,
  type EndReason,
  type Recording,
  RecordingSession,
  type SavedRecordings,
} from "dashscope-asr/recorder";
import { saySeconds } from "../clock.ts";
import { LiveWords } from "../recognition/live-words.ts";
import { planLive } from "../recognition/plan.ts";
import { QUICK_SECONDS } from "../recognition/recognise.ts";
import type { Settings } from "../settings.ts";
import { describeMicrophoneTrouble } from "../words/microphone-help.ts";
import type { State, StateAccess } from "./state.ts";
import type { Waveform } from "./waveform.ts";

/** A slip of the finger rather than a recording. */
const SHORTEST_SECONDS = 0.3;

const STARTING_WORDS = "Starting the microphone… Allow it if the browser asks.";
const RECORDING_WORDS = "Recording. Press again to stop.";
const LONG_RECORDING_WORDS = "Recording. What is longer than five minutes goes in pieces, when you have stopped.";
const AWAY_WORDS = "Recording. The connection is gone; the words catch up when it is back.";
const SILENCE_WORDS = "Nothing is heard. Is the right microphone chosen under Options, and is it on?";

const END_WORDS: Record<EndReason, string> = {
  stopped: "",
  limit: "The limit for one recording is reached. ",
  "microphone-lost": "The microphone went away. Everything up to then is kept. ",
  failed: "The browser stopped recording. Everything up to then is kept. ",
};

export interface SpeakingParts {
  readonly settings: Settings;
  readonly saved: SavedRecordings;
  readonly waveform: Waveform;
  onLevel(level: number): void;
  onMicrophoneOpened(): void;
}

/** What came of a recording; `words` say so, and why it ended where that was not asked for. */
export interface Spoken {
  readonly recording: Recording;
  readonly draft: Draft | undefined;
  readonly isSafe: boolean;
  readonly words: string;
  /** Hears the last of it, where somebody has listened while it was spoken. */
  readonly live: LiveWords | undefined;
}

export interface SpeakingEvents {
  onSpoken(spoken: Spoken): void;
  /** Nobody wants it, or nothing can be heard in it. */
  onNothing(draft: Draft | undefined, words: string): void;
}

/** From the press of the button to a recording: waiting for the microphone, pausing, stopping, throwing away. */
export class Speaking {
  readonly #parts: SpeakingParts;
  readonly #state: StateAccess;
  readonly #events: SpeakingEvents;
  #session: RecordingSession | undefined;
  #live: LiveWords | undefined;
  #start: AbortController | undefined;
  #discardAtEnd = false;

  constructor(parts: SpeakingParts, state: StateAccess, events: SpeakingEvents) {
    this.#parts = parts;
    this.#state = state;
    this.#events = events;
  }

  /** The page says that it records only once the recorder says so: what is spoken from then on is there. */
  async start(): Promise<void> {
    const start = new AbortController();
    this.#start = start;
    this.#discardAtEnd = false;
    this.#state.set({ phase: { name: "starting" }, message: STARTING_WORDS });
    const { settings, saved, waveform } = this.#parts;
    const events = {
      onSeconds: (seconds: number) => this.#showSeconds(seconds),
      onLevel: (level: number) => this.#parts.onLevel(level),
      onSilence: (isSilent: boolean) => this.#state.set({ message: isSilent ? SILENCE_WORDS : RECORDING_WORDS }),
      onEnd: (recording: Recording, draft: Draft | undefined, isSafe: boolean) => this.#end(recording, draft, isSafe),
    };
    const live = this.#newLive();
    try {
      const options = { deviceId: settings.microphoneId, saved, onStream: (stream: MediaStream) => live?.open(stream) };
      this.#session = await RecordingSession.begin(options, events, start.signal);
    } catch (error) {
      live?.close();
      // The page has gone on to something else since.
      if (start.signal.aborted) return;
      this.#state.set({ phase: { name: "idle" }, message: "", trouble: describeMicrophoneTrouble(error) });
      return;
    }
    this.#live = live;
    void live?.begin();
    waveform.startLive();
    const { limitSeconds } = this.#session;
    this.#state.set({
      phase: { name: "recording", paused: false, live: live?.isListening ?? false },
      limitSeconds,
      message: RECORDING_WORDS,
    });
    this.#parts.onMicrophoneOpened();
  }

  /** Words while they are spoken, where the site has them. */
  #newLive(): LiveWords | undefined {
    const { about } = this.#state.get();
    const options = planLive(this.#parts.settings, typeof about === "object" ? about.models : undefined);
    if (!options) return undefined;
    const live = new LiveWords(options, {
      onText: (text) => {
        if (this.#live === live && isUnderWay(this.#state.get())) this.#state.set({ text });
      },
      onConnection: (isAway) => {
        if (this.#live === live) this.#showConnection(isAway);
      },
    });
    return live;
  }

  #showConnection(isAway: boolean): void {
    const { phase, message } = this.#state.get();
    if (phase.name === "busy") {
      this.#state.set({ phase: { ...phase, detail: isAway ? "The connection is gone; trying again" : undefined } });
    } else if (phase.name === "recording" && !phase.paused && isAway !== (message === AWAY_WORDS)) {
      this.#state.set({ message: isAway ? AWAY_WORDS : RECORDING_WORDS });
    }
  }

  /** Before anything was recorded there is nothing to ask about. */
  cancelStart(): void {
    if (this.#state.get().phase.name !== "starting") return;
    this.#start?.abort();
    this.#state.set({ phase: { name: "idle" }, message: "Cancelled." });
  }

  stop(): void {
    this.#session?.stop();
  }

  /** Stops what runs and throws it away; false where nothing runs. */
  discard(): boolean {
    if (!this.#session) return false;
    this.#discardAtEnd = true;
    this.#session.stop();
    return true;
  }

  pauseOrResume(): void {
    const session = this.#session;
    const { phase } = this.#state.get();
    if (!session || phase.name !== "recording") return;
    if (session.isPaused) {
      session.resume();
      this.#live?.resume();
    } else {
      session.pause();
      this.#live?.pause();
    }
    const paused = session.isPaused;
    this.#state.set({ phase: { ...phase, paused }, message: paused ? "Paused." : RECORDING_WORDS });
  }

  #showSeconds(seconds: number): void {
    const isLong = seconds > QUICK_SECONDS && this.#state.get().message === RECORDING_WORDS && !this.#live?.isListening;
    this.#state.set({ seconds, ...(isLong ? { message: LONG_RECORDING_WORDS } : {}) });
  }

  #end(recording: Recording, draft: Draft | undefined, isSafe: boolean): void {
    this.#session = undefined;
    const tooShort = recording.blob.size === 0 || recording.seconds < SHORTEST_SECONDS;
    if (this.#discardAtEnd || tooShort) {
      this.#live?.close();
      this.#events.onNothing(draft, tooShort ? "That was too short to hear anything." : "Discarded.");
      return;
    }
    const unsafe = isSafe ? "" : " This browser keeps no safe copy: do not close the page.";
    const words = `${END_WORDS[recording.reason]}Recorded ${saySeconds(recording.seconds)}.${unsafe}`;
    this.#events.onSpoken({ recording, draft, isSafe, words, live: this.#live });
  }
}

/** Text that comes then is news. */
function isUnderWay({ phase }: State): boolean {
  return phase.name === "recording" || phase.name === "busy";
}
