//! A table as CSV, as it comes from the server. Texts get the apostrophes that the CSV has, so that the same reading finds the same in both.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio_postgres::CopyOutStream;

use super::error::PgError;
use super::layout::{Form, quoted};
use super::link::{Link, within};
use crate::record::with_marks;

/// How long the next rows may be in coming: the first ones of a large table take their time.
const ROWS: Duration = Duration::from_secs(600);

/// A table as CSV.
pub struct RemoteText {
    rows: Pin<Box<CopyOutStream>>,
    link: Link,
    forms: Vec<Form>,
    /// The piece of a line that has no end yet.
    rest: Vec<u8>,
    text: String,
    given: usize,
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
        columns: Vec<(String, Form)>,
    ) -> Result<Self, PgError> {
        let rows = async { Ok(link.client.copy_out(sql).await?) };
        let rows = within(&link.runtime, ROWS, rows)?;
        let listed: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
        Ok(Self {
            rows: Box::pin(rows),
            link,
            forms: columns.into_iter().map(|(_, form)| form).collect(),
            rest: Vec::new(),
            text: listed.join(",") + "\n",
            given: 0,
            is_over: false,
        })
    }

    fn more(&mut self) -> Result<(), PgError> {
        self.text.clear();
        self.given = 0;
        let rows = &mut self.rows;
        let next = async { Ok(rows.next().await.transpose()?) };
        let Some(piece) = within(&self.link.runtime, ROWS, next)? else {
            self.is_over = true;
            return Ok(());
        };
        self.rest.extend_from_slice(&piece);
        let Some(end) = memchr::memrchr(b'\n', &self.rest) else {
            return Ok(());
        };
        for line in self.rest[..end].split(|letter| *letter == b'\n') {
            push_line(line, &self.forms, &mut self.text);
        }
        self.rest.drain(..=end);
        Ok(())
    }
}

impl Read for RemoteText {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.is_over {
            self.more().map_err(io::Error::other)?;
        }
        let count = (&self.text.as_bytes()[self.given..]).read(buffer)?;
        self.given += count;
        Ok(count)
    }
}

fn push_line(line: &[u8], forms: &[Form], out: &mut String) {
    for (place, (cell, form)) in line.split(|letter| *letter == b'\t').zip(forms).enumerate() {
        if place > 0 {
            out.push(',');
        }
        out.push('"');
        if cell != b"\\N" {
            let cell = String::from_utf8_lossy(cell);
            push_cell(&cell, *form, out);
        }
        out.push('"');
    }
    out.push('\n');
}

fn push_cell(cell: &str, form: Form, out: &mut String) {
    match form {
        Form::Integer | Form::Wide => out.push_str(cell),
        Form::Flag => out.push_str(if cell == "t" { "true" } else { "false" }),
        // an array of none is none, as in CSV
        Form::Numbers => {
            let inner = cell.trim_start_matches('{').trim_end_matches('}');
            out.push('[');
            out.push_str(inner);
            out.push(']');
        }
        Form::Time => {
            let time = cell.strip_suffix("+00").unwrap_or(cell);
            out.push_str(time);
            if let Some((_, fraction)) = time.split_once('.') {
                // trailing zeros are not sent
                out.extend(std::iter::repeat_n(
                    '0',
                    6_usize.saturating_sub(fraction.len()),
                ));
            }
            out.push('Z');
        }
        Form::Text => {
            let text = unescaped(cell);
            let text = with_marks(&text);
            if text.contains('"') {
                out.push_str(&text.replace('"', "\"\""));
            } else {
                out.push_str(&text);
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
            Form::Integer,
            Form::Text,
            Form::Text,
            Form::Time,
            Form::Time,
            Form::Flag,
            Form::Numbers,
        ];
        let line = b"-5\t=a\\tb\\\\\"c\"\t\\N\t2026-11-22 13:46:01.12+00\t2026-11-22 13:46:01+00\tt\t{-501,425}";
        let mut out = String::new();
        push_line(line, &forms, &mut out);
        assert_eq!(
            out,
            "\"-5\",\"'=a\tb\\\"\"c\"\"\",\"\",\"2026-11-22 13:46:01.120000Z\",\"2026-11-22 13:46:01Z\",\"true\",\"[-501,425]\"\n"
        );
    }
}
