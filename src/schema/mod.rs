//! What a column is, the groups of columns that kinds of row share, and rows read back from files.
//!
//! Here: what a column and a cell are, the groups, the numbers by which files are read, the layout of
//! a file and its rows. Not here: the table of a kind (`measure/KIND/columns`), how a cell is written
//! (`sink`), what a file may look like (`source`).
//!
//! # To add a column
//!
//! 1. Write it once: in its group (`groups`) when other kinds of row have it or may have it, else
//!    among the pieces of its kind's table. `on_request` keeps it out of the default.
//! 2. Name it at the end of the pieces of each table that gets it, `&Of::GROUP.pick(["name"])`: the
//!    order of a file never changes, and new columns only ever come at the end. Where it means
//!    something else than in its group, say so in `MEANINGS`.
//! 3. A statistic reads it back with `row.get(id!(name))` or `row.number(id!(name))`; nothing has
//!    to be written for that, and a name that no table has does not compile.
//! 4. The tests say what else has to follow: the snapshots of `turnprobe schema`, and
//!    `examples/power-query.m`, which is made from the table. The manual has what a
//!    person should know of it.
//!
//! A column is never renamed and never changes its type.

pub(crate) mod column;
pub(crate) mod dialect;
pub(crate) mod group;
pub(crate) mod groups;
mod ids;
mod layout;
mod metric;
mod rolled;
mod rolled_row;
mod row;
pub(crate) mod row_kind;
pub(crate) mod stored;
#[cfg(test)]
mod tests;
pub mod through;
mod typed_cells;
pub(crate) mod value;
mod view;

pub use column::{Column, ColumnFacts, Kind};
pub use dialect::Dialect;
pub use group::Group;
pub(crate) use ids::id;
pub use ids::{Id, is_foreign};
pub use layout::{Alias, Layout};
pub use metric::Metric;
pub use rolled::{RolledTimes, RolledUp};
pub use rolled_row::{FaultKind, RolledFault, causes};
pub use row::{Parsed, Row};
pub use row_kind::RowKind;
pub use stored::{Keep, Stored, StoredTable, quoted};
pub use through::THROUGH;
pub use typed_cells::{CellRows, ListCell, ListedNumbers, Lists, TakeCells, list_text};
pub use value::Value;
pub use view::{CellView, LiveRow, Reachability, RowView};
