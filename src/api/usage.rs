//! `usage` in all its variants (`protocol.md` §5.2): every member is optional and some have two names.

use crate::json::View;
use crate::transcript::Usage;

pub(super) fn read(usage: View<'_>) -> Option<Usage> {
    if !usage.exists() {
        return None;
    }
    let number = |names: &[&str]| names.iter().find_map(|name| usage.get(name).number());
    let detail = |groups: &[&str], name: &str| groups.iter().find_map(|group| usage.get(group).get(name).number());
    let input = ["prompt_tokens_details", "input_tokens_details"];
    let output = ["completion_tokens_details", "output_tokens_details"];
    Some(Usage {
        seconds: number(&["seconds", "duration"]),
        input_tokens: number(&["prompt_tokens", "input_tokens"]),
        output_tokens: number(&["completion_tokens", "output_tokens"]),
        total_tokens: number(&["total_tokens"]),
        input_audio_tokens: detail(&input, "audio_tokens").or_else(|| number(&["audio_tokens"])),
        input_text_tokens: detail(&input, "text_tokens"),
        output_text_tokens: detail(&output, "text_tokens"),
    })
}
