//! Hot-word lists: `POST /api/v1/services/audio/asr/customization` (`docs/protocol.md` §8.4).

use serde::Serialize;

use super::request::post_json;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::fields::{Fields, whole};
use crate::host::HttpRequest;
use crate::json::{ArrayWriter, Json, ObjectWriter, View};
use crate::model::{MOST_HOT_WORDS, most_hot_words};
use crate::options::{HEAVIEST, is_weight};

/// Longest text with letters beyond ASCII, in characters.
const LONGEST_TEXT: usize = 15;
/// Longest ASCII text, in words.
const MOST_ASCII_WORDS: usize = 7;
/// Longest prefix, in characters.
const LONGEST_PREFIX: usize = 9;

/// A word to listen for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct HotWord {
    /// The word: at most seven ASCII words, or fifteen characters.
    pub text: String,
    /// How much to prefer it: 1 to 5 (4 is usual), or 50.
    pub weight: u32,
    /// Its language, e.g. `"en"`; left out, it counts for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// A list of hot words as the service keeps it. Times are as it gives them: `YYYY-MM-DD HH:mm:ss`, without a zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Vocabulary {
    /// What `vocabularyId` takes.
    pub vocabulary_id: String,
    /// The model it was made for; other models ignore it. Not told by lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_model: Option<String>,
    /// The words; lists leave them out.
    pub words: Vec<HotWord>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<String>,
    /// `"OK"` when it can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A list to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify), serde(rename_all = "camelCase"))]
pub struct NewVocabulary {
    /// The very model that will use it.
    pub target_model: String,
    /// Begins the id: up to nine lower-case letters and digits.
    pub prefix: String,
    /// The words.
    pub words: Vec<HotWord>,
}

impl NewVocabulary {
    /// Reads a list as a caller wrote it: `{ targetModel, prefix, words: [{ text, weight, lang? }] }`.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "vocabulary");
        let target_model = fields.text("targetModel").unwrap_or_default();
        let prefix = fields.text("prefix").unwrap_or_default();
        let words = fields.read("words", read_words);
        fields.finish()?;
        let list = Self { target_model, prefix, words };
        list.check().map(|()| list)
    }

    fn check(&self) -> Result<(), Error> {
        let Self { target_model, prefix, words } = self;
        if target_model.is_empty() {
            return Err(Error::invalid_option("targetModel", "expected the name of the model that will use the list"));
        }
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if prefix.is_empty() || prefix.len() > LONGEST_PREFIX || !prefix.bytes().all(fits) {
            return Err(Error::invalid_option("prefix", "expected one to nine lower-case letters and digits"));
        }
        check_words(words)?;
        let most = most_hot_words(target_model);
        if words.len() > most {
            return Err(Error::invalid_option("words", format_args!("{target_model} takes at most {most} words")));
        }
        Ok(())
    }
}

/// Reads hot words as a caller wrote them, and checks each against the service's limits.
pub fn read_words(given: View<'_>) -> Result<Vec<HotWord>, Error> {
    let mut words = Vec::new();
    for (index, item) in given.items().enumerate() {
        let lang = item.get("lang");
        if lang.exists() && lang.str().is_none() {
            return Err(Error::invalid_option(format!("words.{index}.lang"), "expected a language code, e.g. \"en\""));
        }
        // What is no whole number is no weight either, and refused as such.
        let weight = item.get("weight").number().and_then(|number| whole(number, HEAVIEST)).unwrap_or_default();
        let text = item.get("text").str().unwrap_or_default().trim().to_owned();
        words.push(HotWord { text, weight, lang: lang.word() });
    }
    check_words(&words).map(|()| words)
}

fn check_words(words: &[HotWord]) -> Result<(), Error> {
    for (index, HotWord { text, weight, .. }) in words.iter().enumerate() {
        let refuse =
            |member: &str, problem: &str| Err(Error::invalid_option(format!("words.{index}.{member}"), problem));
        let too_long = if text.is_ascii() {
            text.split_ascii_whitespace().count() > MOST_ASCII_WORDS
        } else {
            text.chars().count() > LONGEST_TEXT
        };
        if text.trim().is_empty() || too_long {
            return refuse("text", "expected a word: at most seven words in ASCII, fifteen characters otherwise");
        }
        if !is_weight(*weight) {
            return refuse("weight", "expected 1 to 5 (4 is usual), or 50");
        }
    }
    if words.is_empty() || words.len() > MOST_HOT_WORDS {
        let problem = "expected a list of one to 2000 words, each { text, weight, lang? }";
        return Err(Error::invalid_option("words", problem));
    }
    Ok(())
}

fn request(config: &Config, action: &str, write: impl FnOnce(&mut ObjectWriter<'_>)) -> HttpRequest {
    let mut json = String::new();
    let mut body = ObjectWriter::new(&mut json);
    body.string("model", "speech-biasing").member("input", |out| {
        let mut input = ObjectWriter::new(out);
        input.string("action", action);
        write(&mut input);
        input.close();
    });
    body.member("parameters", |out| ObjectWriter::new(out).close()).close();
    post_json(config, "/services/audio/asr/customization", &json)
}

fn write_words(words: &[HotWord], out: &mut String) {
    let mut list = ArrayWriter::new(out);
    for word in words {
        list.item(|out| {
            let mut writer = ObjectWriter::new(out);
            writer.string("text", &word.text).number("weight", word.weight);
            if let Some(lang) = &word.lang {
                writer.string("lang", lang);
            }
            writer.close();
        });
    }
    list.close();
}

/// Makes a list; an account may have ten. What the service would refuse is refused.
pub fn create_request(config: &Config, list: &NewVocabulary) -> Result<HttpRequest, Error> {
    list.check()?;
    Ok(request(config, "create_vocabulary", |input| {
        input
            .string("target_model", &list.target_model)
            .string("prefix", &list.prefix)
            .member("vocabulary", |out| write_words(&list.words, out));
    }))
}

/// Asks which lists there are; pages are counted from 0.
#[must_use]
pub fn list_request(config: &Config, prefix: Option<&str>, page_index: u32, page_size: u32) -> HttpRequest {
    request(config, "list_vocabulary", |input| {
        if let Some(prefix) = prefix {
            input.string("prefix", prefix);
        }
        input.number("page_index", page_index).number("page_size", page_size);
    })
}

/// Asks for one list with its words.
#[must_use]
pub fn get_request(config: &Config, id: &str) -> HttpRequest {
    request(config, "query_vocabulary", |input| {
        input.string("vocabulary_id", id);
    })
}

/// Replaces the words of a list. The service wants five minutes between two changes.
pub fn update_request(config: &Config, id: &str, words: &[HotWord]) -> Result<HttpRequest, Error> {
    check_words(words)?;
    Ok(request(config, "update_vocabulary", |input| {
        input.string("vocabulary_id", id).member("vocabulary", |out| write_words(words, out));
    }))
}

/// Deletes a list.
#[must_use]
pub fn delete_request(config: &Config, id: &str) -> HttpRequest {
    request(config, "delete_vocabulary", |input| {
        input.string("vocabulary_id", id);
    })
}

/// The id of the list that was made. (One official page shows a task id here; the SDKs read this.)
pub fn read_created(json: &Json<'_>) -> Result<String, Error> {
    let id = json.view().get("output").get("vocabulary_id").word();
    id.ok_or_else(|| Error::new(ErrorKind::InvalidResponse, "the answer has no id at output.vocabulary_id"))
}

/// Reads a page of lists.
pub fn read_list(json: &Json<'_>) -> Result<Vec<Vocabulary>, Error> {
    let lists = json.view().get("output").get("vocabulary_list");
    if !lists.is_array() {
        return Err(Error::new(ErrorKind::InvalidResponse, "the answer has no lists at output.vocabulary_list"));
    }
    Ok(lists.items().map(|list| read_one(list, list.get("vocabulary_id").word().unwrap_or_default())).collect())
}

/// Reads one list; its id is what was asked for.
pub fn read(json: &Json<'_>, id: &str) -> Result<Vocabulary, Error> {
    let output = json.view().get("output");
    if !output.get("vocabulary").is_array() {
        return Err(Error::new(ErrorKind::InvalidResponse, "the answer has no words at output.vocabulary"));
    }
    Ok(read_one(output, id.to_owned()))
}

fn read_one(list: View<'_>, vocabulary_id: String) -> Vocabulary {
    let word = |word: View<'_>| HotWord {
        text: word.get("text").str().unwrap_or_default().to_owned(),
        weight: super::numbers::index(word.get("weight")).unwrap_or_default(),
        lang: word.get("lang").word(),
    };
    Vocabulary {
        vocabulary_id,
        target_model: list.get("target_model").word(),
        words: list.get("vocabulary").items().map(word).collect(),
        created_at: list.get("gmt_create").word(),
        modified_at: list.get("gmt_modified").word(),
        status: list.get("status").word(),
    }
}

/// "Too many lists" comes under the code of a rate limit, but waiting does not help; a list that does not exist is "the
/// required resource".
#[must_use]
pub fn explained(error: Error) -> Error {
    let message = match (error.status(), error.service_code()) {
        (Some(400), Some("Throttling.AllocationQuota")) => {
            "the account has as many hot-word lists as it may have (ten); delete one"
        }
        (_, Some("BadRequest.ResourceNotExist")) => {
            "there is no hot-word list of this id; was it deleted, or made in another region or workspace?"
        }
        _ => return error,
    };
    Error::new(error.kind(), message)
        .with_status(error.status().unwrap_or_default())
        .with_service_code(error.service_code().map(str::to_owned))
        .with_request_id(error.request_id().map(str::to_owned))
        .with_retryable(false)
        .with_source(error)
}
