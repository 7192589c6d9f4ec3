//! Everything but transcription itself: tasks, batches, uploads, tokens, hot-word lists. One way in for all of them,
//! because each export costs a shim here and one in the glue; `src/js/perform.ts` gives them their types.

use std::time::Duration;

use js_sys::{Array, Object, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::effects::{AudioSource, CallEffects};
use super::entry::{config, data, promise, source};
use super::error::{from_js, thrown, to_js};
use super::host::JsHost;
use crate::api::tasks::{TaskFilter, TaskStatus};
use crate::api::vocabulary::{NewVocabulary, read_words};
use crate::client::batch::{Grouping, Submission};
use crate::client::long_audio::Stage;
use crate::client::task::FileOutcome;
use crate::client::{CallContext, Source};
use crate::config::timeout_from_millis;
use crate::error::{Error, ErrorKind};
use crate::fields::{Fields, number};
use crate::json::View;
use crate::options::TranscribeOptions;
use crate::subtitle;

/// Does what `name` says. `given` and `options` are JSON; an upload has its audio in `effects`, and here what is known of it.
#[wasm_bindgen(unchecked_return_type = "Promise<unknown>")]
pub fn perform(
    name: String,
    settings: String,
    given: String,
    options: String,
    effects: CallEffects,
    audio: &AudioSource,
) -> Promise {
    let source = source(audio);
    promise(async move {
        let config = config(&settings)?;
        let host = JsHost::new(effects);
        let settings = host.settings()?;
        let call = CallContext::new(&host, &config, &settings)?;
        Action { host: &host, call, given: &given, options: &options, source: &source }.perform(&name).await
    })
}

struct Action<'a> {
    host: &'a JsHost,
    call: CallContext<'a, JsHost>,
    given: &'a str,
    options: &'a str,
    source: &'a Source<()>,
}

impl Action<'_> {
    async fn perform(&self, name: &str) -> Result<JsValue, Error> {
        let call = &self.call;
        if !["submit", "submitBatch", "upload", "updateVocabulary", "longAudio"].contains(&name) {
            self.refuse_unknown()?;
        }
        match name {
            "submit" => {
                let urls = self.given(|given| Ok(texts(given)))?;
                call.submit(&urls, &self.transcription()?).await.map(JsValue::from)
            }
            "status" => plain(&call.task_status(&self.id()?).await?),
            "wait" => plain(&self.wait().await?),
            "cancel" => call.cancel_task(&self.id()?).await.map(|()| JsValue::UNDEFINED),
            "result" => {
                let transcript = call.task_result(&self.wait().await?).await?;
                Ok(subtitle::to_json(&transcript).into())
            }
            "results" => Ok(outcomes(&call.task_results(&self.wait().await?).await?)),
            "listTasks" => plain(&call.list_tasks(&self.given(TaskFilter::read)?).await?),
            "submitBatch" => self.submit_batch().await,
            "collect" => self.collect().await,
            "upload" => self.upload().await,
            "longAudio" => self.long_audio().await,
            "createToken" => {
                let seconds = self.given(|given| number(given, "option", "expireInSeconds"))?;
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked next")]
                let whole = |seconds: f64| if seconds.fract() == 0.0 { seconds as u32 } else { 0 };
                plain(&call.create_token(seconds.map(whole)).await?)
            }
            "createVocabulary" => {
                let list = self.given(NewVocabulary::read)?;
                call.create_vocabulary(&list).await.map(JsValue::from)
            }
            "listVocabularies" => {
                let (prefix, index, size) = self.given(|given| {
                    let mut fields = Fields::new(given, "filter");
                    let prefix = fields.text("prefix");
                    let page = (fields.count("pageIndex", 1_000_000), fields.count("pageSize", 1_000));
                    fields.finish()?;
                    Ok((prefix, page.0.unwrap_or(0), page.1.unwrap_or(10)))
                })?;
                plain(&call.list_vocabularies(prefix.as_deref(), index, size).await?)
            }
            "getVocabulary" => plain(&call.vocabulary(&self.list_id()?).await?),
            "updateVocabulary" => {
                let words = data(self.options, read_words)?;
                call.update_vocabulary(&self.list_id()?, &words).await.map(|()| JsValue::UNDEFINED)
            }
            "deleteVocabulary" => call.delete_vocabulary(&self.list_id()?).await.map(|()| JsValue::UNDEFINED),
            _ => Err(Error::new(ErrorKind::Internal, format!("there is no action {name}"))),
        }
    }

    fn given<T>(&self, read: impl FnOnce(View<'_>) -> Result<T, Error>) -> Result<T, Error> {
        data(self.given, read)
    }

    fn id(&self) -> Result<String, Error> {
        self.given(|given| Ok(given.str().unwrap_or_default().to_owned()))
    }

    fn list_id(&self) -> Result<String, Error> {
        let id = self.id()?;
        if id.is_empty() { Err(Error::invalid_option("id", "expected the id of a hot-word list")) } else { Ok(id) }
    }

    fn transcription(&self) -> Result<TranscribeOptions, Error> {
        data(self.options, TranscribeOptions::read)
    }

    /// What is left of the options of a call whose data stands elsewhere must be those of waiting.
    fn refuse_unknown(&self) -> Result<(), Error> {
        data(self.options, |given| {
            let mut fields = Fields::new(given, "option");
            for name in ["signal", "timeout", "maxRetries", "headers", "onProgress", "onStatus", "onFile"] {
                fields.get(name);
            }
            fields.finish()
        })
    }

    /// `timeout` is for a single answer elsewhere; a wait has a limit of its own.
    fn limit(&self) -> Result<Option<Duration>, Error> {
        timeout_from_millis(data(self.options, |given| number(given, "option", "timeout"))?)
    }

    async fn wait(&self) -> Result<TaskStatus, Error> {
        let mut seen = |status: &TaskStatus| self.host.effects.status(&plain(status)?).map_err(from_js);
        self.call.wait_for_task(&self.id()?, self.limit()?, &mut seen).await
    }

    async fn submit_batch(&self) -> Result<JsValue, Error> {
        let (urls, grouping) = self.given(|given| {
            let together = given.get("together").bool() == Some(true);
            Ok((texts(given.get("urls")), if together { Grouping::OneTask } else { Grouping::TaskForEach }))
        })?;
        let submissions = self.call.submit_batch(&urls, &self.transcription()?, grouping).await?;
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

    /// `given` is what `submitBatch` gave; the errors of submissions that were refused are in the effects.
    async fn collect(&self) -> Result<JsValue, Error> {
        let submissions = self.given(|given| {
            let submission = |(at, item): (usize, View<'_>)| Submission {
                urls: texts(item.get("urls")),
                task_id: match item.get("taskId").str() {
                    Some(id) => Ok(id.to_owned()),
                    None => Err(from_js(self.host.effects.refusal(at))),
                },
            };
            Ok(given.items().enumerate().map(submission).collect())
        })?;
        let mut seen = |outcome: &FileOutcome| self.host.effects.file(&outcome_to_js(outcome)).map_err(from_js);
        let outcome = self.call.collect_batch(submissions, self.limit()?, &mut seen).await;
        outcome.map(|all| outcomes(&all))
    }

    async fn upload(&self) -> Result<JsValue, Error> {
        let options = data(self.options, |given| {
            let mut fields = Fields::new(given, "upload option");
            let (model, media_type) = (fields.text("model"), fields.text("mediaType"));
            fields.finish()?;
            Ok(TranscribeOptions { model, media_type, ..TranscribeOptions::default() })
        })?;
        self.call.upload(self.source, &options).await.map(JsValue::from)
    }

    async fn long_audio(&self) -> Result<JsValue, Error> {
        let (direct, by_task, is_too_much) = data(self.options, |given| {
            if !given.get("byTask").is_object() {
                return Err(Error::invalid_option("longAudio", "expected \"task\", or the options of the task"));
            }
            let is_too_much = given.get("isTooMuch").bool() == Some(true);
            Ok((
                TranscribeOptions::read(given.get("direct"))?,
                TranscribeOptions::read(given.get("byTask"))?,
                is_too_much,
            ))
        })?;
        let mut on_stage = |stage: Stage| {
            let phase = match stage {
                Stage::Queue => "queue",
                Stage::Recognise => "recognise",
                Stage::Download => "download",
            };
            self.host.effects.stage(phase).map_err(from_js)
        };
        let transcript = if is_too_much {
            self.call.audio_by_task(self.source, &direct, &by_task, &mut on_stage).await?
        } else {
            self.call.long_audio(self.source, &direct, &by_task, &mut on_stage).await?
        };
        Ok(subtitle::to_json(&transcript).into())
    }
}

fn texts(list: View<'_>) -> Vec<String> {
    list.items().map(|text| text.str().unwrap_or_default().to_owned()).collect()
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

/// The transcript of it is JSON.
fn outcome_to_js(outcome: &FileOutcome) -> JsValue {
    let item = Object::new();
    for (name, text) in [("url", &outcome.file_url), ("taskId", &outcome.task_id)] {
        if let Some(text) = text {
            set(&item, name, &text.into());
        }
    }
    match &outcome.outcome {
        Ok(transcript) => set(&item, "transcript", &subtitle::to_json(transcript).into()),
        Err(error) => match thrown(error) {
            // Without a task it is a refusal that JavaScript has kept: it gets back the very same.
            Some(refusal) if outcome.task_id.is_none() => set(&item, "error", refusal),
            _ => set(&item, "error", &to_js(error)),
        },
    }
    item.into()
}
