//! Names as text and back, in the form of master files (RFC 1035 section 5.1, RFC 4343 section
//! 2.1): a byte that is no printable ASCII is a backslash and three decimal digits, as `dig` shows
//! it. hickory's own form has octal digits and does not read everything back that it writes.

use std::fmt::Write as _;

use hickory_resolver::proto::rr::Name;

/// Bytes that have a meaning in a master file (the list of bind9).
const SPECIAL: &[u8] = b"\"().;\\@$";

/// The name without the final dot, in printable ASCII without spaces; the root is `.`.
pub fn to_text(name: &Name) -> String {
    let mut out = String::new();
    for label in name {
        if !out.is_empty() {
            out.push('.');
        }
        for byte in label {
            match byte {
                byte if SPECIAL.contains(byte) => out.extend(['\\', char::from(*byte)]),
                b'!'..=b'~' => out.push(char::from(*byte)),
                byte => {
                    let _ = write!(out, "\\{byte:03}");
                }
            }
        }
    }
    if out.is_empty() {
        out.push('.');
    }
    out
}

/// The name that a text stands for; `None` if there is no such name.
pub fn from_text(text: &str) -> Option<Name> {
    if text == "." {
        return Some(Name::root());
    }
    let mut labels = Vec::new();
    let mut label = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'.' => labels.push(std::mem::take(&mut label)),
            b'\\' => label.push(escaped(&mut bytes)?),
            byte => label.push(byte),
        }
    }
    // nothing after the final dot
    if !label.is_empty() || labels.is_empty() {
        labels.push(label);
    }
    Name::from_labels(labels.iter().map(Vec::as_slice)).ok()
}

/// What stands behind a backslash: a byte as it is, or its number.
fn escaped(bytes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = bytes.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let mut number = u16::from(first.saturating_sub(b'0'));
    for _ in 0..2 {
        let digit = bytes.next().filter(u8::is_ascii_digit)?;
        number = number
            .saturating_mul(10)
            .saturating_add(u16::from(digit.saturating_sub(b'0')));
    }
    u8::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_that_are_no_names_are_refused() {
        for text in [
            "",
            "a..b",
            ".a",
            "a\\",
            "a\\25",
            "a\\2x5",
            "a\\256",
            "..",
            &"a".repeat(64),
        ] {
            assert_eq!(from_text(text), None, "{text}");
        }
        assert!(from_text(&["abcdefg"; 32].join(".")).is_none(), "257 bytes");
    }

    #[test]
    fn a_final_dot_makes_no_difference() {
        assert_eq!(from_text("a.test."), from_text("a.test"));
        assert_eq!(from_text("a.test").map(|n| n.is_fqdn()), Some(true));
    }

    #[test]
    fn an_escaped_dot_at_the_end_belongs_to_the_label() {
        let name = from_text(r"a\.").unwrap();
        assert_eq!(name.iter().collect::<Vec<_>>(), [b"a."]);
        assert_eq!(to_text(&name), r"a\.");
    }

    proptest! {
        #[test]
        fn every_name_comes_back_from_its_text(
            labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..8),
        ) {
            let name = Name::from_labels(labels.iter().map(Vec::as_slice)).unwrap();
            let text = to_text(&name);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
            let back = from_text(&text).unwrap();
            prop_assert!(back.eq_case(&name), "{text}");
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = from_text(&text);
        }
    }
}
