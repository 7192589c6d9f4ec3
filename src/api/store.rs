//! The object stores behind the service: results lie there and uploads go there, at addresses that answers name, without a key.

use super::request::push_query;
use crate::address::{host, is_service};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::HttpRequest;

/// The address at `member` of an answer, if it may be asked: by https, and without a user. The service's own stores answer to
/// https also where it writes `http` (its samples for Qwen3-ASR do), which a page could not load. A gateway that speaks http
/// itself, an emulator say, may have a store that does.
pub(super) fn address(config: &Config, link: &str, member: &str) -> Result<String, Error> {
    let plain = link.strip_prefix("http://");
    match (host(link), plain) {
        (Some(host), Some(rest)) if is_service(host) => Ok(format!("https://{rest}")),
        (Some(_), Some(_)) if !config.is_https() => Ok(link.to_owned()),
        (Some(_), None) if link.starts_with("https://") => Ok(link.to_owned()),
        _ => {
            let message = format!(
                "the answer has no https:// address at {member}, or one with a user name, which is not asked; is baseURL right?"
            );
            Err(Error::new(ErrorKind::InvalidResponse, message))
        }
    }
}

/// The same by way of the caller's relay.
pub(super) fn relayed(config: &Config, path: &str, address: &str) -> String {
    let mut url = config.relay_url(path);
    push_query(&mut url, "url", address);
    url
}

/// A request to a store, which has never heard of workspaces.
pub(super) fn request(url: String) -> HttpRequest {
    HttpRequest { method: "GET", url, ..HttpRequest::default() }
}
