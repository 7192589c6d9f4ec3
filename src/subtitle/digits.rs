//! Numbers as text: the library's way of writing them is many times the size.

/// A number of at least `least` digits.
pub(super) fn push_digits(number: u64, least: u32, out: &mut String) {
    if number >= 10 || least > 1 {
        push_digits(number / 10, least.saturating_sub(1), out);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}
