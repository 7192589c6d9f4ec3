//! `OpenAI`'s forms, as a relay reads them while they flow: however they are cut, the file and the call are the same, the file is what
//! stands between two boundaries, and none of its bytes is one.

use std::rc::Rc;

use super::choices::{Choices, pieces};
use crate::json::Json;
use crate::model::Family;
use crate::relay::RelaySettings;
use crate::relay::openai::{Form, OpenAiPlan};

/// The call and the file, or what is wrong in words.
type Read = Result<(OpenAiPlan, Vec<u8>), &'static str>;

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let size = choices.below(32) + 1;
    let body = choices.rest();
    let settings = Json::parse("{}").and_then(|given| RelaySettings::read(given.view()).ok());
    let Some(settings) = settings.map(Rc::new) else { panic!("a relay needs no settings") };
    let form = || Form::new("multipart/form-data; boundary=x", body.len() as u64, Rc::clone(&settings));
    let whole = read(form(), [body].into_iter());
    assert_eq!(whole, read(form(), pieces(body, size)), "in pieces of {size} bytes");
    let Ok((plan, file)) = whole else { return };
    assert!(!matches!(Family::of_stranger(&plan.model), Family::Unknown | Family::Realtime), "{plan:?}");
    assert!(!file.is_empty() && find(&file, b"\r\n--x").is_none());
    let between = [b"\r\n\r\n".as_slice(), &file, b"\r\n--x"].concat();
    assert!(find(body, &between).is_some(), "the file is not what stands in the form");
}

fn read<'a>(mut form: Form, chunks: impl Iterator<Item = &'a [u8]>) -> Read {
    let mut file = Vec::new();
    for chunk in chunks {
        let passed = form.push(chunk).map_err(|problem| problem.words)?;
        file.extend_from_slice(&passed.before);
        file.extend_from_slice(&chunk[passed.range]);
    }
    Ok((form.finish().map_err(|problem| problem.words)?, file))
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
