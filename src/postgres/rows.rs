//! The rows of a table, as they come from the server. Texts get the same apostrophes as in the CSV, so that reading either
//! gives the same.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::ReadyChunks;
use tokio_postgres::CopyOutStream;

use super::error::PgError;
use super::layout::PgType;
use super::link::{Link, within};
use crate::record::{readable, with_marks};
use crate::schema::{CellRows, ListedNumbers, TakeCells};

/// How long the next rows may be in coming: the first ones of a large table take their time.
const ROWS: Duration = Duration::from_secs(600);

/// Rows that are taken at once where so many are there: to wait for each by itself costs more than to read it.
const AT_ONCE: usize = 256;

/// The rows of a table.
pub struct RemoteRows {
    rows: ReadyChunks<Pin<Box<CopyOutStream>>>,
    link: Link,
    columns: Vec<(String, PgType)>,
    /// Lines that came, the last one maybe without its end.
    lines: Vec<u8>,
    /// Where the next one begins.
    next: usize,
    /// What the server said behind the rows that came.
    failed: Option<PgError>,
    room: CellBuffer,
}

/// Memory for a cell.
#[derive(Default)]
struct CellBuffer {
    text: String,
    numbers: Vec<i64>,
}

impl fmt::Debug for RemoteRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RemoteRows")
    }
}

impl RemoteRows {
    pub(super) fn new(
        link: Link,
        sql: &str,
        columns: Vec<(String, PgType)>,
    ) -> Result<Self, PgError> {
        let rows = async { Ok(link.client.copy_out(sql).await?) };
        let rows = within(&link.runtime, ROWS, rows)?;
        Ok(Self {
            rows: Box::pin(rows).ready_chunks(AT_ONCE),
            link,
            columns,
            lines: Vec::new(),
            next: 0,
            failed: None,
            room: CellBuffer::default(),
        })
    }

    /// Waits for lines; how many there are, and their bytes.
    fn wait(&mut self) -> Result<(usize, u64), PgError> {
        self.lines.drain(..self.next);
        self.next = 0;
        let mut bytes = 0_u64;
        loop {
            if let Some(failed) = self.failed.take() {
                return Err(failed);
            }
            let next = async { Ok(self.rows.next().await) };
            let Some(pieces) = within(&self.link.runtime, ROWS, next)? else {
                return Ok((0, bytes));
            };
            for piece in pieces {
                match piece {
                    Ok(piece) => {
                        bytes = bytes.saturating_add(piece.len() as u64);
                        self.lines.extend_from_slice(&piece);
                    }
                    Err(error) => self.failed = Some(error.into()),
                }
            }
            let rows = memchr::memchr_iter(b'\n', &self.lines).count();
            if rows > 0 {
                return Ok((rows, bytes));
            }
        }
    }
}

impl CellRows for RemoteRows {
    fn names(&self) -> Vec<String> {
        let names = self.columns.iter().map(|(name, _)| name.clone());
        names.collect()
    }

    fn more(&mut self) -> io::Result<(usize, u64)> {
        self.wait().map_err(io::Error::other)
    }

    fn row(&mut self, to: &mut dyn TakeCells) {
        let rest = self.lines.get(self.next..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let mut cells = rest
            .get(..end)
            .unwrap_or_default()
            .split(|byte| *byte == b'\t');
        for (_, form) in &self.columns {
            self.room.cell(cells.next().unwrap_or(NULL), *form, to);
        }
        self.next = self
            .next
            .saturating_add(end)
            .saturating_add(1)
            .min(self.lines.len());
    }
}

/// What COPY has for nothing.
const NULL: &[u8] = b"\\N";

impl CellBuffer {
    /// Gives a cell of COPY.
    fn cell(&mut self, cell: &[u8], form: PgType, to: &mut dyn TakeCells) {
        if cell == NULL {
            return to.text("");
        }
        let cell = readable(cell);
        match form {
            PgType::Integer | PgType::Wide => to.text(&cell),
            PgType::Flag => to.text(if cell == "t" { "true" } else { "false" }),
            PgType::Buckets | PgType::Counts => {
                let inner = cell.strip_prefix('{').unwrap_or(&cell);
                let inner = inner.strip_suffix('}').unwrap_or(inner);
                self.numbers.clear();
                for number in ListedNumbers::of(inner) {
                    let Some(number) = number else {
                        // told as in a file
                        return to.text(&format!("[{inner}]"));
                    };
                    self.numbers.push(number);
                }
                to.list(&self.numbers);
            }
            PgType::Time => {
                let time = cell.strip_suffix("+00").unwrap_or(&cell);
                self.text.clear();
                self.text.push_str(time);
                if let Some(point) = time.find('.') {
                    // trailing zeros are not sent
                    let digits = time.len().saturating_sub(point).saturating_sub(1);
                    self.text
                        .extend(std::iter::repeat_n('0', 6_usize.saturating_sub(digits)));
                }
                self.text.push('Z');
                to.text(&self.text);
            }
            PgType::Text => to.text(&with_marks(&unescaped(&cell))),
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

    /// Cells as they come.
    #[derive(Default)]
    struct Taken(Vec<String>);

    impl TakeCells for Taken {
        fn text(&mut self, text: &str) {
            self.0.push(text.to_owned());
        }

        fn list(&mut self, numbers: &[i64]) {
            self.0.push(format!("{numbers:?}"));
        }
    }

    #[test]
    fn a_cell_of_copy_is_one_of_csv() {
        let cases = [
            (PgType::Integer, "-5", "-5"),
            (PgType::Text, "=a\\tb\\\\\"c\"", "'=a\tb\\\"c\""),
            (PgType::Text, "\\N", ""),
            (
                PgType::Time,
                "2026-11-22 13:46:01.12+00",
                "2026-11-22 13:46:01.120000Z",
            ),
            (
                PgType::Time,
                "2026-11-22 13:46:01+00",
                "2026-11-22 13:46:01Z",
            ),
            (PgType::Flag, "t", "true"),
            (PgType::Buckets, "{-501,425}", "[-501, 425]"),
            (PgType::Counts, "{1,NULL,2}", "[1,NULL,2]"),
            (PgType::Buckets, "\\N", ""),
        ];
        for (form, cell, expected) in cases {
            let mut taken = Taken::default();
            CellBuffer::default().cell(cell.as_bytes(), form, &mut taken);
            assert_eq!(taken.0, [expected], "{cell}");
        }
    }
}
