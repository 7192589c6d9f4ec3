//! `OpenAI`'s endpoint for transcriptions, answered from this service: its form, and what is asked in its place.
//!
//! Fields: <https://platform.openai.com/docs/api-reference/audio/createTranscription>. What no model of the service gives is refused in
//! words, and not made up.

mod form;
mod models;
mod plan;
mod problem;

pub use form::{Form, Passed};
pub use models::ModelNames;
pub use plan::OpenAiPlan;
pub(super) use problem::Checked;
pub use problem::Problem;
