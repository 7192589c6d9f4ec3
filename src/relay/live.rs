//! A live transcription on its way through, message by message: what callers say is one of the messages of its protocol
//! (`docs/protocol.md` §13), with known members only, at a time when it may be said.

use super::audio::whole;
use super::gate::read_message;
use super::models::Models;
use super::refusal::Refusal;
use super::scan::base64_length;
use super::shape::{APPEND, RUN_TASK, SESSION_GOES_ON, SESSION_UPDATE, Shape, TASK_GOES_ON};
use crate::json::{Json, ObjectWriter, View};
use crate::model::LiveProtocol;

/// Largest message of a caller, in bytes: the service advises pieces of audio of 1 to 16 KB, official clients send up to 12,800.
pub(super) const MOST_MESSAGE: usize = 256 * 1024;
/// Milliseconds until the first message, and between two.
const FIRST_MESSAGE_MS: f64 = 10_000.0;
const QUIET_MS: f64 = 120_000.0;
/// Audio may be so far ahead of the clock: after a lost connection clients send again what was kept, ten minutes at the most.
/// Without a bound, whoever sends faster than the service listens fills the memory between.
const AHEAD_SECONDS: f64 = 660.0;
/// Compressed audio tells its length only to whoever decodes it. It has at most so many bytes a second, and what was kept has as
/// many as eleven minutes have at 64 kbit/s.
const COMPRESSED_RATE: f64 = 32_000.0;
const COMPRESSED_AHEAD_SECONDS: f64 = AHEAD_SECONDS * 8_000.0 / COMPRESSED_RATE;
/// Rates of samples that are believed.
const RATES: core::ops::RangeInclusive<f64> = 8_000.0..=48_000.0;
const USUAL_RATE: f64 = 16_000.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing is recognised at present.
    Idle,
    /// Audio may come.
    Running,
    /// No more audio comes.
    Ending,
}

/// One WebSocket of a caller.
#[derive(Debug)]
pub struct LiveGate {
    protocol: LiveProtocol,
    models: Models,
    most_seconds: Option<f64>,
    phase: Phase,
    task_id: String,
    model: Option<String>,
    /// Bytes a second of the present audio, and whether its bytes are its length.
    rate: f64,
    is_plain: bool,
    /// Bytes of the present audio, and of all before it its seconds.
    bytes: f64,
    seconds_before: f64,
    /// Seconds of the present audio that the service has counted, and when it began.
    told: f64,
    began_at: f64,
    opened_at: f64,
    last_at: Option<f64>,
    /// How many requests have been counted for it: one to open, one for each further recognition, one for each minute.
    counted: f64,
    tasks: f64,
}

impl LiveGate {
    pub(super) fn new(protocol: LiveProtocol, models: &Models, most_seconds: Option<f64>, now: f64) -> Self {
        Self {
            protocol,
            models: models.clone(),
            most_seconds,
            phase: Phase::Idle,
            task_id: String::new(),
            model: None,
            rate: 2.0 * USUAL_RATE,
            is_plain: true,
            bytes: 0.0,
            seconds_before: 0.0,
            told: 0.0,
            began_at: now,
            opened_at: now,
            last_at: None,
            counted: 1.0,
            tasks: 0.0,
        }
    }

    /// A text message of the caller. Where this gives no refusal, it may be forwarded.
    pub fn text(&mut self, message: &[u8], now: f64) -> Result<(), Refusal> {
        check_size(message.len())?;
        let json = Json::parse_bytes(message);
        let view = json.as_ref().map_or(Json::Null.view(), Json::view);
        match self.protocol {
            LiveProtocol::Task => self.task(message, view, now)?,
            LiveProtocol::Session => self.session(message, view, now)?,
        }
        self.last_at = Some(now);
        Ok(())
    }

    /// A binary message of the caller: audio.
    pub fn binary(&mut self, length: usize, now: f64) -> Result<(), Refusal> {
        check_size(length)?;
        if self.protocol == LiveProtocol::Session {
            return Err(Refusal::bad_request(
                "binary messages are no part of this protocol: send audio as input_audio_buffer.append, in base64.",
            ));
        }
        if self.phase != Phase::Running {
            return Err(Refusal::bad_request("audio comes between run-task and finish-task."));
        }
        self.last_at = Some(now);
        #[allow(clippy::cast_precision_loss, reason = "the size is checked")]
        self.audio(length as f64, now)
    }

    fn task(&mut self, message: &[u8], view: View<'_>, now: f64) -> Result<(), Refusal> {
        let (header, payload) = (view.get("header"), view.get("payload"));
        let action = header.get("action").str().unwrap_or_default();
        let shape = if action == "run-task" { &RUN_TASK } else { &TASK_GOES_ON };
        self.read(message, shape)?;
        let id = header.get("task_id").str().unwrap_or_default();
        if !is_id(id) {
            return Err(Refusal::bad_request("header.task_id must be a word of letters, digits and hyphens."));
        }
        let is_present = self.phase == Phase::Running && self.task_id == id;
        match action {
            "run-task" if self.phase == Phase::Idle => {
                for name in ["task_group", "task", "function", "model"] {
                    if payload.get(name).str().is_none() {
                        return Err(Refusal::bad_request(&format!("payload.{name} is missing.")));
                    }
                }
                self.model = payload.get("model").str().map(str::to_owned);
                id.clone_into(&mut self.task_id);
                self.tasks += 1.0;
                let parameters = payload.get("parameters");
                self.begin(
                    parameters.get("format"),
                    parameters.get("sample_rate"),
                    "payload.parameters.sample_rate",
                    now,
                )
            }
            "run-task" => Err(Refusal::bad_request(
                "run-task comes when the recognition before it has finished (task-finished): one at a time.",
            )),
            "continue-task" if is_present => Ok(()),
            "finish-task" if is_present => {
                self.phase = Phase::Ending;
                Ok(())
            }
            "continue-task" | "finish-task" => {
                Err(Refusal::bad_request("header.task_id is not that of a recognition under way."))
            }
            _ => Err(Refusal::bad_request("header.action must be one of: run-task, continue-task, finish-task.")),
        }
    }

    fn session(&mut self, message: &[u8], view: View<'_>, now: f64) -> Result<(), Refusal> {
        let name = view.get("type").str().unwrap_or_default();
        let shape = match name {
            "session.update" => &SESSION_UPDATE,
            "input_audio_buffer.append" => &APPEND,
            _ => &SESSION_GOES_ON,
        };
        self.read(message, shape)?;
        match (name, self.phase) {
            (_, Phase::Ending) => Err(Refusal::bad_request("session.finish was the last message.")),
            ("session.update", _) => {
                let session = view.get("session");
                self.begin(session.get("input_audio_format"), session.get("sample_rate"), "session.sample_rate", now)
            }
            (_, Phase::Idle) => Err(Refusal::bad_request("session.update comes first.")),
            ("input_audio_buffer.append", _) => {
                let letters = view.get("audio").str().unwrap_or_default().as_bytes();
                let length = base64_length(letters);
                let padding = letters.get(length..).unwrap_or_default();
                if padding.len() > 2 || padding.iter().any(|letter| *letter != b'=') {
                    return Err(Refusal::bad_request("audio must be base64."));
                }
                #[allow(clippy::cast_precision_loss, reason = "the size is checked")]
                self.audio((length / 4 * 3 + (length % 4).saturating_sub(1)) as f64, now)
            }
            ("input_audio_buffer.commit" | "input_audio_buffer.clear", _) => Ok(()),
            ("session.finish", _) => {
                self.phase = Phase::Ending;
                Ok(())
            }
            _ => Err(Refusal::bad_request(
                "type must be one of: session.update, input_audio_buffer.append, input_audio_buffer.commit, \
                 input_audio_buffer.clear, session.finish.",
            )),
        }
    }

    fn read(&self, message: &[u8], shape: &'static Shape) -> Result<(), Refusal> {
        read_message(message, shape, &self.models, self.protocol)
    }

    /// A recognition begins, or the audio is another from now on.
    fn begin(&mut self, format: View<'_>, rate: View<'_>, path: &str, now: f64) -> Result<(), Refusal> {
        let rate = rate.number().unwrap_or(USUAL_RATE);
        if !RATES.contains(&rate) {
            return Err(Refusal::bad_request(&format!("{path} must be 8000 to 48000.")));
        }
        self.seconds_before = self.seconds();
        (self.bytes, self.told, self.began_at) = (0.0, 0.0, now);
        self.is_plain = matches!(format.str(), None | Some("pcm" | "pcm16" | "wav"));
        self.rate = if self.is_plain { 2.0 * rate } else { COMPRESSED_RATE };
        self.phase = Phase::Running;
        Ok(())
    }

    fn audio(&mut self, bytes: f64, now: f64) -> Result<(), Refusal> {
        self.bytes += bytes;
        let seconds = self.seconds();
        let ahead = if self.is_plain { AHEAD_SECONDS } else { COMPRESSED_AHEAD_SECONDS };
        if seconds > self.elapsed(now) + ahead {
            let words = "The audio is far ahead of the clock: send it no faster than it is spoken.";
            return Err(Refusal::new(429, "Throttling.RateQuota", words));
        }
        match self.most_seconds {
            Some(most) if seconds > most => {
                let words = format!("This site takes at most {} seconds of audio over one connection.", whole(most));
                Err(Refusal::new(413, "BadRequest.TooLarge", words))
            }
            _ => Ok(()),
        }
    }

    /// A text message of the service, on its way to the caller.
    pub fn heard(&mut self, message: &str) {
        let Some(json) = Json::parse(message) else { return };
        let view = json.view();
        let event = view.get("header").get("event").str();
        if event == Some("task-finished") {
            self.phase = Phase::Idle;
        }
        let told = view.get("payload").get("usage").get("duration").number();
        self.told = told.unwrap_or_default().max(self.told);
    }

    /// Seconds of audio so far.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        let sent = self.bytes / self.rate;
        // Nobody speaks for longer than there was time, but for what was kept.
        let spoken = (self.last_at.unwrap_or_default() - self.began_at) / 1_000.0;
        self.seconds_before + if self.is_plain { sent } else { sent.max(self.told).max(spoken) }
    }

    /// The model, once it is known.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// How many requests this is more since the last time. Every minute is one, of audio or of the clock, so that a caller has
    /// no more connections at a time than requests in a minute.
    pub fn due(&mut self, now: f64) -> f64 {
        let minutes = (self.seconds().max(self.elapsed(now)) / 60.0).floor();
        let due = self.tasks.max(1.0) + minutes - self.counted;
        self.counted += due.max(0.0);
        due.max(0.0)
    }

    fn elapsed(&self, now: f64) -> f64 {
        ((now - self.opened_at) / 1_000.0).max(0.0)
    }

    /// When it has to be asked whether it is [late](Self::late).
    #[must_use]
    pub fn deadline(&self) -> f64 {
        self.last_at.map_or(self.opened_at + FIRST_MESSAGE_MS, |last| last + QUIET_MS)
    }

    /// Whether the caller has said nothing for too long.
    pub fn late(&self, now: f64) -> Result<(), Refusal> {
        match self.last_at {
            _ if now < self.deadline() => Ok(()),
            None => Err(Refusal::new(408, "RequestTimeOut", "The first message did not come in ten seconds.")),
            Some(_) => Err(Refusal::new(408, "RequestTimeOut", "Nothing was sent for two minutes.")),
        }
    }

    /// The words of a refusal as the protocol has them, so that a page reads them: of a closed socket it is told a number.
    #[must_use]
    pub fn told(&self, code: &str, message: &str) -> String {
        let mut json = String::new();
        let mut out = ObjectWriter::new(&mut json);
        match self.protocol {
            LiveProtocol::Task => {
                out.member("header", |out| {
                    let mut header = ObjectWriter::new(out);
                    if !self.task_id.is_empty() {
                        header.string("task_id", &self.task_id);
                    }
                    header.string("event", "task-failed").string("error_code", code).string("error_message", message);
                    header.close();
                });
                out.member("payload", |out| out.push_str("{}"));
            }
            LiveProtocol::Session => {
                out.string("type", "error").member("error", |out| {
                    ObjectWriter::new(out)
                        .string("type", "server_error")
                        .string("code", code)
                        .string("message", message)
                        .close();
                });
            }
        }
        out.close();
        json
    }
}

/// The number with which a socket is closed after a refusal (<https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1>;
/// 1013 is "try again later" of its registry).
#[must_use]
pub const fn close_code(status: u16) -> u16 {
    match status {
        413 => 1009,
        429 => 1013,
        500.. => 1011,
        _ => 1008,
    }
}

fn check_size(bytes: usize) -> Result<(), Refusal> {
    if bytes <= MOST_MESSAGE {
        return Ok(());
    }
    Err(Refusal::new(
        413,
        "BadRequest.TooLarge",
        "A message has more than 262144 bytes: send the audio in smaller pieces.",
    ))
}

fn is_id(id: &str) -> bool {
    (1..=100).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = r#"{"header":{"action":"run-task","task_id":"a-1","streaming":"duplex"},"payload":{"task_group":"audio","task":"asr",
        "function":"recognition","model":"fun-asr-realtime","parameters":{"format":"pcm","sample_rate":16000},"input":{}}}"#;
    const FINISH: &str =
        r#"{"header":{"action":"finish-task","task_id":"a-1","streaming":"duplex"},"payload":{"input":{}}}"#;
    const UPDATE: &str = r#"{"event_id":"e","type":"session.update","session":{"modalities":["text"],"input_audio_format":"pcm","sample_rate":16000,
        "input_audio_transcription":{"language":"en","corpus":{"text":"x"}},"turn_detection":{"type":"server_vad","threshold":0.0,"silence_duration_ms":400}}}"#;
    const FINISHED: &str = r#"{"header":{"task_id":"a-1","event":"task-finished"},"payload":{}}"#;

    fn gate(protocol: LiveProtocol) -> LiveGate {
        LiveGate::new(protocol, &Models::default(), None, 0.0)
    }

    /// A gate at which a recognition is under way.
    fn running(most_seconds: Option<f64>) -> LiveGate {
        let mut gate = LiveGate::new(LiveProtocol::Task, &Models::default(), most_seconds, 0.0);
        assert_eq!(gate.text(RUN.as_bytes(), 0.0), Ok(()));
        gate
    }

    fn gate_of_opus(most_seconds: Option<f64>, now: f64) -> LiveGate {
        let mut gate = LiveGate::new(LiveProtocol::Task, &Models::default(), most_seconds, 0.0);
        assert_eq!(gate.text(RUN.replace("pcm", "opus").as_bytes(), now), Ok(()));
        gate
    }

    fn status(verdict: Result<(), Refusal>) -> u16 {
        verdict.map_or_else(|refusal| refusal.status, |()| 200)
    }

    #[test]
    fn the_messages_of_each_protocol_pass_in_their_order() {
        let mut tasks = running(None);
        let more = FINISH.replace("finish-task", "continue-task").replace(
            r#""input":{}"#,
            r#""input":{"context":[{"role":"user","content":[{"type":"input_text","text":"x"}]}]}"#,
        );
        assert_eq!(tasks.binary(3200, 0.0), Ok(()));
        assert_eq!(tasks.text(more.as_bytes(), 0.0), Ok(()));
        assert_eq!(tasks.text(FINISH.as_bytes(), 0.0), Ok(()));
        // Not before the service has said that it is over.
        assert_eq!(status(tasks.text(RUN.as_bytes(), 0.0)), 400);
        tasks.heard(FINISHED);
        assert_eq!(tasks.text(RUN.as_bytes(), 0.0), Ok(()));
        assert_eq!(tasks.model(), Some("fun-asr-realtime"));

        let mut session = gate(LiveProtocol::Session);
        for message in [
            UPDATE,
            &UPDATE.replace(r#"{"type":"server_vad","threshold":0.0,"silence_duration_ms":400}"#, "null"),
            r#"{"event_id":"e","type":"input_audio_buffer.append","audio":"AAAAAA=="}"#,
            r#"{"type":"input_audio_buffer.commit"}"#,
            r#"{"type":"input_audio_buffer.clear"}"#,
            r#"{"event_id":"e","type":"session.finish"}"#,
        ] {
            assert_eq!(session.text(message.as_bytes(), 0.0), Ok(()), "{message}");
        }
        assert_eq!(status(session.text(UPDATE.as_bytes(), 0.0)), 400);
    }

    #[test]
    fn what_is_no_message_of_the_protocol_is_refused() {
        let run = |from: &str, to: &str| RUN.replacen(from, to, 1);
        for (protocol, message, expected) in [
            (LiveProtocol::Task, run("fun-asr-realtime", "qwen-max"), 403),
            (LiveProtocol::Task, run("fun-asr-realtime", "qwen3-asr-flash-realtime"), 403),
            (LiveProtocol::Task, run(r#""model":"fun-asr-realtime","#, ""), 400),
            (LiveProtocol::Task, run(r#""task":"asr""#, r#""task":"tts""#), 400),
            (LiveProtocol::Task, run(r#""input":{}"#, r#""input":{},"resources":[]"#), 400),
            (LiveProtocol::Task, run(r#""format":"pcm""#, r#""format":"pcm","callback":"x""#), 400),
            (LiveProtocol::Task, run(r#""model":"#, r#""model":"paraformer-realtime-v2","m\u006fdel":"#), 400),
            (LiveProtocol::Task, run(r#""action":"run-task""#, r#""action":"run-task","action":"finish-task""#), 400),
            (LiveProtocol::Task, run("16000", "1e9"), 400),
            (LiveProtocol::Task, run("16000", "1"), 400),
            (LiveProtocol::Task, run("a-1", "a/1"), 400),
            (LiveProtocol::Task, run("run-task", "start"), 400),
            (LiveProtocol::Task, run("run-task", "finish-task"), 400),
            (LiveProtocol::Task, FINISH.to_owned(), 400),
            (LiveProtocol::Task, UPDATE.to_owned(), 400),
            (LiveProtocol::Task, "[]".to_owned(), 400),
            (LiveProtocol::Task, "{".to_owned(), 400),
            (LiveProtocol::Task, String::new(), 400),
            (LiveProtocol::Task, format!("{RUN}{RUN}"), 400),
            (LiveProtocol::Task, " ".repeat(MOST_MESSAGE + 1), 413),
            (LiveProtocol::Session, RUN.to_owned(), 400),
            (LiveProtocol::Session, UPDATE.replacen("\"session\":{", "\"session\":{\"model\":\"qwen-max\",", 1), 400),
            (LiveProtocol::Session, UPDATE.replacen("\"language\":\"en\"", "\"model\":\"gummy\"", 1), 400),
            (LiveProtocol::Session, UPDATE.replacen("\"session\":{", "\"session\":{\"tools\":[],", 1), 400),
            (LiveProtocol::Session, r#"{"type":"response.create"}"#.to_owned(), 400),
            (LiveProtocol::Session, r#"{"type":"input_audio_buffer.append","audio":"AAAA"}"#.to_owned(), 400),
            (LiveProtocol::Session, r#"{"type":"session.finish"}"#.to_owned(), 400),
        ] {
            let verdict = gate(protocol).text(message.as_bytes(), 0.0);
            assert_eq!(status(verdict.clone()), expected, "{message}: {verdict:?}");
        }
        let mut session = gate(LiveProtocol::Session);
        assert_eq!(session.text(UPDATE.as_bytes(), 0.0), Ok(()));
        let append = |audio| format!(r#"{{"type":"input_audio_buffer.append","audio":"{audio}"}}"#);
        for audio in ["data:audio/wav;base64,AAAA", "AA=A", "A===", "AA AA"] {
            assert_eq!(status(session.text(append(audio).as_bytes(), 0.0)), 400, "{audio}");
        }
        assert_eq!(status(session.binary(10, 0.0)), 400);
        assert_eq!(status(gate(LiveProtocol::Task).binary(10, 0.0)), 400);
        assert_eq!(status(running(None).binary(MOST_MESSAGE + 1, 0.0)), 413);
    }

    #[test]
    fn seconds_are_those_of_the_bytes_or_those_that_the_service_tells() {
        let mut gate = running(Some(2.0));
        assert_eq!(status(gate.binary(48_000, 0.0)), 200);
        assert!((gate.seconds() - 1.5).abs() < 1e-9);
        gate.heard(FINISHED);
        // Another recognition on the same socket begins where the first one ended.
        assert_eq!(gate.text(RUN.as_bytes(), 0.0), Ok(()));
        assert_eq!(status(gate.binary(16_000, 0.0)), 200);
        assert_eq!(status(gate.binary(2, 0.0)), 413);

        let mut gate = gate_of_opus(Some(60.0), 0.0);
        assert_eq!(status(gate.binary(3_200, 0.0)), 200);
        gate.heard(r#"{"header":{"event":"result-generated"},"payload":{"usage":{"duration":61}}}"#);
        assert_eq!(status(gate.binary(1, 0.0)), 413);
        let mut gate = gate_of_opus(Some(60.0), 9_000.0);
        assert_eq!((status(gate.binary(1, 69_000.0)), status(gate.binary(1, 69_001.0))), (200, 413));

        let mut session = LiveGate::new(LiveProtocol::Session, &Models::default(), None, 0.0);
        assert_eq!(session.text(UPDATE.replace("16000", "8000").as_bytes(), 0.0), Ok(()));
        let append = format!(r#"{{"type":"input_audio_buffer.append","audio":"{}="}}"#, "A".repeat(21_334 - 3));
        assert_eq!(session.text(append.as_bytes(), 0.0), Ok(()));
        assert!((session.seconds() - 1.0).abs() < 0.001, "{}", session.seconds());
    }

    #[test]
    fn a_message_of_audio_may_be_as_large_as_any() {
        let mut session = LiveGate::new(LiveProtocol::Session, &Models::default(), None, 0.0);
        assert_eq!(session.text(UPDATE.as_bytes(), 0.0), Ok(()));
        let around = r#"{"type":"input_audio_buffer.append","audio":""}"#;
        let letters = (MOST_MESSAGE - around.len()) / 4 * 4;
        let append = |letters: usize| around.replace(r#":""}"#, &format!(r#":"{}"}}"#, "A".repeat(letters)));
        assert_eq!(session.text(append(letters).as_bytes(), 0.0), Ok(()));
        assert_eq!(status(session.text(append(letters + 4).as_bytes(), 0.0)), 413);
    }

    #[test]
    fn audio_that_is_kept_is_sent_again_at_once_and_no_more_than_that() {
        let mut gate = running(None);
        let sent = (0..10_000).take_while(|_| gate.binary(12_800, 0.0).is_ok()).count();
        assert_eq!(sent, 660 * 32_000 / 12_800);
        assert_eq!(status(gate.binary(12_800, 1_000.0)), 200);

        let mut gate = gate_of_opus(None, 0.0);
        let sent = (0..10_000).take_while(|_| gate.binary(12_800, 0.0).is_ok()).count();
        assert_eq!(sent, 660 * 8_000 / 12_800);
    }

    #[test]
    fn every_minute_and_every_recognition_is_a_request() {
        let mut gate = running(None);
        let due = |gate: &mut LiveGate, now: f64| gate.due(now).round() as i32;
        assert_eq!(due(&mut gate, 1_000.0), 0);
        assert_eq!(due(&mut gate, 61_000.0), 1);
        assert_eq!(due(&mut gate, 61_000.0), 0);
        for _ in 0..15 {
            assert_eq!(gate.binary(256_000, 61_000.0), Ok(())); // two minutes
        }
        assert_eq!(due(&mut gate, 61_000.0), 1);
        gate.heard(FINISHED);
        assert_eq!(gate.text(RUN.as_bytes(), 61_000.0), Ok(()));
        assert_eq!(due(&mut gate, 61_000.0), 1);
    }

    #[test]
    fn whoever_says_nothing_is_not_waited_for() {
        let mut gate = gate(LiveProtocol::Task);
        assert_eq!((status(gate.late(9_999.0)), status(gate.late(10_000.0))), (200, 408));
        assert_eq!(gate.text(RUN.as_bytes(), 9_000.0), Ok(()));
        assert_eq!((status(gate.late(128_999.0)), status(gate.late(129_000.0))), (200, 408));
        assert!((gate.deadline() - 129_000.0).abs() < f64::EPSILON);
    }

    #[test]
    fn refusals_are_events_of_the_protocol() {
        assert_eq!(
            running(None).told("AccessDenied", "no \"x\""),
            r#"{"header":{"task_id":"a-1","event":"task-failed","error_code":"AccessDenied","error_message":"no \"x\""},"payload":{}}"#
        );
        assert_eq!(
            gate(LiveProtocol::Session).told("AccessDenied", "no"),
            r#"{"type":"error","error":{"type":"server_error","code":"AccessDenied","message":"no"}}"#
        );
        assert_eq!([400, 403, 413, 429, 502].map(close_code), [1008, 1008, 1009, 1013, 1011]);
    }
}
