//! What an edge function may let through: pure policy, over heads of requests and bytes as they come.
//!
//! The function itself (`dashscope-asr/edge` of the npm package) has the effects: it asks the operator's `authorize`, signs, and sends on
//! what has passed here. A relay is closed until its operator opens it, knows the routes that speech needs, and forwards nothing
//! that it has not understood.

#![allow(
    clippy::disallowed_methods,
    reason = "its module is loaded by servers, where a kilobyte matters less than plain code"
)]

mod addresses;
mod answers;
mod audio;
mod gate;
mod lexer;
mod live;
mod models;
mod multipart;
pub mod openai;
mod origins;
mod plan;
mod rates;
mod refusal;
mod routes;
mod scan;
mod settings;
mod shape;
mod tokens;

pub use addresses::store;
pub use answers::{Named, Watch, names};
pub use audio::whole;
pub use gate::Gate;
pub use live::{LiveGate, close_code};
pub use models::Models;
pub use origins::{Caller, Page};
pub use plan::{Plan, RequestHead, Upstream, plan};
pub use rates::{Rates, network};
pub use refusal::Refusal;
pub use routes::{BodyKind, Route};
pub use settings::{RelaySettings, TaskAccess};
pub use tokens::{PageToken, is_page_token, opened, sealed_address, sealed_id, signed_text};

impl RelaySettings {
    /// The gate for a route's JSON; `None` for routes that take none. `upstream` is where the service is.
    #[must_use]
    pub fn gate(&self, route: Route, upstream: &str) -> Option<Gate> {
        let (shape, is_task) = route.shape()?;
        let is_local = addresses::is_local(upstream);
        Some(Gate::new(shape, is_task, &gate::Limits { models: &self.models, seconds: self.seconds, is_local }))
    }

    /// The gate for a WebSocket that has opened now; `None` for routes that are none.
    #[must_use]
    pub fn live_gate(&self, route: Route, now: f64) -> Option<LiveGate> {
        Some(LiveGate::new(route.socket()?, &self.models, self.seconds, now))
    }
}

#[cfg(test)]
mod tests;
