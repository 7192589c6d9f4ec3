//! A transcript as JSON text, under the names that JavaScript knows: written, and read again.

use crate::error::Error;
use crate::json::{ArrayWriter, Json, ObjectWriter, View};
use crate::transcript::{Channel, Segment, Transcript, Usage, Word};

/// The transcript as a JSON document, on one line. What is absent is left out; a number that JSON cannot say is `null`.
#[must_use]
pub fn to_json(transcript: &Transcript) -> String {
    let mut out = String::new();
    let mut object = ObjectWriter::new(&mut out);
    object.string("text", &transcript.text).bool("noSpeech", transcript.no_speech);
    text(&mut object, "language", transcript.language.as_ref());
    text(&mut object, "emotion", transcript.emotion.as_ref());
    number(&mut object, "duration", transcript.duration);
    text(&mut object, "finishReason", transcript.finish_reason.as_ref());
    if let Some(usage) = &transcript.usage {
        object.member("usage", |out| write_usage(usage, out));
    }
    text(&mut object, "model", transcript.model.as_ref());
    text(&mut object, "requestId", transcript.request_id.as_ref());
    object.member("segments", |out| {
        let mut segments = ArrayWriter::new(out);
        for segment in &transcript.segments {
            segments.item(|out| write_segment(segment, out));
        }
        segments.close();
    });
    object.member("channels", |out| {
        let mut channels = ArrayWriter::new(out);
        for channel in &transcript.channels {
            channels.item(|out| write_channel(channel, out));
        }
        channels.close();
    });
    object.close();
    out
}

/// One segment as an object.
pub(crate) fn write_segment(segment: &Segment, out: &mut String) {
    let mut object = ObjectWriter::new(out);
    object.string("text", &segment.text);
    number(&mut object, "beginMs", Some(segment.begin_ms));
    number(&mut object, "endMs", Some(segment.end_ms));
    text(&mut object, "language", segment.language.as_ref());
    text(&mut object, "emotion", segment.emotion.as_ref());
    number(&mut object, "speakerId", segment.speaker_id.map(f64::from));
    number(&mut object, "channelId", segment.channel_id.map(f64::from));
    object.member("words", |out| {
        let mut words = ArrayWriter::new(out);
        for word in &segment.words {
            words.item(|out| write_word(word, out));
        }
        words.close();
    });
    object.close();
}

fn write_word(word: &Word, out: &mut String) {
    let mut object = ObjectWriter::new(out);
    object.string("text", &word.text);
    number(&mut object, "beginMs", Some(word.begin_ms));
    number(&mut object, "endMs", Some(word.end_ms));
    object.string("punctuation", &word.punctuation);
    object.close();
}

fn write_channel(channel: &Channel, out: &mut String) {
    let mut object = ObjectWriter::new(out);
    number(&mut object, "channelId", Some(f64::from(channel.channel_id)));
    object.string("text", &channel.text);
    number(&mut object, "speechMs", channel.speech_ms);
    object.close();
}

fn write_usage(usage: &Usage, out: &mut String) {
    let mut object = ObjectWriter::new(out);
    number(&mut object, "seconds", usage.seconds);
    number(&mut object, "inputTokens", usage.input_tokens);
    number(&mut object, "outputTokens", usage.output_tokens);
    number(&mut object, "totalTokens", usage.total_tokens);
    number(&mut object, "inputAudioTokens", usage.input_audio_tokens);
    number(&mut object, "inputTextTokens", usage.input_text_tokens);
    number(&mut object, "outputTextTokens", usage.output_text_tokens);
    object.close();
}

fn text(object: &mut ObjectWriter<'_>, name: &str, text: Option<&String>) {
    if let Some(text) = text {
        object.string(name, text);
    }
}

fn number(object: &mut ObjectWriter<'_>, name: &str, number: Option<f64>) {
    if let Some(number) = number {
        object.member(name, |out| {
            (if number.is_finite() { Json::Number(number) } else { Json::Null }).view().write(out);
        });
    }
}

/// What is wrong with a document: the path, and what was expected there.
type Wrong = (String, &'static str);

/// Reads a transcript as [`to_json`] writes it, or as a caller put it together: everything may be left out, unknown members
/// are passed over, and a time that is missing is repaired as one that cannot be. Only what would lose text, such as a
/// number for a text, is refused, by its path.
pub fn from_json(given: View<'_>) -> Result<Transcript, Error> {
    let mut transcript = Transcript::default();
    match read(given, &mut transcript) {
        Ok(()) => Ok(transcript),
        Err((path, expected)) => {
            Err(Error::invalid_option(format!("transcript{path}"), format_args!("expected {expected}")))
        }
    }
}

fn read(given: View<'_>, transcript: &mut Transcript) -> Result<(), Wrong> {
    transcript.text = string(given, "text")?;
    transcript.no_speech = given.get("noSpeech").bool().unwrap_or_default();
    transcript.language = given.get("language").word();
    transcript.emotion = given.get("emotion").word();
    transcript.duration = given.get("duration").number();
    transcript.finish_reason = given.get("finishReason").word();
    transcript.usage = read_usage(given.get("usage"));
    transcript.model = given.get("model").word();
    transcript.request_id = given.get("requestId").word();
    each(given, "segments", &mut |item| {
        let mut segment = Segment::default();
        read_segment(item, &mut segment)?;
        transcript.segments.push(segment);
        Ok(())
    })?;
    each(given, "channels", &mut |item| {
        let (channel_id, speech_ms) = (count(item, "channelId"), item.get("speechMs").number());
        let text = string(item, "text")?;
        transcript.channels.push(Channel { channel_id: channel_id.unwrap_or_default(), text, speech_ms });
        Ok(())
    })
}

fn read_segment(given: View<'_>, segment: &mut Segment) -> Result<(), Wrong> {
    segment.text = string(given, "text")?;
    segment.begin_ms = time(given, "beginMs");
    segment.end_ms = time(given, "endMs");
    segment.language = given.get("language").word();
    segment.emotion = given.get("emotion").word();
    segment.speaker_id = count(given, "speakerId");
    segment.channel_id = count(given, "channelId");
    each(given, "words", &mut |item| {
        let mut word = Word { text: string(item, "text")?, ..Word::default() };
        word.punctuation = string(item, "punctuation")?;
        word.begin_ms = time(item, "beginMs");
        word.end_ms = time(item, "endMs");
        segment.words.push(word);
        Ok(())
    })
}

fn read_usage(given: View<'_>) -> Option<Usage> {
    let number = |name| given.get(name).number();
    given.is_object().then(|| Usage {
        seconds: number("seconds"),
        input_tokens: number("inputTokens"),
        output_tokens: number("outputTokens"),
        total_tokens: number("totalTokens"),
        input_audio_tokens: number("inputAudioTokens"),
        input_text_tokens: number("inputTextTokens"),
        output_text_tokens: number("outputTextTokens"),
    })
}

/// A text of an object. The first thing that is read of each object, so that what is no object is noticed here.
fn string(given: View<'_>, name: &str) -> Result<String, Wrong> {
    let value = given.get(name);
    match value.str() {
        Some(text) => Ok(text.to_owned()),
        None if value.exists() => Err((format!(".{name}"), "a string")),
        None if given.is_object() => Ok(String::new()),
        None => Err((String::new(), "an object")),
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

/// Reads every item of a list; where one is wrong, its number becomes part of the path.
fn each(given: View<'_>, name: &str, read: &mut dyn FnMut(View<'_>) -> Result<(), Wrong>) -> Result<(), Wrong> {
    let value = given.get(name);
    if value.exists() && !value.is_array() {
        return Err((format!(".{name}"), "an array"));
    }
    for (index, item) in value.items().enumerate() {
        if let Err((path, expected)) = read(item) {
            return Err((format!(".{name}[{index}]{path}"), expected));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(json: &str) -> Result<Transcript, Error> {
        from_json(Json::parse(json).unwrap().view())
    }

    #[test]
    fn everything_may_be_left_out() {
        assert_eq!(from("{}").unwrap(), Transcript::default());
        let transcript = from(r#"{"segments":[{"text":"a","words":[{}]}],"another":1}"#).unwrap();
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
            assert_eq!(from(json).unwrap_err().message(), message);
        }
    }
}
