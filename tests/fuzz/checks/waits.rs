//! How long the service asks to wait: numbers, and dates as a calendar that counts day by day has them.

use std::time::Duration;

use super::choices::Choices;
use crate::retry::retry_after;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let kind = choices.byte();
    if kind & 1 == 0 {
        let now = [0.0, 1_792_567_675_000.0, -1.0, f64::MAX][usize::from(kind >> 1 & 3)];
        let text = String::from_utf8_lossy(choices.rest()).into_owned();
        for name in ["retry-after", "retry-after-ms"] {
            if let Some(pause) = retry_after(|wanted| (wanted == name).then(|| text.clone()), now) {
                assert!(pause <= Duration::from_secs(1_000_000_000_000), "{text}: {pause:?}");
            }
        }
        return;
    }
    let now: u64 = [0, 1_792_567_675][usize::from(kind >> 1 & 1)];
    let (year, month) = (1970 + u64::from(choices.short()) % 400, choices.below(12));
    let day = 1 + choices.below(days(year, month));
    let (hour, minute, second) = (choices.below(24), choices.below(60), choices.below(60));
    let (name, clock) = (MONTHS[month], format!("{hour:02}:{minute:02}:{second:02}"));
    let text = match kind >> 2 & 3 {
        // Two digits of a year are at most fifty years ahead (RFC 9110 §5.6.7).
        0 if now > 0 && (1980..2070).contains(&year) => {
            format!("Sunday, {day:02}-{name}-{:02} {clock} GMT", year % 100)
        }
        1 => format!("Sun {name} {day:2} {clock} {year}"),
        _ => format!("Sun, {day:02} {name} {year} {clock} GMT"),
    };
    let mut before = day - 1;
    before += (0..month).map(|month| days(year, month)).sum::<usize>();
    before += (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum::<usize>();
    let seconds = (((before * 24 + hour) * 60 + minute) * 60 + second) as u64;
    #[allow(clippy::cast_precision_loss, reason = "seconds of our time")]
    let pause = retry_after(|name| (name == "retry-after").then(|| text.clone()), now as f64 * 1_000.0);
    assert_eq!(pause, seconds.checked_sub(now).map(Duration::from_secs), "{text}");
}

fn days(year: u64, month: usize) -> usize {
    match month {
        1 if is_leap(year) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}
