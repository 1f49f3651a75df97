//! Statistics of a connection that is held open: samples of the kernel's numbers in, figures out.
//! Pure: time is an argument, counted from the end of the handshake.
//!
//! `fold` follows one connection, `stalls` finds the times in which nothing was acknowledged, `step` how far samples are apart,
//! `sum` is what comes of one connection or of several together. Not here: how the numbers are
//! read (`net`), when (`measure`).

mod fold;
mod stalls;
mod step;
mod sum;

pub use fold::Fold;
pub use stalls::{SHORTEST, Stalled, Stalls};
pub use sum::Sum;
