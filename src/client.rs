//! Effects in order: the decisions of the pure modules, carried out by a [`Host`](crate::host::Host).

mod attempt;
pub mod batch;
mod exchange;
pub mod long_audio;
mod race;
mod source;
pub mod stream;
pub mod task;
pub mod token;
pub mod transcribe;
pub mod upload;
pub mod vocabulary;

pub use source::{AudioFacts, Source};

use std::time::Duration;

use crate::config::Config;
use crate::config::timeout_from_millis;
use crate::error::Error;
use crate::retry::RetryPolicy;

/// Patience and headers of one call; what is absent is the client's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallSettings {
    /// Milliseconds until an attempt is given up.
    pub timeout: Option<f64>,
    /// Attempts after the first.
    pub max_retries: Option<u32>,
    /// More headers, by lower-case name; they win over ours, except over `authorization` when a key is set.
    pub headers: Vec<(String, String)>,
}

/// [`CallSettings`] resolved against the client.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
}

impl Patience {
    fn new(config: &Config, call: &CallSettings) -> Result<Self, Error> {
        Ok(Self {
            timeout: timeout_from_millis(call.timeout)?.unwrap_or(config.timeout()),
            retry: RetryPolicy { max_retries: call.max_retries.unwrap_or(config.max_retries()) },
        })
    }
}
