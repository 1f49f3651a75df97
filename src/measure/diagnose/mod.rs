//! One look at the whole way to the relays: what this machine is set up with, what its name servers say, what answers and
//! what does not, each with its own limit and all within one.
//!
//! | file | what is looked at |
//! |---|---|
//! | `look` | the order, the time that there is, the early ends |
//! | `reach`, `speak`, `alone` | its steps: what answers, what is spoken there, what needs the wire for itself |
//! | `budget` | how much time is left, and what that leaves to do |
//! | `looked` | all that was seen, as the facts that the rules judge |
//! | `machine` | interface, router, tunnel, hosts file, proxy, clock: nothing is sent |
//! | `names` | every name server of the system by itself, and one to compare with |
//! | `relays` | which relays are contacted |
//! | `connects` | TCP, three times each, and who rejects it |
//! | `encrypted` | TLS, pseudo-TLS, TURN in clear and inside TLS |
//! | `datagrams` | UDP ports, what the relays see of this end, sizes, a burst |
//! | `held` | a held connection, where there is no UDP |
//! | `proxied` | what the proxy that is set says |
//! | `router` | round trips to the first router, from the beginning to the end |
//! | `web` | the sign-in of a network, the clock of others |
//!
//! Nothing here judges: what was seen is told as it was seen, and what was not looked at says why. Not here: the sockets
//! (`net`), what follows (`judge`).

mod alone;
mod budget;
mod connects;
mod datagrams;
mod encrypted;
mod held;
mod look;
mod looked;
mod machine;
mod names;
mod proxied;
mod reach;
mod relays;
mod router;
mod speak;
mod units;
mod web;

pub use look::{Looking, Options};
pub use looked::Looked;
