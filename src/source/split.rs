//! A line to its cells (RFC 4180, section 2). Not here: where a line ends.

use crate::record::Counter as _;
use memchr::{memchr, memchr_iter};

use super::batch::Batch;

/// How a line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// All quotes fit.
    Whole,
    /// A quote stands in a cell that is not quoted: taken as it is.
    Loose,
    /// The last quote is never closed.
    Open,
    /// Something follows a closing quote.
    Broken,
}

/// Adds the cells of a line to the row that is being made; they are worth nothing when the shape
/// is `Open` or `Broken`.
#[inline]
pub(super) fn split(line: &str, separator: u8, row: &mut Batch) -> Shape {
    match line.as_bytes().first() {
        Some(b'"') if all_quoted(line, separator, row) => Shape::Whole,
        Some(b'"') => {
            row.drop_row();
            any(line, separator, row)
        }
        _ if memchr(b'"', line.as_bytes()).is_none() => {
            bare(line, separator, row);
            Shape::Whole
        }
        _ => any(line, separator, row),
    }
}

/// Every cell quoted and no quote inside, as nearly all lines are; false for any other.
#[inline]
fn all_quoted(line: &str, separator: u8, row: &mut Batch) -> bool {
    let bytes = line.as_bytes();
    let mut from = 1;
    loop {
        let Some(length) = memchr(b'"', &bytes[from..]) else {
            return false;
        };
        let close = from.saturating_add(length);
        row.cell(&line[from..close]);
        match bytes.get(close.saturating_add(1)..) {
            Some([next, b'"', ..]) if *next == separator => from = close.saturating_add(3),
            Some([]) => return true,
            _ => return false,
        }
    }
}

/// No cell quoted.
fn bare(line: &str, separator: u8, row: &mut Batch) {
    let mut from = 0;
    for at in memchr_iter(separator, line.as_bytes()) {
        row.cell(&line[from..at]);
        from = at.saturating_add(1);
    }
    row.cell(&line[from..]);
}

fn any(line: &str, separator: u8, row: &mut Batch) -> Shape {
    let bytes = line.as_bytes();
    let mut shape = Shape::Whole;
    let mut from = 0;
    loop {
        if bytes.get(from) != Some(&b'"') {
            let end =
                memchr(separator, &bytes[from..]).map_or(bytes.len(), |at| from.saturating_add(at));
            let cell = &line[from..end];
            if cell.contains('"') {
                shape = Shape::Loose;
            }
            row.cell(cell);
            if end == bytes.len() {
                return shape;
            }
            from = end.saturating_add(1);
            continue;
        }
        from.raise(1);
        loop {
            let Some(length) = memchr(b'"', &bytes[from..]) else {
                return Shape::Open;
            };
            let quote = from.saturating_add(length);
            row.push(&line[from..quote]);
            from = quote.saturating_add(1);
            if bytes.get(from) != Some(&b'"') {
                break;
            }
            row.push("\"");
            from.raise(1);
        }
        row.end_cell();
        match bytes.get(from) {
            None => return shape,
            Some(next) if *next == separator => from.raise(1),
            Some(_) => return Shape::Broken,
        }
    }
}
