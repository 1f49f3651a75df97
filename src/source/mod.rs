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
//! `names` finds what `input` describes, `stored` makes of stores (`origin`), `look` looks into it beforehand, `open` gives UTF-8 bytes (`gzip` those of a `.gz`, `encoding` those of UTF-16) or the columns of Parquet, `content` either to the parser, `blocks` whole lines, `line` one of them, `split` and `json` cells, `header` the layout
//! with the names that `dialect` has and by the rule that `own` has, `foreign` and `programs` what any other file looks like, `words` outcomes, `stamps` and `mended` how other programs write times and split numbers,
//! `time` the moment (`dates` those of other countries, `epoch` numbers since 1970), `cells` the cells that must be readable, by `number` and what `evidence` tells of a file and `units` of its columns of times, `twins` what contradicts these,
//! `tails` rows without empty cells at their ends, `form` a layout in force, `rows` rows; `parser` puts them together, `trouble` counts what went wrong.

// what strangers send and write: an overflow would be a panic, or a wrong number
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod batch;
mod blocks;
mod cells;
mod content;
mod counts;
mod dates;
mod dialect;
mod encoding;
mod epoch;
mod evidence;
mod foreign;
mod form;
mod gzip;
mod header;
mod input;
mod json;
mod line;
mod look;
mod mended;
mod names;
mod number;
mod open;
mod origin;
mod own;
#[cfg(feature = "parquet")]
mod parquet;
mod parser;
mod programs;
mod reading;
mod rows;
mod shown_twice;
mod split;
mod stamps;
mod stored;
mod summary;
mod sums;
mod tails;
#[cfg(test)]
mod tests;
mod time;
mod trouble;
mod twins;
mod units;
mod utf16;
mod words;

pub use batch::Batch;
pub use encoding::text_of;
pub use input::Input;
pub use names::{SourceError, expand, in_time_order};
pub use reading::{Reading, read};
pub use stored::{of_table, readable_tables, within};
pub use summary::{FileSummary, ReadSummary};
pub use trouble::{COUNTED_WITHOUT_TIME, Problem};
