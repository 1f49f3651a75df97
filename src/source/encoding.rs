//! What PowerShell, Excel and Notepad write besides UTF-8: UTF-16, and the Windows-1252 of Western Europe.

use std::borrow::Cow;

/// The order of the two bytes of a code unit in UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    /// The lower one first, as Windows writes it.
    Little,
    /// The higher one first.
    Big,
}

impl ByteOrder {
    /// By the mark at the beginning (Unicode 16.0, section 23.8).
    pub fn of_mark(head: &[u8]) -> Option<Self> {
        match head {
            [0xff, 0xfe, ..] => Some(Self::Little),
            [0xfe, 0xff, ..] => Some(Self::Big),
            _ => None,
        }
    }

    /// The bytes of an ASCII letter.
    pub fn ascii(self, letter: u8) -> [u8; 2] {
        match self {
            Self::Little => [letter, 0],
            Self::Big => [0, letter],
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Little => Self::Big,
            Self::Big => Self::Little,
        }
    }

    /// Whether these are the bytes of a printable ASCII letter, a tab or a line end.
    pub fn is_ascii_text(self, unit: [u8; 2]) -> bool {
        let [low, high] = match self {
            Self::Little => unit,
            Self::Big => [unit[1], unit[0]],
        };
        high == 0 && is_ascii_text(low)
    }

    fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }
}

/// Whether a byte is a printable ASCII letter, a tab or a line end.
pub(super) fn is_ascii_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

/// What was made of some UTF-16.
pub(super) struct Decoded {
    /// The text.
    pub text: String,
    /// How many bytes were used.
    pub used: usize,
    /// Whether there was a code unit without the other half of its pair, or half a code unit; U+FFFD stands for it.
    pub is_damaged: bool,
}

/// Reads UTF-16. What may be the first half of something is left for the next time, unless this is the end. A mark
/// of the byte order is a letter like all others.
pub(super) fn utf16(bytes: &[u8], order: ByteOrder, is_end: bool) -> Decoded {
    let mut units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| order.unit([pair[0], pair[1]]))
        .collect();
    let is_first_half = |unit: &u16| matches!(unit, 0xd800..=0xdbff);
    let is_cut = !is_end || bytes.len() % 2 == 1;
    if is_cut && units.last().is_some_and(is_first_half) {
        units.pop();
    }
    let mut used = units.len().saturating_mul(2);
    let mut is_damaged = false;
    let mut text = String::with_capacity(units.len());
    for letter in char::decode_utf16(units) {
        is_damaged |= letter.is_err();
        text.push(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if is_end && used < bytes.len() {
        text.push(char::REPLACEMENT_CHARACTER);
        is_damaged = true;
        used = bytes.len();
    }
    Decoded {
        text,
        used,
        is_damaged,
    }
}

/// What Windows-1252 has where Latin-1 has control codes, which stand where it has nothing.
const FROM_80: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// A text in Windows-1252 (WHATWG Encoding, index windows-1252).
pub(super) fn windows_1252(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        0x80..=0x9f => FROM_80[usize::from(byte & 0x1f)],
        other => char::from(*other),
    };
    bytes.iter().map(letter).collect()
}

/// A whole text in UTF-16 with its mark, else in UTF-8; U+FFFD stands for what is neither.
pub fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let Some(order) = ByteOrder::of_mark(bytes) else {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        return String::from_utf8_lossy(text);
    };
    Cow::Owned(utf16(bytes.get(2..).unwrap_or_default(), order, true).text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_of_windows_1252_is_that_of_the_standard() {
        for byte in 0..=u8::MAX {
            let expected = encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(&[byte])
                .0
                .into_owned();
            assert_eq!(windows_1252(&[byte]), expected, "{byte:#x}");
        }
    }

    proptest! {
        #[test]
        fn utf16_in_any_pieces_is_that_of_the_standard(
            // few values, so that halves of pairs meet
            bytes in proptest::collection::vec(prop_oneof![Just(0xd8_u8), Just(0xdc), Just(0), any::<u8>()], 0..40),
            cuts in proptest::collection::vec(0_usize..40, 0..4),
        ) {
            for (order, encoding) in [
                (ByteOrder::Little, encoding_rs::UTF_16LE),
                (ByteOrder::Big, encoding_rs::UTF_16BE),
            ] {
                let (expected, is_damaged) = encoding.decode_without_bom_handling(&bytes);
                let mut cuts = cuts.clone();
                cuts.sort_unstable();
                let (mut ours, mut ours_damaged, mut at) = (String::new(), false, 0);
                for end in cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([bytes.len()]) {
                    let is_end = end == bytes.len();
                    let decoded = utf16(&bytes[at.min(end)..end], order, is_end);
                    ours += &decoded.text;
                    at += decoded.used;
                    ours_damaged |= decoded.is_damaged;
                }
                prop_assert_eq!(&ours, &expected);
                prop_assert_eq!(ours_damaged, is_damaged);
                prop_assert_eq!(at, bytes.len());
            }
        }

        #[test]
        fn a_text_goes_by_its_mark(text in ".{0,20}", order in 0..3) {
            let bytes: Vec<u8> = match order {
                0 => text.clone().into_bytes(),
                1 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
                _ => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
            };
            let expected = encoding_rs::UTF_8.decode(&bytes).0;
            prop_assert_eq!(text_of(&bytes), expected);
        }
    }
}
