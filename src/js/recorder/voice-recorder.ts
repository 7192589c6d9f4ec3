// A microphone as a recording, with every state as data.

import { checkedOptions } from "../check-options.js";
import { microphonePermission } from "../microphone/devices.js";
import { canRecord } from "./microphone.js";
import { describeMicrophoneTrouble, describeMissingRecorder } from "./microphone-trouble.js";
import { RECORDER_RULES, type VoiceRecorderOptions } from "./recorder-options.js";
import type { FinishedRecording, RecorderState } from "./recorder-state.js";
import { LIMIT_SECONDS } from "./recording-format.js";
import { hasRoomFor } from "./room.js";
import { RecordingSession, type SessionEvents } from "./session.js";

/** A slip of the finger rather than a recording. */
const SHORTEST_SECONDS = 0.3;

const ENDED = "The microphone went away as soon as it was there.";

/** How often the browser is asked for the room on disk, in seconds of recording. */
const LOOK_EVERY_SECONDS = 10;

/**
 * Records what somebody says. Each second is on disk before the next one is over, where `saved` says so.
 *
 * ```ts
 * const saved = await SavedRecordings.open();
 * const recorder = new VoiceRecorder({ saved, limitSeconds: 300, onState: (state) => show(state) });
 * button.onclick = () => recorder.start();
 * const recording = await recorder.stop();
 * ```
 *
 * What goes wrong is thrown nowhere but by `new`, for options: it is `state.trouble`.
 */
export class VoiceRecorder {
  readonly #options: VoiceRecorderOptions;
  readonly #life = new AbortController();
  #state: RecorderState;
  #session: RecordingSession | undefined;
  #starting: AbortController | undefined;
  #ending: Ending | undefined;
  #isUnwanted = false;
  #lookedAt = 0;

  constructor(options: VoiceRecorderOptions = {}) {
    this.#options = checkedOptions(options, RECORDER_RULES);
    this.#state = {
      ...{ phase: "idle", seconds: 0, limitSeconds: options.limitSeconds ?? LIMIT_SECONDS, isSilent: false },
      ...{ permission: "unknown", safety: this.#bestSafety, recording: undefined, trouble: undefined },
    };
    void this.#watchPermission();
  }

  /** What it is now. */
  get state(): RecorderState {
    return this.#state;
  }

  /**
   * Begins, when somebody presses a button. True when what is said is kept; false where it does not come to that, see `state.trouble`,
   * and where something is under way already. A recording before this one is put away: it stays on disk.
   * @param changes of the options, for this recording
   */
  async start(changes: Pick<VoiceRecorderOptions, "deviceId" | "limitSeconds"> = {}): Promise<boolean> {
    const { phase } = this.#state;
    if ((phase !== "idle" && phase !== "recorded") || this.#life.signal.aborted) return false;
    const options = checkedOptions({ ...this.#options, ...changes }, RECORDER_RULES);
    const { limitSeconds = LIMIT_SECONDS } = options;
    if (!canRecord()) {
      this.#set({ phase: "idle", trouble: describeMissingRecorder() });
      return false;
    }
    const starting = new AbortController();
    this.#starting = starting;
    this.#isUnwanted = false;
    this.#lookedAt = 0;
    this.#set({
      phase: "starting",
      seconds: 0,
      recording: undefined,
      trouble: undefined,
      safety: this.#bestSafety,
      limitSeconds,
    });
    try {
      const session = await RecordingSession.begin(options, this.#events, starting.signal);
      this.#session = session;
      this.#ending = newEnding();
      // It had just begun when nobody wanted it any more.
      if (starting.signal.aborted) {
        this.#isUnwanted = true;
        session.stop();
        return false;
      }
    } catch (error) {
      // Somebody has gone on to something else since.
      if (!starting.signal.aborted) this.#set({ phase: "idle", trouble: describeMicrophoneTrouble(error) });
      return false;
    }
    this.#set({ phase: "recording" });
    void this.#lookForRoom();
    return true;
  }

  /** Leaves out what is said from now on. */
  pause(): void {
    if (this.#state.phase !== "recording") return;
    this.#session?.pause();
    this.#set({ phase: "paused", isSilent: false });
  }

  /** Goes on after a pause. */
  resume(): void {
    if (this.#state.phase !== "paused") return;
    this.#session?.resume();
    this.#set({ phase: "recording" });
  }

  /** Ends it. Gives what was recorded; `undefined` where that is nothing, because it had not begun or was shorter than 0.3 seconds. */
  async stop(): Promise<FinishedRecording | undefined> {
    const { phase, recording } = this.#state;
    if (phase === "starting") {
      this.#starting?.abort();
      this.#set({ phase: "idle" });
      return undefined;
    }
    const ending = this.#ending;
    if (!ending) return recording;
    if (phase !== "saving") this.#set({ phase: "saving", isSilent: false });
    this.#session?.stop();
    return ending.promise;
  }

  /** Throws it away, whether it has ended or not, and deletes it from the disk. */
  async discard(): Promise<void> {
    this.#isUnwanted = true;
    const recording = await this.stop();
    if (recording) await this.#forget(recording);
  }

  /** Puts away what was recorded; what is kept stays in `saved.list()`. */
  async clear(): Promise<void> {
    if (this.#state.phase !== "recorded") return;
    await this.#options.saved?.putBack();
    this.#set({ phase: "idle", recording: undefined, seconds: 0 });
  }

  /** For good: lets the microphone go and tells nobody any more. What was recorded until then stays on disk. */
  close(): void {
    this.#life.abort();
    this.#starting?.abort();
    this.#session?.stop();
    if (!this.#session) void this.#options.saved?.putBack();
  }

  async #watchPermission(): Promise<void> {
    const permission = await microphonePermission();
    this.#set({ permission: permission.state });
    permission.onchange = (state) => this.#set({ permission: state });
  }

  get #bestSafety(): RecorderState["safety"] {
    return this.#options.saved?.isKeeping ? "kept" : "none";
  }

  get #events(): SessionEvents {
    return {
      onSeconds: (seconds) => {
        this.#set({ seconds });
        void this.#lookForRoom();
      },
      onLevel: (level) => {
        if (!this.#life.signal.aborted) this.#options.onLevel?.(level);
      },
      onSilence: (isSilent) => this.#set({ isSilent }),
      onUnsafe: () => this.#set({ safety: "none" }),
      onEnd: (recording, draft, isSafe) => void this.#end({ ...recording, draft, isSafe }),
    };
  }

  async #end(recording: FinishedRecording): Promise<void> {
    this.#session = undefined;
    const ending = this.#ending;
    this.#ending = undefined;
    const isNothing = recording.blob.size === 0 || recording.seconds < SHORTEST_SECONDS;
    if (isNothing || this.#isUnwanted) {
      await this.#forget(recording);
      // Nothing came of it, and nobody wanted that.
      const wasWanted = !this.#isUnwanted && recording.reason !== "stopped";
      if (wasWanted) this.#set({ trouble: describeMicrophoneTrouble(new DOMException(ENDED, "AbortError")) });
      ending?.resolve(undefined);
      return;
    }
    if (this.#life.signal.aborted) await this.#options.saved?.putBack();
    this.#set({ phase: "recorded", seconds: recording.seconds, isSilent: false, recording });
    ending?.resolve(recording);
  }

  async #forget({ draft }: FinishedRecording): Promise<void> {
    const { saved } = this.#options;
    if (draft) await saved?.delete(draft);
    await saved?.putBack();
    this.#set({ phase: "idle", seconds: 0, isSilent: false, recording: undefined });
  }

  /** Tells that there is too little before there is none. */
  async #lookForRoom(): Promise<void> {
    const { seconds, limitSeconds } = this.#state;
    if (seconds < this.#lookedAt) return;
    this.#lookedAt = seconds + LOOK_EVERY_SECONDS;
    const isEnough = await hasRoomFor(limitSeconds - seconds);
    if (this.#state.safety === "none" || !this.#session) return;
    const safety = isEnough ? "kept" : "scarce";
    if (safety !== this.#state.safety) this.#set({ safety });
  }

  #set(change: Partial<RecorderState>): void {
    this.#state = { ...this.#state, ...change };
    if (!this.#life.signal.aborted) this.#options.onState?.(this.#state);
  }
}

/** Somebody waits for the end, or will. */
interface Ending {
  readonly promise: Promise<FinishedRecording | undefined>;
  resolve(recording: FinishedRecording | undefined): void;
}

function newEnding(): Ending {
  let resolve!: Ending["resolve"];
  const promise = new Promise<FinishedRecording | undefined>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
