//! The groups of columns that kinds of row share. Each has a trait that says what a row must be
//! asked for, and a constant of [`Group`](super::group::Group) with the columns. A meaning is
//! worded for any row; where one means more, its table says so.

mod dns;
mod outcome;
mod run;
mod target;
mod tcp;
mod tls;
mod turn;

pub(super) use dns::HasDns;
pub(super) use outcome::{HasOutcome, HasTimes};
pub(super) use run::{HasRun, HasStart};
pub(super) use target::{HasHost, HasLocalEnd, HasPeer, HasRelay};
pub(super) use tcp::{HasBytes, HasTcp};
pub(super) use tls::HasTls;
pub(super) use turn::HasTurn;
