//! What a caller's relay allows: a question that the service itself does not know.

use crate::config::Config;
use crate::host::HttpRequest;

/// The question; `None` where there is no relay to be asked.
pub(crate) fn request(config: &Config) -> Option<HttpRequest> {
    let request = HttpRequest { method: "GET", url: config.relay_url("/capabilities"), ..HttpRequest::default() };
    (!config.is_direct()).then_some(request)
}
