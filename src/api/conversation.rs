//! The messages of a request: what was said before the audio, and the audio.

use super::request::AudioRef;
use crate::json::{ArrayWriter, ObjectWriter};
use crate::options::{Message, Role, TranscribeOptions};

/// Writes a message with one part; `write` writes its members.
pub(super) fn message(messages: &mut ArrayWriter<'_>, role: &str, write: impl FnOnce(&mut ObjectWriter<'_>)) {
    messages.item(|out| {
        let mut message = ObjectWriter::new(out);
        message.string("role", role).member("content", |out| {
            let mut parts = ArrayWriter::new(out);
            parts.item(|out| {
                let mut part = ObjectWriter::new(out);
                write(&mut part);
                part.close();
            });
            parts.close();
        });
        message.close();
    });
}

/// The context as Qwen3-ASR reads it (dialects A and B).
pub(super) fn system(options: &TranscribeOptions, messages: &mut ArrayWriter<'_>) {
    if let Some(context) = &options.context {
        message(messages, "system", |part| {
            part.string("text", context);
        });
    }
}

/// The audio as dialects A and C take it.
pub(super) fn input_audio(audio: AudioRef<'_>, messages: &mut ArrayWriter<'_>) {
    const KIND: &str = "input_audio";
    message(messages, "user", |part| {
        part.string("type", KIND).member(KIND, |out| {
            let mut input = ObjectWriter::new(out);
            input.member("data", |out| audio.write(out));
            input.close();
        });
    });
}

/// What was said before the audio (dialects C and D): the context first, then the conversation in its order (user before
/// assistant, as the newer official pages have it).
pub(super) fn before(options: &TranscribeOptions, messages: &mut ArrayWriter<'_>) {
    said(options.context.as_ref(), &options.messages, messages);
}

/// The same of its two parts.
pub(crate) fn said(context: Option<&String>, given: &[Message], messages: &mut ArrayWriter<'_>) {
    let context = context.into_iter().map(|text| (Role::User, text));
    let said = given.iter().map(|message| (message.role, &message.text));
    for (role, text) in context.chain(said) {
        let (role, kind) = match role {
            Role::User => ("user", "input_text"),
            Role::Assistant => ("assistant", "text"),
        };
        message(messages, role, |part| {
            part.string("type", kind).string("text", text);
        });
    }
}
