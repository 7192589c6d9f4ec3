//! Temporary files: the service gives a policy, the object store takes a form (`docs/protocol.md` §8.1).
//!
//! A file lives 48 hours, at most 1 GB, for this account and this model only. Not for production, says the service.

use super::request::{plain, push_query, set_header};
use super::store;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::{Body, HttpRequest, Part, Purpose};
use crate::json::Json;

/// Permission to put one file into the service's store; it lasts five minutes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadPolicy {
    upload_host: String,
    upload_dir: String,
    access_key_id: String,
    signature: String,
    policy: String,
    object_acl: String,
    forbid_overwrite: String,
    /// Most bytes of the file.
    pub most_bytes: Option<u64>,
}

impl core::fmt::Debug for UploadPolicy {
    /// A signature is as good as a key, for five minutes.
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("UploadPolicy(…)")
    }
}

/// Asks for a policy; the file can be used with exactly this model.
#[must_use]
pub fn policy_request(config: &Config, model: &str) -> HttpRequest {
    let mut url = config.native_url("/uploads");
    push_query(&mut url, "action", "getPolicy");
    push_query(&mut url, "model", model);
    plain(config, "GET", url)
}

/// Reads the policy. Its envelope is `data`, unlike everybody else's.
pub fn read_policy(config: &Config, json: &Json<'_>) -> Result<UploadPolicy, Error> {
    let data = json.view().get("data");
    let text = |name: &str| {
        let missing = || Error::new(ErrorKind::InvalidResponse, format!("the upload policy has no {name}"));
        data.get(name).word().ok_or_else(missing)
    };
    let megabytes = data.get("max_file_size_mb").number().filter(|size| (1.0..1e9).contains(size));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    let most_bytes = megabytes.map(|size| size as u64 * 1024 * 1024);
    Ok(UploadPolicy {
        upload_host: store::address(config, &text("upload_host")?, "upload_host")?,
        upload_dir: text("upload_dir")?,
        access_key_id: text("oss_access_key_id")?,
        signature: text("signature")?,
        policy: text("policy")?,
        object_acl: text("x_oss_object_acl")?,
        forbid_overwrite: text("x_oss_forbid_overwrite")?,
        most_bytes,
    })
}

/// A form that puts a file into the store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upload {
    /// The request; its body holds the audio's bytes as they are. It goes without a key.
    pub request: HttpRequest,
    /// The address of the file afterwards.
    pub url: String,
}

/// Builds the form. `random` is a word of ASCII letters and digits that nobody else has, `extension` the file's true one:
/// names with spaces or other scripts are taken by the store and never found again.
///
/// `through` is a relay to send it through: pages are kept from the store, which knows no CORS.
#[must_use]
pub fn form(policy: &UploadPolicy, random: &str, extension: &str, through: Option<&Config>) -> Upload {
    let key = format!("{}/{random}.{extension}", policy.upload_dir);
    // The store takes quoted names with a bare boundary, and the disposition before the type (measured); it wants the file
    // last. Capitals as browsers write them, because it is not known to read others.
    let boundary = format!("dashscope-asr-{random}");
    let mut head = String::new();
    let mut field = |name: &str, value: &str| {
        for part in ["--", &boundary, "\r\nContent-Disposition: form-data; name=\"", name, "\"\r\n\r\n", value, "\r\n"]
        {
            head.push_str(part);
        }
    };
    field("OSSAccessKeyId", &policy.access_key_id);
    field("Signature", &policy.signature);
    field("policy", &policy.policy);
    field("key", &key);
    field("x-oss-object-acl", &policy.object_acl);
    field("x-oss-forbid-overwrite", &policy.forbid_overwrite);
    field("success_action_status", "200");
    for part in ["--", &boundary, "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"", random, "."] {
        head.push_str(part);
    }
    head.push_str(extension);
    head.push_str("\"\r\nContent-Type: application/octet-stream\r\n\r\n");
    let parts = vec![Part::Text(head), Part::Audio, Part::Text(format!("\r\n--{boundary}--\r\n"))];
    let host = policy.upload_host.trim_end_matches('/');
    let mut url = format!("{host}/");
    if let Some(config) = through {
        url = store::relayed(config, "/upload", &url);
    }
    let mut request = store::request(url);
    request.method = "POST";
    set_header(&mut request, "content-type", &format!("multipart/form-data; boundary={boundary}"));
    request.body = Body { parts, ..Body::default() };
    request.purpose = Purpose::Upload;
    Upload { request, url: format!("oss://{key}") }
}
