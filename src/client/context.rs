//! What every step of a call needs: the world, the client's configuration, and what the caller said for this call alone.

use std::time::Duration;

use super::CallSettings;
use crate::config::{Config, checked_timeout};
use crate::error::Error;
use crate::host::{Host, HttpRequest};
use crate::retry::RetryPolicy;

/// One call of a client over a host. Its methods are the verbs: each is asked of the service by one or several requests.
#[derive(Debug)]
pub struct CallContext<'a, H> {
    pub(super) host: &'a H,
    pub(super) config: &'a Config,
    pub(super) settings: &'a CallSettings,
    pub(super) timeout: Duration,
    pub(super) retry: RetryPolicy,
}

impl<H> Clone for CallContext<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for CallContext<'_, H> {}

/// What needs no world: requests can be built, and looked at, without a host; `()` will do.
impl<'a, H> CallContext<'a, H> {
    /// Resolves the settings of a call against those of its client.
    pub fn new(host: &'a H, config: &'a Config, settings: &'a CallSettings) -> Result<Self, Error> {
        Ok(Self {
            host,
            config,
            settings,
            timeout: checked_timeout(settings.timeout)?.unwrap_or(config.timeout()),
            retry: RetryPolicy { max_retries: settings.max_retries.unwrap_or(config.max_retries()) },
        })
    }

    /// The caller's headers on a request.
    pub(super) fn with_headers(&self, mut request: HttpRequest) -> HttpRequest {
        for (name, value) in &self.settings.headers {
            request.set_header(name, value.clone());
        }
        request
    }
}

impl<'a, H: Host> CallContext<'a, H> {
    /// The relay that a page must use to reach the object stores, which know no CORS.
    pub(super) fn relay(&self) -> Option<&'a Config> {
        (self.host.is_page() && !self.config.is_direct()).then_some(self.config)
    }
}
