//! `OpenAI`'s form for JavaScript: chunks in, the file's bytes and a plan as JSON out.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::relay::RelaySettings;
use crate::relay::openai::{Form, OpenAiPlan, Passed, Problem};

/// A form on its way in.
#[wasm_bindgen]
#[derive(Debug)]
pub struct OpenAiForm {
    form: Form,
    problem: Option<&'static Problem>,
    /// What of the last chunk is file.
    passed: Passed,
}

impl OpenAiForm {
    pub(super) fn new(content_type: &str, length: u64, settings: Rc<RelaySettings>) -> Self {
        Self { form: Form::new(content_type, length, settings), problem: None, passed: Passed::default() }
    }
}

#[wasm_bindgen]
impl OpenAiForm {
    /// Reads on. What of the chunk is file stands in it `from` here `to` there, behind these bytes of the chunks before.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.passed = self.form.push(chunk).map_err(|problem| self.problem = Some(problem)).unwrap_or_default();
        core::mem::take(&mut self.passed.before)
    }

    /// Where in the last chunk the file begins, or goes on.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn from(&self) -> usize {
        self.passed.range.start
    }

    /// Where in the last chunk the file ends for now.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn to(&self) -> usize {
        self.passed.range.end
    }

    /// The form has ended: the plan.
    pub fn finish(&mut self) -> String {
        let plan = self.form.finish().map(|plan| plan.to_json());
        plan.map_err(|problem| self.problem = Some(problem)).unwrap_or_default()
    }

    /// What is wrong with it, as JSON; to be asked after each of both.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.problem.map(Problem::to_json)
    }

    /// The plan for a file that flows.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn flowing(&self) -> Option<String> {
        self.form.flowing().map(OpenAiPlan::to_json)
    }

    /// Most bytes that the file can have; of one that flows, all.
    #[wasm_bindgen(getter)]
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
    pub fn most(&self) -> f64 {
        self.form.most() as f64
    }
}
