// All that runs while somebody speaks.

import type { Draft } from "../drafts/draft.ts";
import type { DraftWriter } from "../drafts/draft-writer.ts";
import type { SavedRecordings } from "../drafts/saved-recordings.ts";
import { firstSound } from "./first-sound.ts";
import { LevelMeter } from "./level-meter.ts";
import { openMicrophone } from "./microphone.ts";
import { Recorder, type Recording } from "./recorder.ts";
import { chooseRecordingFormat } from "./recording-format.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { WakeLock } from "./wake-lock.ts";

/** How often the level is looked at: one bar of the waveform each time. */
const LEVEL_EVERY_MS = 60;

export interface SessionEvents {
  onSeconds(seconds: number): void;
  onLevel(level: number): void;
  /** Nothing has been heard for so long that somebody should be told, or that is over. */
  onSilence(isSilent: boolean): void;
  /** `isSafe` is false when there is no complete copy on disk. */
  onEnd(recording: Recording, draft: Draft | undefined, isSafe: boolean): void;
}

/** Everything that runs while somebody speaks: microphone, recorder, safe copy, level, screen. */
export class RecordingSession {
  readonly limitSeconds: number;
  readonly #recorder: Recorder;
  readonly #silence = new SilenceWatch();
  readonly #wakeLock = new WakeLock();
  #meter: LevelMeter | undefined;
  #levelTimer: ReturnType<typeof setInterval> | undefined;

  private constructor(stream: MediaStream, saved: SavedRecordings, events: SessionEvents) {
    const format = chooseRecordingFormat();
    this.limitSeconds = format.limitSeconds;
    let writer: DraftWriter | undefined;
    this.#recorder = new Recorder(stream, format, {
      onPiece: (piece, seconds) => {
        writer ??= saved.begin(piece.type || format.mimeType);
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
  static async begin(
    microphoneId: string,
    saved: SavedRecordings,
    events: SessionEvents,
    signal: AbortSignal,
  ): Promise<RecordingSession> {
    const stream = await openMicrophone(microphoneId);
    try {
      await firstSound(stream, signal);
      const session = new RecordingSession(stream, saved, events);
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

  get isPaused(): boolean {
    return this.#recorder.isPaused;
  }

  pause(): void {
    this.#recorder.pause();
  }

  resume(): void {
    this.#recorder.resume();
  }

  stop(): void {
    this.#recorder.stop();
  }
}
