//! Audio into the service's temporary store: a policy, then a form. For JavaScript: `asr.upload(blob, { model, onProgress })`
//! gives an `oss://` address; the requests that name it carry the header it needs by themselves.

use std::time::Duration;

use super::CallContext;
use super::attempt::Attempts;
use super::exchange::{Exchange, document};
use super::source::Source;
use crate::api::uploads;
use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::model::Family;
use crate::options::{Checked, TranscribeOptions};

/// Letters of a file's name; thirty-six possibilities each.
const NAME_LENGTH: usize = 20;

impl<H: Host> CallContext<'_, H> {
    /// Puts audio into the store and gives its address, which is good for 48 hours, for this model only.
    ///
    /// Of the options the model counts (default: that of tasks), and the media type for bytes that do not tell theirs. A
    /// failure that may pass is tried again with a new policy and a new name, where the audio can be read again.
    pub async fn upload(&self, source: &Source<H::Audio>, options: &TranscribeOptions) -> Result<String, Error> {
        let Source::Bytes { audio, facts } = source else {
            let message = "only bytes can be uploaded; pass them (as a file, say), or use the URL as it is";
            return Err(Error::new(ErrorKind::InvalidAudio, message));
        };
        let is_direct = options.model.as_deref().is_some_and(|model| Family::of(model).task_dialect().is_none());
        let (direct, by_task);
        let verified: &Checked = if is_direct {
            direct = options.verify(self.config)?;
            &direct
        } else {
            by_task = options.verify_task(self.config)?;
            &by_task
        };
        let extension = source.check_file(verified)?;
        let sending = self.with_time_for(facts.length);
        let through = self.relay();
        let policy_request = self.with_headers(uploads::policy_request(self.config, &verified.model));
        let mut attempts = Attempts::default();
        loop {
            let body = self.exchange(&policy_request, Exchange::Idempotent).await?;
            let policy = uploads::read_policy(self.config, &document(&body)?)?;
            if let (Some(length), Some(most)) = (facts.length, policy.most_bytes)
                && length > most
            {
                let message =
                    format!("the audio has {length} bytes, the temporary store takes at most {most}; use a URL");
                return Err(Error::new(ErrorKind::AudioTooLarge, message));
            }
            let form = uploads::form(&policy, &random_name(self.host), extension, through);
            let request = if through.is_some() { self.with_headers(form.request) } else { form.request };
            let error = match sending.exchange_once(&request, Some(audio), Exchange::Signed).await {
                Ok(_) => return Ok(form.url),
                // The policy has run out while the audio was on its way: the next attempt has a new one.
                Err(error) if error.status() == Some(403) => error.with_retryable(true),
                // Too slow once is too slow again, and begins from nothing.
                Err(error) if error.kind() == ErrorKind::Timeout => return Err(error),
                Err(error) => error,
            };
            if let Some(error) = attempts.after(self, error, facts.replayable).await? {
                return Err(error);
            }
        }
    }

    /// The timeout of an answer says nothing about an upload: a gigabyte takes hours on a slow line. Unless the caller has
    /// said how long it may take, every 100 kB have a second more.
    fn with_time_for(&self, length: Option<u64>) -> Self {
        let mut sending = *self;
        if self.settings.timeout.is_none() {
            sending.timeout += Duration::from_secs(length.unwrap_or_default() / 100_000);
        }
        sending
    }
}

/// A name that nobody else has. Names of the caller's own files may have letters with which the service cannot find them.
fn random_name<H: Host>(host: &H) -> String {
    const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number below 36")]
    let letter = |random: f64| LETTERS.get((random * 36.0) as usize).copied().map_or('z', char::from);
    (0..NAME_LENGTH).map(|_| letter(host.random())).collect()
}
