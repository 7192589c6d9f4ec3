//! Dialect A: `POST /compatible-mode/v1/chat/completions` (`docs/protocol.md` §4).

use super::choice::{Accumulator, Step};
use super::request::{AudioRef, recognition};
use crate::config::Config;
use crate::error::Error;
use crate::host::HttpRequest;
use crate::json::{Json, ObjectWriter, write_string};
use crate::options::Checked;
use crate::transcript::Transcript;

/// Builds the request. `asr_options` stands at the top level: `extra_body` exists in the Python SDK only.
#[must_use]
pub fn request(config: &Config, verified: &Checked, audio: AudioRef<'_>, stream: bool) -> HttpRequest {
    let options = &verified.options;
    let mut json = String::new();
    let mut body = ObjectWriter::new(&mut json);
    body.string("model", &verified.model).member("messages", |out| {
        out.push('[');
        if let Some(context) = &options.context {
            out.push_str(r#"{"role":"system","content":[{"text":"#);
            write_string(context, out);
            out.push_str("}]},");
        }
        out.push_str(r#"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"#);
        audio.write(out);
        out.push_str("}}]}]");
    });
    if super::generation::has_asr_options(options) {
        body.member("asr_options", |out| super::generation::write_asr_options(options, out));
    }
    body.bool("stream", stream);
    if stream {
        body.member("stream_options", |out| {
            ObjectWriter::new(out).bool("include_usage", options.include_usage.unwrap_or(true)).close();
        });
    }
    body.extra(&options.parameters, &["model", "messages", "asr_options", "stream", "stream_options"]);
    body.close();
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
