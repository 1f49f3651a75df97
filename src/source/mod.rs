//! Files back to rows: our own CSV and JSON Lines and every dialect of End2End, as a stream in
//! bounded memory.
//!
//! Here: [`expand`] turns names into [`Input`]s, [`in_time_order`] sorts them, [`read`] reads them
//! on a thread of its own and hands out [`Batch`]es of rows. Not here: what a cell means
//! (`record`), what is made of the rows.
//!
//! What a file is, its content says, never its name: gzip, UTF-16, separator, dialect. The work
//! goes line by line, so that one torn line costs one line. Whatever cannot be used is counted by
//! kind and file and never dropped unseen.
//!
//! `names` finds what `input` describes, `open` gives UTF-8 bytes, `blocks` whole lines, `line` one of them, `split` and `json` cells, `header` the layout
//! with the names that `dialect` has and by the rule that `own` has, `foreign` and `programs` what any other file looks like, `words` outcomes, `stamps` and `mended` how other programs write times and split numbers,
//! `time` the moment, `form` and `rows` rows; `parser` puts them together, `trouble` counts what went wrong.

// what strangers send and write: an overflow would be a panic, or a wrong number
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod batch;
mod blocks;
mod dialect;
mod foreign;
mod form;
mod header;
mod input;
mod json;
mod line;
mod mended;
mod names;
mod open;
mod own;
mod parser;
mod programs;
mod reading;
mod rows;
mod split;
mod stamps;
#[cfg(test)]
mod tests;
mod time;
mod trouble;
mod words;

pub use batch::Batch;
pub use input::Input;
pub use names::{SourceError, expand, in_time_order};
pub use reading::{FileSummary, ReadSummary, Reading, read};
pub use trouble::Problem;
