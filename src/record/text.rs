//! Text from strangers, made harmless.

use std::borrow::Cow;

/// The text with every character that could drive a terminal or turn its direction replaced by
/// a visible escape such as `\u{1b}`.
///
/// Concerns control characters (C0, C1, DEL), line and paragraph separators and the
/// bidirectional marks (Unicode UAX #9), zero-width characters and the byte order mark.
pub fn plain(text: &str) -> Cow<'_, str> {
    let is_print = |byte: u8| matches!(byte, b' '..=b'~');
    if text.bytes().all(is_print) || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Bytes as text; what is no UTF-8 is replaced. Nearly all are, which is looked at much faster than what would be replaced.
pub fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Whether a spreadsheet would take the text for a formula.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The text with an apostrophe in front of whatever a spreadsheet would take for a formula: at the
/// start, and behind `,`, `;` and tab, as it may split at another separator than ours.
pub fn with_marks(text: &str) -> Cow<'_, str> {
    let parts = || text.split_inclusive([',', ';', '\t']);
    let wants_one = |part: &str| is_formula(part.trim_start_matches('"'));
    let begins_plainly = text
        .bytes()
        .next()
        .is_none_or(|byte| byte.is_ascii_alphanumeric());
    let is_one = memchr::memchr3(b',', b';', b'\t', text.as_bytes()).is_none();
    if (is_one && begins_plainly) || !parts().any(wants_one) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 4);
    for part in parts() {
        if wants_one(part) {
            out.push('\'');
        }
        out.push_str(part);
    }
    Cow::Owned(out)
}

/// The text without the apostrophes that the CSV sink puts in front of what a spreadsheet would
/// take for a formula: at the start, and behind `,`, `;` and tab.
pub fn without_marks(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\'', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive([',', ';', '\t']) {
        let rest = part.strip_prefix('\'').unwrap_or(part);
        let marked = is_formula(rest.trim_start_matches('"'));
        out.push_str(if marked { rest } else { part });
    }
    Cow::Owned(out)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_direction_marks_become_visible() {
        assert_eq!(
            plain("a\x1b[31mb\u{202e}c\0"),
            "a\\u{1b}[31mb\\u{202e}c\\u{0}"
        );
        assert!(matches!(plain("Müller & Söhne"), Cow::Borrowed(_)));
    }

    #[test]
    fn marks_against_formulas_are_taken_off_and_other_apostrophes_stay() {
        assert_eq!(without_marks("'=1+1,'+2;don't"), "=1+1,+2;don't");
        assert_eq!(without_marks("it's"), "it's");
    }

    #[test]
    fn formulas_are_told_from_names() {
        assert!(is_formula("=cmd|' /C calc'!A0"));
        assert!(is_formula("@SUM(A1)"));
        assert!(!is_formula("CN=tr.teams.microsoft.com"));
    }
}
