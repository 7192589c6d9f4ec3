//! What is wrong with a form.

use super::super::refusal::Refusal;

/// A refusal, and the field that it is about.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// The word for it.
    pub code: &'static str,
    /// The form's field, if it is about one.
    pub param: Option<&'static str>,
    /// A sentence for the developer.
    pub words: &'static str,
}

/// Forms are refused in words that never change: nothing of a form is repeated.
pub(in super::super) type Checked<T> = Result<T, &'static Problem>;

impl Problem {
    /// The form itself cannot be read.
    pub(in super::super) const fn form(words: &'static str) -> Self {
        Self { status: 400, code: "InvalidParameter", param: None, words }
    }

    pub(super) const fn field(param: &'static str, words: &'static str) -> Self {
        Self { param: Some(param), ..Self::form(words) }
    }

    pub(super) const fn too_large(words: &'static str) -> Self {
        Self { status: 413, code: "BadRequest.TooLarge", ..Self::field("file", words) }
    }

    pub(super) const fn model(words: &'static str) -> Self {
        Self { status: 404, code: "model_not_found", ..Self::field("model", words) }
    }

    /// As JSON: a refusal's, and `param`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = Refusal::new(self.status, self.code, self.words).to_json();
        if let Some(param) = self.param {
            json.pop();
            json.push_str(",\"param\":\"");
            json.push_str(param);
            json.push_str("\"}");
        }
        json
    }
}
