// From audio to words: one piece of work at a time.

import type { AsrError, Gap, LongTranscript, ResumePoint, Transcript } from "dashscope-asr";
import type { RunningTask, SavedRecordings } from "dashscope-asr/recorder";
import { formatSeconds } from "../clock.ts";
import { loadPackage } from "../package.ts";
import { cancelTask } from "../recognition/by-task.ts";
import type { LiveWords } from "../recognition/live-words.ts";
import { planFor } from "../recognition/plan.ts";
import type { Progress, Step } from "../recognition/progress.ts";
import { recognise, TooLargeForSite } from "../recognition/recognise.ts";
import type { Settings } from "../settings.ts";
import { describeTrouble } from "../words/trouble.ts";
import type { Playback } from "./playback.ts";
import { audioOf, canTranscribe, nameOf, type Source, type State, type StateAccess } from "./state.ts";

/** What is smaller is sent at once; of more, it is worth knowing first whether it is too long. */
const WORTH_MEASURING_BYTES = 1_000_000;
const MEASURING_PATIENCE_MS = 3000;

const GOES_ON_WORDS = "Close this page if you must: what is done is kept, and the rest follows when you come back.";

export interface WorkParts {
  readonly settings: Settings;
  readonly saved: SavedRecordings;
  readonly playback: Playback;
}

/** From a source to its words: starting, showing how far it is, cancelling, keeping what came of it. */
export class Work {
  readonly #parts: WorkParts;
  readonly #state: StateAccess;
  #request: AbortController | undefined;
  #outline: Promise<unknown> = Promise.resolve();
  /** The note of the recording that is under way, being written. */
  #keeping: Promise<void> | undefined;

  constructor(parts: WorkParts, state: StateAccess) {
    this.#parts = parts;
    this.#state = state;
  }

  /** `live` has listened while it was spoken. */
  async start(live?: LiveWords): Promise<void> {
    const { source, phase } = this.#state.get();
    if (!source || !canTranscribe(source) || phase.name !== "ready") return;
    this.#parts.playback.pause();
    const request = new AbortController();
    this.#request = request;
    this.#keeping = undefined;
    this.#state.set({ phase: { name: "busy", step: "preparing" }, trouble: undefined, message: "", longWay: "" });
    const heard = live?.finish();
    request.signal.addEventListener("abort", () => live?.close());
    if (!heard && (audioOf(source)?.size ?? 0) > WORTH_MEASURING_BYTES) await this.#measured();
    const { about, outline } = this.#state.get();
    const known = typeof about === "object" ? about : undefined;
    const work = {
      // Of what only a task is left, nothing is sent any more.
      audio: source.kind === "url" ? source.url : (audioOf(source) ?? new Blob()),
      seconds: source.kind === "recording" ? source.seconds : outline?.seconds,
      task: source.draft?.task,
      known: source.draft?.pieces?.resume,
      heard,
      maxUploadBytes: known?.maxUploadBytes,
    };
    const plan = planFor(this.#parts.settings, known?.models);
    const clock = setInterval(() => this.#showWaiting(request, source), 1000);
    try {
      const transcript = await recognise(work, plan, request.signal, this.#progressOf(request, source));
      if (request.signal.aborted) return;
      const gaps = "gaps" in transcript ? (transcript as LongTranscript).gaps : [];
      const message = transcript.noSpeech
        ? "No speech was heard. Play it back to check the microphone."
        : doneWords(gaps);
      delete source.draft?.task;
      // Where something is missing, the next time asks for that only.
      if (gaps.length === 0) delete source.draft?.pieces;
      else await this.#stopPieces(source);
      this.#state.set({ phase: { name: "ready" }, text: transcript.text, transcript, editing: false, message });
      await this.#keep(source);
      await this.#write(source, transcript.text, transcript);
      if (this.#state.get().source !== source) this.#state.set({ saved: await this.#parts.saved.list() });
    } catch (error) {
      if (!request.signal.aborted) await this.fail(error);
      await this.#stopPieces(source);
    } finally {
      clearInterval(clock);
    }
  }

  /** Somebody finds out how long the recording is. */
  measuring(looking: Promise<unknown>): void {
    this.#outline = looking;
  }

  #measured(): Promise<unknown> {
    const tooLate = new Promise((resolve) => setTimeout(resolve, MEASURING_PATIENCE_MS));
    return Promise.race([this.#outline, tooLate]);
  }

  #progressOf(request: AbortController, source: Source): Progress {
    const showStep = (step: Step): void => {
      const { phase } = this.#state.get();
      const now = phase.name === "busy" ? phase.step : undefined;
      // The rest of an answer is waited for as well, but "Listening… Writing…" with every word is not to be borne.
      if (now === step || (now === "writing" && step === "waiting")) return;
      this.#whileBusy(request, { phase: { name: "busy", step } });
    };
    return {
      onStep: showStep,
      onText: (text) => this.#whileBusy(request, { text, transcript: undefined }),
      onUpload: (loaded, total) => {
        const detail = `${inMegabytes(loaded)} of ${inMegabytes(total)} MB`;
        this.#whileBusy(request, { phase: { name: "busy", step: "uploading", share: loaded / total, detail } });
      },
      onPieces: ({ settled, known, isComplete }) => {
        const step = "hearing" as const;
        const detail = `${settled} of ${known}${isComplete ? "" : " and more"} pieces`;
        this.#whileBusy(request, {
          phase: { name: "busy", step, share: settled / Math.max(known, 1), pieces: known, detail },
        });
      },
      onKnown: (resume) => void this.#keepPieces(request, source, resume),
      onLongWay: (longWay) => this.#whileBusy(request, { longWay }),
      onTask: async (task) => {
        if (task) return this.#submitted(request, source, task);
        delete source.draft?.task;
        if (source.draft) await this.#parts.saved.save(source.draft);
      },
    };
  }

  /** From here on a reload, a crash or a closed page lose nothing: the id is on disk. */
  async #submitted(request: AbortController, source: Source, task: RunningTask): Promise<void> {
    if (source.draft) {
      source.draft.task = task;
      await this.#parts.saved.save(source.draft);
    } else await this.#keep(source, task);
    // Cancelled while it was on its way: what nobody waits for shall not be paid for.
    if (request.signal.aborted) return this.#cancelTask(source, task, "");
    const { longWay } = this.#state.get();
    const promise = source.draft ? "You may close this page: the words are fetched when you come back." : "";
    this.#whileBusy(request, { longWay: `${longWay} ${promise}`.trim() });
  }

  /** A reload, a crash or a closed page lose at most the pieces that were under way. */
  async #keepPieces(request: AbortController, source: Source, resume: ResumePoint): Promise<void> {
    if (request.signal.aborted) return;
    this.#keeping ??= this.#keep(source);
    await this.#keeping;
    if (request.signal.aborted || !source.draft || this.#state.get().phase.name !== "busy") return;
    source.draft.pieces = { resume, isUnderWay: true };
    await this.#parts.saved.save(source.draft);
    const { longWay } = this.#state.get();
    if (!longWay.includes(GOES_ON_WORDS)) this.#whileBusy(request, { longWay: `${longWay} ${GOES_ON_WORDS}` });
  }

  /** What is known stays; it does not go on by itself. */
  async #stopPieces(source: Source): Promise<void> {
    if (!source.draft?.pieces) return;
    source.draft.pieces = { ...source.draft.pieces, isUnderWay: false };
    await this.#parts.saved.save(source.draft);
  }

  #showWaiting(request: AbortController, source: Source): void {
    const { phase } = this.#state.get();
    const since = source.draft?.task?.submittedAt;
    if (since === undefined || phase.name !== "busy" || (phase.step !== "queued" && phase.step !== "recognising"))
      return;
    const detail = `${formatSeconds((Date.now() - since) / 1000)} so far`;
    this.#whileBusy(request, { phase: { ...phase, detail } });
  }

  cancel(): void {
    const { phase, source } = this.#state.get();
    if (phase.name !== "busy") return;
    this.#request?.abort();
    const task = source?.draft?.task;
    const kept = source?.kind === "recording" ? " The recording is still here." : "";
    this.#state.set({ phase: { name: "ready" }, longWay: "", message: task ? "Cancelling…" : `Cancelled.${kept}` });
    if (task && source) void this.#cancelTask(source, task, kept);
  }

  async #cancelTask(source: Source, task: RunningTask, kept: string): Promise<void> {
    const cancelled = await cancelTask(task);
    if (cancelled && source.draft?.task === task) {
      delete source.draft.task;
      await this.#parts.saved.save(source.draft);
    }
    if (this.#state.get().source !== source || this.#state.get().phase.name !== "ready") return;
    const words = "Not waiting any longer. The service had begun already, so its words can be fetched for a day.";
    this.#state.set({ message: cancelled ? `Cancelled.${kept}` : words });
  }

  /** Late news of a cancelled request must not touch the page. */
  #whileBusy(request: AbortController, change: Partial<State>): void {
    if (this.#request === request && !request.signal.aborted) this.#state.set(change);
  }

  async fail(error: unknown): Promise<void> {
    // When it was the package that could not be loaded, there is nobody to tell its errors from others.
    const isAsrError = await loadPackage().then(
      (loaded) => loaded.isAsrError,
      () =>
        (_: unknown): _ is AsrError =>
          false,
    );
    const trouble =
      error instanceof TooLargeForSite
        ? { title: "This file is too large for this site", advice: error.message }
        : describeTrouble(error, isAsrError);
    const phase = this.#state.get().source ? ({ name: "ready" } as const) : ({ name: "idle" } as const);
    this.#state.set({ phase, message: "", longWay: "", trouble });
  }

  /** What came from elsewhere is kept from the moment on that something was made of it. */
  async #keep(source: Source, task?: RunningTask): Promise<void> {
    if (source.draft || (source.kind !== "file" && source.kind !== "url")) return;
    const { saved } = this.#parts;
    const isHere = (): boolean => this.#state.get().source === source;
    const seconds = (isHere() && this.#state.get().outline?.seconds) || 0;
    const origin = source.kind === "file" ? "file" : { url: source.url };
    const draft = await saved.keep({ audio: audioOf(source), seconds, name: nameOf(source), origin, task });
    if (!draft) return;
    source.draft = draft;
    if (isHere()) await saved.hold(draft);
    // Nobody has to wait for the disk.
    const audio = audioOf(source);
    if (audio) void saved.addAudio(draft, audio);
  }

  /** Text and facts stay with the recording, so that a reload brings all of it back. */
  async remember(): Promise<void> {
    const { source, text, transcript } = this.#state.get();
    if (source && transcript) await this.#write(source, text, transcript);
  }

  async #write(source: Source, text: string, transcript: Transcript): Promise<void> {
    if (!source.draft) return;
    Object.assign(source.draft, { text, transcript });
    await this.#parts.saved.save(source.draft);
  }
}

function doneWords(gaps: readonly Gap[]): string {
  if (gaps.length === 0) return "Done.";
  const stretches = gaps.map(
    ({ beginMs, endMs }) => `${formatSeconds(beginMs / 1000)} to ${formatSeconds(endMs / 1000)}`,
  );
  return `Done, except for ${stretches.join(", ")}. Transcribe again to have that heard.`;
}

function inMegabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
