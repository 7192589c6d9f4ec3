//! What was said before the audio.

use crate::error::Error;
use crate::json::View;

/// Something that was said before the audio.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify), serde(rename_all = "camelCase"))]
pub struct Message {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
}

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify), serde(rename_all = "lowercase"))]
pub enum Role {
    /// The one who speaks in the audio, too: text recognised earlier.
    User,
    /// The language model that answered.
    Assistant,
}

/// Reads a list of them.
pub(crate) fn messages(given: View<'_>) -> Result<Vec<Message>, Error> {
    let roles = [("user", Role::User), ("assistant", Role::Assistant)];
    if given.exists() && !given.is_array() {
        return Err(Error::invalid_option("messages", "expected a list of { role, text }"));
    }
    let mut messages = Vec::new();
    for (index, item) in given.items().enumerate() {
        let role = item.get("role").str().and_then(|word| roles.iter().find(|(name, _)| *name == word));
        let wrong =
            |member: &str, problem: &str| Err(Error::invalid_option(format!("messages.{index}.{member}"), problem));
        match (role, item.get("text").str()) {
            (Some((_, role)), Some(text)) => messages.push(Message { role: *role, text: text.to_owned() }),
            (None, _) => return wrong("role", "expected \"user\" or \"assistant\""),
            (_, None) => return wrong("text", "expected a string"),
        }
    }
    Ok(messages)
}
