//! Live transcription against a service of a few lines, on a clock that the tests turn: whatever happens to the connection, the
//! words and their times are those of the recording.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::assigning_clones,
    clippy::type_complexity,
    clippy::float_cmp,
    clippy::useless_vec,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "what fails here fails the test; the numbers are small"
)]

#[path = "support/live_service.rs"]
mod live_service;
#[path = "support/ogg.rs"]
mod ogg;

use dashscope_asr::config::{ClientSettings, Config};
use dashscope_asr::json::Json;
use dashscope_asr::live::{Action, LiveFormat, LiveOptions, Session};
use dashscope_asr::{Error, ErrorKind, Transcript};
use serde_json::{Value, json};

use live_service::{Service, Way, loudness};

/// The recording: silence, and words of 100 ms, each with a loudness of its own. Samples of 16 kHz.
fn recording() -> Vec<i16> {
    let mut samples = vec![0; 8_000];
    let mut word = 0;
    for words in [5, 1, 12, 7, 3, 9] {
        for _ in 0..words {
            word += 1;
            samples.extend(vec![loudness(word); 1_600]);
        }
        samples.extend(vec![0; 16_000]);
    }
    samples
}

/// When the connection is cut: after so many messages one way or the other, and whether the last of them still arrives.
#[derive(Clone, Copy, Debug)]
struct Cut {
    after: usize,
    upwards: bool,
    arrives: bool,
}

struct Run {
    session: Session,
    service: Option<Service>,
    way: Way,
    /// Writes the recording where it is sent as Opus.
    opus: Option<ogg::Writer>,
    now: f64,
    cut: Option<Cut>,
    counts: [usize; 2],
    events: Vec<Value>,
    outcome: Option<Result<Transcript, (Error, Option<Vec<u8>>)>>,
    connections: usize,
    connected_at: f64,
    /// Samples that one connection got.
    service_heard_at_most: usize,
    refuse: bool,
    probes: usize,
}

impl Run {
    fn new(options: &str) -> Self {
        let options = LiveOptions::read(Json::parse(options).unwrap().view()).unwrap();
        let is_session = options.model.as_deref() == Some("qwen3-asr-flash-realtime");
        let is_opus = options.format == Some(LiveFormat::Opus);
        let live = options.verify(&Config::new(&ClientSettings::default()).unwrap()).unwrap();
        Self {
            session: Session::new(live, "0123456789abcdef0123456789abcdef", 0.5, 0.0),
            service: None,
            way: if is_session { Way::Session } else { Way::Task },
            opus: is_opus.then(ogg::Writer::default),
            now: 0.0,
            cut: None,
            counts: [0, 0],
            events: vec![],
            outcome: None,
            connections: 0,
            connected_at: 0.0,
            service_heard_at_most: 0,
            refuse: false,
            probes: 0,
        }
    }

    /// Counts a message; whether it arrives, and whether the connection lives on.
    fn passes(&mut self, upwards: bool) -> (bool, bool) {
        let count = &mut self.counts[usize::from(upwards)];
        *count += 1;
        match self.cut {
            Some(cut) if cut.upwards == upwards && cut.after == *count => (cut.arrives, false),
            _ => (true, true),
        }
    }

    fn break_off(&mut self) {
        self.service = None;
        self.session.closed(1_006, "", self.now);
    }

    /// Everything that is to be done now.
    fn act(&mut self) {
        loop {
            if let Some(action) = self.session.next_action() {
                match action {
                    Action::Connect(_) if self.refuse => self.session.closed(1_006, "", self.now),
                    Action::Connect(_) => {
                        self.connections += 1;
                        self.connected_at = self.now;
                        self.service = Some(Service::new(self.way, self.opus.is_some()));
                        self.session.opened(self.now);
                    }
                    Action::SendText(_) | Action::SendBinary(_) if self.service.is_none() => {}
                    Action::SendText(_) | Action::SendBinary(_) => {
                        let (arrives, lives) = self.passes(true);
                        if let Some(service) = self.service.as_mut().filter(|_| arrives) {
                            match action {
                                Action::SendText(text) => service.text(&text),
                                Action::SendBinary(bytes) => service.audio(&bytes),
                                _ => {}
                            }
                            self.service_heard_at_most = self.service_heard_at_most.max(service.heard);
                        }
                        if !lives {
                            self.break_off();
                        }
                    }
                    Action::Close => self.service = None,
                    Action::Probe(_) => self.probes += 1,
                    Action::Event(event) => self.events.push(serde_json::from_str(&event.to_json()).unwrap()),
                    Action::Done(transcript) => self.outcome = Some(Ok(*transcript)),
                    Action::Fail(error, audio) => self.outcome = Some(Err((error, audio))),
                    _ => panic!(),
                }
                continue;
            }
            let Some(service) = self.service.as_mut().filter(|service| !service.out.is_empty()) else { break };
            let message = service.out.remove(0);
            let (arrives, lives) = self.passes(false);
            if arrives {
                self.session.message(&message, self.now);
            }
            if !lives {
                self.break_off();
            }
        }
    }

    fn wait(&mut self, until: f64) {
        self.act();
        while let Some(deadline) = self.session.deadline().filter(|deadline| *deadline <= until) {
            self.now = deadline.max(self.now);
            self.session.wake(self.now);
            self.act();
        }
        self.now = until;
    }

    fn speak(&mut self, samples: &[i16]) {
        if let Some(mut writer) = self.opus.take() {
            let pages = writer.pages(samples);
            self.opus = Some(writer);
            for (page, length) in pages {
                // Pages need not come whole.
                let (some, rest) = page.split_at(page.len() / 3);
                self.session.send_bytes(some, self.now);
                self.wait(self.now + length as f64 / 32.0);
                self.session.send_bytes(rest, self.now);
                self.wait(self.now + length as f64 / 32.0);
            }
            return;
        }
        for piece in samples.chunks(700) {
            self.session.send_samples(piece, self.now);
            self.wait(self.now + piece.len() as f64 / 16.0);
        }
    }

    fn finish(&mut self) {
        self.session.finish(self.now);
        self.wait(self.now + 400_000.0);
    }

    fn transcript(&self) -> &Transcript {
        match self.outcome.as_ref() {
            Some(Ok(transcript)) => transcript,
            Some(Err((error, _))) => panic!("{error}"),
            None => panic!("it never ended"),
        }
    }

    fn states(&self) -> Vec<&str> {
        self.events.iter().filter_map(|event| event["state"].as_str()).collect()
    }
}

fn whole(options: &str, cut: Option<Cut>) -> Run {
    let mut run = Run::new(options);
    run.cut = cut;
    run.speak(&recording());
    run.finish();
    run
}

const TASK: &str = "{}";
const SESSION: &str = r#"{"model":"qwen3-asr-flash-realtime"}"#;
const TASK_OPUS: &str = r#"{"format":"opus"}"#;
const SESSION_OPUS: &str = r#"{"model":"qwen3-asr-flash-realtime","format":"opus"}"#;
const EACH: [&str; 4] = [TASK, SESSION, TASK_OPUS, SESSION_OPUS];

#[test]
fn words_come_while_they_are_spoken() {
    for options in EACH {
        let run = whole(options, None);
        let transcript = run.transcript();
        assert_eq!(transcript.text, (1..=37).map(|word| format!("w{word}")).collect::<Vec<_>>().join(" "));
        assert_eq!(transcript.segments.len(), 6);
        assert_eq!((transcript.segments[0].begin_ms, transcript.segments[0].end_ms), (500.0, 1_000.0));
        assert_eq!((transcript.segments[5].begin_ms, transcript.segments[5].end_ms), (8_300.0, 9_200.0));
        assert_eq!(transcript.segments[2].words.len(), if options.contains("model") { 0 } else { 12 });
        assert_eq!(run.states(), ["connecting", "open", "closed"]);
        let partial = run.events.iter().find(|event| event["type"] == "partial").unwrap();
        assert_eq!((&partial["segment"]["id"], &partial["text"]), (&json!(1), &json!("w1")));
        let last = run.events.iter().rfind(|event| event["type"] == "final").unwrap();
        assert_eq!((&last["segment"]["id"], &last["text"]), (&json!(6), &json!(transcript.text)));
        assert_eq!(run.events.last().unwrap()["state"], "closed");
    }
}

#[test]
fn wherever_the_connection_is_cut_the_words_and_times_are_the_same() {
    for options in EACH {
        let uncut = whole(options, None);
        let mut cuts = 0;
        for upwards in [true, false] {
            for after in 1..=uncut.counts[usize::from(upwards)] {
                for arrives in [true, false] {
                    let cut = Cut { after, upwards, arrives };
                    let run = whole(options, Some(cut));
                    let (expected, transcript) = (uncut.transcript(), run.transcript());
                    assert_eq!(transcript.text, expected.text, "{options} {cut:?}");
                    assert_eq!(transcript.segments, expected.segments, "{options} {cut:?}");
                    // Each sentence was told once, under an id of its own.
                    let ids: Vec<_> = run
                        .events
                        .iter()
                        .filter(|event| event["type"] == "final")
                        .map(|event| &event["segment"]["id"])
                        .collect();
                    assert_eq!(ids, (1..=6).collect::<Vec<_>>(), "{options} {cut:?}");
                    cuts += 1;
                }
            }
        }
        assert!(cuts > 100, "{options}: {cuts}");
    }
}

#[test]
fn the_session_protocol_is_never_ahead_of_the_voice() {
    let mut run = Run::new(SESSION);
    // Ten seconds that were spoken before anything could be sent.
    let samples = recording();
    run.session.send_samples(&samples, 0.0);
    run.session.finish(0.0);
    for second in 1..10 {
        run.wait(f64::from(second) * 1_000.0);
        let got = run.service.as_ref().unwrap().heard as f64 / 16.0;
        assert!(got <= f64::from(second) * 1_000.0 + 300.0, "{got} after {second}");
    }
    run.wait(60_000.0);
    assert_eq!(run.transcript().segments.len(), 6);
}

#[test]
fn what_cannot_be_sent_is_handed_back() {
    let mut run = Run::new(r#"{"maxRetries":3}"#);
    let samples = recording();
    run.speak(&samples[..24_000]);
    run.refuse = true;
    run.break_off();
    run.speak(&samples[24_000..48_000]);
    run.wait(60_000.0);
    let Some(Err((error, Some(wav)))) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(error.partial_text(), Some("w1 w2 w3 w4 w5"));
    // Everything behind the first sentence, which ended after a second.
    assert_eq!(&wav[..4], b"RIFF");
    assert!(wav.len() as u64 > 44 + 2 * 8_000, "{}", wav.len());
    assert!(wav[44..].chunks_exact(2).any(|pair| i16::from_le_bytes([pair[0], pair[1]]) == 560), "w6 is in it");
    assert!(run.states().ends_with(&["closed"]));
}

#[test]
fn a_socket_that_never_opens_is_asked_about_and_given_up_soon() {
    let mut run = Run::new(TASK);
    run.refuse = true;
    run.wait(30_000.0);
    let Some(Err((error, None))) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert!(error.message().contains("key"), "{error}");
    assert_eq!(run.probes, 1);

    let mut run = Run::new(TASK);
    run.refuse = true;
    run.act();
    run.session.probed(401, r#"{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"r"}"#);
    run.act();
    let Some(Err((error, _))) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert_eq!(error.kind(), ErrorKind::Authentication);
}

#[test]
fn a_first_socket_of_which_nothing_is_heard_is_not_waited_for_for_ever() {
    let mut run = Run::new(TASK);
    run.session.next_action(); // the state
    assert!(matches!(run.session.next_action(), Some(Action::Connect(_))));
    assert_eq!(run.session.deadline(), Some(15_000.0));
    run.now = 15_000.0;
    run.session.wake(run.now);
    run.act();
    assert_eq!(run.states().last(), Some(&"reconnecting"));
}

#[test]
fn silence_neither_costs_nor_ends_anything() {
    let mut run = Run::new(TASK);
    let samples = recording();
    run.speak(&samples[..32_000]);
    // The service ends a silent recognition after a while.
    let task = run.service.as_ref().unwrap().task().to_owned();
    let failed = json!({ "header": { "task_id": task, "event": "task-failed", "error_code": "CLIENT_ERROR",
        "error_message": "request timeout after 23 seconds." }, "payload": {} });
    run.session.message(&failed.to_string(), run.now);
    run.speak(&vec![0; 160_000]);
    assert_eq!((run.connections, run.states().last()), (1, Some(&"paused")));
    run.speak(&samples[32_000..]);
    run.finish();
    assert_eq!(run.connections, 2);
    let last = run.transcript().segments.last().unwrap().clone();
    assert_eq!((last.begin_ms, last.end_ms), (18_300.0, 19_200.0));
    assert_eq!(run.transcript().segments.len(), 6);
}

#[test]
fn a_pause_takes_nothing_from_what_was_said_before_it() {
    let mut run = Run::new(TASK);
    let samples = recording();
    run.speak(&samples[..14_400]); // in the middle of a sentence
    run.session.pause(run.now);
    run.speak(&vec![900; 16_000]); // not of the recording
    assert_eq!(run.states(), ["connecting", "open", "paused"]);
    run.session.resume(run.now);
    run.speak(&samples[14_400..]);
    run.finish();
    assert_eq!(run.connections, 2);
    assert_eq!(run.transcript().text, whole(TASK, None).transcript().text);
    assert_eq!(run.transcript().segments.last().unwrap().end_ms, 9_200.0);
}

#[test]
fn a_refused_option_or_key_is_no_reason_to_try_again() {
    let mut run = Run::new(TASK);
    run.act();
    let failed = json!({ "header": { "event": "task-failed", "error_code": "InvalidParameter",
        "error_message": "sample_rate is wrong" }, "payload": {} });
    run.session.message(&failed.to_string(), 1.0);
    run.act();
    let Some(Err((error, None))) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert_eq!((error.kind(), error.service_code()), (ErrorKind::BadRequest, Some("InvalidParameter")));
}

#[test]
fn ten_minutes_of_silence_are_not_kept() {
    let mut run = Run::new(TASK);
    for _ in 0..600 {
        run.speak(&vec![0; 16_000]);
    }
    assert!(format!("{:?}", run.session).len() < 32_000 * 60 * 4, "more than a minute is kept");
    run.finish();
    assert!(run.transcript().no_speech);
}

#[test]
fn doubled_and_late_events_change_nothing() {
    let mut run = Run::new(TASK);
    let samples = recording();
    run.speak(&samples[..40_000]);
    let before = run.events.len();
    let task = run.service.as_ref().unwrap().task().to_owned();
    for (id, task) in [(0, task.as_str()), (0, "of-a-task-before")] {
        let again = json!({ "header": { "task_id": task, "event": "result-generated" }, "payload": { "output": { "sentence": {
            "sentence_id": id, "begin_time": 500, "end_time": 1_000, "text": "w1 w2 w3 w4 w5", "sentence_end": true } } } });
        run.session.message(&again.to_string(), run.now);
        run.act();
    }
    assert_eq!(run.events.len(), before);
}

#[test]
fn other_words_said_before_leave_the_background_text() {
    let mut run = Run::new(r#"{"context":"Bulge Bracket"}"#);
    run.act();
    let said = Json::parse(r#"{"messages":[{"role":"assistant","text":"At seven?"}]}"#).unwrap();
    run.session.set_context(LiveOptions::read(said.view()).unwrap()).unwrap();
    let Some(Action::SendText(sent)) = run.session.next_action() else { panic!("nothing was sent") };
    assert!(sent.contains("Bulge Bracket") && sent.contains("At seven?"), "{sent}");
}

#[test]
fn opus_that_cannot_be_sent_is_handed_back_as_a_file() {
    let mut run = Run::new(r#"{"format":"opus","maxRetries":3}"#);
    let samples = recording();
    run.speak(&samples[..24_000]);
    run.refuse = true;
    run.break_off();
    run.speak(&samples[24_000..48_000]);
    run.wait(60_000.0);
    let Some(Err((error, Some(file)))) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert_eq!(error.partial_text(), Some("w1 w2 w3 w4 w5"));
    // Everything behind the first sentence, which ended after a second, and nothing before it.
    let rest = ogg::Reader::default().samples(file);
    assert_eq!(rest, samples[16_000..48_000]);
}

#[test]
fn a_pause_of_opus_does_not_break_its_stream() {
    let mut run = Run::new(TASK_OPUS);
    let samples = recording();
    run.speak(&samples[..14_400]);
    run.session.pause(run.now);
    run.speak(&vec![900; 16_000]); // not of the recording
    run.session.resume(run.now);
    run.speak(&samples[14_400..]);
    // Another recording behind it, with a head of its own, is more of the same.
    run.opus = Some(ogg::Writer::default());
    run.speak(&vec![loudness(50); 1_600]);
    run.finish();
    let transcript = run.transcript();
    assert_eq!(transcript.text, format!("{} w50", whole(TASK, None).transcript().text));
    assert_eq!(transcript.segments[6].end_ms, 9_200.0);
    assert_eq!(transcript.segments[7].begin_ms, 10_220.0, "what a decoder is to drop of the second one is silence");
}

#[test]
fn what_is_no_ogg_opus_is_refused_in_words() {
    let (good, _) = ogg::Writer::default().pages(&recording()).swap_remove(0);
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let mut vorbis = good.clone();
    vorbis[28..35].copy_from_slice(b"\x01vorbis");
    let mut torn = good.clone();
    torn.extend(b"OggX");
    let missing_sum = &good[..good.len() - 1];
    for (bytes, kind, words) in [
        (&b"\x1A\x45\xDF\xA3"[..], ErrorKind::UnsupportedFormat, "it is WebM"),
        (b"RIFF", ErrorKind::UnsupportedFormat, "send samples"),
        (&damaged, ErrorKind::InvalidAudio, "is damaged"),
        (&vorbis, ErrorKind::InvalidAudio, "byte 0 is damaged"),
        (&torn, ErrorKind::InvalidAudio, "is missing"),
        (missing_sum, ErrorKind::Internal, ""),
    ] {
        let mut run = Run::new(TASK_OPUS);
        run.act();
        run.session.send_bytes(bytes, 0.0);
        run.act();
        match &run.outcome {
            Some(Err((error, _))) => {
                assert_eq!(error.kind(), kind, "{error}");
                assert!(error.message().contains(words), "{error}");
            }
            outcome => assert!(words.is_empty() && outcome.is_none(), "{words}: {outcome:?}"),
        }
    }
    let mut run = Run::new(TASK_OPUS);
    run.session.send_samples(&[1, 2, 3], 0.0);
    run.act();
    let Some(Err((error, None))) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidOption, Some("audio")));
}

#[test]
fn what_waits_is_told_in_milliseconds_also_of_opus() {
    for options in EACH {
        let mut run = Run::new(options);
        let samples = &recording()[..32_000];
        match &mut run.opus {
            Some(writer) => writer.pages(samples).iter().for_each(|(page, _)| run.session.send_bytes(page, 0.0)),
            None => run.session.send_samples(samples, 0.0),
        }
        assert!((run.session.buffered_ms() - 2_000.0).abs() <= 20.0, "{options}: {}", run.session.buffered_ms());
    }
    let mut run = Run::new(TASK);
    run.speak(&recording()[..16_000]);
    assert_eq!(run.session.millis_of(3_200), 100.0);
    let mut run = Run::new(TASK_OPUS);
    run.speak(&vec![700; 160_000]);
    let of_a_kilobyte = run.session.millis_of(1_000);
    assert!((3_000.0..3_300.0).contains(&of_a_kilobyte), "{of_a_kilobyte}");
}

/// Sentences of a second, with pauses of three.
fn slow_speech(sentences: usize) -> Vec<i16> {
    (0..sentences)
        .flat_map(|sentence| {
            let words = (0..10).flat_map(move |word| vec![loudness(sentence * 10 + word + 1); 1_600]);
            words.chain(vec![0; 48_000])
        })
        .collect()
}

#[test]
fn the_session_protocol_catches_up_by_leaving_out_silence() {
    let samples = slow_speech(20);
    let mut uncut = Run::new(SESSION);
    uncut.speak(&samples);
    uncut.finish();
    assert_eq!(uncut.service_heard_at_most, samples.len(), "nothing is left out where nothing has to be");

    let mut run = Run::new(SESSION);
    run.speak(&samples[..40_000]);
    run.refuse = true;
    run.break_off();
    run.speak(&samples[40_000..320_000]);
    let behind = run.session.buffered_ms();
    assert!(behind > 16_000.0, "{behind}");
    run.refuse = false;
    let mut far_behind = 0;
    for piece in samples[320_000..].chunks(16_000) {
        run.speak(piece);
        far_behind += usize::from(run.session.buffered_ms() > 1_100.0);
    }
    assert!(run.session.buffered_ms() <= 1_100.0, "{} ms behind", run.session.buffered_ms());
    assert!(far_behind < 40, "it took {far_behind} s");
    let connected = run.connected_at;
    let heard = run.service.as_ref().unwrap().heard as f64 / 16.0;
    assert!(heard <= run.now - connected + 300.0, "{heard} ms within {}", run.now - connected);
    run.finish();
    assert_eq!(run.transcript().segments, uncut.transcript().segments);
    let told = |run: &Run| run.events.iter().filter(|event| event["speaking"] == true).cloned().collect::<Vec<_>>();
    assert_eq!(told(&run).last(), told(&uncut).last());
}

/// A minute of sentences, and a minute of silence.
fn two_minutes(first: usize) -> Vec<i16> {
    let sentence = |at: usize| {
        let words = (0..4).flat_map(move |word| vec![loudness(first + at * 4 + word + 1); 12_800]);
        words.chain(vec![0; 12_800])
    };
    (0..15).flat_map(sentence).chain(vec![0; 960_000]).collect()
}

#[test]
fn an_hour_of_speech_and_silence_takes_no_more_memory_than_a_minute() {
    // Each protocol, and each kind of audio.
    for options in [SESSION, TASK_OPUS] {
        let mut run = Run::new(options);
        let (mut most, mut finals) = (0, 0);
        for part in 0..30 {
            for piece in two_minutes(part * 60).chunks(16_000) {
                run.speak(piece);
                most = most.max(run.session.kept_bytes());
            }
            finals += run.events.iter().filter(|event| event["type"] == "final").count();
            run.events.clear();
        }
        run.finish();
        let transcript = run.transcript();
        assert_eq!((finals, transcript.segments.len(), run.connections), (450, 450, 1), "{options}");
        assert_eq!(transcript.segments[449].end_ms, 3_539_200.0, "{options}");
        // Half a minute of silence, in a queue that grows by doubling; Opus of the test is smaller than real one.
        assert!(most <= if options == SESSION { 2_100_000 } else { 100_000 }, "{options}: {most} bytes");
    }
}

#[test]
fn a_new_connection_can_be_asked_for_at_any_moment() {
    for options in EACH {
        let expected = whole(options, None);
        let samples = recording();
        // In the middle of a word, between sentences, and twice at once.
        for at in [14_400, 30_080, 60_160] {
            let mut run = Run::new(options);
            run.speak(&samples[..at]);
            run.session.reconnect(run.now);
            if at == 60_160 {
                run.session.reconnect(run.now);
            }
            run.speak(&samples[at..]);
            run.finish();
            assert_eq!(run.transcript().segments, expected.transcript().segments, "{options} {at}");
            assert!(run.connections >= 2 && run.states().contains(&"reconnecting"));
        }
    }
}

#[test]
fn a_new_connection_does_not_wait_for_its_turn_and_none_is_made_in_a_pause() {
    let mut run = Run::new(TASK);
    run.speak(&recording()[..14_400]);
    run.refuse = true;
    run.break_off();
    run.wait(run.now + 20_000.0); // the pauses between attempts have grown
    run.refuse = false;
    assert_eq!(run.connections, 1);
    run.session.reconnect(run.now);
    run.act();
    assert_eq!((run.connections, run.states().last()), (2, Some(&"open")));
    run.session.pause(run.now);
    run.act();
    run.session.reconnect(run.now);
    run.act();
    assert_eq!(run.connections, 2);
}

#[test]
fn the_context_changes_while_it_runs_and_is_there_after_a_cut() {
    let context = |json: &str| LiveOptions::read(Json::parse(json).unwrap().view()).unwrap();
    let turns = |message: &Value| {
        let turns = message["payload"]["input"]["context"].as_array().unwrap().clone();
        turns.iter().map(|turn| turn["content"][0]["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let samples = recording();
    let mut run = Run::new(r#"{"context":"Bailian"}"#);
    run.speak(&samples[..20_000]);
    let said = r#"{"messages":[{"role":"user","text":"Hi."},{"role":"assistant","text":"Hello."}]}"#;
    run.session.set_context(context(said)).unwrap();
    // What the service does not take is refused, and changes nothing.
    let turn = |text: &str| format!(r#"{{"role":"user","text":"{text}"}}"#);
    for (messages, field) in [
        (vec![turn("x"); 5], "messages"), // the context is a sixth
        (vec![turn("a"), turn(&"ß".repeat(401))], "messages.1.text"),
    ] {
        let json = format!(r#"{{"messages":[{}]}}"#, messages.join(","));
        assert_eq!(run.session.set_context(context(&json)).unwrap_err().field(), Some(field));
    }
    run.session
        .set_context(context(&format!(r#"{{"messages":[{}]}}"#, vec![turn(&"ß".repeat(400)); 4].join(","))))
        .unwrap();
    run.session.set_context(context(said)).unwrap();
    run.speak(&samples[20_000..30_000]);
    let service = run.service.as_ref().unwrap();
    assert_eq!(turns(&service.said[0]), ["Bailian"]);
    assert_eq!(service.said[1]["header"]["action"], "continue-task");
    assert_eq!(turns(&service.said[1]), ["Bailian", "Hi.", "Hello."]);
    run.break_off();
    run.speak(&samples[30_000..]);
    assert_eq!(turns(&run.service.as_ref().unwrap().said[0]), ["Bailian", "Hi.", "Hello."]);
    run.finish();
    assert_eq!(run.transcript().segments, whole(TASK, None).transcript().segments);

    let mut run = Run::new(SESSION);
    let error = run.session.set_context(context(said)).unwrap_err();
    assert!(error.message().contains("fun-asr-realtime"), "{error}");
}

#[test]
fn last_words_may_take_their_time_as_long_as_some_come() {
    let mut run = Run::new(TASK);
    run.speak(&recording()[..14_400]);
    run.service.as_mut().unwrap().is_slow = true;
    run.session.finish(run.now);
    run.act();
    let task = run.service.as_ref().unwrap().task().to_owned();
    for second in 1..5 {
        run.wait(run.now + 15_000.0);
        let late = json!({ "header": { "task_id": task, "event": "result-generated" }, "payload": { "output": { "sentence": {
            "sentence_id": 100 + second, "begin_time": 20_000 + second, "text": "late", "sentence_end": false } } } });
        run.session.message(&late.to_string(), run.now);
    }
    run.act();
    assert_eq!((run.connections, run.states().contains(&"reconnecting")), (1, false));
    run.wait(run.now + 21_000.0);
    assert!(run.states().contains(&"reconnecting"));
}

#[test]
fn a_socket_that_passes_nothing_on_is_given_up() {
    let expected = whole(TASK, None);
    for is_dead in [false, true] {
        let mut run = Run::new(TASK);
        let samples = recording();
        run.speak(&samples[..14_400]);
        let sent = 28_800;
        // Half of what is sent gets through, or nothing; the socket says how much it still has.
        for (step, piece) in samples[14_400..].chunks(1_600).enumerate() {
            let waits = step as u64 * if is_dead { 3_200 } else { 1_600 };
            run.session.in_socket(waits.min(sent + step as u64 * 3_200), run.now);
            run.speak(piece);
            run.now += 150.0; // a slow voice
        }
        run.finish();
        assert_eq!(run.connections, if is_dead { 2 } else { 1 });
        assert_eq!(run.transcript().segments, expected.transcript().segments);
    }
}

const BY_HAND: &str = r#"{"model":"qwen3-asr-flash-realtime","turnDetection":null}"#;

/// Speaks, and ends turns, between two milliseconds, in w4, behind w18, and in silence.
fn turns_by_hand(cut: Option<Cut>) -> Run {
    let mut run = Run::new(BY_HAND);
    run.cut = cut;
    let samples = recording();
    let mut at = 0;
    for end in [12_805, 70_003, 72_000] {
        run.speak(&samples[at..end]);
        run.session.commit(run.now).unwrap();
        run.act();
        at = end;
    }
    run.speak(&samples[at..]);
    run.finish();
    run
}

#[test]
fn turns_end_where_the_caller_says_wherever_the_connection_is_cut() {
    let uncut = turns_by_hand(None);
    let turns: Vec<_> =
        uncut.transcript().segments.iter().map(|turn| (turn.text.as_str(), turn.begin_ms, turn.end_ms)).collect();
    let words =
        |range: core::ops::RangeInclusive<u32>| range.map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ");
    let texts = [words(1..=4), words(4..=18), words(19..=37)];
    assert_eq!(
        turns,
        [
            (texts[0].as_str(), 0.0, 800.312_5),
            (texts[1].as_str(), 800.312_5, 4_375.187_5),
            (texts[2].as_str(), 4_500.0, 10_200.0)
        ]
    );
    for upwards in [true, false] {
        for after in (1..=uncut.counts[usize::from(upwards)]).step_by(3) {
            for arrives in [true, false] {
                let run = turns_by_hand(Some(Cut { after, upwards, arrives }));
                assert_eq!(run.transcript().segments, uncut.transcript().segments, "{upwards} {after} {arrives}");
            }
        }
    }
    let mut run = Run::new(SESSION);
    assert_eq!(run.session.commit(0.0).unwrap_err().field(), Some("turnDetection"));
}
