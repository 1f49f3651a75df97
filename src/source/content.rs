//! What an opened file holds, and how a parser gets it: the lines of a text in blocks, or rows whose cells come by themselves.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::batch::Batch;
use super::blocks::{Blocks, NextBlock};
use super::parser::{Behind, Parser};
use crate::schema::{CellRows, TakeCells, list_text};

/// What a file holds.
pub(super) enum Content {
    /// A text.
    Text(Blocks<Box<dyn Read>>),
    /// Rows of cells.
    Cells(Cells),
}

impl Content {
    /// Gives a parser what comes next, and says whether more may follow; once `stop` is set, nothing does.
    ///
    /// # Errors
    ///
    /// When reading fails; the parser has what came before.
    pub fn feed(&mut self, parser: &mut Parser<'_>, stop: &AtomicBool) -> io::Result<bool> {
        match self {
            Self::Text(blocks) => lines(blocks, parser, stop),
            Self::Cells(cells) => cells.feed(parser, stop),
        }
    }

    /// Whether it is a text, of which each byte is counted.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// Whether lines end in CR only, as on Macs before 2001.
    pub fn is_of_old_mac(&self) -> bool {
        match self {
            Self::Text(blocks) => blocks.of_old_mac(),
            Self::Cells(_) => false,
        }
    }
}

fn lines<R: Read>(
    blocks: &mut Blocks<R>,
    parser: &mut Parser<'_>,
    stop: &AtomicBool,
) -> io::Result<bool> {
    let mut failed = None;
    let (bytes, behind) = match blocks.next() {
        Ok(NextBlock::Lines(bytes)) => (bytes, Behind::More),
        Ok(NextBlock::Crowded(bytes)) => (bytes, Behind::Later),
        Ok(NextBlock::Last(bytes)) => (bytes, Behind::End),
        Ok(NextBlock::TooLong(first, bytes)) => {
            parser.too_long(first, bytes);
            return Ok(true);
        }
        Ok(NextBlock::Nuls(bytes)) => {
            parser.nuls(bytes);
            return Ok(true);
        }
        Err(error) => {
            failed = Some(error);
            (blocks.rest(), Behind::End)
        }
    };
    let ends = behind == Behind::End;
    // a line that only a stop cut short is not torn
    if !ends || !stop.load(Ordering::Relaxed) {
        let taken = parser.take(bytes, behind);
        blocks.take(taken);
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(!ends),
    }
}

/// Rows of cells on their way to a parser.
pub(super) struct Cells {
    rows: Box<dyn CellRows>,
    /// Whether the names of the columns are a layout; none as long as no parser has them.
    are_known: Option<bool>,
    read: Arc<AtomicU64>,
}

impl Cells {
    /// Of rows; `read` counts their bytes.
    pub fn new(rows: Box<dyn CellRows>, read: &Arc<AtomicU64>) -> Self {
        Self {
            rows,
            are_known: None,
            read: Arc::clone(read),
        }
    }

    fn feed(&mut self, parser: &mut Parser<'_>, stop: &AtomicBool) -> io::Result<bool> {
        let are_known = *self.are_known.get_or_insert_with(|| {
            let (names, mut header) = (self.rows.names(), CsvLine::default());
            for name in &names {
                header.text(name);
            }
            parser.take(header.ended().as_bytes(), Behind::Later);
            let layout = parser.rows.csv();
            layout.is_some_and(|layout| layout.width == names.len())
        });
        if stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let (rows, bytes) = self.rows.more()?;
        if are_known {
            for _ in 0..rows {
                if parser.hopeless {
                    return Ok(false);
                }
                parser.row(|row| self.rows.row(row));
            }
        } else {
            // no rows of ours: told by what a file of them would be told by
            let mut text = CsvLine::default();
            for _ in 0..rows {
                self.rows.row(&mut text);
                text.ended();
            }
            parser.take(text.0.as_bytes(), Behind::Later);
        }
        self.read.fetch_add(bytes, Ordering::Relaxed);
        Ok(rows > 0)
    }
}

impl TakeCells for Batch {
    fn text(&mut self, text: &str) {
        self.cell(text);
    }

    fn list(&mut self, numbers: &[i64]) {
        Batch::list(self, numbers);
    }
}

/// Cells as lines of CSV.
#[derive(Default)]
struct CsvLine(String);

impl CsvLine {
    /// Ends a line.
    fn ended(&mut self) -> &str {
        if self.0.ends_with(',') {
            self.0.pop();
        }
        self.0.push('\n');
        &self.0
    }
}

impl TakeCells for CsvLine {
    fn text(&mut self, text: &str) {
        self.0.push('"');
        self.0.push_str(&text.replace('"', "\"\""));
        self.0.push_str("\",");
    }

    fn list(&mut self, numbers: &[i64]) {
        self.text(&list_text(numbers));
    }
}
