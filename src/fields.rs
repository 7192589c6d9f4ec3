//! Reading a caller's options object: every member by name and type, and no member left over.

use crate::error::Error;
use crate::json::View;
use crate::search::join;

/// An options object that is being read.
///
/// Reading goes on after a member of a wrong type, and [`finish`](Fields::finish) tells of the first one. To return at
/// once would cost more: each such return drops what was read before it, which is other code for every member.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    object: View<'a>,
    what: &'static str,
    known: Vec<&'static str>,
    wrong: Option<Error>,
}

impl<'a> Fields<'a> {
    /// Opens an object; `what` names it in errors ("option"). A missing object has no members.
    #[must_use]
    pub(crate) fn new(object: View<'a>, what: &'static str) -> Self {
        let mut fields = Self { object, what, known: Vec::new(), wrong: None };
        fields.expect(what, object, object.is_object(), "an object");
        fields
    }

    /// A member as it is, for reading by other rules than these.
    pub(crate) fn get(&mut self, name: &'static str) -> View<'a> {
        self.known.push(name);
        self.object.get(name)
    }

    /// A member that has rules of its own.
    pub(crate) fn read<T: Default>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(View<'a>) -> Result<T, Error>,
    ) -> T {
        read(self.get(name)).unwrap_or_else(|error| {
            self.refuse(error);
            T::default()
        })
    }

    /// A string.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        let value = self.get(name);
        self.expect(name, value, value.str().is_some(), "a string");
        value.str().map(str::to_owned)
    }

    /// A boolean.
    pub(crate) fn bool(&mut self, name: &'static str) -> Option<bool> {
        let value = self.get(name);
        self.expect(name, value, value.bool().is_some(), "true or false");
        value.bool()
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &'static str) -> Option<f64> {
        let value = self.get(name);
        self.expect(name, value, value.number().is_some(), "a number");
        value.number()
    }

    /// A whole number from 0 to `most`.
    pub(crate) fn count(&mut self, name: &'static str, most: u32) -> Option<u32> {
        let value = self.get(name);
        let count = value.number().and_then(|number| whole(number, most));
        if count.is_none() && value.exists() {
            self.refuse(Error::invalid_option(name, format_args!("expected a whole number from 0 to {most}")));
        }
        count
    }

    /// One of several words.
    pub(crate) fn one_of<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        let value = self.get(name);
        let found = words.iter().find(|(word, _)| value.str() == Some(*word)).map(|(_, meaning)| *meaning);
        if found.is_none() && value.exists() {
            let names = join(words.iter().map(|(word, _)| *word), "\", \"");
            self.refuse(Error::invalid_option(name, format_args!("expected one of \"{names}\"")));
        }
        found
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, name: &'static str) -> Vec<String> {
        let value = self.get(name);
        let mut texts = Vec::new();
        let mut all = value.is_array();
        for item in value.items() {
            match item.str() {
                Some(text) => texts.push(text.to_owned()),
                None => all = false,
            }
        }
        self.expect(name, value, all, "a list of strings");
        texts
    }

    /// An object of any members, each as its name and its JSON, to be passed on as it is.
    pub(crate) fn members(&mut self, name: &'static str) -> Vec<(String, String)> {
        let value = self.get(name);
        if let Some(number) = value.first_inexact() {
            let problem = format_args!("a number in it ({number}) cannot be passed on exactly; pass it as a string");
            self.refuse(Error::invalid_option(name, problem));
        }
        self.expect(name, value, value.is_object(), "an object");
        let mut members = Vec::new();
        if let Some(names) = value.names() {
            for member in names {
                let mut json = String::new();
                value.get(member).write(&mut json);
                members.push((member.to_owned(), json));
            }
        }
        members
    }

    /// Refuses a member that is there and is not what it should be: `{ language: undefined }` and null are common ways to
    /// say "none".
    fn expect(&mut self, name: &'static str, value: View<'_>, good: bool, kind: &str) {
        if !good && value.exists() {
            self.refuse(Error::invalid_option(name, format_args!("expected {kind}")));
        }
    }

    fn refuse(&mut self, error: Error) {
        self.wrong.get_or_insert(error);
    }

    /// Tells what was wrong, and refuses members that nobody asked for, with the nearest name as advice.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if let Some(error) = self.wrong {
            return Err(error);
        }
        let Some(names) = self.object.names() else { return Ok(()) };
        for given in names {
            if self.known.contains(&given) {
                continue;
            }
            let advice = match self.known.iter().find(|name| plain(name).eq(plain(given))) {
                Some(name) => format!("did you mean {name}?"),
                None => format!("known are {}", join(self.known.iter().copied(), ", ")),
            };
            return Err(Error::invalid_option(given, format_args!("there is no such {}; {advice}", self.what)));
        }
        Ok(())
    }
}

/// One number of an options object whose other members are read elsewhere: in JavaScript, by the one who waits for a task.
#[cfg(all(target_arch = "wasm32", feature = "npm-files"))]
pub(crate) fn number(object: View<'_>, what: &'static str, name: &'static str) -> Result<Option<f64>, Error> {
    let mut fields = Fields::new(object, what);
    let number = fields.number(name);
    fields.wrong.map_or(Ok(number), Err)
}

/// A whole number from 0 to `most`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
pub(crate) fn whole(number: f64, most: u32) -> Option<u32> {
    (number >= 0.0 && number <= f64::from(most) && number.fract() == 0.0).then_some(number as u32)
}

/// A name as different hands write it.
fn plain(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase())
}
