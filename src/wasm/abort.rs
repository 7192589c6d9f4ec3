//! Cancelling by ownership: what is dropped stops.

use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal};

use super::error::JsCause;
use crate::error::{Error, ErrorKind};

/// Aborts a fetch when the future or the response that owns it goes away.
#[derive(Debug)]
pub(super) struct AbortOnDrop {
    pub(super) controller: AbortController,
    /// Kept because Node lets the signal of a Request go when nobody holds the Request any more, though it is under way.
    pub(super) _request: JsValue,
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.controller.abort();
    }
}

/// Runs `work` until the caller's signal fires; then `work` is dropped, which stops all it had in flight.
pub(super) async fn unless_aborted<T>(
    signal: Option<AbortSignal>,
    mut work: Pin<Box<dyn Future<Output = Result<T, Error>> + '_>>,
) -> Result<T, Error> {
    let Some(signal) = signal else { return work.await };
    let mut aborted = pin!(Aborted::new(signal));
    poll_fn(|context| {
        if let Poll::Ready(error) = aborted.as_mut().poll(context) {
            return Poll::Ready(Err(error));
        }
        work.as_mut().poll(context)
    })
    .await
}

/// Ready when the signal has fired.
struct Aborted {
    signal: AbortSignal,
    listener: Closure<dyn FnMut()>,
    waker: Rc<RefCell<Option<Waker>>>,
}

impl Aborted {
    fn new(signal: AbortSignal) -> Self {
        let waker = Rc::new(RefCell::new(None::<Waker>));
        let shared = Rc::clone(&waker);
        let listener = Closure::new(move || {
            if let Some(waker) = shared.borrow_mut().take() {
                waker.wake();
            }
        });
        // A signal that takes no listener is still asked at every poll.
        let _ = signal.add_event_listener_with_callback("abort", listener.as_ref().unchecked_ref());
        Self { signal, listener, waker }
    }
}

impl Future for Aborted {
    type Output = Error;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Error> {
        if self.signal.aborted() {
            let error = Error::new(ErrorKind::Aborted, "the call was cancelled; the audio is still with you");
            return Poll::Ready(error.with_source(JsCause(self.signal.reason())));
        }
        *self.waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Aborted {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", self.listener.as_ref().unchecked_ref());
    }
}
