// All that runs while somebody speaks.

import type { Draft } from "./draft.js";
import type { DraftWriter } from "./draft-writer.js";
import { firstSound } from "./first-sound.js";
import { LevelMeter } from "./level-meter.js";
import { openMicrophone } from "./microphone.js";
import { Recorder, type Recording } from "./recorder.js";
import { chooseRecordingFormat } from "./recording-format.js";
import type { SavedRecordings } from "./saved-recordings.js";
import { SilenceWatch } from "./silence-watch.js";
import { WakeLock } from "./wake-lock.js";

/** How often the level is looked at: one bar of the waveform each time. */
const LEVEL_EVERY_MS = 60;

/** What is recorded, and how. */
export interface SessionOptions {
  /** Of `listMicrophones()`; without it, or where it is no longer there, the default one. */
  readonly deviceId?: string | undefined;
  /** Where each second is kept; without it, in memory only. */
  readonly saved?: SavedRecordings | undefined;
  /** Where on the site it is recorded: stays with what is kept. */
  readonly place?: string | undefined;
  /** When it ends by itself; without it, after two hours. */
  readonly limitSeconds?: number | undefined;
  /** Opens what is recorded, where that is no microphone: the sound of a tab, an instrument. Its tracks are stopped at the end. */
  readonly openStream?: ((signal: AbortSignal) => Promise<MediaStream>) | undefined;
  /** Is given what will be recorded, and waited for: for a live transcription beside it, by `openMicrophone({ stream })`. */
  readonly onStream?: ((stream: MediaStream) => void | Promise<void>) | undefined;
}

/** What is told of a recording. */
export interface SessionEvents {
  /** How long it is, several times a second. */
  onSeconds(seconds: number): void;
  /** How loud it is, from 0 to 1, several times a second. */
  onLevel(level: number): void;
  /** Something could not be written: from now on there is no complete copy on disk. */
  onUnsafe?(): void;
  /** Nothing has been heard for so long that somebody should be told, or that is over. */
  onSilence(isSilent: boolean): void;
  /** `isSafe` is false when there is no complete copy on disk. */
  onEnd(recording: Recording, draft: Draft | undefined, isSafe: boolean): void;
}

/** Everything that runs while somebody speaks: microphone, recorder, safe copy, level, screen. */
export class RecordingSession {
  /** When it ends by itself. */
  readonly limitSeconds: number;
  readonly #recorder: Recorder;
  readonly #silence = new SilenceWatch();
  readonly #wakeLock = new WakeLock();
  #meter: LevelMeter | undefined;
  #levelTimer: ReturnType<typeof setInterval> | undefined;

  private constructor(stream: MediaStream, { saved, place, limitSeconds }: SessionOptions, events: SessionEvents) {
    const chosen = chooseRecordingFormat();
    const format = { ...chosen, limitSeconds: limitSeconds ?? chosen.limitSeconds };
    this.limitSeconds = format.limitSeconds;
    let writer: DraftWriter | undefined;
    this.#recorder = new Recorder(stream, format, {
      onPiece: (piece, seconds) => {
        writer ??= saved?.begin(piece.type || format.mimeType, () => events.onUnsafe?.(), place);
        writer?.add(piece, seconds);
      },
      onTick: (seconds) => events.onSeconds(seconds),
      onEnd: async (recording) => {
        clearInterval(this.#levelTimer);
        this.#meter?.close();
        this.#wakeLock.release();
        const isSafe = (await writer?.finish(recording.seconds)) ?? false;
        events.onEnd(recording, writer?.draft, isSafe);
      },
    });
  }

  /** Settles when what is said is kept. After `signal` nothing is recorded, and a microphone that opens late is closed again. */
  static async begin(options: SessionOptions, events: SessionEvents, signal: AbortSignal): Promise<RecordingSession> {
    const { deviceId = "", openStream = () => openMicrophone(deviceId) } = options;
    const stream = await openStream(signal);
    try {
      await options.onStream?.(stream);
      await firstSound(stream, signal);
      const session = new RecordingSession(stream, options, events);
      await session.#recorder.start(signal);
      session.#listen(stream, events);
      return session;
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  #listen(stream: MediaStream, events: SessionEvents): void {
    this.#meter = LevelMeter.open(stream);
    this.#levelTimer = setInterval(() => {
      if (this.#meter && !this.#recorder.isPaused) this.#hear(this.#meter.read(), events);
    }, LEVEL_EVERY_MS);
    this.#wakeLock.hold();
  }

  #hear(level: number, events: SessionEvents): void {
    events.onLevel(level);
    const wasSilent = this.#silence.isSuspicious;
    this.#silence.hear(level, LEVEL_EVERY_MS);
    if (this.#silence.isSuspicious !== wasSilent) events.onSilence(this.#silence.isSuspicious);
  }

  /** Whether it waits for `resume`. */
  get isPaused(): boolean {
    return this.#recorder.isPaused;
  }

  /** Leaves out what is said from now on. */
  pause(): void {
    this.#recorder.pause();
  }

  /** Goes on. */
  resume(): void {
    this.#recorder.resume();
  }

  /** Ends it; `onEnd` has it. */
  stop(): void {
    this.#recorder.stop();
  }
}
