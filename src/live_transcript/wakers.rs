//! Whoever waits for a live transcription: the loop over its events and `finish`, often both. What they wait for is one thing,
//! so all of them are woken by whatever happens to it.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

/// Those who wait.
#[derive(Debug, Default)]
pub(super) struct Wakers(Mutex<Vec<Waker>>);

impl Wakers {
    /// Another one waits.
    pub(super) fn add(&self, waker: &Waker) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.iter().any(|other| other.will_wake(waker)) {
            waiting.push(waker.clone());
        }
    }

    /// Wakes everybody. They ask, and wait again.
    pub(super) fn wake_all(&self) {
        let waiting = core::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for waker in waiting {
            waker.wake();
        }
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_all();
    }
}
