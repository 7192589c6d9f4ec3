//! Addresses that this relay lets the service fetch from, and those of stores that it goes to itself.

use crate::address::{host, is_service};

/// Whether the service may be told to fetch this: `oss://`, or `https://` at a host in public, by its name.
///
/// The service fetches it, not the relay, but from inside a network of its own, so what is private to somebody is not asked for:
/// numbers and names without a dot (<https://www.rfc-editor.org/rfc/rfc6761>, and `.internal`, as clouds have it). Where the service
/// `is_local`, an emulator on this machine, this machine may be asked, too.
pub(super) fn may_be_fetched(address: &str, is_local: bool) -> bool {
    if !is_plain(address) {
        return false;
    }
    match address.strip_prefix("oss://") {
        Some(path) => !path.is_empty() && !path.contains(".."),
        None if is_local && host(address).is_some_and(is_this_machine) => {
            address.starts_with("http://") || address.starts_with("https://")
        }
        None => address.starts_with("https://") && host(address).is_some_and(is_public),
    }
}

/// Whether an address is written so that everybody reads it alike: browsers take a backslash for a slash, others do not.
fn is_plain(address: &str) -> bool {
    address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// Whether a host is a name that anybody can resolve. Ports are for those who have a server of their own in mind.
fn is_public(host: &str) -> bool {
    const PRIVATE: [&str; 8] = [".local", ".localhost", ".internal", ".test", ".invalid", ".onion", ".home", ".lan"];
    let name = host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    let Some((_, top)) = name.rsplit_once('.') else { return false };
    let is_name = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.split('.').all(is_name)
        && top.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !top.starts_with("0x")
        && !PRIVATE.iter().any(|end| name.ends_with(end))
}

/// Whether an address is that of a server on this machine.
#[must_use]
pub(super) fn is_local(address: &str) -> bool {
    host(address).is_some_and(is_this_machine)
}

fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// A store that an answer of the service names, as the relay will ask it: by https. Its own stores answer to that also where
/// it writes `http`. What speaks http at the upstream's own address is the store of an emulator or a gateway. `None` where it
/// is not to be asked at all.
#[must_use]
pub fn store(address: &str, upstream: &str) -> Option<String> {
    if !is_plain(address) {
        return None;
    }
    let address = address.split('#').next().unwrap_or_default();
    let place = host(address)?;
    let at_upstream = origin(address) == origin(upstream);
    if let Some(rest) = address.strip_prefix("http://") {
        if is_service(place) {
            return Some(format!("https://{rest}"));
        }
        return at_upstream.then(|| address.to_owned());
    }
    (address.starts_with("https://") && (at_upstream || is_public(place))).then(|| address.to_owned())
}

/// Scheme and host, with the port where it is written.
fn origin(address: &str) -> Option<(&str, String)> {
    let (scheme, _) = address.split_once("://")?;
    Some((scheme, host(address)?.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_not_sent_where_nobody_in_public_is() {
        for address in [
            "https://example.com/a.wav",
            "https://bucket.oss-cn-beijing.aliyuncs.com/a.wav?Expires=1&Signature=x%2B",
            "https://EXAMPLE.com:443/a.wav",
            "https://example.com./a",
            "oss://dashscope-instant/1/2/3.wav",
        ] {
            assert!(may_be_fetched(address, false), "{address}");
        }
        for address in [
            "http://example.com/a.wav",
            "https://127.0.0.1/a",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0x7f000001/",
            "https://[::1]/",
            "https://100.100.100.200/latest/meta-data",
            "https://localhost/",
            "https://app.localhost/",
            "https://db.internal/",
            "https://printer.local/",
            "https://example.com:8443/a",
            "https://user:pass@example.com/",
            "https://example.com\\@evil.example/",
            "https://exämple.com/",
            "https:///example.com",
            "https://example..com/",
            "https://example.com/a b",
            "https://example.com/\n",
            "file:///etc/passwd",
            "ftp://example.com/a",
            "oss://",
            "oss://a/../b",
            "HTTPS://example.com",
            "",
        ] {
            assert!(!may_be_fetched(address, false), "{address}");
        }
        for address in
            ["http://127.0.0.1:9090/a.wav", "http://localhost/a", "http://[::1]:1/a", "https://example.com/a"]
        {
            assert!(may_be_fetched(address, true), "{address}");
        }
        for address in [
            "http://10.0.0.1/a",
            "http://example.com/a",
            "file:///a",
            "http://127.0.0.1:1@evil.example/",
            "ftp://localhost/",
        ] {
            assert!(!may_be_fetched(address, true), "{address}");
        }
    }

    #[test]
    fn stores_are_asked_by_https() {
        const SERVICE: &str = "https://dashscope.aliyuncs.com";
        let result = "dashscope-result-bj.oss-cn-beijing.aliyuncs.com/x?Signature=y";
        assert_eq!(store(&format!("http://{result}"), SERVICE), Some(format!("https://{result}")));
        assert_eq!(store(&format!("https://{result}#z"), SERVICE), Some(format!("https://{result}")));
        for address in
            ["http://example.com/", "https://10.0.0.1/", "https://a@b.example/", "javascript:1", "//x.example/", ""]
        {
            assert_eq!(store(address, SERVICE), None, "{address}");
        }
        let local = "http://127.0.0.1:9090";
        assert_eq!(store("http://127.0.0.1:9090/result/1", local).as_deref(), Some("http://127.0.0.1:9090/result/1"));
        assert_eq!(store("http://127.0.0.1:9091/result/1", local), None);
        assert_eq!(store("http://127.0.0.1:9090@evil.example/", local), None);
    }
}
