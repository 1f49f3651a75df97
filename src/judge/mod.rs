//! Judgements over what was measured: pure rules, each with its evidence.
//!
//! Here: what is on the way of a TLS connection (`tls_path`) and the facts that it goes by, what the versions of TLS come to
//! (`ladder`), Microsoft's limits (`limits`), what a call over a held connection notices (`held`), what is an outage (`outages`), which pauses are planned (`schedule`), who failed
//! together (`together`), what is slow all the time (`always`), levels that changed (`levels`), those of names and handshakes that are told (`phases`), hours of the day that are slow (`slow_hours`) or fail (`worst_hours`), whose fault it is (`diagnose`), and how bad something is (`severity`). Where
//! the time went stands in `explain`. Not here: how the facts are found out (`net`).

pub mod always;
pub mod diagnose;
mod facts;
pub mod held;
pub mod ladder;
pub mod levels;
pub mod limits;
pub mod mos;
pub mod outages;
pub mod phases;
mod products;
pub mod schedule;
pub mod severity;
pub mod slow_hours;
mod tls_path;
pub mod together;
pub mod worst_hours;

pub use facts::{Circumstances, Name, Nearness, PathFacts, Reach, Repair, Validity};
pub use tls_path::{everybodys_issuer, is_known_issuer, is_microsofts, tls_path};
