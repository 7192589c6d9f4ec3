//! The effects of one call, which `src/js/host.ts` has. Asking for them one by one keeps this boundary narrow: every object
//! of JavaScript that Rust touches itself costs an import, a shim and the conversions.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the core asks of JavaScript during one call. What fails, fails with an error of this package. */
export interface Call {
  /** Patience, retries and headers of the call, as JSON. */
  readonly settings: string;
  /** Whether this is a web page or a worker of one. */
  readonly isPage: boolean;
  /** The caller's key, asked for anew each time. */
  apiKey(): Promise<unknown>;
  /** The most bytes of audio; of a stream it is found out while it is read. */
  limit(most: number): void;
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
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The `Call` of the TypeScript section above.
    #[wasm_bindgen(typescript_type = "Call")]
    #[derive(Clone, Debug)]
    pub type Call;

    #[wasm_bindgen(method, getter)]
    pub(super) fn settings(this: &Call) -> String;
    #[wasm_bindgen(method, getter, js_name = isPage)]
    pub(super) fn is_page(this: &Call) -> bool;
    #[wasm_bindgen(method, catch, js_name = apiKey)]
    pub(super) async fn api_key(this: &Call) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub(super) fn limit(this: &Call, most: f64);
    #[wasm_bindgen(method)]
    pub(super) fn pause(this: &Call, millis: f64) -> Exchange;
    #[wasm_bindgen(method, catch)]
    pub(super) async fn request(
        this: &Call,
        url: &str,
        head: &str,
        before: &str,
        audio: u8,
        after: &str,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub(super) fn send(
        this: &Call,
        url: &str,
        head: &str,
        before: &str,
        audio: u8,
        after: &str,
        recognition: bool,
    ) -> Exchange;
    #[cfg(feature = "npm-files")]
    #[wasm_bindgen(method, catch)]
    pub(super) fn stage(this: &Call, phase: &str) -> Result<(), JsValue>;
    #[cfg(feature = "npm-files")]
    #[wasm_bindgen(method, catch)]
    pub(super) fn status(this: &Call, status: &JsValue) -> Result<(), JsValue>;
    #[cfg(feature = "npm-files")]
    #[wasm_bindgen(method, catch)]
    pub(super) fn file(this: &Call, outcome: &JsValue) -> Result<(), JsValue>;

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
