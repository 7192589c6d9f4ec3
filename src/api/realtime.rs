//! Where sockets go (`docs/protocol.md` §13).

use super::request::push_query;
use crate::config::Config;
use crate::data_url;
use crate::model::LiveProtocol;
use crate::percent;

/// The address for a model. A path of a page's own site gets its origin where there is one.
pub(crate) fn socket_url(config: &Config, protocol: LiveProtocol, model: &str) -> String {
    let mut path = match protocol {
        LiveProtocol::Task => "/api-ws/v1/inference",
        LiveProtocol::Session => "/api-ws/v1/realtime?model=",
    }
    .to_owned();
    if protocol == LiveProtocol::Session {
        percent::encode_value(model, &mut path);
    }
    format!("{}{path}", config.socket_base())
}

/// Where plain HTTP is asked whether the key is good; nowhere behind a relay.
pub(crate) fn probe_url(config: &Config) -> Option<String> {
    config.is_direct().then(|| config.native_url("/tasks?page_no=1&page_size=1"))
}

/// Address and names of protocols for where no header can be set: in pages. The service takes the key in the query, as its own
/// sample for pages shows (aliyun/alibabacloud-bailian-speech-demo, `samples/gallery/paraformer-realtime-js`). A relay takes it
/// as the name of a protocol, for addresses stand in logs.
pub(crate) fn without_headers(config: &Config, url: &str, authorization: Option<&str>) -> (String, Vec<String>) {
    let mut whole = url.to_owned();
    let Some(key) = authorization.and_then(|value| value.strip_prefix("Bearer ")) else { return (whole, Vec::new()) };
    if config.is_direct() {
        push_query(&mut whole, "api_key", key);
        return (whole, Vec::new());
    }
    let bearer = format!("dashscope-asr.bearer.{}", data_url::base64url(key.as_bytes()));
    (whole, vec!["dashscope-asr".to_owned(), bearer])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ClientSettings;

    #[test]
    fn a_page_says_its_key_in_the_query_and_to_a_relay_in_the_name_of_a_protocol() {
        let service = Config::new(&ClientSettings::default()).unwrap();
        for (url, authorization, whole) in [
            ("wss://a.example/x", Some("Bearer st-a+b/c="), "wss://a.example/x?api_key=st-a%2Bb%2Fc%3D"),
            ("/x?model=m", Some("Bearer st-a"), "/x?model=m&api_key=st-a"),
            ("/x", None, "/x"),
            ("/x", Some("Basic YTpi"), "/x"),
        ] {
            assert_eq!(without_headers(&service, url, authorization), (whole.to_owned(), vec![]));
        }
        let settings = ClientSettings { base_url: Some("/asr".to_owned()), ..ClientSettings::default() };
        let relay = Config::new(&settings).unwrap();
        let (url, protocols) = without_headers(&relay, "/asr/x", Some("Bearer pt.a~?>"));
        assert_eq!(
            (url.as_str(), protocols.join(" ").as_str()),
            ("/asr/x", "dashscope-asr dashscope-asr.bearer.cHQuYX4_Pg")
        );
        assert_eq!(without_headers(&relay, "/asr/x", None), ("/asr/x".to_owned(), vec![]));
    }
}
