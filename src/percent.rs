//! Percent-encoding: of addresses, and of values that stand in them.

/// Appends `text` to `out`; every byte that is not to be kept becomes `%` and two digits.
pub(crate) fn encode(text: &str, keep: fn(u8) -> bool, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if keep(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 0xF)]));
        }
    }
}

/// Appends a value as it may stand in any part of an address: all but the unreserved characters are encoded
/// (<https://www.rfc-editor.org/rfc/rfc3986#section-2.3>).
pub(crate) fn encode_value(value: &str, out: &mut String) {
    encode(value, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte), out);
}
