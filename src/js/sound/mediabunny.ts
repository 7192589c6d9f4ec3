// What is used of the package mediabunny, in our own words: its types need those of WebCodecs, which TypeScript's own contradict.
// tsconfig.json puts this in its place, for types only.

export interface Sample {
  readonly sampleRate: number;
  readonly numberOfFrames: number;
  readonly numberOfChannels: number;
  /** Seconds. */
  readonly timestamp: number;
  copyTo(
    destination: Float32Array,
    options: { planeIndex: number; format: "f32-planar"; frameOffset: number; frameCount: number },
  ): void;
  close(): void;
}

export interface Track {
  readonly input: Input;
  getCodec(): Promise<string | null>;
  getNumberOfChannels(): Promise<number>;
  getSampleRate(): Promise<number>;
  canDecode(): Promise<boolean>;
  /** Seconds. */
  getDurationFromMetadata(): Promise<number | null>;
  computeDuration(): Promise<number>;
}

export declare class BlobSource {
  constructor(blob: Blob);
}

export declare class Input {
  constructor(options: { source: BlobSource; formats: unknown[] });
  getPrimaryAudioTrack(): Promise<Track | null>;
  /** Of all tracks, in seconds: what is broadcast does not begin at 0. */
  getFirstTimestamp(): Promise<number>;
  dispose(): void;
}

export declare class AudioSampleSink {
  constructor(track: Track);
  samples(fromSeconds?: number, toSeconds?: number): AsyncGenerator<Sample, void>;
}

export declare const ALL_FORMATS: unknown[];
