//! The columns of every kind of row, and rows read back by them.
//!
//! Here: what a column and a cell are, the table of each kind of row, the layout of a file. Not
//! here: how a cell is written (`sink`), what a file may look like (`source`).

mod column;
mod group;
mod groups;
mod ids;
mod row;
mod row_kind;
mod tables;
#[cfg(test)]
mod tests;
mod value;

pub use column::{Column, Kind};
pub use group::Group;
pub use ids::Id;
pub(crate) use ids::id;
pub use row::{Alias, Dialect, Layout, Metric, Row};
pub use row_kind::RowKind;
pub use tables::{COLUMNS, REFERENCE_COLUMNS, column, default_columns};
pub use value::Value;
