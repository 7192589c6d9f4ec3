//! A transcript as JSON text, under the names that JavaScript knows: written, and read again.

use crate::error::Error;
use crate::json::{Json, ObjectWriter, View, write_string};
use crate::transcript::{Channel, Segment, Transcript, Usage, Word};

/// The transcript as a JSON document, on one line. What is absent is left out; a number that JSON cannot say is `null`.
#[must_use]
pub fn to_json(transcript: &Transcript) -> String {
    let mut out = String::new();
    let mut object = ObjectWriter::new(&mut out);
    object.string("text", &transcript.text).bool("noSpeech", transcript.no_speech);
    texts(
        &mut object,
        &[
            ("language", &transcript.language),
            ("emotion", &transcript.emotion),
            ("finishReason", &transcript.finish_reason),
            ("model", &transcript.model),
            ("requestId", &transcript.request_id),
        ],
    );
    numbers(&mut object, &[("duration", transcript.duration)]);
    if let Some(usage) = &transcript.usage {
        object.member("usage", |out| write_usage(usage, out));
    }
    object.member("segments", |out| {
        array(transcript.segments.len(), out, &mut |index, out| {
            if let Some(segment) = transcript.segments.get(index) {
                write_segment(segment, out);
            }
        });
    });
    object.member("channels", |out| {
        array(transcript.channels.len(), out, &mut |index, out| {
            if let Some(channel) = transcript.channels.get(index) {
                write_channel(channel, out);
            }
        });
    });
    object.close();
    out
}

fn write_channel(channel: &Channel, out: &mut String) {
    let mut object = ObjectWriter::new(out);
    numbers(&mut object, &[("channelId", Some(f64::from(channel.channel_id)))]);
    object.string("text", &channel.text);
    numbers(&mut object, &[("speechMs", channel.speech_ms)]);
    object.close();
}

fn write_segment(segment: &Segment, out: &mut String) {
    let mut object = ObjectWriter::new(out);
    object.string("text", &segment.text);
    numbers(&mut object, &[("beginMs", Some(segment.begin_ms)), ("endMs", Some(segment.end_ms))]);
    texts(&mut object, &[("language", &segment.language), ("emotion", &segment.emotion)]);
    let ids = [("speakerId", segment.speaker_id.map(f64::from)), ("channelId", segment.channel_id.map(f64::from))];
    numbers(&mut object, &ids);
    object.member("words", |out| {
        array(segment.words.len(), out, &mut |index, out| {
            if let Some(word) = segment.words.get(index) {
                write_word(word, out);
            }
        });
    });
    object.close();
}

fn write_word(word: &Word, out: &mut String) {
    let mut object = ObjectWriter::new(out);
    object.string("text", &word.text);
    numbers(&mut object, &[("beginMs", Some(word.begin_ms)), ("endMs", Some(word.end_ms))]);
    object.string("punctuation", &word.punctuation);
    object.close();
}

fn write_usage(usage: &Usage, out: &mut String) {
    let mut object = ObjectWriter::new(out);
    numbers(
        &mut object,
        &[
            ("seconds", usage.seconds),
            ("inputTokens", usage.input_tokens),
            ("outputTokens", usage.output_tokens),
            ("totalTokens", usage.total_tokens),
            ("inputAudioTokens", usage.input_audio_tokens),
            ("inputTextTokens", usage.input_text_tokens),
            ("outputTextTokens", usage.output_text_tokens),
        ],
    );
    object.close();
}

fn texts(object: &mut ObjectWriter<'_>, members: &[(&str, &Option<String>)]) {
    for (name, text) in members {
        if let Some(text) = text {
            object.member(name, |out| write_string(text, out));
        }
    }
}

fn numbers(object: &mut ObjectWriter<'_>, members: &[(&str, Option<f64>)]) {
    for (name, number) in members {
        if let Some(number) = *number {
            let json = if number.is_finite() { Json::Number(number) } else { Json::Null };
            object.member(name, |out| json.view().write(out));
        }
    }
}

fn array(count: usize, out: &mut String, write: &mut dyn FnMut(usize, &mut String)) {
    out.push('[');
    for index in 0..count {
        if index > 0 {
            out.push(',');
        }
        write(index, out);
    }
    out.push(']');
}

/// What is wrong with a document: the path, and what was expected there.
type Wrong = (String, &'static str);

/// Reads a transcript as [`to_json`] writes it, or as a caller put it together: everything may be left out, unknown members
/// are passed over, and a time that is missing is repaired as one that cannot be. Only what would lose text, such as a
/// number for a text, is refused, by its path.
pub fn from_json(given: View<'_>) -> Result<Transcript, Error> {
    read_transcript(given).map_err(|(path, expected)| {
        let point = if path.is_empty() { "" } else { "." };
        Error::option(format!("transcript{point}{path}"), format_args!("expected {expected}"))
    })
}

fn read_transcript(given: View<'_>) -> Result<Transcript, Wrong> {
    let usage = given.get("usage");
    Ok(Transcript {
        text: text(object(given)?, "text")?,
        no_speech: given.get("noSpeech").bool().unwrap_or_default(),
        language: given.get("language").word(),
        emotion: given.get("emotion").word(),
        duration: given.get("duration").number(),
        finish_reason: given.get("finishReason").word(),
        usage: usage.is_object().then(|| read_usage(usage)),
        model: given.get("model").word(),
        request_id: given.get("requestId").word(),
        segments: list(given, "segments", read_segment)?,
        channels: list(given, "channels", read_channel)?,
    })
}

fn read_segment(given: View<'_>) -> Result<Segment, Wrong> {
    Ok(Segment {
        text: text(object(given)?, "text")?,
        begin_ms: time(given, "beginMs"),
        end_ms: time(given, "endMs"),
        language: given.get("language").word(),
        emotion: given.get("emotion").word(),
        speaker_id: count(given, "speakerId"),
        channel_id: count(given, "channelId"),
        words: list(given, "words", read_word)?,
    })
}

fn read_word(given: View<'_>) -> Result<Word, Wrong> {
    Ok(Word {
        text: text(object(given)?, "text")?,
        begin_ms: time(given, "beginMs"),
        end_ms: time(given, "endMs"),
        punctuation: text(given, "punctuation")?,
    })
}

fn read_channel(given: View<'_>) -> Result<Channel, Wrong> {
    Ok(Channel {
        channel_id: count(object(given)?, "channelId").unwrap_or_default(),
        text: text(given, "text")?,
        speech_ms: given.get("speechMs").number(),
    })
}

fn read_usage(given: View<'_>) -> Usage {
    let number = |name| given.get(name).number();
    Usage {
        seconds: number("seconds"),
        input_tokens: number("inputTokens"),
        output_tokens: number("outputTokens"),
        total_tokens: number("totalTokens"),
        input_audio_tokens: number("inputAudioTokens"),
        input_text_tokens: number("inputTextTokens"),
        output_text_tokens: number("outputTextTokens"),
    }
}

fn object(given: View<'_>) -> Result<View<'_>, Wrong> {
    if given.is_object() { Ok(given) } else { Err((String::new(), "an object")) }
}

fn text(given: View<'_>, name: &str) -> Result<String, Wrong> {
    let value = given.get(name);
    match value.str() {
        Some(text) => Ok(text.to_owned()),
        None if value.exists() => Err((name.to_owned(), "a string")),
        None => Ok(String::new()),
    }
}

fn time(given: View<'_>, name: &str) -> f64 {
    given.get(name).number().unwrap_or(f64::NAN)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn count(given: View<'_>, name: &str) -> Option<u32> {
    let number = given.get(name).number()?;
    (0.0..=f64::from(u32::MAX)).contains(&number).then_some(number as u32)
}

fn list<T>(given: View<'_>, name: &str, read: fn(View<'_>) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    let value = given.get(name);
    if value.exists() && !value.is_array() {
        return Err((name.to_owned(), "an array"));
    }
    let mut items = Vec::new();
    for (index, item) in value.items().enumerate() {
        items.push(read(item).map_err(|(path, expected)| {
            let point = if path.is_empty() { "" } else { "." };
            (format!("{name}[{index}]{point}{path}"), expected)
        })?);
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Transcript, Error> {
        from_json(Json::parse(json).unwrap().view())
    }

    #[test]
    fn everything_may_be_left_out() {
        assert_eq!(read("{}").unwrap(), Transcript::default());
        let transcript = read(r#"{"segments":[{"text":"a","words":[{}]}],"another":1}"#).unwrap();
        assert!(transcript.segments[0].begin_ms.is_nan());
    }

    #[test]
    fn what_would_lose_text_is_refused_by_its_path() {
        for (json, message) in [
            ("[]", "transcript: expected an object"),
            (r#"{"text":1}"#, "transcript.text: expected a string"),
            (r#"{"segments":{}}"#, "transcript.segments: expected an array"),
            (r#"{"segments":[{},"x"]}"#, "transcript.segments[1]: expected an object"),
            (r#"{"segments":[{"words":[{"text":true}]}]}"#, "transcript.segments[0].words[0].text: expected a string"),
        ] {
            assert_eq!(read(json).unwrap_err().message(), message);
        }
    }
}
