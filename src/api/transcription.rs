//! Dialect D: submitting files to be transcribed, and the documents that come of it (`docs/protocol.md`
//! §7.1, §7.3).

use super::flash_generation::{write_conversation, write_flag, write_hot_words};
use super::numbers::{amount, index};
use super::request::{post_json, resolve_oss, set_header};
use super::{sentence, store};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::HttpRequest;
use crate::json::{Json, ObjectWriter, View, write_string};
use crate::model::TaskDialect;
use crate::options::Verified;
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
            (TaskDialect::File, [url, ..]) => {
                input.string("file_url", url);
            }
            _ => {
                input.member("file_urls", |out| write_list(urls, out, |url, out| write_string(url, out)));
            }
        }
        if verified.dialect == TaskDialect::Files {
            let mut conversation = String::new();
            write_conversation(&verified.options, &mut conversation);
            if let Some(messages) = conversation.strip_suffix(',') {
                input.member("context", |out| {
                    out.push('[');
                    out.push_str(messages);
                    out.push(']');
                });
            }
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
    let mut parameters = ObjectWriter::new(out);
    let mut taken = Vec::new();
    if let Some(language) = &options.language {
        parameters.string("language", language);
        taken.push("language");
    }
    write_flag("enable_itn", options.enable_itn, &mut parameters, &mut taken);
    write_flag("enable_words", options.enable_words, &mut parameters, &mut taken);
    if !options.channel_id.is_empty() {
        parameters.member("channel_id", |out| {
            write_list(&options.channel_id, out, |channel, out| out.push_str(&channel.to_string()));
        });
        taken.push("channel_id");
    }
    if let (TaskDialect::File, Some(context)) = (verified.dialect, &options.context) {
        parameters.string("text", context);
        taken.push("text");
    }
    write_hot_words(options, &mut parameters, &mut taken);
    write_flag("diarization_enabled", options.diarization_enabled, &mut parameters, &mut taken);
    if let Some(count) = options.speaker_count {
        parameters.number("speaker_count", count);
        taken.push("speaker_count");
    }
    if let Some(filter) = &options.special_word_filter {
        parameters.string("special_word_filter", filter); // a string that holds JSON
        taken.push("special_word_filter");
    }
    parameters.extra(&options.parameters, &taken).close();
}

fn write_list<T>(items: &[T], out: &mut String, write: fn(&T, &mut String)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
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
    let mut request = plain_without_workspace(url);
    set_header(&mut request, "accept", "application/json");
    Ok(request)
}

/// A request to a store, which has never heard of workspaces.
pub(super) fn plain_without_workspace(url: String) -> HttpRequest {
    HttpRequest { method: "GET", url, ..HttpRequest::default() }
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
        several => several.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join("\n"),
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
