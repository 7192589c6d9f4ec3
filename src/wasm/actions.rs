//! Everything but transcription itself: tasks, batches, uploads, tokens, hot-word lists. One way in for all of them,
//! because each export costs a shim here and one in the glue; `src/js/service.ts` gives them their types.

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Object, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::audio::{JsAudio, JsBytes};
use super::call::Call;
use super::entry::{config, promise};
use super::error::to_js;
use super::host::JsHost;
use super::transcript::transcript_to_js;
use super::{input, options};
use crate::api::tasks::{TaskFilter, TaskStatus};
use crate::api::vocabulary::{NewVocabulary, read_words};
use crate::client::batch::{self, Submission};
use crate::client::long_audio::{Stage, transcribe_any};
use crate::client::task::{self, FileOutcome};
use crate::client::transcribe::prepare;
use crate::client::{Source, token, upload, vocabulary};
use crate::config::{Config, timeout_from_millis};
use crate::error::{Error, ErrorKind};
use crate::fields::{Fields, number};
use crate::json::View;
use crate::options::TranscribeOptions;

/// Does what `name` says with `given`: data for the core, or the audio for an upload.
#[wasm_bindgen(unchecked_return_type = "Promise<unknown>")]
pub fn perform(
    name: String,
    #[wasm_bindgen(unchecked_param_type = "ClientSettings")] settings: JsValue,
    #[wasm_bindgen(unchecked_param_type = "unknown")] given: JsValue,
    #[wasm_bindgen(unchecked_param_type = "unknown")] options: JsValue,
    call: Call,
) -> Promise {
    promise(call.signal(), async move {
        let config = config(&settings)?;
        let host = JsHost { call };
        Action { host: &host, config: &config, given: &given, options: &options }.perform(&name).await
    })
}

struct Action<'a> {
    host: &'a JsHost,
    config: &'a Config,
    given: &'a JsValue,
    options: &'a JsValue,
}

impl Action<'_> {
    async fn perform(&self, name: &str) -> Result<JsValue, Error> {
        let Self { host, config, .. } = *self;
        let call = &host.call.settings()?;
        if !["submit", "submitBatch", "upload", "transcribeAny", "updateVocabulary"].contains(&name) {
            self.refuse_unknown()?;
        }
        match name {
            "submit" => task::submit(host, config, &self.urls(), &self.transcription()?, call).await.map(JsValue::from),
            "status" => plain(&task::status(host, config, &self.id(), call).await?),
            "wait" => plain(&self.wait().await?),
            "cancel" => task::cancel(host, config, &self.id(), call).await.map(|()| JsValue::UNDEFINED),
            "results" => Ok(outcomes(&task::results(host, config, &self.wait().await?, call).await?)),
            "listTasks" => plain(&task::list(host, config, &self.data("filter", TaskFilter::read)?, call).await?),
            "submitBatch" => self.submit_batch().await,
            "collect" => self.collect().await,
            "upload" => self.upload().await,
            "transcribeAny" => self.transcribe_any().await,
            "createToken" => {
                let seconds = self.data("option", |given| number(given, "option", "expireInSeconds"))?;
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked next")]
                let whole = |seconds: f64| if seconds.fract() == 0.0 { seconds as u32 } else { 0 };
                plain(&token::create(host, config, seconds.map(whole), call).await?)
            }
            "createVocabulary" => {
                let list = self.data("vocabulary", NewVocabulary::read)?;
                vocabulary::create(host, config, &list, call).await.map(JsValue::from)
            }
            "listVocabularies" => {
                let read = |given: View<'_>| {
                    let mut fields = Fields::new(given, "filter");
                    let prefix = fields.text("prefix");
                    let page = (fields.count("pageIndex", 1_000_000), fields.count("pageSize", 1_000));
                    fields.finish()?;
                    Ok((prefix, page.0.unwrap_or(0), page.1.unwrap_or(10)))
                };
                let (prefix, index, size) = self.data("filter", read)?;
                plain(&vocabulary::list(host, config, prefix.as_deref(), index, size, call).await?)
            }
            "getVocabulary" => plain(&vocabulary::get(host, config, &self.list_id()?, call).await?),
            "updateVocabulary" => {
                let words = options::read(self.options, "words", read_words)?;
                vocabulary::update(host, config, &self.list_id()?, &words, call).await.map(|()| JsValue::UNDEFINED)
            }
            "deleteVocabulary" => {
                vocabulary::delete(host, config, &self.list_id()?, call).await.map(|()| JsValue::UNDEFINED)
            }
            _ => Err(Error::new(ErrorKind::Internal, format!("there is no action {name}"))),
        }
    }

    fn id(&self) -> String {
        self.given.as_string().unwrap_or_default()
    }

    fn list_id(&self) -> Result<String, Error> {
        let id = self.id();
        if id.is_empty() { Err(Error::option("id", "expected the id of a hot-word list")) } else { Ok(id) }
    }

    fn urls(&self) -> Vec<String> {
        Array::from(self.given).iter().map(|url| url.as_string().unwrap_or_default()).collect()
    }

    fn data<T>(&self, what: &'static str, read: impl FnOnce(View<'_>) -> Result<T, Error>) -> Result<T, Error> {
        options::read(self.given, what, read)
    }

    fn transcription(&self) -> Result<TranscribeOptions, Error> {
        options::read(self.options, "option", TranscribeOptions::read)
    }

    /// What is left of the options of a call whose data stands elsewhere must be those of waiting.
    fn refuse_unknown(&self) -> Result<(), Error> {
        options::read(self.options, "option", |given| {
            let mut fields = Fields::new(given, "option");
            for name in ["signal", "timeout", "maxRetries", "headers", "onProgress", "onStatus", "onFile"] {
                fields.get(name);
            }
            fields.finish()
        })
    }

    /// `timeout` is for a single answer elsewhere; a wait has a limit of its own.
    fn limit(&self) -> Result<Option<Duration>, Error> {
        let limit = options::read(self.options, "option", |given| number(given, "option", "timeout"))?;
        timeout_from_millis(limit)
    }

    async fn wait(&self) -> Result<TaskStatus, Error> {
        let call = &self.host.call;
        let mut seen = |status: &TaskStatus| call.status(&plain(status)?);
        task::wait(self.host, self.config, &self.id(), &call.settings()?, self.limit()?, &mut seen).await
    }

    async fn submit_batch(&self) -> Result<JsValue, Error> {
        let Self { host, config, .. } = *self;
        let together = get(self.given, "together").is_truthy();
        let urls: Vec<String> =
            Array::from(&get(self.given, "urls")).iter().map(|url| url.as_string().unwrap_or_default()).collect();
        let submissions =
            batch::submit_all(host, config, &urls, &self.transcription()?, &host.call.settings()?, together).await?;
        let list = Array::new();
        for submission in submissions {
            let item = Object::new();
            let urls: Array = submission.urls.iter().map(|url| JsValue::from_str(url)).collect();
            set(&item, "urls", &urls);
            match submission.task_id {
                Ok(id) => set(&item, "taskId", &id.into()),
                Err(error) => set(&item, "error", &to_js(&error)),
            }
            list.push(&item);
        }
        Ok(list.into())
    }

    /// `given` is what `submitBatch` gave, without the submissions that failed.
    async fn collect(&self) -> Result<JsValue, Error> {
        let Self { host, config, .. } = *self;
        let submissions = Array::from(self.given)
            .iter()
            .map(|item| Submission {
                urls: Array::from(&get(&item, "urls")).iter().filter_map(|url| url.as_string()).collect(),
                task_id: Ok(get(&item, "taskId").as_string().unwrap_or_default()),
            })
            .collect();
        let mut seen = |outcome: &FileOutcome| host.call.file(&outcome_to_js(outcome));
        let settings = host.call.settings()?;
        batch::collect(host, config, submissions, &settings, self.limit()?, &mut seen).await.map(|all| outcomes(&all))
    }

    async fn upload(&self) -> Result<JsValue, Error> {
        let source = self.source().await?;
        let settings = self.host.call.settings()?;
        let options = options::read(self.options, "option", |given| {
            let mut fields = Fields::new(given, "upload option");
            let (model, media_type) = (fields.text("model"), fields.text("mediaType"));
            fields.finish()?;
            Ok(TranscribeOptions { model, media_type, ..TranscribeOptions::default() })
        })?;
        upload::upload(self.host, self.config, &source, &options, &settings).await.map(JsValue::from)
    }

    async fn transcribe_any(&self) -> Result<JsValue, Error> {
        let read = |name| options::read(&get(self.options, name), "option", TranscribeOptions::read);
        if !get(self.options, "byTask").is_object() {
            return Err(Error::option("longAudio", "expected \"task\", or the options of the task"));
        }
        let (direct, by_task) = (read("direct")?, read("byTask")?);
        let call = &self.host.call;
        let mut on_stage = |stage: Stage| {
            let phase = match stage {
                Stage::Queue => "queue",
                Stage::Recognise => "recognise",
                Stage::Download => "download",
            };
            call.progress(phase, 0, None)
        };
        let (source, settings) = (self.source().await?, call.settings()?);
        if let Source::Bytes { audio, .. } = &source
            && let Ok(prepared) = prepare(self.config, &source, &direct, &settings, false)
        {
            audio.limit(prepared.length_check()); // of a stream, which is too large only once it has been read
        }
        let transcript = transcribe_any(self.host, self.config, &source, &direct, &by_task, &settings, &mut on_stage);
        transcript_to_js(&transcript.await?)
    }

    /// The audio in `given`, which may be read again unless it is a stream: its raw bytes are not kept.
    async fn source(&self) -> Result<Source<Rc<JsAudio>>, Error> {
        Ok(match input::resolve(self.given, &self.host.call).await? {
            Source::Url(url) => Source::Url(url),
            Source::Bytes { audio, mut facts } => {
                facts.replayable = !matches!(audio.bytes, JsBytes::Stream(_));
                Source::Bytes { audio: Rc::new(audio), facts }
            }
        })
    }
}

fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(target: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(target, &name.into(), value);
}

/// Plain data as a plain object.
fn plain<T: Serialize>(value: &T) -> Result<JsValue, Error> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|_| Error::new(ErrorKind::Internal, "the result cannot be handed over"))
}

fn outcomes(all: &[FileOutcome]) -> JsValue {
    all.iter().map(outcome_to_js).collect::<Array>().into()
}

fn outcome_to_js(outcome: &FileOutcome) -> JsValue {
    let item = Object::new();
    for (name, text) in [("url", &outcome.file_url), ("taskId", &outcome.task_id)] {
        if let Some(text) = text {
            set(&item, name, &text.into());
        }
    }
    match &outcome.outcome {
        Ok(transcript) => match transcript_to_js(transcript) {
            Ok(transcript) => set(&item, "transcript", &transcript),
            Err(error) => set(&item, "error", &to_js(&error)),
        },
        Err(error) => set(&item, "error", &to_js(error)),
    }
    item.into()
}
