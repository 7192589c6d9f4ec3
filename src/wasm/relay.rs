//! The relay's policy: heads of requests as JSON, bodies chunk by chunk. What is asked and signed in between is JavaScript's.

mod gates;
mod openai;
mod signed;

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use self::gates::{RelayGate, RelayLiveGate};
use self::openai::OpenAiForm;
use super::entry::{config, data};
use super::error::to_js;
use crate::config::Config;
use crate::json::{ArrayWriter, ObjectWriter, View};
use crate::relay::{
    self, BodyKind, Caller, Page, Plan, Rates, Refusal, RelaySettings, RequestHead, Route, TaskAccess, Upstream,
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The head of a request, as far as it decides. */
export interface RequestHead {
  method: string;
  /** The whole path. */
  path: string;
  /** Query, without the question mark. */
  query: string;
  /** The relay's own origin, as the request has it. */
  own: string;
  origin: string | null;
  site: string | null;
  type: string | null;
  length: string | null;
  upgrade: boolean;
}
/** A refusal of the relay's own. */
export interface Refused {
  status: number;
  code: string;
  message: string;
  /** The field of a form that it is about. */
  param?: string;
  /** Methods that the path takes, where it was the method. */
  allow?: string;
}
/** What is to be done with a request: it is refused, or goes on. */
export interface RelayPlan {
  refusal?: Refused;
  /** Whose page calls. */
  page?: "none" | "named" | "own" | "foreign";
  route?: "chat-completions" | "generation" | "submit" | "task" | "cancel" | "tasks" | "upload-policy" | "result" | "upload" | "transcribe" | "openai-transcriptions" | "live-task" | "live-session" | "token" | "capabilities";
  body?: "none" | "json" | "form" | "audio";
  /** Where it goes, if to the service. */
  url?: string;
  /** What was signed once and must be checked: a task's id, the address of a store. */
  sealed?: string;
  costs?: boolean;
  /** Announced length of the body. */
  length?: number;
  /** The service's WebSocket that it is about. */
  socket?: string;
  /** The model, where the address names it. */
  model?: string;
}
/** The call that answers a form of OpenAI's. */
export interface OpenAiPlan {
  model: string;
  isTask: boolean;
  options: { model: string };
  /** Options of the task for what is too long for a direct call. */
  byTask?: { model: string };
  format: "json" | "text" | "srt" | "vtt" | "verbose_json" | "diarized_json";
  isStream: boolean;
  segments: boolean;
  words: boolean;
  /** The language that was named. */
  language?: string;
}
/** A name in an answer that goes out signed. */
export interface NamedValue {
  kind: "task" | "result" | "upload";
  /** The whole string with its quotation marks, in bytes. */
  from: number;
  to: number;
  value: string;
}
"#;

/// One relay's settings, and who has called how often.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RelayPolicy {
    settings: Rc<RelaySettings>,
    upstream: Config,
    rates: Rates,
}

#[wasm_bindgen]
impl RelayPolicy {
    /// Checks what the operator has set: the relay's own settings, and those of the client that it is upstream.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str, client: &str) -> Result<Self, JsValue> {
        let make = || {
            let upstream = config(client)?;
            Ok(Self { settings: Rc::new(data(settings, RelaySettings::read)?), upstream, rates: Rates::default() })
        };
        make().map_err(|error| to_js(&error))
    }

    /// What is to be done with a request, as JSON.
    #[wasm_bindgen]
    #[must_use]
    pub fn plan(&self, head: &str) -> String {
        let planned = data(head, |head| Ok(self.plan_for(head)))
            .unwrap_or_else(|error| Err(Refusal::new(500, "InternalError", error.message().to_owned())));
        let mut json = String::new();
        match planned {
            Err(refusal) => {
                ObjectWriter::new(&mut json).member("refusal", |out| out.push_str(&refusal.to_json())).close();
            }
            Ok(plan) => write_plan(&plan, &mut json),
        }
        json
    }

    /// The gate for a route's JSON.
    #[wasm_bindgen]
    #[must_use]
    pub fn gate(&self, route: &str) -> Option<RelayGate> {
        self.settings.gate(Route::named(route)?, &self.upstream.relay_url("/")).map(|gate| RelayGate { gate })
    }

    /// The gate for a route's WebSocket, which opens now (in milliseconds of any clock).
    #[wasm_bindgen(js_name = liveGate)]
    #[must_use]
    pub fn live_gate(&self, route: &str, now: f64) -> Option<RelayLiveGate> {
        self.settings.live_gate(Route::named(route)?, now).map(|gate| RelayLiveGate { gate })
    }

    /// Where the service is.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn upstream(&self) -> String {
        self.upstream.relay_url("")
    }

    /// A store's address as this relay asks it; nothing where it is not to be asked.
    #[wasm_bindgen(js_name = storeUrl)]
    #[must_use]
    pub fn store_url(&self, url: &str) -> Option<String> {
        relay::store(url, &self.upstream.relay_url("/"))
    }

    /// A reader for `OpenAI`'s form.
    #[wasm_bindgen(js_name = openAiForm)]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are whole and positive")]
    pub fn openai_form(&self, content_type: &str, length: f64) -> OpenAiForm {
        OpenAiForm::new(content_type, length as u64, Rc::clone(&self.settings))
    }

    /// Where a path of the service is.
    #[wasm_bindgen(js_name = upstreamUrl)]
    #[must_use]
    pub fn upstream_url(&self, route: &str) -> Option<String> {
        Some(self.upstream.relay_url(&Route::named(route)?.upstream(None)?))
    }

    /// Counts a call of a caller; the seconds to wait where that was one too many.
    #[wasm_bindgen]
    pub fn take(&mut self, caller: &str, costs: bool, now_ms: f64) -> Option<u32> {
        self.rates.take(caller, costs, self.settings.per_minute, now_ms).err()
    }

    /// Whether a model may be asked, where it is not in JSON: the refusal as JSON, else nothing.
    #[wasm_bindgen(js_name = refuseModel)]
    #[must_use]
    pub fn refuse_model(&self, model: &str) -> Option<String> {
        let (direct, task) = (self.settings.models.check(model, false), self.settings.models.check(model, true));
        direct.err().and_then(|refusal| task.is_err().then(|| refusal.to_json()))
    }

    /// What of an answer goes out signed, as a JSON list; or `{ refusal }`.
    #[wasm_bindgen]
    #[must_use]
    pub fn names(&self, answer: &[u8]) -> String {
        let mut json = String::new();
        match relay::names(answer, &self.upstream.relay_url("/")) {
            Err(refusal) => {
                ObjectWriter::new(&mut json).member("refusal", |out| out.push_str(&refusal.to_json())).close();
            }
            Ok(names) => {
                let mut list = ArrayWriter::new(&mut json);
                for named in &names {
                    let (from, to) = named.range;
                    list.item(|out| {
                        ObjectWriter::new(out)
                            .string("kind", named.kind)
                            .number("from", u32::try_from(from).unwrap_or(u32::MAX))
                            .number("to", u32::try_from(to).unwrap_or(u32::MAX))
                            .string("value", &named.value)
                            .close();
                    });
                }
                list.close();
            }
        }
        json
    }

    /// What a caller may be told of it, as JSON. `is_counted_elsewhere`: how often somebody may call is not for the relay to say.
    #[wasm_bindgen]
    #[must_use]
    pub fn capabilities(&self, is_counted_elsewhere: bool) -> String {
        self.settings.capabilities(is_counted_elsewhere).to_json()
    }

    /// The operator's workspace, where a header must name it.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn workspace(&self) -> Option<String> {
        self.upstream.workspace_header().map(str::to_owned)
    }

    /// Largest body in bytes.
    #[wasm_bindgen(getter)]
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
    pub fn bytes(&self) -> f64 {
        self.settings.bytes as f64
    }

    /// Whether tasks are asked for by their own ids, by anyone.
    #[wasm_bindgen(getter, js_name = tasksAreOpen)]
    #[must_use]
    pub fn tasks_are_open(&self) -> bool {
        self.settings.task_access == TaskAccess::Anyone
    }
}

impl RelayPolicy {
    fn plan_for(&self, head: View<'_>) -> Result<Plan, Refusal> {
        let text = |name| head.get(name).str();
        let needed = |name| text(name).unwrap_or_default();
        let caller = Caller::new(needed("method"), needed("own"), text("origin"), text("site"));
        let request = RequestHead {
            caller,
            path: needed("path"),
            query: needed("query"),
            content_type: text("type"),
            content_length: text("length"),
            is_upgrade: head.get("upgrade").bool() == Some(true),
        };
        let upstream = Upstream { base: &self.upstream.relay_url(""), sockets: &self.upstream.socket_base() };
        relay::plan(&request, &self.settings, &upstream)
    }
}

fn write_plan(plan: &Plan, json: &mut String) {
    let mut out = ObjectWriter::new(json);
    out.string(
        "page",
        match plan.page {
            Page::None => "none",
            Page::Named => "named",
            Page::Own => "own",
            Page::Foreign => "foreign",
        },
    );
    if let Some(route) = plan.route {
        out.string("route", route.name()).bool("costs", route.costs()).string(
            "body",
            match route.body() {
                BodyKind::None => "none",
                BodyKind::Json => "json",
                BodyKind::Form => "form",
                BodyKind::Audio => "audio",
            },
        );
    }
    if let Some(url) = &plan.url {
        out.string("url", url);
    }
    if let Some(sealed) = &plan.sealed {
        out.string("sealed", sealed);
    }
    for (name, text) in [("socket", &plan.socket), ("model", &plan.model)] {
        if let Some(text) = text {
            out.string(name, text);
        }
    }
    if let Some(length) = plan.length {
        out.member("length", |out| out.push_str(&length.to_string()));
    }
    out.close();
}

/// What a request to the service is for, by its method and path; nothing where this relay does not send it there.
#[wasm_bindgen(js_name = ownRoute)]
#[must_use]
pub fn own_route(method: &str, path: &str) -> Option<String> {
    let (route, _) = Route::find(method, path).ok()?;
    route.upstream(None).map(|_| route.name().to_owned())
}
