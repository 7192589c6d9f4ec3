//! What is written to the service, in both protocols (`docs/protocol.md`, "Live").

use super::options::VerifiedLive;
use crate::api::{conversation, hot_words};
use crate::data_url;
use crate::json::{ArrayWriter, ObjectWriter};
use crate::model::LiveFamily;

/// `run-task`: begins a recognition.
pub(super) fn run_task(task_id: &str, live: &VerifiedLive) -> String {
    task("run-task", task_id, |payload| {
        payload.string("task_group", "audio").string("task", "asr").string("function", "recognition");
        payload.string("model", &live.model).member("parameters", |out| parameters(live, out));
        payload.member("input", |out| context(live, out));
    })
}

/// `continue-task`: another context while it runs.
pub(super) fn continue_task(task_id: &str, live: &VerifiedLive) -> String {
    task("continue-task", task_id, |payload| {
        payload.member("input", |out| context(live, out));
    })
}

/// `finish-task`: no more audio. `input` is needed although it is empty.
pub(super) fn finish_task(task_id: &str) -> String {
    task("finish-task", task_id, |payload| {
        payload.member("input", |out| out.push_str("{}"));
    })
}

fn task(action: &str, task_id: &str, write: impl FnOnce(&mut ObjectWriter<'_>)) -> String {
    let mut json = String::new();
    let mut message = ObjectWriter::new(&mut json);
    message.member("header", |out| {
        ObjectWriter::new(out)
            .string("action", action)
            .string("task_id", task_id)
            .string("streaming", "duplex")
            .close();
    });
    message.member("payload", |out| {
        let mut payload = ObjectWriter::new(out);
        write(&mut payload);
        payload.close();
    });
    message.close();
    json
}

fn context(live: &VerifiedLive, out: &mut String) {
    let (context, messages) = (&live.options.context, &live.options.messages);
    if context.is_none() && messages.is_empty() {
        return out.push_str("{}");
    }
    let mut input = ObjectWriter::new(out);
    input.member("context", |out| {
        let mut turns = ArrayWriter::new(out);
        conversation::said(context.as_ref(), messages, &mut turns);
        turns.close();
    });
    input.close();
}

fn parameters(live: &VerifiedLive, out: &mut String) {
    let options = &live.options;
    let mut parameters = ObjectWriter::new(out);
    parameters.string("format", live.format()).number("sample_rate", live.wire_rate());
    if !options.language_hints.is_empty() {
        parameters.member("language_hints", |out| ArrayWriter::strings(&options.language_hints, out));
    }
    for (name, text) in [
        ("vocabulary_id", &options.vocabulary_id),
        ("special_word_filter", &options.special_word_filter),
        ("vad_model", &options.vad_model),
    ] {
        if let Some(text) = text {
            parameters.string(name, text);
        }
    }
    if !options.vocabulary.is_empty() {
        parameters.member("vocabulary", |out| hot_words::vocabulary(&options.vocabulary, out));
    }
    // Without it, voice messages are silent until their end.
    let intermediate = (live.family == LiveFamily::Message).then_some(true);
    for (name, flag) in [
        ("intermediate_result_enabled", intermediate),
        ("semantic_punctuation_enabled", options.semantic_punctuation_enabled),
        ("multi_threshold_mode_enabled", options.multi_threshold_mode_enabled),
        ("heartbeat", live.heartbeat()),
        ("keep_dialect", options.keep_dialect),
        ("disfluency_removal_enabled", options.disfluency_removal_enabled),
        ("punctuation_prediction_enabled", options.punctuation_prediction_enabled),
        ("inverse_text_normalization_enabled", options.inverse_text_normalization_enabled),
    ] {
        if let Some(flag) = flag {
            parameters.bool(name, flag);
        }
    }
    if let Some(millis) = options.max_sentence_silence {
        parameters.number("max_sentence_silence", millis);
    }
    decimal(&mut parameters, "speech_noise_threshold", options.speech_noise_threshold);
    more(&mut parameters, live, &["format", "sample_rate"]);
    parameters.close();
}

/// What callers have written themselves, but not what the audio is.
fn more(object: &mut ObjectWriter<'_>, live: &VerifiedLive, taken: &[&str]) {
    for (name, json) in &live.options.parameters {
        if !taken.contains(&name.as_str()) {
            object.member(name, |out| out.push_str(json));
        }
    }
}

fn decimal(object: &mut ObjectWriter<'_>, name: &str, number: Option<f64>) {
    if let Some(number) = number {
        object.decimal(name, number);
    }
}

/// `session.update`: what is to be recognised, and when a turn is over.
pub(super) fn session_update(event_id: &str, live: &VerifiedLive) -> String {
    let options = &live.options;
    session_event(event_id, "session.update", |message| {
        message.member("session", |out| {
            let mut session = ObjectWriter::new(out);
            session.member("modalities", |out| out.push_str("[\"text\"]"));
            session.string("input_audio_format", live.format()).number("sample_rate", live.wire_rate());
            session.member("input_audio_transcription", |out| {
                let mut transcription = ObjectWriter::new(out);
                if let Some(language) = &options.language {
                    transcription.string("language", language);
                }
                if let Some(context) = &options.context {
                    transcription.member("corpus", |out| ObjectWriter::new(out).string("text", context).close());
                }
                transcription.close();
            });
            session.member("turn_detection", |out| {
                let given = options.turn_detection.unwrap_or_default();
                if given.is_off {
                    return out.push_str("null");
                }
                let mut detection = ObjectWriter::new(out);
                detection.string("type", "server_vad");
                // What the service's pages advise; its own default is 0.2.
                decimal(&mut detection, "threshold", Some(given.threshold.unwrap_or(0.0)));
                detection.number("silence_duration_ms", given.silence_ms());
                if let Some(millis) = given.prefix_padding_ms {
                    detection.number("prefix_padding_ms", millis);
                }
                detection.close();
            });
            more(&mut session, live, &["modalities", "input_audio_format", "sample_rate"]);
            session.close();
        });
    })
}

/// `input_audio_buffer.append`: audio as base64.
pub(super) fn append(event_id: &str, audio: &[u8]) -> String {
    let mut letters = Vec::new();
    data_url::encode_into(audio, &mut letters);
    session_event(event_id, "input_audio_buffer.append", |message| {
        message.string("audio", core::str::from_utf8(&letters).unwrap_or_default());
    })
}

/// `input_audio_buffer.commit`: a turn is over.
pub(super) fn commit(event_id: &str) -> String {
    session_event(event_id, "input_audio_buffer.commit", |_| {})
}

/// `session.finish`: no more audio.
pub(super) fn session_finish(event_id: &str) -> String {
    session_event(event_id, "session.finish", |_| {})
}

fn session_event(event_id: &str, name: &str, write: impl FnOnce(&mut ObjectWriter<'_>)) -> String {
    let mut json = String::new();
    let mut message = ObjectWriter::new(&mut json);
    message.string("event_id", event_id).string("type", name);
    write(&mut message);
    message.close();
    json
}
