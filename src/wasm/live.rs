//! A live transcription: what happens goes in by one method each, what is to be done comes out as a list.

use js_sys::{Array, Float32Array, Int16Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::entry::{config, data};
use super::error::{from_js, to_js};
use crate::live::{Action, LiveOptions, Session};
use crate::subtitle;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What is to be done, by its name, with what it needs; of `fail`, the error as `toError` takes it, and a file of the audio. */
export type LiveAction =
  | ["connect" | "text" | "probe" | "event" | "done", string]
  | ["binary", Uint8Array<ArrayBuffer>]
  | ["close"]
  | ["fail", unknown, Uint8Array<ArrayBuffer> | undefined];
"#;

/// One live transcription. Times are milliseconds of a clock that does not run backwards.
#[wasm_bindgen]
#[derive(Debug)]
pub struct LiveSession {
    session: Session,
}

#[wasm_bindgen]
impl LiveSession {
    /// Checks the options and begins to connect.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str, options: &str, seed: &str, random: f64, now: f64) -> Result<Self, JsValue> {
        let make = || {
            let live = data(options, LiveOptions::read)?.verify(&config(settings)?)?;
            Ok(Self { session: Session::new(live, seed, random, now) })
        };
        make().map_err(|error| to_js(&error))
    }

    /// Audio: `Float32Array`, `Int16Array`, or bytes; and how many bytes wait in the socket.
    pub fn send(&mut self, audio: &JsValue, in_socket: u32, now: f64) {
        self.session.in_socket(u64::from(in_socket), now);
        if let Some(floats) = audio.dyn_ref::<Float32Array>() {
            self.session.send_floats(&floats.to_vec(), now);
        } else if let Some(samples) = audio.dyn_ref::<Int16Array>() {
            self.session.send_samples(&samples.to_vec(), now);
        } else if let Some(bytes) = audio.dyn_ref::<Uint8Array>() {
            self.session.send_bytes(&bytes.to_vec(), now);
        }
    }

    /// Something has happened that needs no more than a name.
    pub fn tell(&mut self, what: &str, now: f64) {
        match what {
            "opened" => self.session.opened(now),
            "wake" => self.session.wake(now),
            "finish" => self.session.finish(now),
            "pause" => self.session.pause(now),
            "resume" => self.session.resume(now),
            "reconnect" => self.session.reconnect(now),
            _ => self.session.close(),
        }
    }

    /// A turn is over.
    pub fn commit(&mut self, now: f64) -> Result<(), JsValue> {
        self.session.commit(now).map_err(|error| to_js(&error))
    }

    /// A text message came.
    pub fn message(&mut self, text: &str, now: f64) {
        self.session.message(text, now);
    }

    /// The socket has closed.
    pub fn closed(&mut self, code: u32, reason: &str, now: f64) {
        self.session.closed(code, reason, now);
    }

    /// No socket could be asked for.
    pub fn failed(&mut self, error: JsValue, now: f64) {
        self.session.failed(from_js(error), now);
    }

    /// What HTTP has answered where the socket did not open.
    pub fn probed(&mut self, status: u16, body: &str) {
        self.session.probed(status, body);
    }

    /// Other words that were said before: `context` and `messages`, as JSON.
    #[wasm_bindgen(js_name = setContext)]
    pub fn set_context(&mut self, options: &str) -> Result<(), JsValue> {
        let mut set = || self.session.set_context(data(options, LiveOptions::read)?);
        set().map_err(|error| to_js(&error))
    }

    /// Everything that is to be done, in order.
    #[wasm_bindgen(unchecked_return_type = "LiveAction[]")]
    pub fn actions(&mut self) -> Array {
        let list = Array::new();
        while let Some(action) = self.session.next_action() {
            let (name, value) = match action {
                Action::Connect(url) => ("connect", url.into()),
                Action::SendText(text) => ("text", text.into()),
                Action::SendBinary(bytes) => ("binary", Uint8Array::from(bytes.as_slice()).into()),
                Action::Close => ("close", JsValue::UNDEFINED),
                Action::Probe(url) => ("probe", url.into()),
                Action::Event(event) => ("event", event.to_json().into()),
                Action::Done(transcript) => ("done", subtitle::to_json(&transcript).into()),
                Action::Fail(error, audio) => {
                    let audio = audio.map_or(JsValue::UNDEFINED, |wav| Uint8Array::from(wav.as_slice()).into());
                    list.push(&Array::of3(&"fail".into(), &to_js(&error), &audio));
                    continue;
                }
            };
            list.push(&Array::of2(&name.into(), &value));
        }
        list
    }

    /// The model that is spoken to.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn model(&self) -> String {
        self.session.model().to_owned()
    }

    /// Whether connections go straight to the service.
    #[wasm_bindgen(getter, js_name = isDirect)]
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.session.is_direct()
    }

    /// When `wake` has to be told.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn deadline(&self) -> Option<f64> {
        self.session.deadline()
    }

    /// Milliseconds of audio that are not sent yet, with so many bytes that wait in the socket.
    #[wasm_bindgen(js_name = bufferedMs)]
    #[must_use]
    pub fn buffered_ms(&self, in_socket: u32) -> f64 {
        self.session.buffered_ms() + self.session.millis_of(u64::from(in_socket))
    }
}
