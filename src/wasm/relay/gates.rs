//! What flows through the relay: bodies and live messages on their way to the service, answers on their way back.

use wasm_bindgen::prelude::*;

use crate::relay::{self, Gate, LiveGate, Watch};

/// A body in JSON on its way through the gate.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RelayGate {
    pub(super) gate: Gate,
}

#[wasm_bindgen]
impl RelayGate {
    /// Reads on: a refusal as JSON, else nothing.
    pub fn push(&mut self, chunk: &[u8]) -> Option<String> {
        self.gate.push(chunk).err().map(|refusal| refusal.to_json())
    }

    /// The body has ended.
    pub fn finish(&mut self) -> Option<String> {
        self.gate.finish().err().map(|refusal| refusal.to_json())
    }

    /// The model, once it has been read.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn model(&self) -> Option<String> {
        self.gate.model().map(str::to_owned)
    }

    /// Seconds of audio, where its bytes tell.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.gate.seconds()
    }
}

/// A live transcription on its way through the gate.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RelayLiveGate {
    pub(super) gate: LiveGate,
}

#[wasm_bindgen]
impl RelayLiveGate {
    /// A text message of the caller: a refusal as JSON, else nothing.
    pub fn text(&mut self, message: &str, now: f64) -> Option<String> {
        self.gate.text(message.as_bytes(), now).err().map(|refusal| refusal.to_json())
    }

    /// A binary message of the caller, by its length.
    pub fn binary(&mut self, length: usize, now: f64) -> Option<String> {
        self.gate.binary(length, now).err().map(|refusal| refusal.to_json())
    }

    /// A text message of the service.
    pub fn heard(&mut self, message: &str) {
        self.gate.heard(message);
    }

    /// How many requests this is more since the last time.
    pub fn due(&mut self, now: f64) -> f64 {
        self.gate.due(now)
    }

    /// When `late` has to be asked.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn deadline(&self) -> f64 {
        self.gate.deadline()
    }

    /// Whether the caller has said nothing for too long.
    #[must_use]
    pub fn late(&self, now: f64) -> Option<String> {
        self.gate.late(now).err().map(|refusal| refusal.to_json())
    }

    /// A refusal as an event of the protocol.
    #[must_use]
    pub fn told(&self, code: &str, message: &str) -> String {
        self.gate.told(code, message)
    }

    /// Seconds of audio so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.gate.seconds()
    }

    /// The model, once it has been read.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn model(&self) -> Option<String> {
        self.gate.model().map(str::to_owned)
    }
}

/// The number with which a socket is closed after a refusal with this status.
#[wasm_bindgen(js_name = closeCode)]
#[must_use]
pub fn close_code(status: u16) -> u16 {
    relay::close_code(status)
}

/// An answer on its way back.
#[wasm_bindgen]
#[derive(Debug)]
pub struct AnswerWatch {
    watch: Watch,
}

#[wasm_bindgen]
impl AnswerWatch {
    /// Watches an answer to a request that had this key.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(key: &str, is_stream: bool) -> Self {
        Self { watch: Watch::new(key, is_stream) }
    }

    /// What may be passed on now.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.watch.push(chunk)
    }

    /// What is left.
    pub fn finish(&mut self) -> Vec<u8> {
        self.watch.finish()
    }

    /// Seconds of audio that the service has counted.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.watch.seconds()
    }
}
