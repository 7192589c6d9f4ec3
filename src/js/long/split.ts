// A recording that is transcribed piece by piece: it is read, its pieces are sent, and their texts told in order. What is done when
// is decided in Rust (src/long). It goes with the part `long`, so it imports types only from outside this folder.

import type { Progress, Segment, Transcript } from "../../../target/js/glue.js";
import type { Glue } from "../../../target/js/long-glue.js";
import type { AsrError } from "../errors.js";
import type { Gap, LongTranscript, Repetition } from "../long-events.js";
import type { ResumePoint } from "../resume-point.js";
import type { AudioSegment } from "../sound-options.js";
import type { Batch } from "../transcript-stream.js";
import type { TurnHolder } from "../turns.js";
import { takeTurns } from "./gate.js";
import { PieceAudio } from "./piece-audio.js";

type Machine = InstanceType<Glue["LongRecording"]>;

/** What the entry has. */
export interface SplitTools {
  call<T>(work: (glue: Glue) => T): T;
  toError(thrown: unknown): AsrError;
  /** Transcribes one piece in one attempt; gives the transcript as JSON. */
  transcribe(audio: Blob, context: string | undefined, signal: AbortSignal): Promise<string>;
  /** Tells the caller how far it is; throws where the callback does. */
  tell(progress: Progress): void;
  turns: TurnHolder;
  signal: AbortSignal | undefined;
  /** The error of a caller who wants no more. */
  cancelled(): AsrError;
}

/** A place of the text that is missing, as the core tells it. */
type Place = Omit<Gap, "error"> & { index: number };

/** Beside a machine, the recording that it is told of. */
export class Split {
  readonly #tools: SplitTools;
  readonly #machine: Machine;
  readonly #model: string;
  readonly #segments: AsyncGenerator<AudioSegment, void, undefined>;
  readonly #endTurns: () => void;
  readonly #controller = new AbortController();
  /** The sound of the pieces that are not over. */
  readonly #audio = new Map<number, PieceAudio>();
  readonly #errors = new Map<number, AsrError>();
  readonly #kept: ResumePoint["pieces"] = [];
  #batches: Batch<LongTranscript>[] = [];
  #wanted: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isReading = false;
  #isOver = false;
  #error: AsrError | undefined;

  constructor(tools: SplitTools, machine: Machine, segments: AsyncGenerator<AudioSegment, void, undefined>) {
    this.#tools = tools;
    this.#machine = machine;
    this.#segments = segments;
    this.#model = this.#call(() => machine.model);
    this.#endTurns = this.#call(() => takeTurns(tools.turns, machine, tools.call));
    tools.signal?.addEventListener("abort", this.#abort);
    if (tools.signal?.aborted) this.#abort();
  }

  readonly #abort = () => this.#do((machine) => machine.fail(this.#tools.cancelled()));

  /** Whether a piece has come of it: nothing has been sent before. */
  get hasBegun(): boolean {
    return this.#kept.length > 0;
  }

  /** What comes next in the text; nothing after the end. */
  async next(): Promise<Batch<LongTranscript> | undefined> {
    if (!this.#isOver) this.#act();
    for (;;) {
      const batch = this.#batches.shift();
      if (batch) return batch;
      if (this.#error) throw this.#error;
      if (this.#isOver) return undefined;
      await new Promise<void>((resolve) => {
        this.#wanted = resolve;
      });
    }
  }

  /** Nobody wants any more of it. */
  free(): void {
    if (!this.#isOver) this.#end();
  }

  #call<T>(work: () => T): T {
    return this.#tools.call(work);
  }

  /** Tells the machine something, and does what it asks for then. */
  #do(work: (machine: Machine, now: number) => void): void {
    if (this.#isOver) return;
    try {
      this.#call(() => work(this.#machine, performance.now()));
      this.#act();
    } catch (thrown) {
      this.#fail(this.#tools.toError(thrown)); // its instance has died, or a callback threw
    }
  }

  #act(): void {
    for (const action of this.#call(() => this.#machine.actions(performance.now()))) {
      if (this.#isOver) return; // a callback may end it
      switch (action[0]) {
        case "send":
          void this.#send(action[1], action[2], action[3]);
          break;
        case "settled":
          this.#audio.delete(action[1]);
          this.#keep(action[1]);
          this.#tell();
          break;
        case "told":
          this.#told(action[1], JSON.parse(action[2]) as Segment[], action[3]);
          break;
        case "done":
          this.#done(JSON.parse(action[1]));
          return;
        case "fail":
          this.#fail(this.#tools.toError(action[1]));
          return;
      }
    }
    if (this.#isOver) return;
    this.#read();
    this.#wind();
  }

  #wind(): void {
    clearTimeout(this.#timer);
    const deadline = this.#call(() => this.#machine.deadline);
    if (deadline === undefined) return;
    this.#timer = setTimeout(() => this.#do(() => {}), Math.max(1, Math.ceil(deadline - performance.now())));
  }

  /** The next piece, where one is wanted. */
  #read(): void {
    if (this.#isReading || !this.#call(() => this.#machine.wantsMore)) return;
    this.#isReading = true;
    const come = (segment: AudioSegment | undefined) => {
      this.#isReading = false;
      this.#do((machine) => {
        if (!segment) return machine.end();
        const index = this.#kept.length;
        this.#audio.set(index, new PieceAudio(segment));
        machine.piece(Math.round(segment.fromMs * 16), segment.samples);
        this.#keep(index);
      });
    };
    this.#segments.next().then(
      ({ value }) => come(value ?? undefined),
      (thrown) => this.#do((machine) => machine.fail(this.#failed(-1, thrown))),
    );
  }

  async #send(index: number, context: string | undefined, asOpus: boolean): Promise<void> {
    const audio = this.#audio.get(index);
    if (!audio) return;
    const { signal } = this.#controller;
    try {
      const opus = asOpus ? await audio.opus(signal) : undefined;
      if (asOpus && !opus) this.#do((machine) => machine.unencoded(index));
      const transcript = await this.#tools.transcribe(opus ?? audio.wav(), context, signal);
      this.#do((machine, now) => machine.heard(index, transcript, now));
    } catch (thrown) {
      this.#do((machine, now) => machine.failed(index, this.#failed(index, thrown), now, Math.random()));
    }
  }

  #failed(index: number, thrown: unknown): AsrError {
    const error = this.#tools.toError(thrown);
    this.#errors.set(index, error);
    return error;
  }

  #keep(index: number): void {
    const kept = this.#call(() => this.#machine.kept(index));
    if (kept !== undefined) this.#kept[index] = JSON.parse(kept);
  }

  get #resume(): ResumePoint {
    return { version: 1, model: this.#model, pieces: [...this.#kept] };
  }

  #tell(): void {
    const [known = 0, settled = 0, complete = 0, knownMs = 0, toldMs = 0] = this.#call(() => this.#machine.progress());
    const pieces = { known, settled, isComplete: complete === 1, knownMs, toldMs };
    this.#tools.tell({ phase: "recognise", loaded: 0, way: "split", pieces, resume: this.#resume });
  }

  #told(delta: string, segments: Segment[], place: string | undefined): void {
    const more = { segments, resume: this.#resume };
    const gap = place === undefined ? {} : { gap: this.#gap(JSON.parse(place)) };
    this.#give([delta, Int32Array.of(delta.length), undefined, { ...more, ...gap }]);
  }

  #gap({ index, ...times }: Place): Gap {
    return { ...times, error: this.#errors.get(index) as AsrError };
  }

  #done(outcome: { transcript: Transcript; gaps: Place[]; repetitions: Repetition[] }): void {
    const { transcript, repetitions } = outcome;
    const gaps = outcome.gaps.map((place) => this.#gap(place));
    const whole: LongTranscript = { ...transcript, way: "split", gaps, repetitions };
    this.#give(["", new Int32Array(), whole]);
    this.#end();
  }

  #give(batch: Batch<LongTranscript>): void {
    this.#batches.push(batch);
    this.#wake();
  }

  #wake(): void {
    this.#wanted?.();
    this.#wanted = undefined;
  }

  #fail(error: AsrError): void {
    this.#error = this.#kept.length > 0 ? Object.assign(error, { resume: this.#resume }) : error;
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#tools.signal?.removeEventListener("abort", this.#abort);
    this.#controller.abort();
    this.#audio.clear();
    this.#endTurns();
    this.#segments.return().catch(() => {}); // it was cut short, and says so
    try {
      this.#call(() => this.#machine.free());
    } catch {
      // Its instance has died with it.
    }
    this.#wake();
  }
}
