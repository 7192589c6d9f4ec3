//! A transcript as JSON text, under the names that JavaScript knows.

use crate::json::{Json, ObjectWriter, write_string};
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
