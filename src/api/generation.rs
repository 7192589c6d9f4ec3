//! Dialect B: `POST /api/v1/services/aigc/multimodal-generation/generation` with Qwen3-ASR-Flash
//! (`docs/protocol.md` §5.1-5.2).

use super::choice::{Accumulator, Step};
use super::members::Members;
use super::request::{AudioRef, recognition};
use super::{asr_options, conversation};
use crate::config::Config;
use crate::error::Error;
use crate::host::HttpRequest;
use crate::json::{ArrayWriter, Json, ObjectWriter, View};
use crate::options::{Checked, TranscribeOptions};
use crate::transcript::Transcript;

/// Builds the request.
#[must_use]
pub fn request(config: &Config, verified: &Checked, audio: AudioRef<'_>, stream: bool) -> HttpRequest {
    let options = &verified.options;
    let mut json = String::new();
    let mut body = ObjectWriter::new(&mut json);
    body.string("model", &verified.model)
        .member("input", |out| {
            let mut input = ObjectWriter::new(out);
            input.member("messages", |out| {
                let mut messages = ArrayWriter::new(out);
                conversation::system(options, &mut messages);
                conversation::message(&mut messages, "user", |part| {
                    part.member("audio", |out| audio.write(out));
                });
                messages.close();
            });
            input.close();
        })
        .member("parameters", |out| {
            let mut parameters = Members::new(out);
            asr_options::write(options, &mut parameters);
            parameters.flag("incremental_output", stream.then(|| is_incremental(options)));
            parameters.text("result_format", options.result_format.as_deref());
            parameters.close(&options.parameters);
        });
    body.close();
    let url = config.native_url("/services/aigc/multimodal-generation/generation");
    let mut request = recognition(config, url, &json, audio, stream);
    if stream {
        request.headers.push(("x-dashscope-sse".to_owned(), "enable".to_owned()));
    }
    request
}

/// Whether a stream's chunks carry only what is new.
#[must_use]
pub fn is_incremental(options: &TranscribeOptions) -> bool {
    options.incremental_output.unwrap_or(true)
}

/// Reads a whole answer.
pub fn read(json: &Json<'_>) -> Result<Transcript, Error> {
    let mut accumulator = Accumulator::default();
    let choice = facts(json, &mut accumulator);
    accumulator.whole(choice, "output.")
}

/// Takes over one event of a stream.
pub fn chunk(json: &Json<'_>, accumulator: &mut Accumulator, incremental: bool) -> Option<Step> {
    let choice = facts(json, accumulator);
    accumulator.choice(choice, choice.get("message"), incremental)
}

/// Takes over what stands beside the choice, and gives the choice.
fn facts<'a>(json: &'a Json<'a>, accumulator: &mut Accumulator) -> View<'a> {
    let view = json.view();
    accumulator.facts(view.get("model").str(), view.get("request_id").str(), view.get("usage"));
    view.get("output").get("choices").at(0)
}
