//! The effects of one call, which `src/js/host-effects.ts` has. Asking for them one by one keeps this boundary narrow: every object
//! of JavaScript that Rust touches itself costs an import, a shim and the conversions.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the core asks of JavaScript during one call. What fails, fails with an error of this package. */
export interface CallEffects {
  /** Patience, retries and headers of the call, as JSON. */
  readonly settings: string;
  /** Whether this is a web page or a worker of one. */
  readonly isPage: boolean;
  /** Whether the client's relay takes audio as it is, and this audio can be sent so. */
  takesAudio: boolean;
  /** The caller's key, asked for anew each time. */
  apiKey(): Promise<unknown>;
  /** The most bytes of audio; of a stream it is found out while it is read. */
  limit(most: number): void;
  /** How many bytes of the audio have been read so far. */
  readonly loaded: number;
  /** Begins a pause. */
  pause(millis: number): Effect;
  /**
   * Makes a request of an address and the rest of it, as JSON; in its body no audio (0), base64 (1) or bytes (2), between two
   * texts. An address that no request can be made of is an `invalid_option`.
   */
  request(url: string, head: string, before: string, audio: number, after: string): Promise<Request>;
  /** The same, and begins to send it. */
  send(url: string, head: string, before: string, audio: number, after: string, recognition: boolean): Exchange;
  /** Tells the caller how far a long call is. */
  stage(phase: string): void;
  /** Shows the caller how far a task is. */
  status(status: TaskStatus): void;
  /** Shows the caller what came of a file of a batch. */
  file(outcome: unknown): void;
  /** The error of a submission of a batch that was refused. */
  refusal(at: number): unknown;
}

/** The audio of a call: its address, or what is known of bytes that stay where they are. */
export interface AudioSource {
  readonly url?: string | undefined;
  /** The first bytes, or all there are; none where there is an address. */
  readonly head: Uint8Array;
  /** How many bytes there are, as far as anybody knows. */
  readonly length?: number | undefined;
  /** What a Blob or a header says that they are. */
  readonly declared?: string | undefined;
  /** Whether it can be sent again. */
  readonly replayable: boolean;
}

/** Something under way. */
export interface Effect {
  /** Waits for its end, or for the head of an answer, no longer than `timeout` milliseconds. */
  done(timeout: number): Promise<void>;
  /** Nobody wants it any more. */
  cancel(): void;
}

/** A request under way. */
export interface Exchange extends Effect {
  readonly status: number;
  header(name: string): string | undefined;
  /** The next bytes of the answer, `undefined` at its end. */
  chunk(timeout: number): Promise<Uint8Array | undefined>;
}

/** How far a call has come. */
export interface Progress {
  /**
   * What is being done: reading a stream, encoding the audio, waiting for the answer, receiving it; for long audio also
   * uploading, waiting in the queue, waiting for the recognition, fetching the result.
   */
  phase: "read" | "encode" | "send" | "receive" | "upload" | "queue" | "recognise" | "download";
  /** Bytes done: of the audio in `read`, `encode` and `upload`, of the answer in `receive`; else 0. */
  loaded: number;
  /** Bytes in all, where that is known. */
  total?: number;
  /** With `longAudio` as `"split"` or `"auto"`: in pieces, or as a task. */
  way?: "split" | "task";
  /**
   * How far a recording in pieces is: pieces that have been found and that are over, whether all have been found, and milliseconds of
   * the recording that are cut, and that stand in the text.
   */
  pieces?: { known: number; settled: number; isComplete: boolean; knownMs: number; toldMs: number };
  /** What is known of a recording in pieces: keep it, and give it to another call if this one does not come to its end. */
  resume?: { version: 1; model: string; pieces: { mark: string; transcript?: Transcript }[] };
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The `CallEffects` of the TypeScript section above.
    #[wasm_bindgen(typescript_type = "CallEffects")]
    #[derive(Clone, Debug)]
    pub type CallEffects;

    #[wasm_bindgen(method, getter)]
    pub(super) fn settings(this: &CallEffects) -> String;
    #[wasm_bindgen(method, getter, js_name = isPage)]
    pub(super) fn is_page(this: &CallEffects) -> bool;
    #[wasm_bindgen(method, getter, js_name = takesAudio)]
    pub(super) fn takes_audio(this: &CallEffects) -> bool;
    #[wasm_bindgen(method, setter, js_name = takesAudio)]
    pub(super) fn set_takes_audio(this: &CallEffects, takes: bool);
    #[wasm_bindgen(method, catch, js_name = apiKey)]
    pub(super) async fn api_key(this: &CallEffects) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub(super) fn limit(this: &CallEffects, most: f64);
    #[wasm_bindgen(method, getter)]
    pub(super) fn loaded(this: &CallEffects) -> f64;
    #[wasm_bindgen(method)]
    pub(super) fn pause(this: &CallEffects, millis: f64) -> Exchange;
    #[wasm_bindgen(method, catch)]
    pub(super) async fn request(
        this: &CallEffects,
        url: &str,
        head: &str,
        before: &str,
        audio: u8,
        after: &str,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub(super) fn send(
        this: &CallEffects,
        url: &str,
        head: &str,
        before: &str,
        audio: u8,
        after: &str,
        recognition: bool,
    ) -> Exchange;
    #[cfg(feature = "npm-files")]
    #[wasm_bindgen(method, catch)]
    pub(super) fn stage(this: &CallEffects, phase: &str) -> Result<(), JsValue>;
    #[cfg(feature = "npm-files")]
    #[wasm_bindgen(method, catch)]
    pub(super) fn status(this: &CallEffects, status: &JsValue) -> Result<(), JsValue>;
    #[cfg(feature = "npm-files")]
    #[wasm_bindgen(method, catch)]
    pub(super) fn file(this: &CallEffects, outcome: &JsValue) -> Result<(), JsValue>;
    #[cfg(feature = "npm-files")]
    #[wasm_bindgen(method)]
    pub(super) fn refusal(this: &CallEffects, at: usize) -> JsValue;

    /// `AudioSource` of the TypeScript section above.
    #[wasm_bindgen(typescript_type = "AudioSource")]
    #[derive(Debug)]
    pub type AudioSource;

    #[wasm_bindgen(method, getter)]
    pub(super) fn url(this: &AudioSource) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn head(this: &AudioSource) -> Vec<u8>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn length(this: &AudioSource) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn declared(this: &AudioSource) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn replayable(this: &AudioSource) -> bool;

    /// `Effect` and `Exchange` of the TypeScript section above.
    #[wasm_bindgen(typescript_type = "Exchange")]
    #[derive(Debug)]
    pub type Exchange;

    #[wasm_bindgen(method, catch)]
    pub(super) async fn done(this: &Exchange, timeout: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub(super) fn cancel(this: &Exchange);
    #[wasm_bindgen(method, getter, js_name = status)]
    pub(super) fn status_code(this: &Exchange) -> u16;
    #[wasm_bindgen(method)]
    pub(super) fn header(this: &Exchange, name: &str) -> Option<String>;
    #[wasm_bindgen(method, catch)]
    pub(super) async fn chunk(this: &Exchange, timeout: f64) -> Result<JsValue, JsValue>;
}
