//! Text from strangers, made harmless.

use std::borrow::Cow;

/// The text with every character that could drive a terminal or turn its direction replaced by
/// a visible escape such as `\u{1b}`.
///
/// Concerns control characters (C0, C1, DEL), line and paragraph separators and the
/// bidirectional marks (Unicode UAX #9), zero-width characters and the byte order mark.
pub fn plain(text: &str) -> Cow<'_, str> {
    if is_print(text.as_bytes()) || !text.chars().any(is_unsafe) {
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

/// Whether all of it is printable ASCII. Eight bytes at a time, as all texts of all rows are looked at.
pub fn is_print(text: &[u8]) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let (words, rest) = text.as_chunks::<8>();
    words.iter().all(|word| {
        let word = u64::from_ne_bytes(*word);
        // the high bit of a byte shows what is not below DEL, then what is at least a blank; no byte borrows from another
        let is_beyond = word | word.wrapping_add(EACH);
        let is_above = (word | HIGH) - 0x20 * EACH;
        (is_beyond | !is_above) & HIGH == 0
    }) && rest.iter().all(|byte| matches!(byte, b' '..=b'~'))
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
    fn each_byte_at_each_place_is_print_or_not() {
        for byte in 0..=u8::MAX {
            for place in 0..19 {
                let mut text = *b"a blank ~ and more";
                let expected = place == 18 || (0x20..=0x7e).contains(&byte);
                if let Some(at) = text.get_mut(place) {
                    *at = byte;
                }
                assert_eq!(is_print(&text), expected, "{byte} at {place}");
            }
        }
    }

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
