//! Reading a caller's options object: every member by name and type, and no member left over.

use crate::error::Error;
use crate::json::View;

/// An options object that is being read.
#[derive(Debug)]
pub struct Fields<'a> {
    object: View<'a>,
    what: &'static str,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Opens an object; `what` names it in errors ("option"). A missing object has no members.
    pub fn new(object: View<'a>, what: &'static str) -> Result<Self, Error> {
        if object.exists() && !object.is_object() {
            return Err(Error::option(what, "expected an object"));
        }
        Ok(Self { object, what, known: Vec::new() })
    }

    /// A member as it is, for reading by other rules than these.
    pub fn get(&mut self, name: &'static str) -> View<'a> {
        self.known.push(name);
        self.object.get(name)
    }

    fn typed<T>(
        &mut self,
        name: &'static str,
        kind: &str,
        read: impl FnOnce(View<'a>) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let value = self.get(name);
        if !value.exists() {
            return Ok(None); // `{ language: undefined }` and null are common ways to say "none"
        }
        read(value).map(Some).ok_or_else(|| Error::option(name, format_args!("expected {kind}")))
    }

    /// A string.
    pub fn text(&mut self, name: &'static str) -> Result<Option<String>, Error> {
        self.typed(name, "a string", |value| value.str().map(str::to_owned))
    }

    /// A boolean.
    pub fn bool(&mut self, name: &'static str) -> Result<Option<bool>, Error> {
        self.typed(name, "true or false", View::bool)
    }

    /// A number.
    pub fn number(&mut self, name: &'static str) -> Result<Option<f64>, Error> {
        self.typed(name, "a number", View::number)
    }

    /// A whole number from 0 to `most`.
    pub fn count(&mut self, name: &'static str, most: u32) -> Result<Option<u32>, Error> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        let whole = |value: View<'_>| {
            let number = value.number()?;
            ((0.0..=f64::from(most)).contains(&number) && number.fract() == 0.0).then_some(number as u32)
        };
        self.typed(name, &format!("a whole number from 0 to {most}"), whole)
    }

    /// One of several words.
    pub fn one_of<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Result<Option<T>, Error> {
        let names: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        self.typed(name, &format!("one of {}", names.join(", ")), |value| {
            let given = value.str()?;
            words.iter().find(|(word, _)| *word == given).map(|(_, meaning)| *meaning)
        })
    }

    /// A list of strings.
    pub fn texts(&mut self, name: &'static str) -> Result<Vec<String>, Error> {
        let texts = self.typed(name, "a list of strings", |value| {
            value.is_array().then(|| value.items().map(|item| item.str().map(str::to_owned)).collect::<Option<_>>())?
        })?;
        Ok(texts.unwrap_or_default())
    }

    /// An object of any members, each as its name and its JSON, to be passed on as it is.
    pub fn members(&mut self, name: &'static str) -> Result<Vec<(String, String)>, Error> {
        if let Some(number) = self.object.get(name).first_inexact() {
            let problem = format_args!("a number in it ({number}) cannot be passed on exactly; pass it as a string");
            return Err(Error::option(name, problem));
        }
        let members = self.typed(name, "an object", |value| {
            let member = |member: &str| {
                let mut json = String::new();
                value.get(member).write(&mut json);
                (member.to_owned(), json)
            };
            value.names().map(|names| names.map(member).collect())
        })?;
        Ok(members.unwrap_or_default())
    }

    /// Refuses members that nobody asked for, with the nearest name as advice.
    pub fn finish(self) -> Result<(), Error> {
        let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
        for given in self.object.names().into_iter().flatten() {
            if self.known.contains(&given) {
                continue;
            }
            let advice = match self.known.iter().find(|name| plain(name) == plain(given)) {
                Some(name) => format!("did you mean {name}?"),
                None => format!("known are {}", self.known.join(", ")),
            };
            return Err(Error::option(given, format_args!("there is no such {}; {advice}", self.what)));
        }
        Ok(())
    }
}
