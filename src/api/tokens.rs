//! Temporary keys: `POST /api/v1/tokens?expire_in_seconds=…` (`docs/protocol.md` §8.2).

use core::fmt;

use serde::Serialize;

use super::numbers::instant;
use super::request::{plain, push_query};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::HttpRequest;
use crate::json::Json;

/// Longest life of a token, in seconds.
pub const LONGEST_LIFE: u32 = 1800;

/// A key for one caller and a short time. It may do whatever the key may that made it, and cannot be called back.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Token {
    /// Used in place of the key.
    pub token: String,
    /// When it ends, in seconds since 1970.
    pub expires_at: f64,
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// Asks for a token that lives this many seconds; the service's own choice is 60.
pub fn request(config: &Config, expire_in_seconds: Option<u32>) -> Result<HttpRequest, Error> {
    let mut url = config.native_url("/tokens");
    if let Some(seconds) = expire_in_seconds {
        if !(1..=LONGEST_LIFE).contains(&seconds) {
            return Err(Error::invalid_option("expireInSeconds", "expected a whole number from 1 to 1800"));
        }
        push_query(&mut url, "expire_in_seconds", &seconds.to_string());
    }
    Ok(plain(config, "POST", url))
}

/// Reads the token.
pub fn read(json: &Json<'_>) -> Result<Token, Error> {
    let view = json.view();
    match (view.get("token").word(), instant(view.get("expires_at"))) {
        (Some(token), Some(expires_at)) => Ok(Token { token, expires_at }),
        _ => Err(Error::new(ErrorKind::InvalidResponse, "the answer has no token")),
    }
}
