//! A document that was read, and looking around in it.

use std::borrow::Cow;

/// A JSON value. Strings without escapes are borrowed from the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// Any number.
    Number(f64),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// `[…]`
    Array(Vec<Json<'a>>),
    /// `{…}`: names and values by turns, in the order of the text.
    Object(Vec<Json<'a>>),
}

impl<'a> Json<'a> {
    /// A view to look around in.
    #[must_use]
    pub fn view(&'a self) -> View<'a> {
        View(Some(self))
    }
}

/// A place in a JSON document that may not exist. Looking further from a missing place stays missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'a>(pub(super) Option<&'a Json<'a>>);

impl<'a> View<'a> {
    /// A member of an object. Where a name stands twice the later one counts, as in `JSON.parse`.
    #[must_use]
    pub fn get(self, name: &str) -> Self {
        for [given, value] in self.members().iter().rev() {
            if let Json::String(given) = given
                && given.len() == name.len() // nearly always enough, and no call
                && given == name
            {
                return Self(Some(value));
            }
        }
        Self(None)
    }

    /// Names and values.
    fn members(self) -> &'a [[Json<'a>; 2]] {
        match self.0 {
            Some(Json::Object(members)) => members.as_chunks().0,
            _ => &[],
        }
    }

    /// An element of an array.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        match self.0 {
            Some(Json::Array(items)) => Self(items.get(index)),
            _ => Self(None),
        }
    }

    /// The elements of an array; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> + 'a {
        let items: &[Json<'_>] = match self.0 {
            Some(Json::Array(items)) => items,
            _ => &[],
        };
        items.iter().map(|value| Self(Some(value)))
    }

    /// The names of an object's members; `None` for anything else.
    #[must_use]
    pub fn names(self) -> Option<impl Iterator<Item = &'a str>> {
        self.is_object().then(|| self.members().iter().filter_map(|[name, _]| Self(Some(name)).str()))
    }

    /// A string.
    #[must_use]
    pub fn str(self) -> Option<&'a str> {
        match self.0 {
            Some(Json::String(text)) => Some(text),
            _ => None,
        }
    }

    /// A string with something in it: the services send `""`, `"null"` and `null` for "nothing".
    #[must_use]
    pub fn word(self) -> Option<String> {
        self.str().filter(|text| !text.is_empty() && *text != "null").map(str::to_owned)
    }

    /// A number.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self.0 {
            Some(Json::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A boolean.
    #[must_use]
    pub fn bool(self) -> Option<bool> {
        match self.0 {
            Some(Json::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// Whether the place exists and is not `null`.
    #[must_use]
    pub fn exists(self) -> bool {
        !matches!(self.0, None | Some(Json::Null))
    }

    /// Whether the place exists, and is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        matches!(self.0, Some(Json::Null))
    }

    /// Whether the place is an array.
    #[must_use]
    pub fn is_array(self) -> bool {
        matches!(self.0, Some(Json::Array(_)))
    }

    /// Whether the place is an object.
    #[must_use]
    pub fn is_object(self) -> bool {
        matches!(self.0, Some(Json::Object(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_past_a_missing_place_is_missing() {
        let json = Json::parse(r#"{"a":[{"b":"c"}],"n":1.5,"s":"null","n":2}"#).unwrap();
        let view = json.view();
        assert_eq!(view.get("a").at(0).get("b").str(), Some("c"));
        assert_eq!(view.get("x").at(3).get("b").str(), None);
        assert_eq!(view.get("n").number(), Some(2.0));
        assert_eq!(view.get("s").word(), None);
    }
}
