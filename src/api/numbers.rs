//! Numbers in answers, as far as they can be what they stand for. Whatever shows a duration or adds up tokens is spared the
//! others: below zero, or larger than anything that is counted here.

use crate::json::View;

/// Seconds, milliseconds, tokens: half a day of audio has 43,200,000 milliseconds, this is for 49 days.
const MOST: f64 = u32::MAX as f64;
/// The last millisecond that a `Date` knows (<https://tc39.es/ecma262/#sec-time-values-and-time-range>).
const LAST_INSTANT: f64 = 8.64e15;

/// How much of something there is.
pub(crate) fn amount(place: View<'_>) -> Option<f64> {
    place.number().filter(|number| (0.0..=MOST).contains(number))
}

/// A small whole number: a channel, a speaker.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
pub(super) fn index(place: View<'_>) -> Option<u32> {
    amount(place).map(|number| number as u32)
}

/// When something was, in seconds or milliseconds since 1970.
pub(super) fn instant(place: View<'_>) -> Option<f64> {
    place.number().filter(|number| (0.0..=LAST_INSTANT).contains(number))
}
