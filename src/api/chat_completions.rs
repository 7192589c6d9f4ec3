//! Dialect A: `POST /compatible-mode/v1/chat/completions` (`docs/protocol.md` §4).

use super::choice::{Accumulator, Step};
use super::members::Members;
use super::request::{AudioRef, recognition};
use super::{asr_options, conversation};
use crate::config::Config;
use crate::error::Error;
use crate::host::HttpRequest;
use crate::json::{ArrayWriter, Json, ObjectWriter};
use crate::options::Checked;
use crate::transcript::Transcript;

/// How a stream is to end; the service refuses it without one.
const STREAM_OPTIONS: &str = "stream_options";

/// Builds the request. `asr_options` stands at the top level: `extra_body` exists in the Python SDK only.
#[must_use]
pub fn request(config: &Config, verified: &Checked, audio: AudioRef<'_>, stream: bool) -> HttpRequest {
    let options = &verified.options;
    let mut json = String::new();
    let mut body = Members::new(&mut json);
    body.text("model", Some(&verified.model));
    body.member("messages", |out| {
        let mut messages = ArrayWriter::new(out);
        conversation::system(options, &mut messages);
        conversation::input_audio(audio, &mut messages);
        messages.close();
    });
    asr_options::write(options, &mut body);
    body.flag("stream", Some(stream));
    if stream {
        body.member(STREAM_OPTIONS, |out| {
            ObjectWriter::new(out).bool("include_usage", options.include_usage.unwrap_or(true)).close();
        });
    }
    body.reserve(asr_options::NAME);
    body.reserve(STREAM_OPTIONS);
    body.close(&options.parameters);
    recognition(config, config.compatible_url("/chat/completions"), &json, audio, stream)
}

/// Reads a whole answer.
pub fn read(json: &Json<'_>) -> Result<Transcript, Error> {
    let mut accumulator = Accumulator::default();
    facts(json, &mut accumulator);
    accumulator.whole(json.view().get("choices").at(0), "")
}

/// Takes over one chunk of a stream; its text is what is new.
pub fn chunk(json: &Json<'_>, accumulator: &mut Accumulator) -> Option<Step> {
    facts(json, accumulator);
    let choice = json.view().get("choices").at(0);
    accumulator.choice(choice, choice.get("delta"), true)
}

fn facts(json: &Json<'_>, accumulator: &mut Accumulator) {
    let view = json.view();
    // The id is `chatcmpl-` and the request id (recorded: opencode #39724).
    let id = view.get("request_id").str().filter(|id| !id.is_empty());
    let id = id.or_else(|| view.get("id").str().map(|id| id.strip_prefix("chatcmpl-").unwrap_or(id)));
    accumulator.facts(view.get("model").str(), id, view.get("usage"));
}
