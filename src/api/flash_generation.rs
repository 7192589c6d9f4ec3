//! Dialect C: the address of dialect B with Fun-ASR-Flash and Qwen-Audio-ASR-Flash (`docs/protocol.md` §5.3-5.4).

use super::choice::{Accumulator, Step};
use super::members::Members;
use super::request::{AudioRef, recognition, set_header};
use super::{conversation, hot_words, sentence};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::HttpRequest;
use crate::json::{ArrayWriter, Json, ObjectWriter, View};
use crate::options::Checked;
use crate::transcript::Transcript;

/// Builds the request. `format` is the audio's container or codec, which this dialect must be told.
#[must_use]
pub fn request(config: &Config, verified: &Checked, audio: AudioRef<'_>, format: &str, stream: bool) -> HttpRequest {
    let options = &verified.options;
    let mut json = String::new();
    let mut body = ObjectWriter::new(&mut json);
    body.string("model", &verified.model)
        .member("input", |out| {
            let mut input = ObjectWriter::new(out);
            input.member("messages", |out| {
                let mut messages = ArrayWriter::new(out);
                conversation::before(options, &mut messages);
                conversation::input_audio(audio, &mut messages);
                messages.close();
            });
            input.close();
        })
        .member("parameters", |out| {
            let mut parameters = Members::new(out);
            parameters.text("format", Some(options.format.as_deref().unwrap_or(format)));
            // A string in all official samples.
            parameters.text("sample_rate", options.sample_rate.map(|rate| rate.to_string()).as_deref());
            hot_words::write(options, &mut parameters);
            parameters.flag("speaker_diarization_enabled", options.speaker_diarization_enabled);
            parameters.flag("keep_dialect", options.keep_dialect);
            parameters.close(&options.parameters);
        });
    body.close();
    let url = config.native_url("/services/aigc/multimodal-generation/generation");
    let mut request = recognition(config, url, &json, audio, stream);
    // The official samples say "disable" when they want one answer.
    set_header(&mut request, "x-dashscope-sse", if stream { "enable" } else { "disable" });
    request
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
