//! Statistics of paced packets and their answers. Pure: time is an argument, counted from the
//! start of the stream.
//!
//! `ledger` ties answers to packets, `figures` turns packets into figures with the help of
//! `window`, `outage` finds the times without answers. `rows` puts bursts of files together, with what `judged` finds of each and `watched` of outages. Not here: Microsoft's table
//! (`judge::limits`), transaction IDs and sockets (`net::packets`).

// what strangers send and write: an overflow would be a panic, or a wrong number
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod figures;
mod judged;
mod ledger;
mod outage;
mod rows;
mod watched;
mod window;

pub use figures::PacketFold;
pub use judged::VERDICTS;
pub use ledger::{Fate, Ledger, Settled};
pub use outage::{LostStretch, OutageChange, WatchOutage, WatchOutages};
pub use rows::{BurstBucket, BurstGroup, BurstRows};
pub use watched::{WatchedOutage, WatchedOutages};
