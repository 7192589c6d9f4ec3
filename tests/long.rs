//! Long recordings, piece by piece, against a service of a few lines on a clock that the tests turn: nothing twice, nothing lost,
//! in order, and no faster than the service takes it.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "what fails here fails the test; the numbers are small"
)]

use std::time::Duration;

use dashscope_asr::capabilities::Capabilities;
use dashscope_asr::config::{ClientSettings, Config};
use dashscope_asr::json::Json;
use dashscope_asr::long::{Action, Kept, Limiter, Outcome, Pace, Split, SplitOptions};
use dashscope_asr::transcript::{Segment, Usage, Word};
use dashscope_asr::{Error, ErrorKind, Transcript};

/// Samples of one piece: a second.
const PIECE: u64 = 16_000;

/// The samples of a piece; no two are alike.
fn samples(index: usize) -> Vec<i16> {
    (0..PIECE).map(|at| (at * (index as u64 + 7) % 30_000) as i16).collect()
}

fn options(given: &str, transcription: &str) -> Result<SplitOptions, Error> {
    let config = Config::new(&ClientSettings::default()).unwrap();
    let (given, transcription) = (Json::parse(given).unwrap(), Json::parse(transcription).unwrap());
    SplitOptions::read(given.view(), transcription.view(), &config)
}

fn said(text: &str) -> Transcript {
    let mut transcript = Transcript::from_segments(Vec::new());
    text.clone_into(&mut transcript.text);
    transcript.language = Some("en".to_owned());
    transcript.finish_reason = Some("stop".to_owned());
    transcript.duration = Some(1.0);
    transcript.model = Some("qwen3-asr-flash".to_owned());
    transcript
}

/// What the service answers: after so many milliseconds, this.
type Answer = (f64, Result<Transcript, Error>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Opus,
    Wav,
}

/// A recording on its way, the limiter of its client, and all that happened.
struct World {
    split: Split,
    limiter: Limiter,
    pieces: usize,
    read: usize,
    now: f64,
    /// Requests that wait for their turn: index and context.
    asking: Vec<(u32, usize)>,
    under_way: Vec<(f64, u32, usize, Result<Transcript, Error>)>,
    /// When each request began: its piece, the time.
    begun: Vec<(usize, f64)>,
    contexts: Vec<Option<String>>,
    /// Whether a piece can be encoded as Opus; in which form each went; what a form is refused with.
    encodes: fn(usize) -> bool,
    forms: Vec<(usize, Form)>,
    refuses: fn(usize, Form) -> Option<ErrorKind>,
    most_at_a_time: usize,
    most_in_memory: usize,
    told: String,
    kept: Vec<String>,
    settled: Vec<usize>,
}

impl World {
    fn new(pieces: usize, options: SplitOptions, kept: Kept) -> Self {
        let limiter = Limiter::new(options.pace());
        Self {
            split: Split::new(options, kept),
            limiter,
            pieces,
            read: 0,
            now: 0.0,
            asking: Vec::new(),
            under_way: Vec::new(),
            begun: Vec::new(),
            contexts: Vec::new(),
            encodes: |_| true,
            forms: Vec::new(),
            refuses: |_, _| None,
            most_at_a_time: 0,
            most_in_memory: 0,
            told: String::new(),
            kept: Vec::new(),
            settled: Vec::new(),
        }
    }

    /// Lets time pass until the end. The service is told which piece it is, the how many-th request of all, and the time.
    fn run(&mut self, mut service: impl FnMut(usize, usize, f64) -> Answer) -> Result<Outcome, Error> {
        let mut tickets = 0;
        for _ in 0..100_000 {
            if self.split.wants_more() {
                if self.read < self.pieces {
                    self.split.piece(self.read as u64 * 2 * PIECE, &samples(self.read));
                    self.read += 1;
                } else {
                    self.split.end();
                }
            }
            self.most_in_memory = self.most_in_memory.max(self.read - self.settled.len());
            while let Some(action) = self.split.next_action(self.now) {
                match action {
                    Action::Send { index, context, as_opus } => {
                        let is_opus = as_opus && (self.encodes)(index);
                        if as_opus && !is_opus {
                            self.split.unencoded(index);
                        }
                        self.forms.push((index, if is_opus { Form::Opus } else { Form::Wav }));
                        self.contexts.push(context);
                        self.limiter.ask(tickets);
                        self.asking.push((tickets, index));
                        tickets += 1;
                    }
                    Action::Settled { index } => {
                        assert!(!self.settled.contains(&index));
                        self.settled.push(index);
                        let kept = self.split.kept(index).unwrap();
                        self.kept.resize(self.kept.len().max(index + 1), "{}".to_owned());
                        self.kept[index] = kept;
                    }
                    Action::Told(told) => self.told.push_str(&told.delta),
                    Action::Done(outcome) => return Ok(*outcome),
                    Action::Fail(error) => return Err(error),
                    _ => panic!("an action that nobody knows"),
                }
            }
            while let Some(ticket) = self.limiter.next_turn(self.now) {
                let at = self.asking.iter().position(|(asking, _)| *asking == ticket).unwrap();
                let (_, index) = self.asking.remove(at);
                let (latency, mut answer) = service(index, self.begun.len(), self.now);
                let (_, form) = self.forms.iter().rfind(|(sent, _)| *sent == index).unwrap();
                if let Some(kind) = (self.refuses)(index, *form) {
                    answer = Err(Error::new(kind, "not in this form"));
                }
                self.begun.push((index, self.now));
                self.under_way.push((self.now + latency, ticket, index, answer));
                self.most_at_a_time = self.most_at_a_time.max(self.under_way.len());
            }
            if self.split.wants_more() {
                continue;
            }
            self.pass_time();
        }
        panic!("it does not end");
    }

    /// To whatever comes next.
    fn pass_time(&mut self) {
        let next = self.under_way.iter().map(|(at, ..)| *at).enumerate().min_by(|one, other| one.1.total_cmp(&other.1));
        let alarm = [self.split.deadline(), self.limiter.deadline()].into_iter().flatten().filter(|at| *at > self.now);
        let alarm = alarm.reduce(f64::min);
        match (next, alarm) {
            (Some((at, end)), alarm) if alarm.is_none_or(|alarm| end <= alarm) => {
                let (end, ticket, index, answer) = self.under_way.remove(at);
                self.now = end;
                let status = answer.as_ref().map_or_else(|error| error.status().unwrap_or(500), |_| 200);
                let pause = answer.as_ref().err().and_then(Error::retry_after);
                self.limiter.answered(ticket, status, pause, self.now);
                self.limiter.leave(ticket);
                match answer {
                    Ok(transcript) => self.split.heard(index, transcript),
                    Err(error) => self.split.failed(index, error, self.now, 0.0),
                }
            }
            (_, Some(alarm)) => self.now = alarm,
            _ => panic!("nothing will ever happen again"),
        }
    }

    fn resume(&self) -> String {
        format!(r#"{{"version":1,"model":"qwen3-asr-flash","pieces":[{}]}}"#, self.kept.join(","))
    }
}

fn word(index: usize) -> String {
    format!("Number {index}.")
}

fn all_words(pieces: usize) -> String {
    (0..pieces).map(word).collect::<Vec<_>>().join(" ")
}

fn too_many(seconds: Option<u64>) -> Error {
    Error::new(ErrorKind::RateLimit, "too many").with_status(429).with_retry_after(seconds.map(Duration::from_secs))
}

fn server() -> Error {
    Error::new(ErrorKind::Server, "it broke").with_status(500)
}

fn kept(json: &str, model: &str) -> Result<Kept, Error> {
    Kept::read(Json::parse(json).unwrap().view(), model)
}

#[test]
fn an_hour_is_told_in_order_whatever_the_order_of_answers() {
    let mut world = World::new(60, options("{}", "{}").unwrap(), Kept::default());
    // Later pieces are answered sooner, up to twelve seconds.
    let outcome = world.run(|index, _, _| (12_000.0 - (index % 6) as f64 * 2_000.0, Ok(said(&word(index))))).unwrap();
    assert_eq!(outcome.transcript.text, all_words(60));
    assert_eq!(world.told, outcome.transcript.text, "the parts that were told are the whole");
    assert!(outcome.gaps.is_empty() && outcome.repetitions.is_empty());
    assert_eq!((world.begun.len(), world.most_at_a_time), (60, 6), "each once, six at a time");
    assert!(world.most_in_memory <= 7 + 6, "{} in memory", world.most_in_memory);
    let transcript = outcome.transcript;
    assert_eq!((transcript.duration, transcript.language.as_deref()), (Some(60.0), Some("en")));
    let times: Vec<_> = transcript.segments.iter().map(|segment| (segment.begin_ms, segment.end_ms)).collect();
    assert_eq!(
        times[..2],
        [(0.0, 1_000.0), (2_000.0, 3_000.0)],
        "a piece is a sentence where the model gives no times"
    );
}

#[test]
fn no_faster_than_the_model_takes_and_as_many_at_a_time_as_the_caller_says() {
    let mut world = World::new(150, options(r#"{"concurrency":40}"#, "{}").unwrap(), Kept::default());
    world.run(|index, _, _| (500.0, Ok(said(&word(index))))).unwrap();
    for pair in world.begun.windows(2) {
        assert!(pair[1].1 - pair[0].1 >= 599.0, "100 a minute, evenly");
    }
    let mut world = World::new(40, options(r#"{"concurrency":3}"#, "{}").unwrap(), Kept::default());
    world.run(|index, _, _| (9_000.0, Ok(said(&word(index))))).unwrap();
    assert_eq!(world.most_at_a_time, 3);
    for wrong in ["0", "1.5", "101", "\"4\"", "-1"] {
        let error = options(&format!(r#"{{"concurrency":{wrong}}}"#), "{}").unwrap_err();
        assert_eq!(error.field(), Some("concurrency"), "{wrong}");
    }
}

#[test]
fn too_many_requests_costs_time_and_no_words() {
    let mut world = World::new(60, options("{}", "{}").unwrap(), Kept::default());
    // The service takes twenty requests in any ten seconds, and says so without a pause of its own.
    let mut taken: Vec<f64> = Vec::new();
    let mut refused = 0;
    let outcome = world.run(|index, _, now| {
        taken.retain(|at| *at > now - 10_000.0);
        if taken.len() >= 5 {
            refused += 1;
            return (50.0, Err(too_many(None)));
        }
        taken.push(now);
        (1_500.0, Ok(said(&word(index))))
    });
    assert_eq!(outcome.unwrap().transcript.text, all_words(60));
    assert!(refused > 0, "it was too fast");
    assert!(refused < 60, "{refused} refusals for 60 pieces: it has not learned");
}

#[test]
fn a_pause_that_the_service_asks_for_is_kept_by_all() {
    let mut world = World::new(20, options("{}", "{}").unwrap(), Kept::default());
    let mut told_at = None;
    world
        .run(|index, request, now| {
            if request == 3 {
                told_at = Some(now + 10.0);
                return (10.0, Err(too_many(Some(30))));
            }
            (20_000.0, Ok(said(&word(index))))
        })
        .unwrap();
    let told_at = told_at.unwrap();
    let early = world.begun.iter().filter(|(_, at)| *at > told_at && *at < told_at + 30_000.0).count();
    assert_eq!(early, 0);
}

#[test]
fn a_piece_that_fails_is_tried_again_and_then_reported_in_its_place() {
    let mut world = World::new(9, options(r#"{"maxRetries":2}"#, "{}").unwrap(), Kept::default());
    let outcome = world.run(|index, _, _| (100.0, if index == 4 { Err(server()) } else { Ok(said(&word(index))) }));
    let outcome = outcome.unwrap();
    assert_eq!(world.begun.iter().filter(|(index, _)| *index == 4).count(), 3);
    let [gap] = outcome.gaps.as_slice() else { panic!("one gap") };
    assert_eq!((gap.index, gap.begin_ms, gap.end_ms, gap.error.code()), (4, 8_000.0, 9_000.0, "server_error"));
    assert_eq!(outcome.transcript.text, all_words(9).replace("Number 4. ", ""));

    // What it does not help to repeat is not repeated.
    let refused = || Error::new(ErrorKind::ContentFiltered, "no").with_status(400);
    let mut world = World::new(9, options("{}", "{}").unwrap(), Kept::default());
    let outcome = world.run(|index, _, _| (100.0, if index == 4 { Err(refused()) } else { Ok(said(&word(index))) }));
    assert_eq!((outcome.unwrap().gaps.len(), world.begun.len()), (1, 9));
}

#[test]
fn where_nothing_works_it_is_an_error_and_soon() {
    // Every piece is refused for what it is.
    let mut world = World::new(5, options("{}", "{}").unwrap(), Kept::default());
    let error = world.run(|_, _, _| (10.0, Err(Error::new(ErrorKind::ContentFiltered, "no")))).unwrap_err();
    assert_eq!((error.code(), world.begun.len()), ("content_filtered", 5));
    // The key is wrong.
    let mut world = World::new(60, options("{}", "{}").unwrap(), Kept::default());
    let error = world.run(|_, _, _| (10.0, Err(Error::new(ErrorKind::Authentication, "key")))).unwrap_err();
    assert_eq!((error.code(), world.begun.len()), ("authentication", 1));
    // The network goes half way: an hour is not made of gaps then. What was told stays with the error.
    let mut world = World::new(60, options("{}", "{}").unwrap(), Kept::default());
    let gone = || Error::new(ErrorKind::Connection, "gone");
    let answer = |index: usize| if index < 30 { Ok(said(&word(index))) } else { Err(gone()) };
    let error = world.run(|index, _, _| (1_000.0, answer(index))).unwrap_err();
    assert_eq!((error.code(), error.partial_text()), ("connection_error", Some(all_words(30).as_str())));
    assert!(world.begun.len() < 30 + 6 * 3 + 3);
    // And the next call goes on where this one was.
    let mut again = World::new(60, options("{}", "{}").unwrap(), kept(&world.resume(), "qwen3-asr-flash").unwrap());
    let outcome = again.run(|index, _, _| (1_000.0, Ok(said(&word(index))))).unwrap();
    assert_eq!((outcome.transcript.text, again.begun.len()), (all_words(60), 30));
}

#[test]
fn what_was_kept_is_not_sent_again_and_belongs_to_its_recording() {
    let mut world = World::new(12, options("{}", "{}").unwrap(), Kept::default());
    let first = world.run(|index, _, _| match index {
        7 => (10.0, Err(Error::new(ErrorKind::Billing, "no money"))),
        _ => (100.0, Ok(said(&word(index)))),
    });
    assert_eq!(first.unwrap_err().code(), "billing");
    let resume = world.resume();
    let finished = resume.matches("transcript").count();
    assert!((1..12).contains(&finished));

    let mut again = World::new(12, options("{}", "{}").unwrap(), kept(&resume, "qwen3-asr-flash").unwrap());
    let outcome = again.run(|index, _, _| (100.0, Ok(said(&word(index))))).unwrap();
    assert_eq!(outcome.transcript.text, all_words(12));
    assert_eq!(again.begun.len(), 12 - finished);

    // Another recording, a shorter one, another model, another form.
    let mut other = World::new(12, options("{}", "{}").unwrap(), kept(&resume, "qwen3-asr-flash").unwrap());
    other.read = 1;
    other.split.piece(0, &samples(5));
    let error = other.run(|_, _, _| panic!("nothing is sent")).unwrap_err();
    assert_eq!((error.code(), error.field()), ("invalid_option", Some("resume")));
    let mut shorter = World::new(2, options("{}", "{}").unwrap(), kept(&resume, "qwen3-asr-flash").unwrap());
    let error = shorter.run(|index, _, _| (100.0, Ok(said(&word(index))))).unwrap_err();
    assert_eq!(error.field(), Some("resume"));
    for (json, field) in [
        (resume.as_str(), "resume"),
        ("[]", "resume"),
        (r#"{"version":2,"model":"m","pieces":[]}"#, "resume"),
        (r#"{"version":1,"model":"m","pieces":[{}]}"#, "resume.pieces[0].mark"),
        (r#"{"version":1,"model":"m","pieces":[{"mark":"a","transcript":{"text":1}}]}"#, "resume.pieces[0]"),
    ] {
        assert_eq!(kept(json, "m").unwrap_err().field(), Some(field), "{json}");
    }
    assert!(kept("null", "m").is_ok());
}

#[test]
fn sentences_and_words_have_the_times_of_the_recording() {
    let mut world = World::new(2, options("{}", r#"{"model":"qwen-audio-3.1-asr-flash"}"#).unwrap(), Kept::default());
    let outcome = world.run(|index, _, _| {
        let words = vec![Word::new(format!("w{index}"), 100.0, 300.0, ".")];
        let mut transcript = said(&format!("w{index}."));
        transcript.segments = vec![Segment::new(format!("w{index}."), 100.0, 400.0, words)];
        transcript.language = Some(if index == 0 { "zh" } else { "en" }.to_owned());
        let mut usage = Usage::default();
        usage.total_tokens = Some(10.0);
        transcript.usage = Some(usage);
        (10.0, Ok(transcript))
    });
    let transcript = outcome.unwrap().transcript;
    let second = &transcript.segments[1];
    assert_eq!((second.begin_ms, second.end_ms, second.language.as_deref()), (2_100.0, 2_400.0, Some("en")));
    assert_eq!((second.words[0].begin_ms, second.words[0].end_ms), (2_100.0, 2_300.0));
    assert_eq!(transcript.segments[0].language.as_deref(), Some("zh"), "no language is forced on all");
    assert_eq!(transcript.usage.unwrap().total_tokens, Some(20.0));
}

#[test]
fn a_phrase_that_is_repeated_dozens_of_times_stands_there_once_and_is_reported() {
    let mut world = World::new(3, options("{}", "{}").unwrap(), Kept::default());
    let outcome = world.run(|index, _, _| {
        let text = if index == 1 { "Thank you. ".repeat(44).trim_end().to_owned() } else { word(index) };
        (10.0, Ok(said(&text)))
    });
    let outcome = outcome.unwrap();
    assert_eq!(outcome.transcript.text, "Number 0. Thank you. Number 2.");
    let [repetition] = outcome.repetitions.as_slice() else { panic!("one repetition") };
    assert_eq!((repetition.phrase.as_str(), repetition.times), ("Thank you.", 44));
    assert_eq!((repetition.begin_ms, repetition.end_ms), (2_000.0, 3_000.0));
    assert_eq!(outcome.transcript.segments[1].text, "Thank you.");
}

#[test]
fn one_after_the_other_each_piece_knows_the_words_before_it() {
    let given = r#"{"context":"Names: Roth"}"#;
    let mut world = World::new(30, options(r#"{"concurrency":1}"#, given).unwrap(), Kept::default());
    world.run(|index, _, _| (10.0, Ok(said(&word(index))))).unwrap();
    assert_eq!(world.most_at_a_time, 1);
    assert_eq!(world.contexts[0], None, "the caller's own");
    assert_eq!(world.contexts[2].as_deref(), Some("Names: Roth\nNumber 0. Number 1."));
    let last = world.contexts[29].as_deref().unwrap();
    assert!(last.chars().count() <= 400 && last.ends_with("Number 28."), "{last}");
    // In parallel nobody gets any: the text would depend on whose answer comes first.
    let mut world = World::new(30, options(r#"{"concurrency":2}"#, given).unwrap(), Kept::default());
    world.run(|index, _, _| (10.0, Ok(said(&word(index))))).unwrap();
    assert!(world.contexts.iter().all(Option::is_none));
}

#[test]
fn silence_is_a_result() {
    let mut world = World::new(0, options("{}", "{}").unwrap(), Kept::default());
    let outcome = world.run(|_, _, _| panic!("nothing is sent")).unwrap();
    assert!(outcome.transcript.no_speech && outcome.gaps.is_empty());
    let mut world = World::new(2, options("{}", "{}").unwrap(), Kept::default());
    let outcome = world.run(|_, _, _| (10.0, Ok(said("")))).unwrap();
    assert!(outcome.transcript.no_speech && outcome.transcript.segments.is_empty());
}

#[test]
fn speakers_are_not_told_apart_by_pieces() {
    let given = r#"{"model":"qwen-audio-3.1-asr-flash","speakerDiarizationEnabled":true}"#;
    assert_eq!(options("{}", given).unwrap_err().field(), Some("speakerDiarizationEnabled"));
}

/// The forms in which eight pieces go, one after the other, each by its first letter.
fn forms(given: &str, transcription: &str, set: impl FnOnce(&mut World)) -> String {
    let mut world = World::new(8, options(given, transcription).unwrap(), Kept::default());
    set(&mut world);
    let outcome = world.run(|index, _, _| (10.0, Ok(said(&word(index))))).unwrap();
    assert_eq!((outcome.transcript.text, outcome.gaps.len()), (all_words(8), 0), "nothing is lost");
    world.forms.iter().map(|(_, form)| if *form == Form::Opus { 'o' } else { 'w' }).collect()
}

#[test]
fn pieces_are_opus_where_it_is_encoded_and_taken() {
    let one = r#"{"concurrency":1}"#;
    assert_eq!(forms(one, "{}", |_| {}), "oooooooo");
    for (given, transcription) in [
        (r#"{"concurrency":1,"pieceFormat":"auto"}"#, r#"{"model":"fun-asr-flash-2026-06-15"}"#),
        (one, r#"{"model":"qwen-audio-3.1-asr-flash"}"#),
        (one, r#"{"model":"something-new"}"#),
    ] {
        assert_eq!(forms(given, transcription, |_| {}), "oooooooo", "{transcription}");
    }
    // The caller says otherwise.
    assert_eq!(forms(r#"{"concurrency":1,"pieceFormat":"wav"}"#, "{}", |_| {}), "wwwwwwww");
    let format = r#"{"model":"qwen-audio-3.1-asr-flash","format":"wav"}"#;
    assert_eq!(forms(one, format, |_| {}), "wwwwwwww");
    let error = options(r#"{"pieceFormat":"mp3"}"#, "{}").unwrap_err();
    assert_eq!((error.code(), error.field()), ("invalid_option", Some("pieceFormat")));
    assert!(error.message().contains(r#""auto", "wav""#), "{error:?}");
}

#[test]
fn what_is_not_encoded_goes_as_wav_and_three_in_a_row_are_enough() {
    let one = r#"{"concurrency":1}"#;
    assert_eq!(forms(one, "{}", |world| world.encodes = |index| index % 3 == 0), "owwowwow");
    assert_eq!(forms(one, "{}", |world| world.encodes = |index| !(2..=4).contains(&index)), "oowwwwww");
}

#[test]
fn what_is_refused_as_opus_goes_as_wav() {
    let one = r#"{"concurrency":1}"#;
    // Of its type: this piece and all later ones.
    let refuses = |index: usize, form| (form == Form::Opus && index >= 2).then_some(ErrorKind::UnsupportedFormat);
    assert_eq!(forms(one, "{}", |world| world.refuses = refuses), "ooowwwwww");
    // As sound that cannot be decoded: this piece, and the others after three.
    let refuses = |index: usize, form| (form == Form::Opus && index == 2).then_some(ErrorKind::InvalidAudio);
    assert_eq!(forms(one, "{}", |world| world.refuses = refuses), "ooowooooo");
    let refuses = |_: usize, form| (form == Form::Opus).then_some(ErrorKind::InvalidAudio);
    assert_eq!(forms(one, "{}", |world| world.refuses = refuses), "owowowwwwww");
    // Several at a time are under way already, and each is sent once more.
    let refuses = |_: usize, form| (form == Form::Opus).then_some(ErrorKind::UnsupportedFormat);
    let mut sent: Vec<char> = forms("{}", "{}", |world| world.refuses = refuses).chars().collect();
    sent.sort_unstable();
    assert_eq!(sent.iter().collect::<String>(), "oooooowwwwwwww");
}

#[test]
fn what_fails_otherwise_is_not_the_fault_of_its_form() {
    // A piece that is tried again is Opus again; as WAV it is refused for what it is.
    let one = r#"{"concurrency":1,"maxRetries":1}"#;
    let mut world = World::new(8, options(one, "{}").unwrap(), Kept::default());
    let outcome = world.run(|index, _, _| (10.0, if index == 2 { Err(server()) } else { Ok(said(&word(index))) }));
    assert_eq!(outcome.unwrap().gaps.len(), 1);
    assert!(world.forms.iter().all(|(_, form)| *form == Form::Opus) && world.forms.len() == 9);

    let mut world = World::new(8, options(one, "{}").unwrap(), Kept::default());
    world.refuses = |index, _| (index == 2).then_some(ErrorKind::InvalidAudio);
    let outcome = world.run(|index, _, _| (10.0, Ok(said(&word(index))))).unwrap();
    let [gap] = outcome.gaps.as_slice() else { panic!("one gap") };
    assert_eq!((gap.index, gap.error.code(), world.forms.len()), (2, "invalid_audio", 9));
}

#[test]
fn a_relay_makes_it_slower_and_its_pieces_shorter_and_never_the_other_way() {
    let narrowed = |limits: &str| {
        let told = format!(r#"{{"models":null,"limits":{limits},"tasks":true,"uploads":true,"live":true}}"#);
        let told = Capabilities::read(Json::parse(&told).unwrap().view()).unwrap();
        let options = options("{}", "{}").unwrap();
        let mut split = Split::new(options.clone(), Kept::default());
        split.narrow(&options.allowed(told, 2));
        let Pace { concurrency, per_minute } = split.options().pace();
        (concurrency, per_minute, split.options().longest_ms())
    };
    let wide = r#"{"bytes":28200000,"uploadBytes":28200000,"seconds":null,"perMinute":60000}"#;
    assert_eq!(narrowed(wide), (6, 100, Some(300_000)));
    assert_eq!(narrowed(&wide.replace("60000", "null")), (6, 100, Some(300_000)));
    assert_eq!(narrowed(&wide.replace("60000", "30")), (6, 30, Some(300_000)));
    assert_eq!(
        narrowed(&wide.replace("60000", "3").replace("\"seconds\":null", "\"seconds\":45")),
        (3, 3, Some(45_000))
    );
}
