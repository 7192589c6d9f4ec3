//! Addresses, as far as they decide where keys and audio go. They are never repeated in words: names, paths and queries may
//! hold secrets.

use crate::search::{cut, until};

/// Domains of the service, in lower case.
const SERVICE: &str = ".aliyuncs.com";

/// Host and port of an absolute address. `None` where it has none, and where it is written so that its reader may understand
/// another host than ours (<https://url.spec.whatwg.org/#host-parsing>): with a user, escapes, backslashes, or other scripts.
pub(crate) fn host(url: &str) -> Option<&str> {
    let (scheme, rest) = cut(url, b':')?;
    let host = until(rest.strip_prefix("//")?, b'/');
    let plain = |text: &str| !text.is_empty() && text.bytes().all(is_plain);
    (plain(scheme) && plain(host)).then_some(host)
}

/// Whether a host, with or without a port, is the service's own.
pub(crate) fn is_service(host: &str) -> bool {
    let name = until(host, b':');
    let name = name.strip_suffix('.').unwrap_or(name); // the root's name
    let end = name.len().checked_sub(SERVICE.len()).and_then(|at| name.get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(SERVICE))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']')
}
