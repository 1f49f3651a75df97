//! What the long help says of targets, transports and requests.

/// What a target can be, for the long help.
pub const TARGETS: &str = "\
What to probe; several take turns:
- host, host:port, [v6]:port: over what --transport says
- tls://host, turns:host: TLS; turns: asks for an allocation
- udp://host, turn:host, stun:host: UDP; stun: asks for a binding

Without a port TLS and pseudo-TLS go to 443, also for turns: (not 5349, as \
Microsoft's relays have TLS at 443), and UDP to 3478.";

/// The transports, for the long help.
pub const TRANSPORTS: &str = "\
What is spoken; give it several times, or separated by commas, and each is probed in turn at the \
address of the slot, with a row of its own:
- tls: TLS over TCP, port 443 (default)
- udp: STUN and TURN over UDP, port 3478
- pseudo-tls: MS-TURN over TCP behind a hello that looks like TLS, port 443";

/// The requests, for the long help.
pub const ASKS: &str = "\
What to ask, without credentials:
- none: nothing (default on tls)
- allocate: TURN Allocate (default on udp); on pseudo-tls Microsoft's
- binding: STUN Binding; not on pseudo-tls
- ms-allocate: Microsoft's Allocate (default on pseudo-tls)

The answer to expect to an Allocate is the error 401, and such a row is OK. Inside TLS silence is \
OK too: turn_reply says it.";
