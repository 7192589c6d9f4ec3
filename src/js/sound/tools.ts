// What the parts of this folder hand to each other, and get from the entry.

import type { Glue } from "../../../target/js/sound-glue.js";
import type { look, readPart } from "../audio-input.js";
import type { checkSignal } from "../call.js";
import type { AsrError, ErrorCode } from "../errors.js";
import type { HostEffects } from "../host-effects.js";

/** What the entry has. */
export interface SoundTools {
  call<T>(work: (glue: Glue) => T): T;
  checkSignal: typeof checkSignal;
  effects: HostEffects;
  failure(code: ErrorCode, message: string, ...cause: [thrown?: unknown]): AsrError;
  look: typeof look;
  readPart: typeof readPart;
  readBlob(blob: Blob, size: number): AsyncGenerator<Uint8Array, void>;
}

/** Samples, and the share of the recording that is read by now, as far as anybody knows. */
export interface Chunk {
  samples: Int16Array<ArrayBuffer>;
  fraction: number | undefined;
}
