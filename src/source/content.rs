//! What an opened file holds, and how a parser gets it: the lines of a text in blocks, or the cells of a Parquet file.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use super::blocks::{Blocks, NextBlock};
use super::parser::{Behind, Parser};

/// What a file holds.
pub(super) enum Content {
    /// A text.
    Text(Blocks<Box<dyn Read>>),
    /// Columns.
    #[cfg(feature = "parquet")]
    Columns(Box<super::parquet::ParquetRows>),
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
            #[cfg(feature = "parquet")]
            Self::Columns(rows) => rows.feed(parser, stop),
        }
    }

    /// Whether lines end in CR only, as on Macs before 2001.
    pub fn is_of_old_mac(&self) -> bool {
        match self {
            Self::Text(blocks) => blocks.of_old_mac(),
            #[cfg(feature = "parquet")]
            Self::Columns(_) => false,
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
        Ok(NextBlock::TooLong) => {
            parser.too_long();
            return Ok(true);
        }
        Ok(NextBlock::Nuls) => {
            parser.nuls();
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
