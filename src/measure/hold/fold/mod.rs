//! Statistics of a connection that is held open: samples of the kernel's numbers in, figures out.
//! Pure: time is an argument, counted from the end of the handshake.
//!
//! `connection` follows one, `stalls` finds the times in which nothing was acknowledged, `step` how far samples are apart,
//! `sum` is what comes of one connection or of several together, and `judged` what a call would have noticed. Not here: how the numbers are
//! read (`net`), when (`measure`).

// what strangers send and write: an overflow would be a panic, or a wrong number
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod connection;
mod judged;
mod rows;
mod stalls;
mod step;
mod sum;

pub use connection::ConnectionFold;
pub use judged::{BadConnections, JudgedHolds};
pub use rows::{HeldBucket, HeldGroup, HeldRows};
pub use stalls::{SHORTEST, Stalled, Stalls};
pub use sum::Sum;
