//! Numbers, without the tables of the standard library.

use core::fmt::Write as _;

use super::cursor::Cursor;

/// A number in decimal notation, as JSON and HTTP headers have it. Exact for up to 15 digits and exponents up to 22,
/// which is all that counts, times and durations need; standard float parsing brings 10 kB of tables.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let mut cursor = Cursor { text, at: 0 };
    let number = cursor.number()?;
    (cursor.at == text.len()).then_some(number)
}

impl Cursor<'_> {
    #[allow(clippy::cast_precision_loss, reason = "15 digits are exact, more are rounded once")]
    pub(super) fn number(&mut self) -> Option<f64> {
        let negative = self.take(b'-');
        let mut mantissa = 0;
        let leading_zero = self.peek() == Some(b'0');
        let (whole, mut exponent) = self.digits(&mut mantissa);
        if whole == 0 || (leading_zero && whole > 1) {
            return None;
        }
        if self.take(b'.') {
            let (decimals, lost) = self.digits(&mut mantissa);
            if decimals == 0 {
                return None;
            }
            exponent += lost - decimals;
        }
        if self.take(b'e') || self.take(b'E') {
            let down = self.take(b'-');
            if !down {
                self.take(b'+');
            }
            let mut power = 0;
            let (length, lost) = self.digits(&mut power);
            if length == 0 {
                return None;
            }
            let power = if lost > 0 { 9_999 } else { i32::try_from(power.min(9_999)).unwrap_or(9_999) };
            exponent += if down { -power } else { power };
        }
        let mut value = mantissa as f64;
        // The powers of ten up to 10^22 are exact doubles, so one step is one rounding.
        while exponent != 0 && value != 0.0 && value.is_finite() {
            let step = exponent.unsigned_abs().min(22);
            let power = (0..step).fold(1.0, |power: f64, _| power * 10.0);
            if exponent > 0 {
                value *= power;
                exponent -= 22.min(exponent);
            } else {
                value /= power;
                exponent += 22.min(-exponent);
            }
        }
        value.is_finite().then_some(if negative { -value } else { value })
    }

    /// Reads digits into the mantissa. Gives how many there were, and how many of them no longer fitted.
    fn digits(&mut self, mantissa: &mut u64) -> (i32, i32) {
        let (mut value, mut count, mut lost) = (*mantissa, 0_i32, 0);
        for byte in self.text.as_bytes().get(self.at..).unwrap_or_default() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            count += 1;
            if value < 1_000_000_000_000_000_000 {
                value = value * 10 + u64::from(digit);
            } else {
                lost += 1;
            }
        }
        *mantissa = value;
        self.at += usize::try_from(count).unwrap_or_default();
        (count, lost)
    }
}

/// Writes a number that came from a caller's options. Nine decimals are kept, more than any option has a use for.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
pub(super) fn write_number(number: f64, out: &mut String) {
    const BILLION: f64 = 1e9;
    let size = number.abs();
    if number < 0.0 {
        out.push('-');
    }
    let (mut whole, mut fraction) = (size.trunc(), (size.fract() * BILLION).round());
    if fraction >= BILLION {
        (whole, fraction) = (whole + 1.0, 0.0);
    }
    // Writing to a String cannot fail.
    let _ = write!(out, "{}", whole as u64);
    if fraction > 0.0 {
        let digits = format!("{:09}", fraction as u64);
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_where_it_counts() {
        for text in ["0", "-0", "7", "300", "1767685989", "3.8", "0.1", "123456789.123", "1e22", "5e-7", "-12.5e2"] {
            assert_eq!(number(text), Some(text.parse().unwrap()), "{text}");
        }
        for text in ["", "-", "01", "1.", ".5", "+1", "1e", "1e999", "NaN", " 1", "1 "] {
            assert_eq!(number(text), None, "{text}");
        }
        for (number, text) in [(0.0, "0"), (-2.5, "-2.5"), (16000.0, "16000"), (0.1, "0.1"), (0.999_999_999_9, "1")] {
            let mut out = String::new();
            write_number(number, &mut out);
            assert_eq!(out, text);
        }
    }
}
