//! UDP: which ports answer, what the relays see of this end, which sizes get through.

use serde::{Deserialize, Serialize};

use super::connections::Rejection;
use super::encrypted::Reply;
use super::fact::Fact;
use super::ip::Endpoint;
use super::text::Region;

/// UDP.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Udp {
    /// Each relay at each port: 3478 to 3481 and 443.
    pub cells: Fact<Vec<RelayPortFacts>>,
    /// This end as several relays and ports see it, all from one socket.
    pub mapped: Fact<Vec<Mapping>>,
    /// What an Allocate over UDP got.
    pub allocate: Fact<Reply>,
    /// Which sizes of IP packets got through to the first relay, in order.
    pub sizes: Fact<Vec<Size>>,
}

/// One relay at one port.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelayPortFacts {
    /// Where. In the lab all ports are one; then the real one that it stands for is `port`.
    pub remote: Endpoint,
    /// The port that it stands for: 3478 to 3481, 443.
    pub port: u16,
    /// The relay's region; empty where it is not known.
    #[serde(default)]
    pub region: Region,
    /// Datagrams that went out.
    pub sent: u64,
    /// Of them those that were answered.
    pub answered: u64,
    /// Datagrams that this machine refused to send (EPERM, EACCES, WSAEACCES).
    #[serde(default)]
    pub denied: u64,
    /// Datagrams that were rejected, by the system's error.
    #[serde(default)]
    pub rejected: u64,
    /// Who rejected them.
    #[serde(default)]
    pub rejected_by: Fact<Rejection>,
    /// The shortest round trip, in microseconds.
    pub rtt_us: Option<u64>,
    /// Datagrams that came from there and are no answers.
    #[serde(default)]
    pub others: u64,
}

/// This end as somebody saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Who saw it.
    pub remote: Endpoint,
    /// As what.
    pub mapped: Endpoint,
}

/// A size and how it fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Bytes of the IP packet.
    pub ip_bytes: u32,
    /// Sent.
    pub sent: u64,
    /// Answered.
    pub answered: u64,
    /// Refused by this system, which knows that they are too long (EMSGSIZE), or by a router that says so.
    #[serde(default)]
    pub too_long: u64,
}
