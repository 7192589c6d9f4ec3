//! Dialect D: submitting files to be transcribed, and the documents that come of it (`docs/protocol.md`
//! §7.1, §7.3).

use super::members::Members;
use super::numbers::{amount, index};
use super::request::{post_json, resolve_oss, set_header};
use super::{conversation, hot_words, sentence, store};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::HttpRequest;
use crate::json::{ArrayWriter, Json, ObjectWriter, View, write_whole};
use crate::model::TaskDialect;
use crate::options::Verified;
use crate::search::join;
use crate::transcript::{Channel, Segment, Transcript};

/// Most files of one request (`docs/protocol.md` §7.1); newer servers take one only, so callers had better send one each.
pub const MOST_FILES: usize = 100;

/// Builds the request for one task. Qwen3-ASR (D1) takes one address and reads the first only.
#[must_use]
pub fn request(config: &Config, verified: &Verified<TaskDialect>, urls: &[String]) -> HttpRequest {
    let mut json = String::new();
    let mut body = ObjectWriter::new(&mut json);
    body.string("model", &verified.model).member("input", |out| {
        let mut input = ObjectWriter::new(out);
        match (verified.dialect, urls) {
            (TaskDialect::File, [url, ..]) => input.string("file_url", url),
            _ => input.member("file_urls", |out| ArrayWriter::strings(urls, out)),
        };
        let options = &verified.options;
        let has_context = options.context.is_some() || !options.messages.is_empty();
        if verified.dialect == TaskDialect::Files && has_context {
            input.member("context", |out| {
                let mut messages = ArrayWriter::new(out);
                conversation::before(options, &mut messages);
                messages.close();
            });
        }
        input.close();
    });
    // Always there, at least as {}: workspace hosts take a body without it and then fail (`docs/protocol.md` §7.1).
    body.member("parameters", |out| write_parameters(verified, out));
    body.close();
    let mut request = post_json(config, "/services/audio/asr/transcription", &json);
    set_header(&mut request, "x-dashscope-async", "enable");
    if urls.iter().any(|url| url.starts_with("oss://")) {
        resolve_oss(&mut request);
    }
    request
}

fn write_parameters(verified: &Verified<TaskDialect>, out: &mut String) {
    let options = &verified.options;
    let mut parameters = Members::new(out);
    parameters.text("language", options.language.as_deref());
    parameters.flag("enable_itn", options.enable_itn);
    parameters.flag("enable_words", options.enable_words);
    if !options.channel_id.is_empty() {
        parameters.member("channel_id", |out| {
            let mut channels = ArrayWriter::new(out);
            for channel in &options.channel_id {
                channels.number(*channel);
            }
            channels.close();
        });
    }
    parameters.text("text", options.context.as_deref().filter(|_| verified.dialect == TaskDialect::File));
    hot_words::write(options, &mut parameters);
    parameters.flag("diarization_enabled", options.diarization_enabled);
    if let Some(count) = options.speaker_count {
        parameters.member("speaker_count", |out| write_whole(count, out));
    }
    parameters.text("special_word_filter", options.special_word_filter.as_deref()); // a string that holds JSON
    parameters.close(&options.parameters);
}

/// The id of the task that was made.
pub fn submitted(json: &Json<'_>) -> Result<String, Error> {
    let id = json.view().get("output").get("task_id").word();
    id.ok_or_else(|| Error::new(ErrorKind::InvalidResponse, "the answer has no task id at output.task_id"))
}

/// The request for a result document. The link is signed: it must go without a key. `through_relay`: pages are kept from the
/// store, which knows no CORS.
pub fn document(config: &Config, link: &str, through_relay: bool) -> Result<HttpRequest, Error> {
    let mut url = store::address(config, link, "transcription_url")?;
    if through_relay {
        url = store::relayed(config, "/result", &url);
    }
    let mut request = store::request(url);
    set_header(&mut request, "accept", "application/json");
    Ok(request)
}

/// Reads a result document: D1 tells language and emotion of each sentence, D2 speakers; both count channels.
pub fn read(json: &Json<'_>) -> Result<Transcript, Error> {
    let transcripts = json.view().get("transcripts");
    if !transcripts.is_array() {
        return Err(Error::new(ErrorKind::InvalidResponse, "the result document has no transcripts"));
    }
    let mut transcript = Transcript::default();
    for channel in transcripts.items() {
        read_channel(channel, &mut transcript);
    }
    let texts: Vec<&str> = transcript.channels.iter().map(|channel| channel.text.trim()).collect();
    transcript.text = match texts.as_slice() {
        [_] => transcript.channels.iter().map(|channel| channel.text.as_str()).collect(),
        several => join(several.iter().filter(|text| !text.is_empty()).copied(), "\n"),
    };
    transcript.language = shared(&transcript.segments, |segment| &segment.language);
    transcript.emotion = shared(&transcript.segments, |segment| &segment.emotion);
    Ok(transcript.settled())
}

fn read_channel(view: View<'_>, transcript: &mut Transcript) {
    let id = index(view.get("channel_id")).unwrap_or_default();
    let segments: Vec<Segment> = view.get("sentences").items().map(|item| sentence::read(item, Some(id))).collect();
    let text = match view.get("text").str() {
        Some(text) => text.to_owned(),
        None => segments.iter().map(|segment| segment.text.as_str()).collect(),
    };
    let speech_ms = amount(view.get("content_duration_in_milliseconds"));
    transcript.channels.push(Channel { channel_id: id, text, speech_ms });
    transcript.segments = merged(std::mem::take(&mut transcript.segments), segments);
}

/// Whoever spoke first stands first, whatever the channel. Each channel is in order already, so no sorting is needed (and
/// none of its code, which is large).
fn merged(known: Vec<Segment>, new: Vec<Segment>) -> Vec<Segment> {
    let mut merged = Vec::with_capacity(known.len() + new.len());
    let mut known = known.into_iter().peekable();
    for segment in new {
        while let Some(earlier) = known.next_if(|earlier| earlier.begin_ms <= segment.begin_ms) {
            merged.push(earlier);
        }
        merged.push(segment);
    }
    merged.extend(known);
    merged
}

/// What all sentences agree on; where they differ, only they know.
fn shared(segments: &[Segment], fact: fn(&Segment) -> &Option<String>) -> Option<String> {
    let first = fact(segments.first()?);
    segments.iter().all(|segment| fact(segment) == first).then(|| first.clone())?
}
