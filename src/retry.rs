//! When to try again, and after which pause: pure arithmetic.
//!
//! The numbers are those of openai-node (`shouldRetry`, `retryRequest` and `calculateDefaultRetryTimeoutMillis` in its
//! `client.ts`), so that nobody is surprised who knows it.

use std::time::Duration;

/// The pause before the second attempt; it doubles each time.
const FIRST_PAUSE_MS: f64 = 500.0;
/// The longest pause of our own choosing.
const LONGEST_PAUSE_MS: f64 = 8_000.0;
/// The longest pause the service may ask for; beyond it, our own schedule is used.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);
/// A year of two digits is at most so far ahead, in seconds (RFC 9110 §5.6.7); with thirteen leap days.
const FIFTY_YEARS: f64 = 18_263.0 * 86_400.0;
/// From a day of the last century to the same of this one, in seconds: there are 25 leap days between.
const CENTURY: f64 = 36_525.0 * 86_400.0;

/// How often a failed attempt is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RetryPolicy {
    /// Attempts after the first.
    pub(crate) max_retries: u32,
}

impl RetryPolicy {
    /// The pause before attempt `attempt + 1`, when attempt number `attempt` (the first is 0) has failed.
    ///
    /// `retry_after` is what the service asked for, `random` a number in `0.0..1.0`. `None`: give up.
    #[must_use]
    pub(crate) fn pause(
        self,
        attempt: u32,
        retryable: bool,
        retry_after: Option<Duration>,
        random: f64,
    ) -> Option<Duration> {
        if !retryable || attempt >= self.max_retries {
            return None;
        }
        if let Some(asked) = retry_after.filter(|asked| *asked <= LONGEST_RETRY_AFTER) {
            return Some(asked);
        }
        let doubled = (FIRST_PAUSE_MS * f64::from(1_u32 << attempt.min(16))).min(LONGEST_PAUSE_MS);
        // Up to a quarter less, so that many clients do not come back at the same moment.
        from_millis(doubled * (1.0 - 0.25 * random.clamp(0.0, 1.0)))
    }
}

/// The pause that response headers ask for: `retry-after-ms`, then `retry-after` in seconds or as a date.
///
/// `now` is in milliseconds since 1970.
#[must_use]
pub(crate) fn retry_after(header: impl Fn(&str) -> Option<String>, now: f64) -> Option<Duration> {
    let number = |text: &str| crate::json::number(text.trim()).filter(|number| *number >= 0.0);
    if let Some(millis) = header("retry-after-ms").as_deref().and_then(number) {
        return from_millis(millis);
    }
    let text = header("retry-after")?;
    let now = now / 1000.0;
    from_millis(number(&text).or_else(|| Some(http_date(&text, now)? - now))? * 1000.0)
}

/// A time in whole milliseconds, which is what timers take; `None` below zero and beyond all clocks.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
pub(crate) fn from_millis(millis: f64) -> Option<Duration> {
    (0.0..1e15).contains(&millis).then(|| Duration::from_millis(millis.round() as u64))
}

/// Seconds since 1970 of a date in one of the three forms that RFC 9110 §5.6.7 asks recipients to understand:
/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`. `now` are seconds, too.
fn http_date(text: &str, now: f64) -> Option<f64> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut numbers = [0; 5];
    let (mut count, mut month, mut is_oldest, mut has_zone) = (0, 0, false, false);
    for word in text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()) {
        if let Some(number) = number(word) {
            *numbers.get_mut(count)? = number;
            count += 1;
        } else if let Some((found, _)) = (1..).zip(MONTHS.chunks(3)).find(|(_, name)| *name == word) {
            (month, is_oldest) = (found, count == 0);
        } else {
            has_zone |= word == b"GMT"; // else the day of the week, or nothing between two signs
        }
    }
    // The oldest form has the year at its end, and no zone: it is always GMT.
    let [day, year, hour, minute, second] = numbers;
    let (year, hour, minute, second) =
        if is_oldest { (second, year, hour, minute) } else { (year, hour, minute, second) };
    if count < 5 || month == 0 || has_zone == is_oldest || day > 31 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let is_short = year < 100;
    let year = if is_short { year + 2000 } else { year };
    // Days since 1970 by the civil-calendar arithmetic of Howard Hinnant; years begin in March there.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719_469;
    #[allow(clippy::cast_precision_loss, reason = "seconds until the year 9999 are exact")]
    let date = (days * 86_400 + hour * 3_600 + minute * 60 + second) as f64;
    Some(if is_short && date > now + FIFTY_YEARS { date - CENTURY } else { date })
}

/// Up to four digits.
fn number(word: &[u8]) -> Option<i64> {
    let add = |number, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'));
    word.iter().take(5).try_fold(0, add).filter(|_| matches!(word.len(), 1..=4))
}

/// Whether an HTTP status is worth another attempt, unless `x-should-retry` says otherwise.
#[must_use]
pub(crate) fn is_retryable_status(status: u16, should_retry: Option<&str>) -> bool {
    match should_retry {
        Some("true") => true,
        Some("false") => false,
        _ => matches!(status, 408 | 409 | 429) || status >= 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { max_retries: 2 };

    #[test]
    fn pauses_double_up_to_the_longest() {
        let policy = RetryPolicy { max_retries: 100 };
        let millis: Vec<_> =
            (0..6).map(|attempt| policy.pause(attempt, true, None, 0.0).unwrap().as_millis()).collect();
        assert_eq!(millis, [500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(policy.pause(0, true, None, 1.0), Some(Duration::from_millis(375)));
        assert!(policy.pause(99, true, None, 0.5).unwrap() <= Duration::from_secs(8));
    }

    #[test]
    fn it_gives_up_at_the_end_and_where_waiting_is_no_help() {
        assert!(POLICY.pause(1, true, None, 0.0).is_some());
        assert_eq!(POLICY.pause(2, true, None, 0.0), None);
        assert_eq!(POLICY.pause(0, false, None, 0.0), None);
        assert_eq!(RetryPolicy { max_retries: 0 }.pause(0, true, None, 0.0), None);
    }

    #[test]
    fn the_service_may_ask_for_a_pause_but_not_for_an_hour() {
        let ask = |seconds| POLICY.pause(0, true, Some(Duration::from_secs(seconds)), 0.0);
        assert_eq!(ask(7), Some(Duration::from_secs(7)));
        assert_eq!(ask(60), Some(Duration::from_secs(60)));
        assert_eq!(ask(61), Some(Duration::from_millis(500)));
        assert_eq!(ask(3600), Some(Duration::from_millis(500)));
    }

    #[test]
    fn retry_after_is_read_in_all_forms() {
        let header =
            |wanted: &'static str, value: &'static str| move |name: &str| (name == wanted).then(|| value.to_owned());
        assert_eq!(retry_after(header("retry-after", "2"), 0.0), Some(Duration::from_secs(2)));
        assert_eq!(retry_after(header("retry-after-ms", "150"), 0.0), Some(Duration::from_millis(150)));
        let date = header("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(retry_after(date, 1_792_567_675_000.0), Some(Duration::from_secs(5)));
        for date in ["Wednesday, 21-Oct-26 07:28:00 GMT", "Wed Oct 21 07:28:00 2026", " Wed, 21 Oct 2026 07:28:00 GMT "]
        {
            assert_eq!(retry_after(header("retry-after", date), 1_792_567_675_000.0), Some(Duration::from_secs(5)));
        }
        for bad in [
            "",
            "-1",
            "soon",
            "NaN",
            "1e999",
            "Wed, 21 Oct 2015 07:28:00 GMT",
            "Wed, 21 Okt 2026 07:28:00 GMT",
            "Wed, 21 Oct 2026 07:28:00 CET",
            "Wed, 21 Oct 2026 24:28:00 GMT",
            "Wed, 21 Oct 2026 07:60:00 GMT",
            "Wed, 32 Oct 2026 07:28:00 GMT",
            "Wed, 21 Oct 99999999999999999999 07:28:00 GMT",
            "Wed, 21 Oct 2026 07:28 GMT",
            "Wed Oct 21 07:28:00",
            "Wednesday, 21-Oct-76 07:28:00", // no zone, and so not the second form
        ] {
            assert_eq!(retry_after(move |_| Some(bad.to_owned()), 1_792_567_675_000.0), None, "{bad}");
        }
    }

    #[test]
    fn dates_are_the_calendar_s() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
            ("Tue, 29 Feb 2000 12:34:56 GMT", 951_827_696.0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799.0),
            // The three forms as RFC 9110 §5.6.7 shows them, a leap second, and days of one digit.
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777.0),
            ("Sun Nov  6 08:49:37 1994", 784_111_777.0),
            ("Sat Nov 26 08:49:37 1994", 785_839_777.0),
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800.0),
        ] {
            assert_eq!(http_date(text, 1_792_567_675.0), Some(seconds), "{text}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_fifty_years_ahead() {
        let now = http_date("Wed, 21 Oct 2026 07:28:00 GMT", 0.0).unwrap();
        for (short, long) in [
            ("Monday, 01-Jan-27 00:00:00 GMT", "Fri, 01 Jan 2027 00:00:00 GMT"),
            ("Wednesday, 21-Oct-76 07:00:00 GMT", "Wed, 21 Oct 2076 07:00:00 GMT"),
            ("Friday, 22-Oct-76 07:28:00 GMT", "Fri, 22 Oct 1976 07:28:00 GMT"),
            ("Tuesday, 29-Feb-00 12:34:56 GMT", "Tue, 29 Feb 2000 12:34:56 GMT"),
        ] {
            assert_eq!(http_date(short, now), http_date(long, now), "{short}");
        }
    }

    #[test]
    fn statuses_worth_another_attempt() {
        for (status, header, expected) in [
            (408, None, true),
            (409, None, true),
            (429, None, true),
            (500, None, true),
            (503, None, true),
            (400, None, false),
            (401, None, false),
            (404, None, false),
            (400, Some("true"), true),
            (500, Some("false"), false),
        ] {
            assert_eq!(is_retryable_status(status, header), expected, "{status} {header:?}");
        }
    }
}
