//! The ladder: which versions of SSL and TLS a relay accepts, with what, and what answers behind them.
//!
//! `script` says what is asked next, `runner` asks it, `way` looks at who answers, `build` makes of it what is told
//! (`finished`), of which `sections` are the document and `row` with `columns` the rows.

pub mod build;
pub mod columns;
pub mod differences;
pub mod finished;
pub mod row;
pub mod runner;
pub mod script;
pub mod sections;
pub mod way;

pub use row::Rung;
