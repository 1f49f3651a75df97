//! What a kind of measurement makes of the rows of files, beside what all rows have in common.

use crate::schema::Row;

/// Takes in rows of any kind and keeps to its own.
pub trait RowFold: Default {
    /// Takes a row in, if it is one of its kind.
    fn take(&mut self, row: &Row<'_>);

    /// Whether the row is a detail of another one, such as a sample of a held connection: then it is
    /// no measurement of its own, and nobody else counts it.
    fn is_detail(_row: &Row<'_>) -> bool {
        false
    }

    /// Details taken in.
    fn details(&self) -> u64 {
        0
    }

    /// There are no more rows.
    fn finish(&mut self) {}
}
