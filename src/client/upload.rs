//! Audio into the service's temporary store: a policy, then a form. For JavaScript: `asr.upload(blob, { model, onProgress })`
//! gives an `oss://` address; the requests that name it carry the header it needs by themselves.

use std::time::Duration;

use super::exchange::{Manner, document, dressed, exchange, once, relay};
use super::source::Source;
use super::{CallSettings, Patience, attempt};
use crate::api::uploads;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::model::{Dialect, Family};
use crate::options::TranscribeOptions;

/// Letters of a file's name; thirty-six possibilities each.
const NAME_LENGTH: usize = 20;

/// Puts audio into the store and gives its address, which is good for 48 hours, for this model only.
///
/// Of the options the model counts (default: that of tasks), and the media type for bytes that do not tell theirs. A
/// failure that may pass is tried again with a new policy and a new name, where the audio can be read again.
pub async fn upload<H: Host>(
    host: &H,
    config: &Config,
    source: &Source<H::Audio>,
    options: &TranscribeOptions,
    call: &CallSettings,
) -> Result<String, Error> {
    let Source::Bytes { audio, facts } = source else {
        let message = "only bytes can be uploaded; pass a Blob, File, bytes or a stream, or use the URL as it is";
        return Err(Error::new(ErrorKind::InvalidAudio, message));
    };
    let direct =
        options.model.as_deref().is_some_and(|model| !Family::of(model).dialect().is_some_and(Dialect::is_task));
    let verified = if direct { options.verify(config)? } else { options.verify_task(config)? };
    let extension = source.check_file(&verified)?;
    let patience = Patience::new(config, call)?;
    let form_patience = with_time_for(&patience, call, facts.length);
    let through = relay(host, config);
    let policy_request = dressed(uploads::policy_request(config, &verified.model), call);
    let mut number = 0;
    loop {
        let body = exchange(host, config, &patience, &policy_request, Manner::Asking).await?;
        let policy = uploads::read_policy(config, &document(&body)?)?;
        if let (Some(length), Some(most)) = (facts.length, policy.most_bytes)
            && length > most
        {
            let message = format!("the audio has {length} bytes, the temporary store takes at most {most}; use a URL");
            return Err(Error::new(ErrorKind::AudioTooLarge, message));
        }
        let form = uploads::form(&policy, &random_name(host), extension, through);
        let request = if through.is_some() { dressed(form.request, call) } else { form.request };
        let error = match once(host, config, &form_patience, &request, Some(audio), Manner::Signed).await {
            Ok(_) => return Ok(form.url),
            // The policy has run out while the audio was on its way: the next attempt has a new one.
            Err(error) if error.status() == Some(403) => error.with_retryable(true),
            // Too slow once is too slow again, and begins from nothing.
            Err(error) if error.kind() == ErrorKind::Timeout => return Err(error),
            Err(error) => error,
        };
        match attempt::pause(host, &patience, facts.replayable, number, &error) {
            Some(pause) => host.sleep(pause).await?,
            None => return Err(error),
        }
        number += 1;
    }
}

/// The patience with an answer says nothing about an upload: a gigabyte takes hours on a slow line. Unless the caller has
/// said how long it may take, every 100 kB have a second more.
fn with_time_for(patience: &Patience, call: &CallSettings, length: Option<u64>) -> Patience {
    let mut patience = patience.clone();
    if call.timeout.is_none() {
        patience.timeout += Duration::from_secs(length.unwrap_or_default() / 100_000);
    }
    patience
}

/// A name that nobody else has. Names of the caller's own files may have letters with which the service cannot find them.
fn random_name<H: Host>(host: &H) -> String {
    const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number below 36")]
    let letter = |random: f64| LETTERS.get((random * 36.0) as usize).copied().map_or('z', char::from);
    (0..NAME_LENGTH).map(|_| letter(host.random())).collect()
}
