//! A service of a few lines: hears a word in every stretch of one loudness, and a sentence's end in 300 ms of silence.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::ogg;

/// Samples of 16 kHz.
const SENTENCE_ENDS: usize = 4_800;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Way {
    Task,
    Session,
}

/// How a word sounds.
pub(crate) fn loudness(word: usize) -> i16 {
    500 + i16::try_from(word % 3_000).unwrap() * 10
}

/// What it is like to be connected.
pub(crate) struct Service {
    way: Way,
    ogg: Option<ogg::Reader>,
    task: String,
    /// Samples that came.
    pub(crate) heard: usize,
    /// Loudness, begin and end of the words since the last sentence, and how long it has been silent since.
    words: Vec<(i16, usize, usize)>,
    silence: usize,
    sentence: u32,
    /// Turns end when they are committed, and how much was.
    is_by_hand: bool,
    committed: usize,
    /// Does not come to an end.
    pub(crate) is_slow: bool,
    /// What was said besides audio.
    pub(crate) said: Vec<Value>,
    pub(crate) out: Vec<String>,
}

impl Service {
    pub(crate) fn new(way: Way, is_opus: bool) -> Self {
        let mut service = Self {
            way,
            ogg: is_opus.then(ogg::Reader::default),
            task: String::new(),
            heard: 0,
            words: vec![],
            silence: 0,
            sentence: 0,
            is_by_hand: false,
            committed: 0,
            is_slow: false,
            said: vec![],
            out: vec![],
        };
        if way == Way::Session {
            service.tell(&json!({ "type": "session.created" }));
        }
        service
    }

    pub(crate) fn task(&self) -> &str {
        &self.task
    }

    fn tell(&mut self, message: &Value) {
        self.out.push(message.to_string());
    }

    pub(crate) fn text(&mut self, text: &str) {
        let message: Value = serde_json::from_str(text).unwrap();
        if self.way == Way::Session {
            if let Some(audio) = message["audio"].as_str() {
                return self.audio(&STANDARD.decode(audio).unwrap());
            }
            match message["type"].as_str().unwrap() {
                "session.update" => {
                    let format = if self.ogg.is_some() { "opus" } else { "pcm" };
                    assert_eq!(message["session"]["input_audio_format"], format);
                    self.is_by_hand = message["session"]["turn_detection"].is_null();
                    self.tell(&json!({ "type": "session.updated" }));
                }
                "input_audio_buffer.commit" => {
                    assert!(self.heard > self.committed, "there is nothing to commit");
                    self.committed = self.heard;
                    let item = self.item();
                    self.tell(&json!({ "type": "input_audio_buffer.committed", "item_id": item }));
                    self.turn();
                }
                "session.finish" => {
                    self.sentence(true);
                    self.tell(&json!({ "type": "session.finished" }));
                }
                other => panic!("{other}"),
            }
        } else {
            match message["header"]["action"].as_str().unwrap() {
                "run-task" => {
                    let parameters = &message["payload"]["parameters"];
                    assert_eq!(parameters["format"], if self.ogg.is_some() { "opus" } else { "pcm" });
                    self.task = message["header"]["task_id"].as_str().unwrap().to_owned();
                    self.event("task-started", &json!({}));
                }
                "continue-task" => assert!(message["payload"]["input"]["context"].is_array()),
                "finish-task" if self.is_slow => {}
                "finish-task" => {
                    assert!(message["payload"]["input"].is_object());
                    self.sentence(true);
                    self.event("task-finished", &json!({}));
                }
                other => panic!("{other}"),
            }
        }
        self.said.push(message);
    }

    pub(crate) fn audio(&mut self, bytes: &[u8]) {
        assert!(self.way == Way::Session || !self.task.is_empty(), "audio before task-started");
        let samples: Vec<i16> = match &mut self.ogg {
            Some(ogg) => ogg.samples(bytes),
            None => bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect(),
        };
        for run in samples.chunk_by(|one, other| one == other) {
            self.hear(run[0], run.len());
        }
        self.sentence(false);
    }

    /// What was committed, also where no word is in it.
    fn turn(&mut self) {
        let names: Vec<String> = self.words.drain(..).map(|(loud, ..)| format!("w{}", (loud - 500) / 10)).collect();
        let item = self.item();
        self.sentence += 1;
        self.tell(&json!({ "type": "conversation.item.input_audio_transcription.completed", "item_id": item,
            "transcript": names.join(" ") }));
    }

    fn hear(&mut self, loud: i16, length: usize) {
        let begin = self.heard;
        self.heard += length;
        if loud == 0 {
            self.silence += length;
            if self.silence >= SENTENCE_ENDS && !self.is_by_hand {
                self.sentence(true);
            }
            return;
        }
        self.silence = 0;
        match self.words.last_mut() {
            Some(word) if word.0 == loud && word.2 == begin => word.2 = self.heard,
            _ => self.words.push((loud, begin, self.heard)),
        }
        if let ([(_, begin, _)], Way::Session) = (self.words.as_slice(), self.way)
            && *begin + length == self.heard
            && !self.is_by_hand
        {
            let (item, at_ms) = (self.item(), millis(*begin));
            self.tell(
                &json!({ "type": "input_audio_buffer.speech_started", "item_id": item, "audio_start_ms": at_ms }),
            );
        }
    }

    fn item(&self) -> String {
        format!("item_{}", self.sentence)
    }

    fn sentence(&mut self, is_final: bool) {
        if self.is_by_hand {
            return; // no words before their turn is over
        }
        let (Some(first), Some(last)) = (self.words.first(), self.words.last()) else { return };
        let (begin, end) = (millis(first.1), millis(last.2));
        let names: Vec<String> = self.words.iter().map(|(loud, ..)| format!("w{}", (loud - 500) / 10)).collect();
        let text = names.join(" ");
        if self.way == Way::Session {
            let item = self.item();
            if is_final {
                self.tell(
                    &json!({ "type": "input_audio_buffer.speech_stopped", "item_id": item, "audio_end_ms": end }),
                );
                self.tell(&json!({ "type": "conversation.item.input_audio_transcription.completed", "item_id": item,
                    "language": "en", "emotion": "neutral", "transcript": text }));
            } else {
                self.tell(&json!({ "type": "conversation.item.input_audio_transcription.text", "item_id": item,
                    "text": "", "stash": text }));
            }
        } else {
            let words: Vec<Value> = self
                .words
                .iter()
                .zip(&names)
                .map(|((_, begin, end), name)| {
                    json!({ "begin_time": millis(*begin), "end_time": millis(*end), "text": name, "punctuation": "" })
                })
                .collect();
            let sentence = json!({ "sentence_id": self.sentence, "begin_time": begin, "text": text, "words": words,
                "end_time": if is_final { json!(end) } else { Value::Null }, "sentence_end": is_final });
            let usage = if is_final { json!({ "duration": end as u32 / 1_000 }) } else { Value::Null };
            self.event("result-generated", &json!({ "output": { "sentence": sentence }, "usage": usage }));
        }
        if is_final {
            self.sentence += 1;
            self.words.clear();
        }
    }

    fn event(&mut self, event: &str, payload: &Value) {
        self.tell(&json!({ "header": { "task_id": self.task, "event": event }, "payload": payload }));
    }
}

fn millis(samples: usize) -> f64 {
    samples as f64 / 16.0
}
