//! The text of a field and its bound.

use std::fmt::Write as _;

/// Longest text of a field, in characters. The alternative names have a limit of their own.
pub(super) const LONGEST_FIELD: usize = 1024;

/// Upper-case hexadecimal.
pub(in crate::net) fn hex(bytes: &[u8]) -> String {
    // more than that would be cut off anyway
    let bytes = bytes.get(..LONGEST_FIELD).unwrap_or(bytes);
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
            let _ = write!(out, "{byte:02X}");
            out
        })
}

/// The text, cut to the longest that a field may hold.
pub(super) fn bounded(mut text: String) -> String {
    if text.chars().nth(LONGEST_FIELD).is_some() {
        let end = text
            .char_indices()
            .nth(LONGEST_FIELD - 3)
            .map_or(0, |(at, _)| at);
        text.truncate(end);
        text.push_str("...");
    }
    text
}
