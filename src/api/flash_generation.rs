//! Dialect C: the address of dialect B with Fun-ASR-Flash and Qwen-Audio-ASR-Flash (`docs/protocol.md` §5.3-5.4).

use super::choice::{Accumulator, Step};
use super::request::{AudioRef, recognition, set_header};
use super::sentence;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::HttpRequest;
use crate::json::{Json, ObjectWriter, View, write_string};
use crate::options::{Checked, Role, TranscribeOptions};
use crate::transcript::Transcript;

/// Builds the request. `format` is the audio's container or codec, which this dialect must be told.
#[must_use]
pub fn request(config: &Config, verified: &Checked, audio: AudioRef<'_>, format: &str, stream: bool) -> HttpRequest {
    let options = &verified.options;
    let mut json = String::new();
    let mut body = ObjectWriter::new(&mut json);
    body.string("model", &verified.model)
        .member("input", |out| {
            out.push_str(r#"{"messages":["#);
            write_conversation(options, out);
            out.push_str(r#"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"#);
            audio.write(out);
            out.push_str("}}]}]}");
        })
        .member("parameters", |out| {
            let mut parameters = ObjectWriter::new(out);
            let mut taken = vec!["format"];
            parameters.string("format", options.format.as_deref().unwrap_or(format));
            if let Some(rate) = options.sample_rate {
                parameters.string("sample_rate", &rate.to_string()); // a string in all official samples
                taken.push("sample_rate");
            }
            write_hot_words(options, &mut parameters, &mut taken);
            write_flag("speaker_diarization_enabled", options.speaker_diarization_enabled, &mut parameters, &mut taken);
            write_flag("keep_dialect", options.keep_dialect, &mut parameters, &mut taken);
            parameters.extra(&options.parameters, &taken).close();
        });
    body.close();
    let url = config.native_url("/services/aigc/multimodal-generation/generation");
    let mut request = recognition(config, url, &json, audio, stream);
    // The official samples say "disable" when they want one answer.
    set_header(&mut request, "x-dashscope-sse", if stream { "enable" } else { "disable" });
    request
}

/// Hot words and languages, which dialect D takes under the same names.
pub(super) fn write_hot_words(
    options: &TranscribeOptions,
    parameters: &mut ObjectWriter<'_>,
    taken: &mut Vec<&'static str>,
) {
    if let Some(id) = &options.vocabulary_id {
        parameters.string("vocabulary_id", id);
        taken.push("vocabulary_id");
    }
    if !options.vocabulary.is_empty() {
        taken.push("vocabulary");
        parameters.member("vocabulary", |out| {
            let mut words = ObjectWriter::new(out);
            for (word, weight) in &options.vocabulary {
                words.number(word, *weight);
            }
            words.close();
        });
    }
    if !options.language_hints.is_empty() {
        taken.push("language_hints");
        parameters.member("language_hints", |out| {
            for (index, language) in options.language_hints.iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                write_string(language, out);
            }
            out.push(']');
        });
    }
}

/// A flag that was given. `taken` collects the names that pass-through parameters can no longer have.
pub(super) fn write_flag(
    name: &'static str,
    flag: Option<bool>,
    parameters: &mut ObjectWriter<'_>,
    taken: &mut Vec<&'static str>,
) {
    if let Some(flag) = flag {
        parameters.bool(name, flag);
        taken.push(name);
    }
}

/// What was said before the audio, each message followed by a comma: the context first, then the conversation in its order
/// (user before assistant, as the newer official pages have it).
pub(super) fn write_conversation(options: &TranscribeOptions, out: &mut String) {
    let context = options.context.iter().map(|text| (Role::User, text));
    let messages = options.messages.iter().map(|message| (message.role, &message.text));
    for (role, text) in context.chain(messages) {
        out.push_str(match role {
            Role::User => r#"{"role":"user","content":[{"type":"input_text","text":"#,
            Role::Assistant => r#"{"role":"assistant","content":[{"type":"text","text":"#,
        });
        write_string(text, out);
        out.push_str("}]},");
    }
}

/// Reads a whole answer.
pub fn read(json: &Json<'_>) -> Result<Transcript, Error> {
    let mut accumulator = Accumulator::default();
    if take(json.view(), &mut accumulator).is_err() {
        return Err(Error::new(
            ErrorKind::InvalidResponse,
            "the answer has no text at output.text or any other place known for it",
        ));
    }
    Ok(accumulator.into_transcript())
}

/// Takes over one event of a stream: all text so far, of which earlier parts may have changed.
pub fn chunk(json: &Json<'_>, accumulator: &mut Accumulator) -> Option<Step> {
    take(json.view(), accumulator).unwrap_or_default()
}

/// A member that fits, from the first of several places that has one.
fn first<'a>(places: &[View<'a>], name: &str, fits: fn(View<'a>) -> bool) -> Option<View<'a>> {
    places.iter().map(|place| place.get(name)).find(|found| fits(*found))
}

/// There is no text at any of its places.
struct NoText;

/// The change of the text, if it is one; [`NoText`] where there is none at any of the places where hosts put it (`docs/protocol.md` §5.4).
fn take(view: View<'_>, accumulator: &mut Accumulator) -> Result<Option<Step>, NoText> {
    let output = view.get("output");
    // The order in which text is looked for; sentences may stand in any of the three.
    let places = [output, view, output.get("output")];
    let usage = first(&[view, output], "usage", View::exists).unwrap_or_default();
    let id = first(&[view, output], "request_id", |id| id.word().is_some()).unwrap_or_default();
    accumulator.facts(view.get("model").str(), id.str(), usage);
    let sentence_text =
        || Some(first(&places, "sentence", |sentence| sentence.get("text").str().is_some())?.get("text"));
    let text = first(&places, "text", |text| text.str().is_some()).or_else(sentence_text);
    let text = text.and_then(View::str).ok_or(NoText)?;
    let step = accumulator.text_step(text, false);
    let sentence = first(&places, "sentence", View::is_object);
    let sentences = first(&places, "sentences", |list| list.items().next().is_some());
    let is_same_sentence = !accumulator.is_finished();
    // Nothing says "this was the last event" but a sentence that has ended; another may begin after it.
    let ended = sentence.is_none_or(|sentence| sentence.get("sentence_end").bool() != Some(false));
    accumulator.set_finished(ended);
    let segments = &mut accumulator.transcript().segments;
    if let Some(list) = sentences {
        *segments = list.items().map(|item| sentence::read(item, None)).collect();
    } else if let Some(place) = sentence {
        let sentence = sentence::read(place, None);
        if sentence.text.trim() == text.trim() {
            segments.clear(); // it spans everything
        } else if is_same_sentence {
            segments.pop(); // what is known of it so far
        }
        segments.push(sentence);
    }
    if ended {
        segments.retain(|segment| !segment.text.is_empty());
    }
    Ok(step)
}
