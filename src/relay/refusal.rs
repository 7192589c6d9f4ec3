//! No, in words: what is wrong, where, and what to do about it.

use crate::json::ObjectWriter;

/// An answer of the relay's own. It looks like the service's, so that clients need to understand one shape only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The service's word for it, which clients know.
    pub code: &'static str,
    /// A sentence for the developer. It repeats nothing that a caller has sent but names.
    pub message: String,
    /// The methods that the path takes, where it was the method (<https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6>).
    pub allow: Option<String>,
}

impl Refusal {
    /// A refusal.
    #[must_use]
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), allow: None }
    }

    pub(super) fn bad_request(message: &str) -> Self {
        Self::new(400, "InvalidParameter", message)
    }

    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "AccessDenied", message)
    }

    /// As JSON: `{ "status": …, "code": …, "message": … }`, and `allow` where there is one.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        let mut out = ObjectWriter::new(&mut json);
        out.number("status", u32::from(self.status)).string("code", self.code).string("message", &self.message);
        if let Some(allow) = &self.allow {
            out.string("allow", allow);
        }
        out.close();
        json
    }
}
