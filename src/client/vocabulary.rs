//! Hot-word lists. For JavaScript: `asr.vocabularies.create({ targetModel, prefix, words })`, `.list({ prefix })`, `.get(id)`,
//! `.update(id, words)`, `.delete(id)`.

use super::exchange::{Manner, document, dressed, exchange};
use super::{CallSettings, Patience};
use crate::api::vocabulary::{self, HotWord, NewVocabulary, Vocabulary};
use crate::config::Config;
use crate::error::Error;
use crate::host::{Host, HttpRequest};

async fn ask<H: Host>(
    host: &H,
    config: &Config,
    request: HttpRequest,
    call: &CallSettings,
    manner: Manner,
) -> Result<Vec<u8>, Error> {
    let patience = Patience::new(config, call)?;
    let request = dressed(request, call);
    exchange(host, config, &patience, &request, manner).await.map_err(vocabulary::explained)
}

/// Makes a list and gives its id. Not repeated after a failure that leaves open whether it was made: an account has ten.
pub async fn create<H: Host>(
    host: &H,
    config: &Config,
    list: &NewVocabulary,
    call: &CallSettings,
) -> Result<String, Error> {
    let body = ask(host, config, vocabulary::create_request(config, list), call, Manner::Costly).await?;
    vocabulary::read_created(&document(&body)?)
}

/// The lists whose ids begin with `prefix`, or all; pages are counted from 0.
pub async fn list<H: Host>(
    host: &H,
    config: &Config,
    prefix: Option<&str>,
    page_index: u32,
    page_size: u32,
    call: &CallSettings,
) -> Result<Vec<Vocabulary>, Error> {
    let request = vocabulary::list_request(config, prefix, page_index, page_size);
    let body = ask(host, config, request, call, Manner::Asking).await?;
    vocabulary::read_list(&document(&body)?)
}

/// One list with its words. A list that does not exist is an error, `not_found`.
pub async fn get<H: Host>(host: &H, config: &Config, id: &str, call: &CallSettings) -> Result<Vocabulary, Error> {
    let body = ask(host, config, vocabulary::get_request(config, id), call, Manner::Asking).await?;
    vocabulary::read(&document(&body)?, id)
}

/// Replaces the words of a list.
pub async fn update<H: Host>(
    host: &H,
    config: &Config,
    id: &str,
    words: &[HotWord],
    call: &CallSettings,
) -> Result<(), Error> {
    ask(host, config, vocabulary::update_request(config, id, words), call, Manner::Asking).await.map(|_| ())
}

/// Deletes a list.
pub async fn delete<H: Host>(host: &H, config: &Config, id: &str, call: &CallSettings) -> Result<(), Error> {
    ask(host, config, vocabulary::delete_request(config, id), call, Manner::Asking).await.map(|_| ())
}
