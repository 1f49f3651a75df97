//! Judgements over what was measured: pure rules, each with its evidence.
//!
//! Here: what the way of a TLS connection is (`tls_path`). Where the time went stands in
//! `explain`. Not here: how the facts are found out (`net`).

mod tls_path;

pub use tls_path::tls_path;
