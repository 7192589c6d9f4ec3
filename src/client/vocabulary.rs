//! Hot-word lists. For JavaScript: `asr.vocabularies.create({ targetModel, prefix, words })`, `.list({ prefix })`, `.get(id)`,
//! `.update(id, words)`, `.delete(id)`.

use super::CallContext;
use super::exchange::{Exchange, document};
use crate::api::vocabulary::{self, HotWord, NewVocabulary, Vocabulary};
use crate::error::Error;
use crate::host::{Host, HttpRequest};

impl<H: Host> CallContext<'_, H> {
    async fn ask_vocabulary(&self, request: HttpRequest, kind: Exchange) -> Result<Vec<u8>, Error> {
        self.exchange(&self.with_headers(request), kind).await.map_err(vocabulary::explained)
    }

    /// Makes a list and gives its id. Not repeated after a failure that leaves open whether it was made: an account has ten.
    pub async fn create_vocabulary(&self, list: &NewVocabulary) -> Result<String, Error> {
        let body = self.ask_vocabulary(vocabulary::create_request(self.config, list)?, Exchange::Billed).await?;
        vocabulary::read_created(&document(&body)?)
    }

    /// The lists whose ids begin with `prefix`, or all; pages are counted from 0.
    pub async fn list_vocabularies(
        &self,
        prefix: Option<&str>,
        page_index: u32,
        page_size: u32,
    ) -> Result<Vec<Vocabulary>, Error> {
        let request = vocabulary::list_request(self.config, prefix, page_index, page_size);
        vocabulary::read_list(&document(&self.ask_vocabulary(request, Exchange::Idempotent).await?)?)
    }

    /// One list with its words. A list that does not exist is an error, `not_found`.
    pub async fn vocabulary(&self, id: &str) -> Result<Vocabulary, Error> {
        let body = self.ask_vocabulary(vocabulary::get_request(self.config, id), Exchange::Idempotent).await?;
        vocabulary::read(&document(&body)?, id)
    }

    /// Replaces the words of a list.
    pub async fn update_vocabulary(&self, id: &str, words: &[HotWord]) -> Result<(), Error> {
        let request = vocabulary::update_request(self.config, id, words)?;
        self.ask_vocabulary(request, Exchange::Idempotent).await.map(|_| ())
    }

    /// Deletes a list.
    pub async fn delete_vocabulary(&self, id: &str) -> Result<(), Error> {
        let request = vocabulary::delete_request(self.config, id);
        self.ask_vocabulary(request, Exchange::Idempotent).await.map(|_| ())
    }
}
