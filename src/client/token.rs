//! Temporary keys. For JavaScript: `asr.createToken({ expireInSeconds })`.

use super::exchange::{Manner, document, dressed, exchange};
use super::{CallSettings, Patience};
use crate::api::tokens::{self, Token};
use crate::config::Config;
use crate::error::Error;
use crate::host::Host;

/// Makes a key for one caller and a short time: 1 to 1800 seconds, 60 where nothing is said.
pub async fn create<H: Host>(
    host: &H,
    config: &Config,
    expire_in_seconds: Option<u32>,
    call: &CallSettings,
) -> Result<Token, Error> {
    let patience = Patience::new(config, call)?;
    let request = dressed(tokens::request(config, expire_in_seconds)?, call);
    let body = exchange(host, config, &patience, &request, Manner::Asking).await?;
    tokens::read(&document(&body)?)
}
