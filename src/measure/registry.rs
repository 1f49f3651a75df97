//! The kinds of row, a line each: from it their columns get their numbers, by which files are read
//! back.

use super::{burst, hold, probe};
use crate::schema::group::names;

/// The kinds: each table of columns, once.
macro_rules! kinds {
    ($($table:path),+ $(,)?) => {
        /// Names of the columns of each kind of row.
        pub(crate) const TABLES: &[&[&str]] = &[$(&names(&$table)),+];
    };
}

kinds! {
    probe::columns::PROBE,
    burst::columns::BURST,
    burst::packet_columns::PACKET,
    hold::columns::HOLD,
    hold::sample_columns::SAMPLE,
}
