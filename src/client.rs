//! Effects in order: the decisions of the pure modules, carried out by a [`Host`](crate::host::Host).

mod answer;
mod attempt;
pub mod batch;
mod capabilities;
mod context;
mod exchange;
mod live;
pub mod long_audio;
mod prepared;
mod source;
pub mod stream;
mod takes;
pub mod task;
pub mod token;
mod transcribe;
pub mod upload;
pub mod vocabulary;

pub use context::CallContext;
pub use prepared::Prepared;
pub use source::{AudioFacts, Source};
pub use takes::takes;

use std::time::Duration;

use crate::config::timeout_from_millis;
use crate::error::Error;
use crate::fields::Fields;
use crate::json::View;

/// Timeout, retries and headers of one call; what is absent is the client's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallSettings {
    /// Time until an attempt is given up, and between two chunks of a stream.
    pub timeout: Option<Duration>,
    /// Attempts after the first.
    pub max_retries: Option<u32>,
    /// More headers, by lower-case name; they win over ours, except over `authorization` when a key is set.
    pub headers: Vec<(String, String)>,
}

impl CallSettings {
    /// Reads them as they come from JavaScript: `{ timeout, maxRetries, headers: [[name, value], …] }`.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "option");
        let settings = Self {
            timeout: timeout_from_millis(fields.number("timeout"))?,
            max_retries: fields.count("maxRetries", 100),
            headers: fields.read("headers", headers),
        };
        fields.finish()?;
        Ok(settings)
    }
}

fn headers(pairs: View<'_>) -> Result<Vec<(String, String)>, Error> {
    let mut headers = Vec::new();
    for pair in pairs.items() {
        headers.push(header(pair)?);
    }
    Ok(headers)
}

/// A header that every `fetch` takes; wrong ones are refused here, by name.
fn header(pair: View<'_>) -> Result<(String, String), Error> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let fits = |value: &&str| value.chars().all(|letter| (' '..='\u{FF}').contains(&letter) || letter == '\t');
    let name = pair.at(0).str().unwrap_or_default();
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(Error::invalid_option(format!("headers.{name}"), "this is no name of a header"));
    }
    match pair.at(1).str().filter(fits) {
        Some(value) => Ok((name.to_ascii_lowercase(), value.to_owned())),
        None => Err(Error::invalid_option(format!("headers.{name}"), "expected one line of text in Latin letters")),
    }
}
