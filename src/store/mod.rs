//! A store: rows in an SQLite database, one table for each kind, columns as in the CSV.
//!
//! Here: the tables (`layout`), opening a database to write and to read (`open`), rows into it (`write`), rows that are old (`old`),
//! and the tables back as CSV (`snapshot`, `text`). Not here: what is done when it cannot be written (`sink::store`), how the CSV is
//! read (`source`).

mod error;
mod head;
mod layout;
mod old;
mod open;
mod snapshot;
#[cfg(test)]
mod tests;
mod text;
mod times;
mod write;

pub use error::StoreError;
pub use layout::{ID, SEQ};
pub use old::Old;
pub use open::{FileKind, Opening, is_database, is_free, look};
pub use rusqlite::types::{ToSqlOutput, Value as Cell, ValueRef};
pub use snapshot::{Snapshot, Span};
pub use text::TableText;
pub use write::{Store, insertion};

/// Whether a store is a PostgreSQL server, by its URL.
pub fn is_server(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    let scheme = name.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.eq_ignore_ascii_case("postgres") || scheme.eq_ignore_ascii_case("postgresql")
    })
}

/// What a program without servers says of one.
pub const NO_SERVERS: &str = "a PostgreSQL server, which a turnprobe built with the feature `postgres` reads and writes: build one with `cargo build \
                              --release --features postgres`";
