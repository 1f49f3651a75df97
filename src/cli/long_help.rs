//! What the long help says of targets, transports, requests and faults.

use std::fmt::Write as _;

use crate::lab::Fault;

/// What a target can be, for the long help.
pub const TARGETS: &str = "\
What to probe; several take turns:
- host, host:port, [v6]:port: over what --transport says
- tls://host, turns:host: TLS; turns: asks for an allocation
- udp://host, turn:host, stun:host: UDP; stun: asks for a binding
- tcp://host, turn:host?transport=tcp: TURN over plain TCP

Without a port everything over TCP goes to 443, as Microsoft's relays have TLS and TURN there: \
turns: too (not 5349), and turn: with ?transport=tcp (not 3478 of RFC 7065). UDP goes to 3478.";

/// The transports, for the long help.
pub const TRANSPORTS: &str = "\
What is spoken; give it several times, or separated by commas, and each is probed in turn at the \
address of the slot, with a row of its own:
- tls: TLS over TCP, port 443 (default)
- udp: STUN and TURN over UDP, port 3478
- tcp: STUN and TURN over plain TCP, port 443
- pseudo-tls: MS-TURN over TCP behind a hello that looks like TLS, port 443";

/// The requests, for the long help.
pub const ASKS: &str = "\
What to ask, without credentials:
- none: nothing (default on tls)
- allocate: TURN Allocate (default on udp and tcp); on pseudo-tls Microsoft's
- binding: STUN Binding; not on pseudo-tls
- ms-allocate: Microsoft's Allocate (default on pseudo-tls)

The answer to expect to an Allocate is the error 401, and such a row is OK. Inside TLS silence is \
OK too: turn_reply says it.";

/// The faults of the lab with their meanings, for the long help.
pub fn faults() -> String {
    let mut text = "Switch on a fault; several take turns:".to_owned();
    for fault in Fault::ALL {
        let _ = write!(text, "\n- {}: {}", fault.as_str(), fault.meaning());
    }
    text
}
