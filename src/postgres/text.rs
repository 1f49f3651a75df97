//! A table as CSV, as it comes from the server. Texts get the same apostrophes as in the CSV, so that reading either
//! gives the same.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::ReadyChunks;
use tokio_postgres::CopyOutStream;

use super::error::PgError;
use super::layout::{PgType, quoted};
use super::link::{Link, within};
use crate::record::with_marks;

/// How long the next rows may be in coming: the first ones of a large table take their time.
const ROWS: Duration = Duration::from_secs(600);

/// Rows that are taken at once where so many are there: to wait for each by itself costs more than to read it.
const AT_ONCE: usize = 256;

/// A table as CSV.
pub struct RemoteText {
    rows: ReadyChunks<Pin<Box<CopyOutStream>>>,
    link: Link,
    forms: Vec<PgType>,
    /// The piece of a line that has no end yet.
    rest: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    /// What the server said behind the rows that came.
    failed: Option<PgError>,
    is_over: bool,
}

impl fmt::Debug for RemoteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RemoteText")
    }
}

impl RemoteText {
    pub(super) fn new(
        link: Link,
        sql: &str,
        columns: Vec<(String, PgType)>,
    ) -> Result<Self, PgError> {
        let rows = async { Ok(link.client.copy_out(sql).await?) };
        let rows = within(&link.runtime, ROWS, rows)?;
        let listed: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
        Ok(Self {
            rows: Box::pin(rows).ready_chunks(AT_ONCE),
            link,
            forms: columns.into_iter().map(|(_, form)| form).collect(),
            rest: Vec::new(),
            text: (listed.join(",") + "\n").into_bytes(),
            given: 0,
            failed: None,
            is_over: false,
        })
    }

    fn more(&mut self) -> Result<(), PgError> {
        self.text.clear();
        self.given = 0;
        if let Some(failed) = self.failed.take() {
            self.is_over = true;
            return Err(failed);
        }
        let rows = &mut self.rows;
        let next = async { Ok(rows.next().await) };
        let Some(pieces) = within(&self.link.runtime, ROWS, next)? else {
            self.is_over = true;
            return Ok(());
        };
        for piece in pieces {
            match piece {
                Ok(piece) => self.take(&piece),
                Err(error) => self.failed = Some(error.into()),
            }
        }
        Ok(())
    }

    /// Takes in a piece of the rows, which is a whole one of them as servers send it.
    fn take(&mut self, piece: &Bytes) {
        let Some(end) = memchr::memrchr(b'\n', piece) else {
            return self.rest.extend_from_slice(piece);
        };
        let (mut lines, rest) = (piece.get(..end).unwrap_or_default(), piece.get(end + 1..));
        let joined;
        if !self.rest.is_empty() {
            self.rest.extend_from_slice(lines);
            joined = std::mem::take(&mut self.rest);
            lines = &joined;
        }
        for line in lines.split(|letter| *letter == b'\n') {
            push_line(line, &self.forms, &mut self.text);
        }
        self.rest.extend_from_slice(rest.unwrap_or_default());
    }
}

impl Read for RemoteText {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.is_over {
            self.more().map_err(io::Error::other)?;
        }
        let count = (&self.text[self.given..]).read(buffer)?;
        self.given += count;
        Ok(count)
    }
}

fn push_line(line: &[u8], forms: &[PgType], out: &mut Vec<u8>) {
    let ends = memchr::memchr_iter(b'\t', line).chain([line.len()]);
    let mut begin = 0;
    for (place, (end, form)) in ends.zip(forms).enumerate() {
        let cell = line.get(begin..end).unwrap_or_default();
        begin = end.saturating_add(1);
        out.extend_from_slice(if place > 0 { b",\"" } else { b"\"" });
        if cell != b"\\N" {
            push_cell(cell, *form, out);
        }
        out.push(b'"');
    }
    out.push(b'\n');
}

fn push_cell(cell: &[u8], form: PgType, out: &mut Vec<u8>) {
    match form {
        PgType::Integer | PgType::Wide => out.extend_from_slice(cell),
        PgType::Flag => out.extend_from_slice(if cell == b"t" { b"true" } else { b"false" }),
        // an array of none is none, as in CSV
        PgType::Buckets | PgType::Counts => {
            let inner = cell.strip_prefix(b"{").unwrap_or(cell);
            out.push(b'[');
            out.extend_from_slice(inner.strip_suffix(b"}").unwrap_or(inner));
            out.push(b']');
        }
        PgType::Time => {
            let time = cell.strip_suffix(b"+00").unwrap_or(cell);
            out.extend_from_slice(time);
            if let Some(point) = memchr::memchr(b'.', time) {
                // trailing zeros are not sent
                let digits = time.len().saturating_sub(point).saturating_sub(1);
                out.extend(std::iter::repeat_n(b'0', 6_usize.saturating_sub(digits)));
            }
            out.push(b'Z');
        }
        PgType::Text => {
            let cell = String::from_utf8_lossy(cell);
            let text = unescaped(&cell);
            let text = with_marks(&text);
            if text.contains('"') {
                out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            } else {
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
}

/// What stands behind the backslashes of COPY.
fn unescaped(cell: &str) -> Cow<'_, str> {
    if !cell.contains('\\') {
        return Cow::Borrowed(cell);
    }
    let mut out = String::with_capacity(cell.len());
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (letter, false) => out.push(letter),
            (_, true) => out.extend(letters.next().map(|letter| match letter {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\u{b}',
                other => other,
            })),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_copy_is_a_line_of_csv() {
        let forms = [
            PgType::Integer,
            PgType::Text,
            PgType::Text,
            PgType::Time,
            PgType::Time,
            PgType::Flag,
            PgType::Buckets,
        ];
        let line = b"-5\t=a\\tb\\\\\"c\"\t\\N\t2026-11-22 13:46:01.12+00\t2026-11-22 13:46:01+00\tt\t{-501,425}";
        let mut out = Vec::new();
        push_line(line, &forms, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\"-5\",\"'=a\tb\\\"\"c\"\"\",\"\",\"2026-11-22 13:46:01.120000Z\",\"2026-11-22 13:46:01Z\",\"true\",\"[-501,425]\"\n"
        );
    }
}
