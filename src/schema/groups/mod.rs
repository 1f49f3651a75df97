//! The groups of columns that kinds of row share. Each has a trait that says what a row must be
//! asked for, and a constant of [`Group`](super::group::Group) with the columns. A meaning is
//! worded for any row; where one means more, its table says so.

mod outcome;
mod run;
mod target;
mod tcp;
mod tls;
mod turn;

pub(crate) use outcome::{HasOutcome, HasTimes};
pub(crate) use run::{HasClock, HasRun, HasStart};
pub(crate) use target::{HasDns, HasHost, HasLocalEnd, HasPeer, HasProxy, HasRelay};
pub(crate) use tcp::{HasBytes, HasTcp};
pub(crate) use tls::HasTls;
pub(crate) use turn::HasTurn;
