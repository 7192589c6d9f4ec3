//! Addresses, as far as they decide where keys and audio go. They are never repeated in words: names, paths and queries may
//! hold secrets.

use crate::search::{cut, until};

/// Domains of the service, in lower case.
const SERVICE: &str = ".aliyuncs.com";

/// Host and port of an absolute address. `None` where it has none, and where it is written so that its reader may understand
/// another host than ours (<https://url.spec.whatwg.org/#host-parsing>): with a user, escapes, backslashes, or other scripts.
pub(crate) fn host(url: &str) -> Option<&str> {
    authority(url).filter(|host| is_plain(host))
}

/// Where a `location` leads, in words that hold no secret: its host, if it names one.
pub(crate) fn place(location: Option<&str>) -> &str {
    let Some(location) = location else { return "an address that is not told" };
    let host = authority(location).map(|authority| {
        let user = authority.bytes().rposition(|byte| byte == b'@').map_or(0, |at| at + 1);
        authority.get(user..).unwrap_or_default()
    });
    host.filter(|host| is_plain(host)).unwrap_or("another path")
}

/// Whether a host, with or without a port, is the service's own.
pub(crate) fn is_service(host: &str) -> bool {
    let name = until(host, b':');
    let name = name.strip_suffix('.').unwrap_or(name); // the root's name
    let end = name.len().checked_sub(SERVICE.len()).and_then(|at| name.get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(SERVICE))
}

/// What stands between two slashes, with or without a scheme before them, and what may follow a host.
fn authority(url: &str) -> Option<&str> {
    let behind_scheme = || cut(url, b':').filter(|(scheme, _)| is_plain(scheme))?.1.strip_prefix("//");
    let rest = url.strip_prefix("//").or_else(behind_scheme)?;
    let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'\\' | b'?' | b'#'));
    rest.get(..end.unwrap_or(rest.len()))
}

fn is_plain(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}
