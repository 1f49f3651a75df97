//! What a flow of packets tells.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::record::Failure;

/// What happens on the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketEvent {
    /// A packet goes out.
    Sent {
        /// Its number in the schedule.
        sequence: u64,
        /// The moment before the system is asked to send it.
        at: Instant,
        /// The same by the wall clock.
        wall: DateTime<Utc>,
        /// How late it is.
        lag: Duration,
    },
    /// The system refused to send that packet.
    NotSent {
        /// Its number in the schedule.
        sequence: u64,
        /// What kind of refusal.
        kind: io::ErrorKind,
        /// What the system said.
        detail: String,
    },
    /// An answer to that packet came.
    Answer {
        /// The packet's number in the schedule.
        sequence: u64,
        /// When it was read.
        at: Instant,
    },
    /// A datagram came that answers nothing.
    Stranger,
    /// The socket was opened anew.
    Moved {
        /// Address of this end from now on.
        local: SocketAddr,
        /// Wall clock then.
        wall: DateTime<Utc>,
    },
    /// ICMP messages say that packets do not get there.
    Unreachable {
        /// What they mean, and what the system makes of the last one.
        failure: Failure,
        /// How many came.
        messages: u64,
    },
    /// The schedule is over; so many of its packets could not be sent in time.
    Done {
        /// Packets that were not sent.
        missed: u64,
    },
}
