//! The manual: prose for users, published with the documentation of the library.

/// What each command does, with examples.
#[doc = include_str!("guide.md")]
pub mod guide {}

/// The columns of a row, the causes of a failure, the exit codes.
#[doc = include_str!("reference.md")]
pub mod reference {}

/// What is measured, and how.
#[doc = include_str!("methods.md")]
pub mod methods {}

/// What the kernel tells of a connection, and what it explains.
#[doc = include_str!("kernel.md")]
pub mod kernel {}

/// Every finding of `diagnose`: when it is found, whose it is, how sure, and what to do.
#[doc = include_str!("findings.md")]
pub mod findings {}

/// Recipes.
#[doc = include_str!("how_to.md")]
pub mod how_to {}

/// Rows in a database file or a PostgreSQL server: tables, columns, what is kept.
#[doc = include_str!("store.md")]
pub mod store {}

/// Options in a file: `--config` and `--profile`.
#[doc = include_str!("configuration.md")]
pub mod configuration {}

/// Queries that find what a report finds, for a database of your own.
#[doc = include_str!("sql.md")]
pub mod sql {}

/// How the program is built: for whoever changes it.
#[doc = include_str!("architecture.md")]
pub mod architecture {}

/// What changed from version to version.
#[doc = include_str!("changes.md")]
pub mod changes {}
