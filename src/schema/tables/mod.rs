//! The table of each kind of row: its columns in the order of the file.

mod burst;
mod hold;
mod packet;
mod probe;
mod sample;

use super::group::names;

pub use probe::{COLUMNS, REFERENCE_COLUMNS, column, default_columns};

/// Names of the columns of each kind of row.
pub(super) const TABLES: &[&[&str]] = &[
    &names(&probe::PROBE),
    &names(&burst::BURST),
    &names(&packet::PACKET),
    &names(&hold::HOLD),
    &names(&sample::SAMPLE),
];
