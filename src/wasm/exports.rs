//! What `src/js` calls.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::audio::JsAudio;
use super::body::flat_length;
use super::call::Call;
use super::entry::{config, promise};
use super::error::to_js;
use super::host::JsHost;
use super::{input, options};
use crate::client::transcribe::{self, Prepared};
use crate::client::{AudioFacts, Source};
use crate::config::Config;
use crate::data_url;
use crate::error::{Error, ErrorKind};
use crate::media_type::{MediaType, Sniffed, sniff};
use crate::options::TranscribeOptions;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
/** Everything that can be transcribed. */
export type AudioInput =
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Response
  | Request
  | URL
  | string;
";

/// The version of the crate.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Checks a client's settings without doing anything.
#[wasm_bindgen(js_name = checkSettings)]
pub fn check_settings(
    #[wasm_bindgen(unchecked_param_type = "ClientSettings")] settings: &JsValue,
) -> Result<(), JsValue> {
    config(settings).map(|_| ()).map_err(|error| to_js(&error))
}

/// Builds the request of a transcription, for sending by other means.
#[wasm_bindgen(js_name = buildRequest, unchecked_return_type = "Promise<Request>")]
pub fn build_request(
    #[wasm_bindgen(unchecked_param_type = "ClientSettings")] settings: JsValue,
    #[wasm_bindgen(unchecked_param_type = "AudioInput")] audio: JsValue,
    #[wasm_bindgen(unchecked_param_type = "TranscribeOptions")] options: JsValue,
    call: Call,
    stream: bool,
) -> Promise {
    promise(call.signal(), async move {
        let Ready { config, prepared, audio } = prepare(&settings, &audio, &options, &call, stream).await?;
        let host = JsHost { call };
        let request = transcribe::authorized(&host, &config, &prepared).await?;
        host.request(&request, audio.as_ref(), None).await.map(JsValue::from)
    })
}

/// Encodes audio as a data URL whose media type fits the bytes.
#[wasm_bindgen(js_name = toDataUrl, unchecked_return_type = "Promise<string>")]
pub fn to_data_url(
    #[wasm_bindgen(unchecked_param_type = "AudioInput")] audio: JsValue,
    media_type: Option<String>,
    call: Call,
) -> Promise {
    promise(call.signal(), async move {
        match input::resolve(&audio, &call).await? {
            Source::Url(_) => Err(Error::new(
                ErrorKind::InvalidAudio,
                "a data URL is made of bytes; pass a Blob, bytes or a stream, or fetch the URL first",
            )),
            Source::Bytes { audio, facts } => {
                let media_type = media_type.or_else(|| label(&facts)).unwrap_or_default();
                audio.base64_text(&call, &data_url::prefix(&media_type)).await.map(JsValue::from)
            }
        }
    })
}

/// The media type of bytes by their magic numbers, `undefined` where they tell nothing.
#[wasm_bindgen(js_name = sniffMediaType)]
#[must_use]
pub fn sniff_media_type(head: &[u8]) -> Option<String> {
    match sniff(head) {
        Sniffed::Audio(format) => Some(format.media_type().to_owned()),
        Sniffed::NotAudio(_) | Sniffed::Unknown => None,
    }
}

/// Dies on purpose, so that the replacement of a dead instance can be tested.
#[wasm_bindgen(js_name = trapForTest)]
pub fn trap_for_test() {
    core::arch::wasm32::unreachable()
}

/// A call that is ready to be sent.
pub(super) struct Ready {
    pub(super) config: Config,
    pub(super) prepared: Prepared,
    pub(super) audio: Option<Rc<JsAudio>>,
}

/// Reads options and audio and checks both.
pub(super) async fn prepare(
    settings: &JsValue,
    audio: &JsValue,
    options: &JsValue,
    call: &Call,
    stream: bool,
) -> Result<Ready, Error> {
    let config = config(settings)?;
    let options: TranscribeOptions = options::read(options, "option", TranscribeOptions::read)?;
    options.verify(&config)?; // before the audio is touched: a stream can be read only once
    let mut source = input::resolve(audio, call).await?;
    if let Source::Bytes { audio, facts } = &mut source {
        facts.replayable = flat_length(audio).is_none();
    }
    let prepared = transcribe::prepare(&config, &source, &options, &call.settings()?, stream)?;
    let audio = match source {
        Source::Url(_) => None,
        Source::Bytes { audio, .. } => {
            audio.limit(prepared.length_check());
            Some(Rc::new(audio))
        }
    };
    Ok(Ready { config, prepared, audio })
}

fn label(facts: &AudioFacts) -> Option<String> {
    let declared = facts.declared.as_deref().and_then(MediaType::parse);
    match sniff(&facts.head) {
        Sniffed::Audio(format) => Some(format.media_type().to_owned()),
        Sniffed::NotAudio(_) | Sniffed::Unknown => declared.map(|declared| declared.as_str().to_owned()),
    }
}
