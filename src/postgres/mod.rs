//! A PostgreSQL server as the store: the tables of a store with the columns of the CSV, rows into them by COPY, and the rows of tables back.
//!
//! Here: which server is meant (`address`, with the password of `pass`), the connection (`link`) and its TLS (`tls`), the tables (`layout`,
//! `check`), rows as COPY takes them (`copy`), a segment in a transaction (`send`), the rows of tables (`read`, `rows`). Not here: where rows wait while
//! the server is away (`sink::postgres`), how the CSV is read (`source`).

mod address;
mod check;
mod copy;
mod error;
mod layout;
mod link;
mod pass;
mod read;
mod rows;
mod send;
mod tls;

pub use address::Address;
pub use error::{PgError, PgErrorKind};
pub use layout::{SEQ, init};
pub use link::Link;
pub use read::Remote;
pub use rows::RemoteRows;
pub use send::{DestinationTable, Segment};
