//! Dialect B: `POST /api/v1/services/aigc/multimodal-generation/generation` with Qwen3-ASR-Flash
//! (`docs/protocol.md` §5.1-5.2).

use super::choice::{Accumulator, Step};
use super::request::{AudioRef, recognition};
use crate::config::Config;
use crate::error::Error;
use crate::host::HttpRequest;
use crate::json::{Json, ObjectWriter, View, write_string};
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
            out.push_str(r#"{"messages":["#);
            if let Some(context) = &options.context {
                out.push_str(r#"{"role":"system","content":[{"text":"#);
                write_string(context, out);
                out.push_str("}]},");
            }
            out.push_str(r#"{"role":"user","content":[{"audio":"#);
            audio.write(out);
            out.push_str("}]}]}");
        })
        .member("parameters", |out| {
            let mut parameters = ObjectWriter::new(out);
            let mut taken = Vec::new();
            if has_asr_options(options) {
                parameters.member("asr_options", |out| write_asr_options(options, out));
                taken.push("asr_options");
            }
            if stream {
                parameters.bool("incremental_output", is_incremental(options));
                taken.push("incremental_output");
            }
            if let Some(format) = &options.result_format {
                parameters.string("result_format", format);
                taken.push("result_format");
            }
            parameters.extra(&options.parameters, &taken).close();
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

pub(super) fn has_asr_options(options: &TranscribeOptions) -> bool {
    options.language.is_some() || options.enable_itn.is_some() || !options.asr_options.is_empty()
}

/// `asr_options` is the same object in both dialects.
pub(super) fn write_asr_options(options: &TranscribeOptions, out: &mut String) {
    let mut writer = ObjectWriter::new(out);
    let mut taken = Vec::new();
    if let Some(language) = &options.language {
        writer.string("language", language);
        taken.push("language");
    }
    if let Some(enable_itn) = options.enable_itn {
        writer.bool("enable_itn", enable_itn);
        taken.push("enable_itn");
    }
    writer.extra(&options.asr_options, &taken).close();
}
