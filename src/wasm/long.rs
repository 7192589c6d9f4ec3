//! Long recordings piece by piece, and the turns of a client's requests: what happens goes in by one method each, what is to be
//! done comes out as a list.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::effects::CallEffects;
use super::entry::{config, data, promise};
use super::error::{from_js, to_js};
use super::host::JsHost;
use crate::capabilities::Capabilities;
use crate::client::CallContext;
use crate::error::Error;
use crate::json::{ArrayWriter, Json, ObjectWriter};
use crate::long::{
    self, Action, Allowed, Kept, Known, Limiter, Outcome, Pace, Place, SILENCE_MS, Split, SplitOptions, TARGET_MS, Told,
};
use crate::retry;
use crate::subtitle;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/**
 * What is to be done, by its name, with what it needs: the piece to send, what to say before it, and whether it shall be Opus; the
 * piece that is over; what is new in the text, its sentences as JSON, and the piece that is missing; the transcript as JSON; the error as `toError` takes it.
 */
export type LongAction =
  | ["send", number, string | undefined, boolean]
  | ["settled", number]
  | ["told", string, string, string | undefined]
  | ["done", string]
  | ["fail", unknown];

/** What is known of a recording before anything of it is sent. */
export interface LongFacts {
  place: "address" | "bytes" | "stream" | "data-url";
  fits: boolean;
  isReadable: boolean;
  isPage: boolean;
  length?: number | undefined;
  durationMs?: number | undefined;
}
"#;

/// A recording that is transcribed piece by piece. Times are milliseconds of a clock that does not run backwards.
#[wasm_bindgen]
#[derive(Debug)]
pub struct LongRecording {
    split: Split,
    /// The options of the transcription, as long as their JSON is.
    options_length: usize,
    allowed: Option<Allowed>,
}

#[wasm_bindgen]
impl LongRecording {
    /// Checks the options of the transcription, those of splitting, and what was kept of an earlier call; all as JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str, transcription: &str, options: &str, resume: &str) -> Result<Self, JsValue> {
        let make = || {
            let config = config(settings)?;
            let options_length = transcription.len();
            let transcription = Json::parse(transcription).unwrap_or(Json::Null);
            let options = data(options, |given| SplitOptions::read(given, transcription.view(), &config))?;
            let kept = data(resume, |given| Kept::read(given, options.model()))?;
            Ok(Self { split: Split::new(options, kept), options_length, allowed: None })
        };
        make().map_err(|error: Error| to_js(&error))
    }

    /// The model that is asked.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn model(&self) -> String {
        self.split.options().model().to_owned()
    }

    /// How the recording is to be cut, as the JSON that the segmenter reads.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn rules(&self) -> String {
        let mut rules = String::new();
        let mut object = ObjectWriter::new(&mut rules);
        let options = self.split.options();
        let target = options.longest_ms().map_or(TARGET_MS, |longest| longest.min(TARGET_MS));
        object.string("model", options.model()).number("targetMs", target).number("silenceMs", SILENCE_MS);
        if let Some(longest) = options.longest_ms() {
            object.number("maxMs", longest);
        }
        object.close();
        rules
    }

    /// What the client's relay allows, as JSON; all that follows keeps to it.
    pub fn narrow(&mut self, capabilities: &str) {
        let told = Json::parse(capabilities).and_then(|json| Capabilities::read(json.view()));
        self.allowed = told.map(|told| self.split.options().allowed(told, self.options_length));
        if let Some(allowed) = &self.allowed {
            self.split.narrow(allowed);
        }
    }

    /// Whether how long it is decides which way it goes, beside what the model takes.
    #[wasm_bindgen(getter, js_name = countsSeconds)]
    #[must_use]
    pub fn counts_seconds(&self) -> bool {
        self.allowed.as_ref().is_some_and(Allowed::counts_seconds)
    }

    /// Which way a recording goes that may be of any length, by facts as JSON. An error where the relay takes it no way.
    #[wasm_bindgen(unchecked_return_type = "\"direct\" | \"split\" | \"task\" | \"try\"")]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are whole and positive")]
    pub fn way(&self, facts: &str) -> Result<String, JsValue> {
        let known = data(facts, |facts| {
            let is = |name| facts.get(name).bool() == Some(true);
            Ok(Known {
                place: Place::named(facts.get("place").str().unwrap_or_default()),
                fits: is("fits"),
                is_readable: is("isReadable"),
                is_page: is("isPage"),
                length: facts.get("length").number().map(|length| length as u64),
                seconds: facts.get("durationMs").number().map(|millis| millis / 1000.0),
            })
        });
        let way = known.and_then(|known| long::way(&known, self.allowed.as_ref()));
        way.map(|way| way.name().to_owned()).map_err(|error| to_js(&error))
    }

    /// A limiter of this pace.
    #[must_use]
    pub fn turns(&self) -> Turns {
        Turns(Limiter::new(self.split.options().pace()))
    }

    /// Lets a limiter that is there already be as wide as this recording wants it.
    pub fn widen(&self, turns: &mut Turns) {
        turns.0.widen(self.split.options().pace());
    }

    /// The next piece: its first sample, and all of them.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and positive")]
    pub fn piece(&mut self, start: f64, samples: &[i16]) {
        self.split.piece(start as u64, samples);
    }

    /// There are no more.
    pub fn end(&mut self) {
        self.split.end();
    }

    /// Whether the next piece shall be read.
    #[wasm_bindgen(getter, js_name = wantsMore)]
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.split.wants_more()
    }

    /// A piece has its transcript, which is JSON.
    pub fn heard(&mut self, index: usize, transcript: &str, now: f64) {
        match data(transcript, subtitle::from_json) {
            Ok(transcript) => self.split.heard(index, transcript),
            Err(error) => self.split.failed(index, error, now, 0.0),
        }
    }

    /// A piece that was to be sent as Opus goes as WAV.
    pub fn unencoded(&mut self, index: usize) {
        self.split.unencoded(index);
    }

    /// A piece has failed, with an error of the package.
    pub fn failed(&mut self, index: usize, thrown: JsValue, now: f64, random: f64) {
        self.split.failed(index, error_of(thrown), now, random);
    }

    /// The recording cannot be read, or nobody wants it any more.
    pub fn fail(&mut self, thrown: JsValue) {
        self.split.fail(error_of(thrown));
    }

    /// Everything that is to be done, in order.
    #[wasm_bindgen(unchecked_return_type = "LongAction[]")]
    pub fn actions(&mut self, now: f64) -> Array {
        let list = Array::new();
        while let Some(action) = self.split.next_action(now) {
            let action = match action {
                Action::Send { index, context, as_opus } => {
                    Array::of4(&"send".into(), &number(index), &context.into(), &as_opus.into())
                }
                Action::Settled { index } => Array::of2(&"settled".into(), &number(index)),
                Action::Told(told) => told_to_js(&told),
                Action::Done(outcome) => Array::of2(&"done".into(), &outcome_to_json(&outcome).into()),
                Action::Fail(error) => Array::of2(&"fail".into(), &to_js(&error)),
            };
            list.push(&action);
        }
        list
    }

    /// When there is something to do, though nothing happens until then.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn deadline(&self) -> Option<f64> {
        self.split.deadline()
    }

    /// A piece as a caller keeps it, as JSON.
    #[must_use]
    pub fn kept(&self, index: usize) -> Option<String> {
        self.split.kept(index)
    }

    /// How far it is: pieces that are known, pieces that are over, whether all are known, milliseconds known, and told.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "some thousands of pieces")]
    pub fn progress(&self) -> Vec<f64> {
        let progress = self.split.progress();
        let complete = if progress.is_complete { 1.0 } else { 0.0 };
        vec![progress.known as f64, progress.settled as f64, complete, progress.known_ms, progress.told_ms]
    }
}

fn number(index: usize) -> JsValue {
    JsValue::from(u32::try_from(index).unwrap_or_default())
}

fn error_of(thrown: JsValue) -> Error {
    let is_retryable = Reflect::get(&thrown, &"retryable".into()).is_ok_and(|retryable| retryable.is_truthy());
    from_js(thrown).with_retryable(is_retryable)
}

fn told_to_js(told: &Told) -> Array {
    let mut segments = String::new();
    let mut list = ArrayWriter::new(&mut segments);
    for segment in &told.segments {
        list.item(|out| subtitle::write_segment(segment, out));
    }
    list.close();
    let gap = told.gap.as_ref().map(|gap| {
        let mut json = String::new();
        write_gap(gap, &mut json);
        json
    });
    Array::of4(&"told".into(), &told.delta.as_str().into(), &segments.into(), &gap.into())
}

/// The error itself is kept by JavaScript, under the piece's number.
fn write_gap(gap: &long::Gap, out: &mut String) {
    let mut object = ObjectWriter::new(out);
    object.number("index", u32::try_from(gap.index).unwrap_or_default());
    write_times(&mut object, gap.begin_ms, gap.end_ms);
    object.close();
}

fn write_times(object: &mut ObjectWriter<'_>, begin_ms: f64, end_ms: f64) {
    object.decimal("beginMs", begin_ms).decimal("endMs", end_ms);
}

fn outcome_to_json(outcome: &Outcome) -> String {
    let mut json = String::new();
    let mut object = ObjectWriter::new(&mut json);
    object.member("transcript", |out| out.push_str(&subtitle::to_json(&outcome.transcript)));
    object.member("gaps", |out| {
        let mut list = ArrayWriter::new(out);
        for gap in &outcome.gaps {
            list.item(|out| write_gap(gap, out));
        }
        list.close();
    });
    object.member("repetitions", |out| {
        let mut list = ArrayWriter::new(out);
        for repetition in &outcome.repetitions {
            list.item(|out| {
                let mut object = ObjectWriter::new(out);
                write_times(&mut object, repetition.begin_ms, repetition.end_ms);
                object.string("phrase", &repetition.phrase);
                object.number("times", u32::try_from(repetition.times).unwrap_or(u32::MAX));
                object.close();
            });
        }
        list.close();
    });
    object.close();
    json
}

/// Asks a client's relay what it allows: JSON for `narrow`, or nothing where nothing is told.
#[wasm_bindgen(js_name = askRelay, unchecked_return_type = "Promise<string | undefined>")]
pub fn ask_relay(settings: &str, effects: CallEffects) -> Promise {
    let settings = config(settings);
    promise(async move {
        let (config, host) = (settings?, JsHost::new(effects));
        let call = host.settings()?;
        let told = CallContext::new(&host, &config, &call)?.capabilities().await?;
        Ok(told.map(|told| told.to_json()).into())
    })
}

/// The turns of a client's requests.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Turns(Limiter);

#[wasm_bindgen]
impl Turns {
    /// A limiter by itself, for tests of its effects.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(concurrency: u32, per_minute: u32) -> Self {
        Self(Limiter::new(Pace { concurrency, per_minute }))
    }

    /// Somebody waits for a turn.
    pub fn ask(&mut self, ticket: u32) {
        self.0.ask(ticket);
    }

    /// Whose turn it is now.
    #[wasm_bindgen(js_name = nextTurn)]
    pub fn next_turn(&mut self, now: f64) -> Option<u32> {
        self.0.next_turn(now)
    }

    /// When to look again, though nothing happens until then.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn deadline(&self) -> Option<f64> {
        self.0.deadline()
    }

    /// The service has answered; of the headers, that which is there. `clock` is the time since 1970.
    pub fn answered(&mut self, ticket: u32, status: u16, name: &str, value: &str, now: f64, clock: f64) {
        let header = |wanted: &str| (wanted == name).then(|| value.to_owned());
        self.0.answered(ticket, status, retry::retry_after(header, clock), now);
    }

    /// It is over, or nobody waits any more.
    pub fn leave(&mut self, ticket: u32) {
        self.0.leave(ticket);
    }
}
