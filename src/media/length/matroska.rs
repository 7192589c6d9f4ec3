//! `WebM` and Matroska: elements in elements (RFC 9559). Recorders in browsers write no duration.

use super::super::chunks::{Layout, Walk};
use super::super::seen::Seen;
use super::{Count, NOTHING, UNKNOWN};

const SEGMENT: u64 = 0x1853_8067;
const INFO: u64 = 0x1549_A966;
const CLUSTER: u64 = 0x1F43_B675;
const TIMESTAMP_SCALE: u64 = 0x2A_D7B1;
const DURATION: u64 = 0x4489;

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "four bytes are a float, and what is no length becomes 0 or too much"
)]
pub(super) fn count(seen: &Seen<'_>, start: u64) -> Count {
    let mut walk = Walk::new(seen, Layout::Ebml, start);
    let end = seen.total().unwrap_or(u64::MAX);
    let mut scale = 1_000_000;
    while walk.advance(end) {
        let length = (walk.next - walk.body).min(8) as usize;
        match walk.name {
            // One walk for all levels: behind the head of what holds others stands the first of them.
            SEGMENT | INFO => walk.next = walk.body,
            // Nanoseconds in a unit of time; written before what is counted in them.
            TIMESTAMP_SCALE => scale = seen.big(walk.body, length),
            DURATION => {
                let bits = seen.big(walk.body, length);
                let units = if length == 4 { f64::from(f32::from_bits(bits as u32)) } else { f64::from_bits(bits) };
                let count = (units * scale as f64) as u64;
                return if count > 0 { (count / 1000, 1_000_000) } else { UNKNOWN };
            }
            CLUSTER => return UNKNOWN,
            _ => {}
        }
    }
    // A header, and certainly no cluster behind it.
    if walk.next == end { NOTHING } else { UNKNOWN }
}
