//! Whose pages may call. Browsers write `Origin` and `Sec-Fetch-Site` themselves and pages cannot change them; this keeps other
//! sites out, not programs, which can write what they like.

use super::settings::RelaySettings;
use crate::address::host;

/// What a request says about the page that it comes from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Caller<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The relay's own origin, as the request has it.
    pub own: &'a str,
    /// The header `Origin`.
    pub origin: Option<&'a str>,
    /// The header `Sec-Fetch-Site`.
    pub site: Option<&'a str>,
}

impl<'a> Caller<'a> {
    /// What a request says.
    #[must_use]
    pub const fn new(method: &'a str, own: &'a str, origin: Option<&'a str>, site: Option<&'a str>) -> Self {
        Self { method, own, origin, site }
    }
}

/// What follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// No page at all, as far as one can see: a program.
    None,
    /// A page of an origin that the operator has named; its answers may be read there.
    Named,
    /// A page of the relay's own origin, which needs no leave to read.
    Own,
    /// A page of anybody else.
    Foreign,
}

impl Page {
    /// Which page a request comes from.
    #[must_use]
    pub fn of(caller: &Caller<'_>, settings: &RelaySettings) -> Self {
        if let Some(origin) = caller.origin {
            if settings.origins.iter().any(|known| known == origin) {
                return Self::Named;
            }
            // A bundler's server or a tunnel passes requests on under another host; then the browser's own word tells.
            let is_same = match caller.site {
                Some(site) => site == "same-origin" && is_own(origin),
                None => origin == caller.own,
            };
            return if is_same && is_own(caller.own) { Self::Own } else { Self::Foreign };
        }
        match caller.site {
            Some("same-origin") if is_own(caller.own) => Self::Own,
            // Typed into the address bar, or a bookmark: nobody's page can read the answer.
            Some("none") => Self::None,
            Some(_) => Self::Foreign,
            // By plain http in a LAN browsers send neither with a GET of the same site
            // (https://www.w3.org/TR/fetch-metadata/#fetch-integration, https://fetch.spec.whatwg.org/#origin-header).
            // Questions change nothing, and other sites' pages cannot read the answers.
            None if caller.method == "GET" && is_plain(caller.own) && is_own(caller.own) => Self::Own,
            None => Self::None,
        }
    }
}

fn is_plain(origin: &str) -> bool {
    origin.starts_with("http://")
}

/// Names that nobody can register, so that nobody can let them point to this machine: `localhost`, those of a LAN, and those without
/// a dot (<https://www.rfc-editor.org/rfc/rfc6761>, <https://www.rfc-editor.org/rfc/rfc8375>).
const LOCAL: [&str; 7] = [".localhost", ".local", ".home.arpa", ".internal", ".lan", ".home", ".test"];

/// Whether an origin that a request claims for us can be trusted to be ours. A page at a name that its owner lets point to this
/// machine would come with that name as its host and as its origin (DNS rebinding), so by plain http only numbers and names
/// that nobody owns are believed; https has a certificate for the name.
fn is_own(origin: &str) -> bool {
    let Some(host) = host(origin) else { return false };
    if !is_plain(origin) {
        return true;
    }
    let name = if let Some(end) = host.find(']') { &host[..=end] } else { host.split(':').next().unwrap_or_default() };
    let is_number = name.split('.').count() == 4 && name.split('.').all(|part| part.parse::<u8>().is_ok());
    name.starts_with('[') || is_number || !name.contains('.') || LOCAL.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    #[test]
    fn pages_are_told_apart() {
        let json = Json::parse(r#"{"origins":["https://app.example"]}"#).unwrap_or(Json::Null);
        let settings = RelaySettings::read(json.view()).unwrap_or_else(|error| panic!("{error}"));
        let page = |method, own, origin, site| Page::of(&Caller { method, own, origin, site }, &settings);
        let (own, lan) = ("https://api.example", "http://192.168.1.7:8787");
        assert_eq!(page("POST", own, Some("https://app.example"), Some("cross-site")), Page::Named);
        assert_eq!(page("POST", own, Some(own), Some("same-origin")), Page::Own);
        assert_eq!(page("GET", own, None, Some("same-origin")), Page::Own);
        let local = "http://localhost:8787";
        assert_eq!(page("POST", local, Some("http://localhost:5173"), Some("same-origin")), Page::Own);
        assert_eq!(page("POST", local, Some("https://tunnel.example"), Some("same-origin")), Page::Own);
        assert_eq!(page("POST", local, Some("http://evil.example"), Some("same-origin")), Page::Foreign);
        assert_eq!(page("POST", local, Some("http://localhost:5173"), Some("same-site")), Page::Foreign);
        assert_eq!(page("POST", own, None, None), Page::None);
        assert_eq!(page("GET", own, None, Some("none")), Page::None);
        assert_eq!(page("GET", lan, None, None), Page::Own);
        assert_eq!(page("POST", lan, Some(lan), None), Page::Own);
        for own in ["http://localhost:8787", "http://box:8787", "http://box.local", "http://app.localhost"] {
            assert_eq!(page("POST", own, Some(own), None), Page::Own, "{own}");
        }
        assert_eq!(page("POST", "http://[::1]:80", Some("http://[::1]:80"), None), Page::Own);
        for (method, own, origin, site) in [
            ("POST", own, Some("null"), None),
            ("POST", own, Some(""), None),
            ("POST", own, Some("https://app.example.evil.example"), None),
            ("POST", own, Some("https://app.example, https://evil.example"), None),
            ("POST", own, Some("https://APP.example"), None),
            ("POST", own, Some("http://app.example"), None),
            ("POST", own, None, Some("cross-site")),
            ("GET", own, None, Some("same-site")),
            ("GET", own, None, Some("")),
            ("POST", "http://evil.example", Some("http://evil.example"), Some("same-origin")),
            ("GET", "http://evil.example", None, Some("same-origin")),
            ("POST", "http://1.2.3.4.example", Some("http://1.2.3.4.example"), None),
        ] {
            assert_eq!(page(method, own, origin, site), Page::Foreign, "{origin:?} {site:?}");
        }
        // A GET by plain http at a name: no page, so whoever it is needs a credential.
        assert_eq!(page("GET", "http://evil.example", None, None), Page::None);
    }
}
