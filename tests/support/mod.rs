//! A world for tests: answers in order, a clock that jumps to the next timer, and a record of everything that was done.
//! No test sleeps and none touches the network.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]
#![allow(dead_code, reason = "each test program uses its own part of this module")]

pub(crate) mod sockets;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dashscope_asr::client::{CallContext, CallSettings};
use dashscope_asr::config::{ApiKey, ClientSettings, Config};
use dashscope_asr::error::{Error, ErrorKind};
use dashscope_asr::host::{Host, HttpRequest, HttpResponse, timed_out};

/// Milliseconds since 1970 at which every test begins: Wed, 21 Oct 2026 07:27:55 GMT.
pub(crate) const START: f64 = 1_792_567_675_000.0;

/// A request as it went over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// When it was sent, since the beginning of the test.
    pub(crate) at: Duration,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What the other side does with a request.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    chunks: VecDeque<Chunk>,
    /// Time until the headers arrive.
    after: Duration,
    /// Instead of an answer.
    lost: Option<ErrorKind>,
}

#[derive(Clone, Debug)]
enum Chunk {
    Bytes(Vec<u8>),
    Silence(Duration),
    Broken,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl AsRef<[u8]>) -> Self {
        let chunks = VecDeque::from([Chunk::Bytes(body.as_ref().to_vec())]);
        Self { status, headers: Vec::new(), chunks, after: Duration::ZERO, lost: None }
    }

    pub(crate) fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, body)
    }

    /// One chunk for each piece.
    pub(crate) fn pieces<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Self {
        Self::chunks(pieces.into_iter().map(str::as_bytes))
    }

    /// The same, cut anywhere.
    pub(crate) fn chunks<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let chunks = pieces.into_iter().map(|piece| Chunk::Bytes(piece.to_vec())).collect();
        Self { chunks, ..Self::ok("") }
    }

    /// No answer: the connection fails.
    pub(crate) fn lost() -> Self {
        Self { lost: Some(ErrorKind::Connection), ..Self::ok("") }
    }

    /// No answer: the caller cancels while it is waited for.
    pub(crate) fn cancelled() -> Self {
        Self { lost: Some(ErrorKind::Aborted), ..Self::ok("") }
    }

    /// No answer within any test's patience.
    pub(crate) fn never() -> Self {
        Self::ok("").after(Duration::from_secs(1_000_000))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn after(mut self, time: Duration) -> Self {
        self.after = time;
        self
    }

    /// After what has been said, nothing for a while.
    pub(crate) fn silence(mut self, time: Duration) -> Self {
        self.chunks.push_back(Chunk::Silence(time));
        self
    }

    /// After what has been said, the connection breaks.
    pub(crate) fn broken(mut self) -> Self {
        self.chunks.push_back(Chunk::Broken);
        self
    }
}

type Script = Box<dyn FnMut(&Sent) -> Answer>;

/// A runtime that follows a script.
pub(crate) struct ScriptedHost {
    script: RefCell<Script>,
    clock: Rc<Clock>,
    keys: RefCell<VecDeque<Option<&'static str>>>,
    sent: RefCell<Vec<Sent>>,
    page: Cell<bool>,
    pub(crate) sockets: sockets::Sockets,
}

impl ScriptedHost {
    /// Gives these answers in order; a request too many fails the test.
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut answers: VecDeque<_> = answers.into_iter().collect();
        Self::answering(move |sent| {
            answers.pop_front().unwrap_or_else(|| panic!("no answer is left for {} {}", sent.method, sent.url))
        })
    }

    /// Answers each request by looking at it.
    pub(crate) fn answering(script: impl FnMut(&Sent) -> Answer + 'static) -> Self {
        Self {
            script: RefCell::new(Box::new(script)),
            clock: Rc::default(),
            keys: RefCell::new([Some("sk-test")].into()),
            sent: RefCell::default(),
            page: Cell::new(false),
            sockets: sockets::Sockets::default(),
        }
    }

    /// The keys that are given when the host is asked, the last one again and again.
    pub(crate) fn with_keys(self, keys: impl IntoIterator<Item = Option<&'static str>>) -> Self {
        *self.keys.borrow_mut() = keys.into_iter().collect();
        self
    }

    /// As a web page.
    pub(crate) fn in_page(self) -> Self {
        self.page.set(true);
        self
    }

    /// What has been sent so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.borrow().clone()
    }

    /// The pauses that were waited to their end, in milliseconds. A timeout that struck is among them.
    pub(crate) fn sleeps(&self) -> Vec<u128> {
        self.clock.slept.borrow().iter().map(Duration::as_millis).collect()
    }

    /// Time since the beginning of the test.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.now.get()
    }

    /// Time jumps to the next timer, if there is one.
    pub(crate) fn pass_time(&self) -> bool {
        self.clock.advance()
    }

    /// Runs a future to its end; when nothing can go on, time jumps to the next timer.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
            assert!(self.clock.advance(), "this waits for something that never comes");
        }
    }
}

impl Host for ScriptedHost {
    type Audio = Vec<u8>;
    type Response = ScriptedResponse;

    async fn send(
        &self,
        request: &HttpRequest,
        audio: Option<&Vec<u8>>,
        timeout: Duration,
    ) -> Result<ScriptedResponse, Error> {
        let sent = Sent {
            method: request.method,
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: request.body.to_bytes(audio.map_or(&[], Vec::as_slice)),
            at: self.elapsed(),
        };
        self.sent.borrow_mut().push(sent.clone());
        let answer = (self.script.borrow_mut())(&sent);
        self.clock.patiently(answer.after, timeout).await?;
        match answer.lost {
            Some(kind) => Err(Error::new(kind, "the request did not get through")),
            None => Ok(ScriptedResponse { answer, clock: Rc::clone(&self.clock) }),
        }
    }

    async fn sleep(&self, pause: Duration) -> Result<(), Error> {
        self.clock.wait(pause).await;
        self.clock.slept.borrow_mut().push(pause);
        Ok(())
    }

    fn random(&self) -> f64 {
        0.0
    }

    fn now(&self) -> f64 {
        START + self.elapsed().as_secs_f64() * 1000.0
    }

    fn is_page(&self) -> bool {
        self.page.get()
    }

    async fn api_key(&self) -> Result<Option<ApiKey>, Error> {
        let mut keys = self.keys.borrow_mut();
        let key = if keys.len() > 1 { keys.pop_front().flatten() } else { keys.front().copied().flatten() };
        key.map(ApiKey::new).transpose()
    }
}

/// The body of a scripted answer.
#[derive(Debug)]
pub(crate) struct ScriptedResponse {
    answer: Answer,
    clock: Rc<Clock>,
}

impl HttpResponse for ScriptedResponse {
    fn status(&self) -> u16 {
        self.answer.status
    }

    fn header(&self, name: &str) -> Option<String> {
        self.answer.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    async fn chunk(&mut self, timeout: Duration) -> Result<Option<Vec<u8>>, Error> {
        let mut left = timeout;
        loop {
            match self.answer.chunks.pop_front() {
                Some(Chunk::Silence(time)) => {
                    self.clock.patiently(time, left).await?;
                    left = left.saturating_sub(time);
                }
                Some(Chunk::Broken) => return Err(Error::new(ErrorKind::Connection, "the connection broke")),
                Some(Chunk::Bytes(bytes)) => return Ok(Some(bytes)),
                None => return Ok(None),
            }
        }
    }
}

/// Time that passes only when everybody waits.
#[derive(Debug, Default)]
struct Clock {
    now: Cell<Duration>,
    /// When the timers that somebody waits for strike.
    timers: RefCell<Vec<Duration>>,
    waiting: RefCell<Vec<Waker>>,
    slept: RefCell<Vec<Duration>>,
}

impl Clock {
    async fn wait(&self, time: Duration) {
        let end = self.now.get() + time;
        let timer = Timer { clock: self, end };
        self.timers.borrow_mut().push(end);
        poll_fn(|context| {
            if timer.clock.now.get() >= end {
                return Poll::Ready(());
            }
            timer.clock.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Waits for something that comes after `time`, but no longer than `patience`.
    async fn patiently(&self, time: Duration, patience: Duration) -> Result<(), Error> {
        if time < patience {
            self.wait(time).await;
            return Ok(());
        }
        self.wait(patience).await;
        self.slept.borrow_mut().push(patience);
        Err(timed_out(patience))
    }

    fn advance(&self) -> bool {
        // One that has struck already is none to wait for, whether anybody has looked at it or not.
        let next = self.timers.borrow().iter().filter(|end| **end > self.now.get()).min().copied();
        if let Some(next) = next {
            self.now.set(next);
            for waker in self.waiting.take() {
                waker.wake();
            }
        }
        next.is_some()
    }
}

/// Takes its entry away when it is over, or when nobody waits for it any more.
struct Timer<'a> {
    clock: &'a Clock,
    end: Duration,
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        let mut timers = self.clock.timers.borrow_mut();
        if let Some(at) = timers.iter().position(|end| *end == self.end) {
            timers.swap_remove(at);
        }
    }
}

/// Settings of a call that says nothing.
pub(crate) static NOTHING_SAID: CallSettings = CallSettings { timeout: None, max_retries: None, headers: Vec::new() };

/// A call of this client that says nothing of its own.
pub(crate) fn plain_call<'a, H>(host: &'a H, config: &'a Config) -> CallContext<'a, H> {
    CallContext::new(host, config, &NOTHING_SAID).unwrap()
}

/// A client of Singapore's host.
pub(crate) fn config() -> Config {
    Config::new(&ClientSettings::default()).unwrap()
}

/// A client of somebody's relay.
pub(crate) fn relay() -> Config {
    let settings = ClientSettings { base_url: Some("https://relay.example/asr".to_owned()), ..Default::default() };
    Config::new(&settings).unwrap()
}

/// A file of `tests/fixtures`.
pub(crate) fn fixture(path: &str) -> String {
    let path = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
