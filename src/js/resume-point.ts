// What a caller keeps of a recording that goes in pieces. Read and written in Rust (src/long/kept.rs).

import type { Transcript } from "../../target/js/glue.js";

/** What there is of a recording so far: plain data, to be kept as it is, and given back as `resume`. */
export interface ResumePoint {
  /** The form of it. */
  version: 1;
  /** The model that has been asked. */
  model: string;
  /** The pieces that have been found, and what has been heard of them. */
  pieces: { mark: string; transcript?: Transcript }[];
}
