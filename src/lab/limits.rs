//! How much the relays take, and how long they wait.

use std::time::Duration;

/// Connections at once, of all relays together.
pub(super) const CONNECTIONS: usize = 1000;
/// How long a connection may be silent.
pub(super) const IDLE: Duration = Duration::from_secs(30);
/// The longest STUN message or MS-TURN frame that is read.
pub(super) const LONGEST: usize = 4096;
/// How long a socket rests after an error.
pub(super) const AFTER_ERROR: Duration = Duration::from_millis(10);
