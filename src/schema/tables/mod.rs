//! The table of each kind of row: its columns in the order of the file.

mod burst;
mod hold;
mod packet;
mod probe;
mod sample;

pub use probe::{COLUMNS, REFERENCE_COLUMNS, column, default_columns};
