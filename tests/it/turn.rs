//! STUN and TURN over UDP and TCP, inside TLS and behind pseudo-TLS, against servers made by hand.

mod pseudo_tls;
mod tcp;
mod tls;
mod udp;

use turnprobe::net::{Limits, Plan, Question};
use turnprobe::record::{Ask, Transport};

use crate::rows::{PATIENT, ms, plan};

/// A plan for one transport that asks.
fn asking(transport: Transport, ask: Ask) -> Plan {
    Plan {
        transports: vec![transport],
        question: Question::Ask(ask),
        ..plan()
    }
}

/// The same with a limit that is to be met.
fn impatient(transport: Transport, ask: Ask) -> Plan {
    Plan {
        limits: Limits {
            turn: ms(200),
            ..PATIENT
        },
        ..asking(transport, ask)
    }
}
