//! Where requests go and with which patience; every default in one place.

use core::fmt;
use std::time::Duration;

use crate::address::{host, is_service};
use crate::error::Error;
use crate::fields::Fields;
use crate::json::View;
use crate::model::{DEFAULT_MODEL, DEFAULT_MODEL_VIRGINIA};
use crate::retry;

/// How long one attempt may take until the answer's headers, and then between two chunks of a stream.
///
/// The service itself gives up after 300 s (`docs/protocol.md` §10.1), the rest is for a slow uplink.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
/// How many times a failed attempt is repeated.
pub const DEFAULT_MAX_RETRIES: u32 = 2;

/// Path prefix of the native API.
pub(crate) const NATIVE_PREFIX: &str = "/api/v1";
/// Path prefix of the OpenAI-compatible API.
pub(crate) const COMPATIBLE_PREFIX: &str = "/compatible-mode/v1";

/// A region of the service. Keys belong to one region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Region {
    /// `ap-southeast-1`, "International".
    #[default]
    Singapore,
    /// `cn-beijing`.
    Beijing,
    /// `us-east-1`; models end in `-us`, dialect A does not exist there.
    Virginia,
    /// `cn-hongkong`.
    Hongkong,
    /// `eu-central-1`; has workspace hosts only.
    Frankfurt,
    /// `ap-northeast-1`; has workspace hosts only.
    Tokyo,
}

impl Region {
    /// The words callers write.
    const WORDS: [(&'static str, Self); 6] = [
        ("singapore", Self::Singapore),
        ("beijing", Self::Beijing),
        ("virginia", Self::Virginia),
        ("hongkong", Self::Hongkong),
        ("frankfurt", Self::Frankfurt),
        ("tokyo", Self::Tokyo),
    ];

    /// The region's id in host names.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Singapore => "ap-southeast-1",
            Self::Beijing => "cn-beijing",
            Self::Virginia => "us-east-1",
            Self::Hongkong => "cn-hongkong",
            Self::Frankfurt => "eu-central-1",
            Self::Tokyo => "ap-northeast-1",
        }
    }

    /// The host shared by all workspaces, where the region has one.
    #[must_use]
    pub const fn shared_host(self) -> Option<&'static str> {
        match self {
            Self::Singapore => Some("dashscope-intl.aliyuncs.com"),
            Self::Beijing => Some("dashscope.aliyuncs.com"),
            Self::Virginia => Some("dashscope-us.aliyuncs.com"),
            Self::Hongkong => Some("cn-hongkong.dashscope.aliyuncs.com"),
            Self::Frankfurt | Self::Tokyo => None,
        }
    }
}

/// Which API to speak where the model's name leaves a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Protocol {
    /// DashScope's own API as Qwen3-ASR speaks it (dialect B); every region has it.
    #[default]
    Dashscope,
    /// The OpenAI-compatible API (dialect A); not in Virginia.
    Openai,
    /// DashScope's own API as Fun-ASR-Flash speaks it (dialect C). Known models choose it by themselves; for new names.
    Flash,
}

impl Protocol {
    /// The words callers write.
    pub(crate) const WORDS: [(&'static str, Self); 3] =
        [("dashscope", Self::Dashscope), ("openai", Self::Openai), ("flash", Self::Flash)];
}

/// An API key. Printing it shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Takes a key; white space around it (a copied line break, say) is dropped.
    ///
    /// A key that could not stand in a header is refused here, in words, instead of deep inside `fetch`.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        let key = key.as_ref().trim();
        if key.is_empty() {
            return Err(Error::invalid_option("apiKey", "the key is empty; leave it out if your baseURL adds it"));
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid_option(
                "apiKey",
                "the key has characters no key has; was something else pasted?",
            ));
        }
        Ok(Self(key.to_owned()))
    }

    /// The value of the `Authorization` header: the only door the key leaves by.
    #[must_use]
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(…)")
    }
}

/// What a client is made with, as the caller writes it.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    all(target_arch = "wasm32", feature = "npm"),
    derive(tsify::Tsify),
    serde(rename_all = "camelCase", default)
)]
pub struct ClientSettings {
    /// Host and any path prefix, e.g. `https://dashscope.aliyuncs.com`, `https://proxy.example/asr` or `/dashscope`.
    ///
    /// `/api/v1/…` and `/compatible-mode/v1/…` are appended; a value that already ends in either is understood.
    /// Give the address of your own relay here in a page: browsers cannot reach DashScope itself (no CORS).
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), serde(rename = "baseURL"))]
    pub base_url: Option<String>,
    /// Region of the service, when `baseURL` is not given. Default: `"singapore"`.
    pub region: Option<Region>,
    /// Workspace id: requests go to the workspace's own host. With `baseURL`, it is sent as a header instead.
    pub workspace_id: Option<String>,
    /// Model for calls that name none. Default: `"qwen3-asr-flash"` (`"qwen3-asr-flash-us"` in Virginia).
    pub model: Option<String>,
    /// Which API to speak where a model speaks both. Default: `"dashscope"`, which every region has.
    pub protocol: Option<Protocol>,
    /// Milliseconds until an attempt is given up, and between two chunks of a stream. Default: 600 000.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "number"))]
    pub timeout: Option<Duration>,
    /// How often a failed attempt is repeated. Default: 2.
    pub max_retries: Option<u32>,
}

impl ClientSettings {
    /// Reads the settings as a caller wrote them; a bad or unknown member is refused by its name.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "client option");
        let settings = Self {
            base_url: fields.text("baseURL").or(fields.text("baseUrl")),
            region: fields.one_of("region", &Region::WORDS),
            workspace_id: fields.text("workspaceId"),
            model: fields.text("model"),
            protocol: fields.one_of("protocol", &Protocol::WORDS),
            timeout: timeout_from_millis(fields.number("timeout"))?,
            max_retries: fields.count("maxRetries", 100),
        };
        fields.finish()?;
        Ok(settings)
    }
}

/// [`ClientSettings`], checked and resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Without a trailing slash and without `/api/v1` or `/compatible-mode/v1`.
    base: String,
    region: Region,
    workspace_header: Option<String>,
    model: Option<String>,
    protocol: Protocol,
    timeout: Duration,
    max_retries: u32,
    /// Whether requests go straight to the service, so that a key is needed.
    direct: bool,
}

impl Config {
    /// Checks the settings, one error per bad field.
    pub fn new(settings: &ClientSettings) -> Result<Self, Error> {
        let region = settings.region.unwrap_or_default();
        let workspace = settings.workspace_id.as_deref();
        if let Some(id) = workspace
            && !is_workspace_id(id)
        {
            return Err(Error::invalid_option(
                "workspaceId",
                "expected 1 to 64 letters, digits, `-` or `_`, beginning with a letter or digit",
            ));
        }
        let mut direct = true;
        let (base, workspace_header) = match (&settings.base_url, workspace) {
            (Some(url), id) => {
                let base = base_from_url(url, &mut direct)?;
                (base, id.map(str::to_owned))
            }
            (None, Some(id)) => (format!("https://{id}.{}.maas.aliyuncs.com", region.id()), None),
            (None, None) => match region.shared_host() {
                Some(host) => (format!("https://{host}"), None),
                None => {
                    return Err(Error::invalid_option(
                        "region",
                        "this region has no shared host; give your workspaceId as well",
                    ));
                }
            },
        };
        Ok(Self {
            direct,
            base,
            region,
            workspace_header,
            model: settings.model.clone().filter(|model| !model.is_empty()),
            protocol: settings.protocol.unwrap_or_default(),
            timeout: checked_timeout(settings.timeout)?.unwrap_or(DEFAULT_TIMEOUT),
            max_retries: settings.max_retries.unwrap_or(DEFAULT_MAX_RETRIES),
        })
    }

    /// Address of a native endpoint; `path` begins with a slash, e.g. `/tasks/…`.
    #[must_use]
    pub fn native_url(&self, path: &str) -> String {
        format!("{}{NATIVE_PREFIX}{path}", self.base)
    }

    /// Address of an OpenAI-compatible endpoint; `path` begins with a slash.
    #[must_use]
    pub fn compatible_url(&self, path: &str) -> String {
        format!("{}{COMPATIBLE_PREFIX}{path}", self.base)
    }

    /// Address of a relay's own endpoint, which DashScope does not have: `/result` and `/upload`.
    #[must_use]
    pub fn relay_url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Where sockets go: a scheme and a host, or a path of a page's own site.
    #[must_use]
    pub fn socket_base(&self) -> String {
        // dashscope-sdk-python 2 (`v2/_config.py`): Virginia has no shared host for sockets, its keys go to the international one.
        if let Some(path) = self.base.strip_prefix("https://dashscope-us.aliyuncs.com") {
            return format!("wss://dashscope-intl.aliyuncs.com{path}");
        }
        match self.base.strip_prefix("http") {
            Some(rest) => format!("ws{rest}"),
            None => self.base.clone(),
        }
    }

    /// The region requests go to, as far as the settings tell.
    #[must_use]
    pub fn region(&self) -> Region {
        self.region
    }

    /// The workspace to name in a header, where the host name does not.
    #[must_use]
    pub fn workspace_header(&self) -> Option<&str> {
        self.workspace_header.as_deref()
    }

    /// The model for calls that name none.
    #[must_use]
    pub fn model(&self) -> &str {
        match (&self.model, self.region) {
            (Some(model), _) => model,
            (None, Region::Virginia) => DEFAULT_MODEL_VIRGINIA,
            (None, _) => DEFAULT_MODEL,
        }
    }

    /// The protocol for calls that name none.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Patience with one attempt.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How often a failed attempt is repeated.
    #[must_use]
    pub fn max_retries(&self) -> u32 {
        self.max_retries
    }

    /// Whether requests go out by https, as far as the settings tell.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// Whether requests go straight to the service, which wants a key from everybody.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.direct
    }
}

/// The longest time that timers keep: `setTimeout` of every JavaScript runtime wraps to "at once" above 2^31-1 ms.
const LONGEST_TIMEOUT: Duration = Duration::from_millis(2_147_483_647);

/// A timeout that timers keep; zero would fail every call.
pub(crate) fn checked_timeout(timeout: Option<Duration>) -> Result<Option<Duration>, Error> {
    match timeout {
        Some(timeout) if timeout.is_zero() || timeout > LONGEST_TIMEOUT => {
            Err(Error::invalid_option("timeout", "expected milliseconds, above 0 and at most 2147483647"))
        }
        checked => Ok(checked),
    }
}

/// Milliseconds as callers write them; `Infinity` is no time.
pub(crate) fn timeout_from_millis(millis: Option<f64>) -> Result<Option<Duration>, Error> {
    checked_timeout(millis.map(|millis| retry::from_millis(millis).unwrap_or_default()))
}

fn is_workspace_id(id: &str) -> bool {
    id.len() <= 64
        && id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn base_from_url(url: &str, direct: &mut bool) -> Result<String, Error> {
    let url = url.trim();
    let refuse = |problem| Err(Error::invalid_option("baseURL", problem));
    let own_site = url.starts_with('/') && !url.starts_with("//");
    if !(url.starts_with("https://") || url.starts_with("http://") || own_site) {
        return refuse("expected an address beginning with https://, http:// or / (a path of this site)");
    }
    if url.bytes().any(|byte| byte <= b' ' || matches!(byte, b'?' | b'#' | b'\\')) {
        return refuse("expected host and path only, without ?, #, \\ or white space");
    }
    let host = host(url);
    if host.is_none() && !own_site {
        return refuse("expected a host in ASCII, without user name and password; use defaultHeaders for them");
    }
    *direct = host.is_some_and(is_service);
    if *direct && url.starts_with("http:") {
        return refuse(
            "the service's hosts get keys by https:// only; by http:// everybody on the way could read them",
        );
    }
    let mut base = url;
    while let Some(stripped) = base.strip_suffix('/') {
        base = stripped;
    }
    for prefix in [NATIVE_PREFIX, COMPATIBLE_PREFIX] {
        if let Some(stripped) = base.strip_suffix(prefix) {
            base = stripped;
            break;
        }
    }
    Ok(base.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(settings: ClientSettings) -> Config {
        Config::new(&settings).unwrap()
    }

    fn with_base(url: &str) -> Result<Config, Error> {
        Config::new(&ClientSettings { base_url: Some(url.to_owned()), ..ClientSettings::default() })
    }

    #[test]
    fn regions_have_their_hosts() {
        for (region, url) in [
            (Region::Singapore, "https://dashscope-intl.aliyuncs.com/api/v1/tasks/1"),
            (Region::Beijing, "https://dashscope.aliyuncs.com/api/v1/tasks/1"),
            (Region::Virginia, "https://dashscope-us.aliyuncs.com/api/v1/tasks/1"),
            (Region::Hongkong, "https://cn-hongkong.dashscope.aliyuncs.com/api/v1/tasks/1"),
        ] {
            let config = config(ClientSettings { region: Some(region), ..ClientSettings::default() });
            assert_eq!(config.native_url("/tasks/1"), url);
        }
        let error =
            Config::new(&ClientSettings { region: Some(Region::Tokyo), ..ClientSettings::default() }).unwrap_err();
        assert_eq!(error.field(), Some("region"));
    }

    #[test]
    fn a_workspace_has_a_host_of_its_own() {
        let settings = ClientSettings {
            region: Some(Region::Frankfurt),
            workspace_id: Some("ws-1".to_owned()),
            ..ClientSettings::default()
        };
        assert_eq!(config(settings).native_url("/x"), "https://ws-1.eu-central-1.maas.aliyuncs.com/api/v1/x");
        let settings = ClientSettings { workspace_id: Some("a.evil.example/".to_owned()), ..ClientSettings::default() };
        assert_eq!(Config::new(&settings).unwrap_err().field(), Some("workspaceId"));
    }

    #[test]
    fn a_base_url_may_have_a_prefix_and_either_api_path() {
        for (given, native) in [
            ("https://proxy.example/asr", "https://proxy.example/asr/api/v1/x"),
            ("https://proxy.example/asr/", "https://proxy.example/asr/api/v1/x"),
            ("https://dashscope.aliyuncs.com/api/v1", "https://dashscope.aliyuncs.com/api/v1/x"),
            ("https://dashscope.aliyuncs.com/compatible-mode/v1/", "https://dashscope.aliyuncs.com/api/v1/x"),
            ("/dashscope", "/dashscope/api/v1/x"),
            ("/", "/api/v1/x"),
        ] {
            assert_eq!(with_base(given).unwrap().native_url("/x"), native, "{given}");
        }
        for given in ["proxy.example", "ftp://x", "https://x/?a=1", "https://x y", "https://u:p@x/y"] {
            assert_eq!(with_base(given).unwrap_err().field(), Some("baseURL"), "{given}");
        }
    }

    #[test]
    fn settings_are_read_by_name() {
        let read = |text: &str| ClientSettings::read(crate::json::Json::parse(text).unwrap().view());
        let settings = read(r#"{"baseUrl":"/x","region":"beijing","maxRetries":0,"timeout":1500}"#).unwrap();
        assert_eq!((settings.base_url.as_deref(), settings.region), (Some("/x"), Some(Region::Beijing)));
        assert_eq!((settings.max_retries, settings.timeout), (Some(0), Some(Duration::from_millis(1500))));
        for (text, field) in [
            (r#"{"maxRetries":1.5}"#, "maxRetries"),
            (r#"{"region":"mars"}"#, "region"),
            (r#"{"apikey":"k"}"#, "apikey"),
        ] {
            assert_eq!(read(text).unwrap_err().field(), Some(field));
        }
    }

    #[test]
    fn virginia_has_its_own_model_name() {
        assert_eq!(config(ClientSettings::default()).model(), "qwen3-asr-flash");
        let settings = ClientSettings { region: Some(Region::Virginia), ..ClientSettings::default() };
        assert_eq!(config(settings).model(), "qwen3-asr-flash-us");
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = ApiKey::new(" sk-secret\n").unwrap();
        assert_eq!(key.authorization(), "Bearer sk-secret");
        assert!(!format!("{key:?}").contains("secret"));
        assert!(!ApiKey::new("sk secret").unwrap_err().to_string().contains("secret"));
    }

    #[test]
    fn a_timeout_is_a_finite_time() {
        for bad in [0.0, -1.0, f64::INFINITY, f64::NAN, 3e9] {
            assert!(timeout_from_millis(Some(bad)).is_err(), "{bad}");
        }
        assert_eq!(timeout_from_millis(Some(1500.0)).unwrap(), Some(Duration::from_millis(1500)));
    }
}
