//! Statistics of paced packets and their answers. Pure: time is an argument, counted from the
//! start of the stream.
//!
//! `ledger` ties answers to packets, `fold` turns packets into figures with the help of `share`
//! and `window`, `outage` finds the times without answers, `quality` judges figures by
//! Microsoft's table. Not here: transaction IDs and sockets (`net::packets`).

mod fold;
mod ledger;
mod outage;
mod quality;
mod share;
mod window;

pub use fold::Fold;
pub use ledger::{Fate, Ledger, Settled};
pub use outage::{Change, Outages, WatchOutage};
pub use quality::{CLIENT, EDGE, QualityLimits, judge};
pub use share::share;
