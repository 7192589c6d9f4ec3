//! Addresses that answers name: where one is asked at all, it is by https, without a key, and at the host that its reader
//! sees. A plain one is asked only at the service's own stores.

use crate::api::transcription;
use crate::config::{ClientSettings, Config};

pub fn check(data: &[u8]) {
    let (Ok(link), Ok(config)) = (core::str::from_utf8(data), Config::new(&ClientSettings::default())) else { return };
    match transcription::document(&config, link, false) {
        Ok(request) => {
            let host = seen_by_a_browser(&request.url);
            assert!(
                !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic()),
                "{} asks {host:?}",
                request.url
            );
            assert_eq!(host, seen_by_a_browser(link), "another host is asked");
            let name = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
            assert!(link.starts_with("https://") || name.ends_with(".aliyuncs.com"), "{link} is asked");
            assert_eq!(request.header("authorization"), None);
        }
        Err(error) => {
            assert!(!error.message().contains(link) || link.len() < 40, "an address may hold secrets: {error}");
            let harmless =
                link.strip_prefix("https://").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_lowercase()));
            assert!(!harmless || link.len() == 8, "refused: {link}");
        }
    }
}

/// The host and port of an `https` or `http` address, as the URL standard finds them: no tabs and line ends anywhere, any
/// number of slashes of both kinds, and everything before the last `@` is a user.
fn seen_by_a_browser(url: &str) -> String {
    let url = url.trim_matches(|letter| letter <= ' ');
    let url: String = url.chars().filter(|letter| !matches!(letter, '\t' | '\n' | '\r')).collect();
    let Some((scheme, rest)) = url.split_once(':') else { return String::new() };
    assert!(["http", "https"].contains(&&*scheme.to_ascii_lowercase()), "{url} is asked");
    let rest = rest.trim_start_matches(['/', '\\']);
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}
