//! Members of a request that the crate knows, each by its one name, and behind them those that callers pass through.

use crate::json::ObjectWriter;

/// Writes an object, and remembers which names callers can no longer have.
#[derive(Debug)]
pub(super) struct Members<'a> {
    object: ObjectWriter<'a>,
    taken: Vec<&'static str>,
}

impl<'a> Members<'a> {
    /// Opens the object.
    pub(super) fn new(out: &'a mut String) -> Self {
        Self { object: ObjectWriter::new(out), taken: Vec::new() }
    }

    /// A name that is the crate's, whether it is written or not.
    pub(super) fn reserve(&mut self, name: &'static str) {
        self.taken.push(name);
    }

    /// Writes a name and leaves the value to `write`.
    pub(super) fn member(&mut self, name: &'static str, write: impl FnOnce(&mut String)) {
        self.reserve(name);
        self.object.member(name, write);
    }

    /// A text, if it was given.
    pub(super) fn text(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.reserve(name);
            self.object.string(name, text);
        }
    }

    /// A yes or no, if it was given.
    pub(super) fn flag(&mut self, name: &'static str, flag: Option<bool>) {
        if let Some(flag) = flag {
            self.reserve(name);
            self.object.bool(name, flag);
        }
    }

    /// Writes what callers pass through, as it is, and closes the object.
    pub(super) fn close(&mut self, passed: &[(String, String)]) {
        for (name, json) in passed {
            if !self.taken.contains(&name.as_str()) {
                self.object.member(name, |out| out.push_str(json));
            }
        }
        self.object.close();
    }
}
