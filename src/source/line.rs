//! Lines within a block of text.

use memchr::memchr;

/// A line within a block.
#[derive(Clone, Copy)]
pub(super) struct BlockLine<'a> {
    /// Its content, without the line end.
    pub text: &'a str,
    /// Where the next one begins.
    pub next: usize,
    /// Whether it has a line end.
    pub ended: bool,
}

/// The line that begins at a place; none behind the last one.
#[inline]
pub(super) fn line_at(text: &str, at: usize) -> Option<BlockLine<'_>> {
    let rest = text.as_bytes().get(at..)?;
    if rest.is_empty() {
        return None;
    }
    let (end, next, ended) = match memchr(b'\n', rest) {
        Some(length) => {
            let end = at.saturating_add(length);
            (end, end.saturating_add(1), true)
        }
        None => (text.len(), text.len(), false),
    };
    let line = &text[at..end];
    Some(BlockLine {
        // a program that writes CRLF in text mode on Windows ends its lines in two CR
        text: line.trim_end_matches('\r'),
        next,
        ended,
    })
}

/// A text that is one line by itself.
pub(super) fn whole(text: &str) -> BlockLine<'_> {
    BlockLine {
        text,
        next: text.len(),
        ended: true,
    }
}

/// Where a line of a text begins.
pub(super) fn start_of(text: &str, line: BlockLine<'_>) -> usize {
    (line.text.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// Where a line's content ends.
pub(super) fn end_of(text: &str, line: BlockLine<'_>) -> usize {
    start_of(text, line).saturating_add(line.text.len())
}

/// Excel's own first line, `sep=;`.
pub(super) fn separator_line(line: &str) -> Option<u8> {
    let line = line.trim_matches('"');
    match line.as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
        _ => None,
    }
}
