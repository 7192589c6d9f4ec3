//! Names and tokens that a relay gives out signed, so that it needs no store: whoever brings one back cannot have made it up.
//!
//! The signing itself is an effect (HMAC of Web Crypto); what is signed, and how it is written, is decided here. A kind and a caller
//! are part of what is signed, so a name is good for nothing else and for nobody else.

use crate::data_url;
use crate::json::{Json, ObjectWriter};

/// What is signed for a name: a task's id, or the address of a store.
#[must_use]
pub fn signed_text(kind: &str, caller: &str, value: &str) -> String {
    // Lengths make it unambiguous whatever stands in a caller's name.
    format!("dashscope-asr relay 1\n{kind}\n{}\n{caller}\n{value}", caller.len())
}

/// A task's id with its signature, as a word that can stand in a path, and that clients take for an id.
#[must_use]
pub fn sealed_id(id: &str, signature: &str) -> String {
    format!("{id}_{signature}")
}

/// An address with its signature, which no server is sent: what stands behind `#` stays with the client.
#[must_use]
pub fn sealed_address(address: &str, signature: &str) -> String {
    format!("{address}#{signature}")
}

/// Takes a name apart again: what it says, and its signature.
#[must_use]
pub fn opened<'a>(kind: &str, sealed: &'a str) -> Option<(&'a str, &'a str)> {
    let mark = if kind == "task" { '_' } else { '#' };
    // Clients put a slash behind the host that they upload to.
    let sealed = sealed.strip_suffix('/').unwrap_or(sealed);
    let (value, signature) = sealed.split_at_checked(sealed.len().checked_sub(SIGNATURE_LENGTH)?)?;
    let value = value.strip_suffix(mark)?;
    (!value.is_empty() && is_signature(signature)).then_some((value, signature))
}

/// 256 bits in base64url.
const SIGNATURE_LENGTH: usize = 43;

fn is_signature(text: &str) -> bool {
    text.len() == SIGNATURE_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// What a page token says: for whom, and until when (seconds since 1970).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PageToken<'a> {
    /// What is signed.
    pub signed: &'a str,
    /// The signature.
    pub signature: &'a str,
    /// Whom it was made for; empty: a page without a log-in.
    pub caller: String,
    /// Until when it is good, in seconds since 1970.
    pub expires: f64,
}

/// Tells page tokens from the keys and tokens of others.
const PREFIX: &str = "dsp1.";

impl<'a> PageToken<'a> {
    /// What is to be signed for a token; the token is that, a dot, and the signature.
    #[must_use]
    pub fn text(caller: &str, expires: u32) -> String {
        let mut json = String::new();
        ObjectWriter::new(&mut json).string("caller", caller).number("expires", expires).close();
        let mut text = PREFIX.to_owned();
        text.push_str(&data_url::base64url(json.as_bytes()));
        text
    }

    /// Takes a token apart. `None`: it is none of ours, whatever else it is.
    #[must_use]
    pub fn read(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let letters: String = signed.strip_prefix(PREFIX)?.chars().map(from_url).collect();
        let json = data_url::decode(&letters)?;
        let json = Json::parse_bytes(&json)?;
        let (caller, expires) = (json.view().get("caller").str()?.to_owned(), json.view().get("expires").number()?);
        is_signature(signature).then_some(Self { signed, signature, caller, expires })
    }
}

/// A letter of base64url as base64 has it (<https://www.rfc-editor.org/rfc/rfc4648#section-5>).
fn from_url(letter: char) -> char {
    match letter {
        '-' => '+',
        '_' => '/',
        _ => letter,
    }
}

/// Whether a token is one of ours, be it forged or not.
#[must_use]
pub fn is_page_token(token: &str) -> bool {
    token.starts_with(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-";

    #[test]
    fn names_come_back_as_they_went() {
        let id = sealed_id("0f3c-1.x", SIGNATURE);
        assert_eq!(opened("task", &id), Some(("0f3c-1.x", SIGNATURE)));
        let address = sealed_address("https://a.example/x?y=.z", SIGNATURE);
        assert_eq!(opened("result", &address), Some(("https://a.example/x?y=.z", SIGNATURE)));
        assert_eq!(opened("upload", &format!("{address}/")), Some(("https://a.example/x?y=.z", SIGNATURE)));
        for sealed in ["", "a", "a.b", &format!(".{SIGNATURE}"), &format!("a.{SIGNATURE}x"), &id.replace('A', "=")] {
            assert_eq!(opened("task", sealed), None, "{sealed}");
        }
    }

    #[test]
    fn what_is_signed_is_never_the_same_for_two() {
        assert_ne!(signed_text("task", "a", "b\nc"), signed_text("task", "a\nb", "c"));
        assert_ne!(signed_text("task", "a", "b"), signed_text("result", "a", "b"));
    }

    #[test]
    fn tokens_come_back_as_they_went() {
        let text = PageToken::text("ana \"é\".%", 1_800_000_000);
        let token = format!("{text}.{SIGNATURE}");
        assert!(is_page_token(&token) && token.bytes().all(|byte| byte.is_ascii_graphic()));
        let read = PageToken::read(&token);
        let expected =
            PageToken { signed: &text, signature: SIGNATURE, caller: "ana \"é\".%".to_owned(), expires: 1.8e9 };
        assert_eq!(read, Some(expected));
        for token in
            ["", "sk-abc", "dsp1.", "dsp1.x.y", &format!("dsp1.e30.{SIGNATURE}"), &format!("dsp1.%zz.{SIGNATURE}")]
        {
            assert_eq!(PageToken::read(token), None, "{token}");
        }
    }
}
