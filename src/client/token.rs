//! Temporary keys. For JavaScript: `asr.createToken({ expireInSeconds })`.

use super::CallContext;
use super::exchange::{Exchange, document};
use crate::api::tokens::{self, Token};
use crate::error::Error;
use crate::host::Host;

impl<H: Host> CallContext<'_, H> {
    /// Makes a key for one caller and a short time: 1 to 1800 seconds, 60 where nothing is said.
    pub async fn create_token(&self, expire_in_seconds: Option<u32>) -> Result<Token, Error> {
        let request = self.with_headers(tokens::request(self.config, expire_in_seconds)?);
        tokens::read(&document(&self.exchange(&request, Exchange::Idempotent).await?)?)
    }
}
