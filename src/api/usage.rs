//! `usage` in all its variants (`docs/protocol.md` §5.2): every member is optional and some have two names.

use super::numbers::amount;
use crate::json::View;
use crate::transcript::Usage;

pub(crate) fn read(usage: View<'_>) -> Option<Usage> {
    if !usage.exists() {
        return None;
    }
    // A group and a member of it, or a member of usage itself.
    let number = |places: &[[&str; 2]]| {
        places.iter().find_map(|[group, name]| {
            let group = if group.is_empty() { usage } else { usage.get(group) };
            amount(group.get(name))
        })
    };
    Some(Usage {
        seconds: number(&[["", "seconds"], ["", "duration"]]),
        input_tokens: number(&[["", "prompt_tokens"], ["", "input_tokens"]]),
        output_tokens: number(&[["", "completion_tokens"], ["", "output_tokens"]]),
        total_tokens: number(&[["", "total_tokens"]]),
        input_audio_tokens: number(&[
            ["prompt_tokens_details", "audio_tokens"],
            ["input_tokens_details", "audio_tokens"],
            ["", "audio_tokens"],
        ]),
        input_text_tokens: number(&[["prompt_tokens_details", "text_tokens"], ["input_tokens_details", "text_tokens"]]),
        output_text_tokens: number(&[
            ["completion_tokens_details", "text_tokens"],
            ["output_tokens_details", "text_tokens"],
        ]),
    })
}
