//! A line to its cells (RFC 4180, section 2). Not here: where a line ends.

use crate::record::Counter as _;
use memchr::{memchr, memchr_iter};

use super::batch::Batch;

/// Bytes that are looked at in one step: as many as a word has bits.
const BLOCK: usize = 64;

/// Ends of cells that are told to the row in one step.
const MOST_ENDS: usize = 64;

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
    row.line(line, 3);
    let (mut ends, mut count) = ([0; MOST_ENDS], 0_usize);
    // whether the first quote of the block at hand opens a cell
    let mut opens = true;
    let mut closed = false;
    for (from, block) in (0..).step_by(BLOCK).zip(bytes.chunks(BLOCK)) {
        let mut quotes = quotes(block);
        if opens && quotes != 0 {
            quotes &= quotes.wrapping_sub(1);
            opens = false;
        }
        while quotes != 0 {
            let at = quotes.trailing_zeros() as usize | from;
            quotes &= quotes.wrapping_sub(1);
            if count == MOST_ENDS {
                row.ends_at(&ends);
                count = 0;
            }
            // a line is shorter than 1 MiB
            #[allow(clippy::cast_possible_truncation)]
            if let Some(end) = ends.get_mut(count) {
                *end = at as u32;
            }
            count.raise(1);
            match bytes.get(at.saturating_add(1)..) {
                // the next one, which may stand in the next block
                Some([next, b'"', ..]) if *next == separator => {
                    opens = quotes == 0;
                    quotes &= quotes.wrapping_sub(1);
                }
                Some([]) => closed = true,
                _ => return false,
            }
        }
    }
    row.ends_at(ends.get(..count).unwrap_or_default());
    closed
}

/// No cell quoted.
fn bare(line: &str, separator: u8, row: &mut Batch) {
    row.line(line, 1);
    for at in memchr_iter(separator, line.as_bytes()) {
        row.end_at(at);
    }
    row.end_at(line.len());
}

/// A bit for each quote among as many bytes as a word has bits, the first byte's the lowest.
#[inline]
fn quotes(block: &[u8]) -> u64 {
    let Ok(whole) = <&[u8; BLOCK]>::try_from(block) else {
        let mut room = [0; BLOCK];
        for (place, byte) in room.iter_mut().zip(block) {
            *place = *byte;
        }
        return quotes_of(&room);
    };
    quotes_of(whole)
}

#[inline]
fn quotes_of(block: &[u8; BLOCK]) -> u64 {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
    /// Brings the lowest bit of each byte into the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut found = 0;
    for (place, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let other = u64::from_le_bytes(*eight) ^ QUOTES;
        // the highest bit of a byte is clear where all of the byte is: nothing carries over from one to the next
        let is_other = (other & LOW).wrapping_add(LOW) | other | LOW;
        let bits = (!is_other >> 7).wrapping_mul(GATHER) >> 56;
        found |= bits << (place << 3);
    }
    found
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
