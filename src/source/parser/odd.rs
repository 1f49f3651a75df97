//! What is no text, or text with zero bytes, and what other readers would stumble over.

use std::borrow::Cow;

use super::Parser;
use crate::source::header::header;
use crate::source::trouble::TroubleKind;

/// What captures of packets begin with: pcapng, and pcap with either order of bytes, in micro- and nanoseconds.
const CAPTURES: [&[u8]; 5] = [
    b"\x0a\x0d\x0d\x0a",
    b"\xd4\xc3\xb2\xa1",
    b"\xa1\xb2\xc3\xd4",
    b"\x4d\x3c\xb2\xa1",
    b"\xa1\xb2\x3c\x4d",
];

impl Parser<'_> {
    /// What a reader that takes each cell as it stands would not read so; `utf16` is whether the file is in that.
    pub fn odd(&self, utf16: bool) -> Option<String> {
        let told = |is: bool, what: &str| is.then(|| what.to_owned());
        let form = told(utf16, "it is in UTF-16");
        let form = form.or_else(|| {
            let has_line = self.separator_hint.is_some();
            told(has_line, "its first line names the separator")
        });
        let columns = || Some(self.rows.left_out("").next()?.what);
        let lengths = || {
            let has = self.rows.other_lengths > 0;
            told(
                has,
                "some of its lines have another number of fields than the header",
            )
        };
        form.or_else(|| self.rows.rewritten())
            .or_else(lengths)
            .or_else(|| self.trouble.odd())
            .or_else(|| self.rows.odd_outcomes())
            .or_else(columns)
    }

    /// A line without its zero bytes, and nothing when it is worth nothing.
    pub(super) fn without_zeros<'l>(&mut self, line: &'l str, ended: bool) -> Option<Cow<'l, str>> {
        let zeros = line.bytes().filter(|byte| *byte == 0).count();
        let trimmed = line.trim_matches(['\0', '\r', '\u{feff}']);
        if trimmed.is_empty() {
            // half of the last line end of UTF-16
            if zeros > 1 || ended {
                self.trouble.count(TroubleKind::Nuls, self.line);
            }
            return None;
        }
        // every Latin letter of UTF-16 has one, as PowerShell 5 appends it to whatever is there; a
        // block of them is none
        let inside = trimmed.bytes().filter(|byte| *byte == 0).count();
        if inside > 0
            && !trimmed.contains("\0\0")
            && inside.saturating_mul(2).saturating_add(2) >= trimmed.chars().count()
        {
            self.trouble.count(TroubleKind::Utf16, self.line);
            let text = line.replace('\0', "");
            return Some(Cow::Owned(text.trim_end_matches('\r').to_owned()));
        }
        if trimmed.contains('\0') {
            self.trouble.count(TroubleKind::Binary, self.line);
            return None;
        }
        self.trouble.count(TroubleKind::Zeros, self.line);
        Some(Cow::Borrowed(trimmed))
    }

    /// Whether the first block is no text, so that looking for rows in it makes no sense.
    pub(super) fn is_binary(&mut self, bytes: &[u8]) -> bool {
        let head = &bytes[..bytes.len().min(4096)];
        if head.starts_with(b"PK\x03\x04") {
            self.trouble.file(
                None,
                "a workbook or a zip archive, not text: left out; save it as CSV or unpack it first"
                    .to_owned(),
            );
            return true;
        }
        if CAPTURES.iter().any(|magic| head.starts_with(magic)) {
            self.trouble.file(
                None,
                "a capture of packets (pcap), not text: left out; name CSV or JSON Lines files"
                    .to_owned(),
            );
            return true;
        }
        let is_none = |byte: &u8| matches!(*byte, 0 | b'\n' | b'\r');
        if bytes.iter().all(is_none) && bytes.windows(2).any(|pair| pair == b"\0\0") {
            self.trouble.file(
                None,
                "only NUL bytes, as left by a power cut: left out".to_owned(),
            );
            return true;
        }
        // the block of a power cut may stand in front
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let head = if zeros > 2 {
            &bytes[zeros..bytes.len().min(zeros.saturating_add(4096))]
        } else {
            head
        };
        let control = |byte: &u8| *byte < 0x20 && !matches!(*byte, b'\t' | b'\n' | b'\r' | 0x0c);
        let strange = head.iter().filter(|byte| control(byte)).count();
        if strange == 0 {
            return false;
        }
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let first: Cow<'_, str> = String::from_utf8_lossy(first);
        let first = first.trim_matches(['\0', '\r', '\u{feff}']);
        let text = first.starts_with('{') || header(first, None, &mut self.scratch).is_some();
        if !text {
            self.trouble.file(
                None,
                "not a text file: left out; name CSV or JSON Lines files".to_owned(),
            );
        }
        !text
    }
}
