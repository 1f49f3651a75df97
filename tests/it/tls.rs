//! The TLS phase against servers that do what they should, what they should not, or no TLS.

mod alerts;
mod certificates;
mod cut_short;
mod not_tls;
mod oversized;
mod segments;
mod versions;

use turnprobe::net::{Limits, Plan};

use crate::rows::{PATIENT, Row, ms, plan, probe};
use crate::servers::tcp::Relay;

/// A probe of the server by its address.
fn visit(relay: &Relay) -> Row {
    probe(plan(), relay.target())
}

/// The same with so many milliseconds for the handshake.
fn visit_within(relay: &Relay, limit: u64) -> Row {
    let limits = Limits {
        tls: ms(limit),
        ..PATIENT
    };
    probe(Plan { limits, ..plan() }, relay.target())
}
