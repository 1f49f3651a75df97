//! TCP: where connections can be made.

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::ip::{Endpoint, Ip};
use super::text::{Name, Region};

/// TCP.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TcpFacts {
    /// TCP 443 of each relay that was contacted; the first is the one that everything else is about.
    pub relays: Fact<Vec<ConnectFacts>>,
    /// TCP 443 of a name of Microsoft's that is outside the relays' ranges.
    pub control: Fact<ConnectFacts>,
    /// TCP 80 of the first relay.
    pub port80: Fact<ConnectFacts>,
    /// TCP 443 of the first relay once more, after everything else.
    pub again: Fact<ConnectFacts>,
    /// TCP 443 of a relay by IPv6; `Unknown(NotAsked)` where no relay has such an address, which is normal, or there is no
    /// route.
    pub v6: Fact<ConnectFacts>,
    /// The prefix that a DNS64 puts before IPv4 addresses; `Known(None)` where there is none. Asked where there is no
    /// route for IPv4.
    pub nat64_prefix: Fact<Option<Ip>>,
}

/// Connects to one address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectFacts {
    /// Where to.
    pub remote: Endpoint,
    /// Its name; empty where only the address is known.
    #[serde(default)]
    pub name: Name,
    /// Its region; empty where it is not known.
    #[serde(default)]
    pub region: Region,
    /// Where the address comes from.
    #[serde(default)]
    pub origin: AddressOrigin,
    /// Whether it lies in the published ranges.
    #[serde(default)]
    pub in_teams_range: bool,
    /// Each connect.
    pub tried: Vec<TriedFacts>,
    /// Who rejected it, by ICMP.
    #[serde(default)]
    pub rejected_by: Fact<Rejection>,
    /// The window scale that this system offered, and what came of it.
    #[serde(default)]
    pub window_scale: Fact<WindowScale>,
}

/// Where the address of a relay comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressOrigin {
    /// The user gave it.
    Given,
    /// A name server of the system.
    #[default]
    System,
    /// The name server to compare with.
    Comparison,
    /// The list of this program.
    BuiltIn,
}

/// One connect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TriedFacts {
    /// What came of it.
    pub outcome: ConnectOutcome,
    /// What it took until it was up or had failed, in microseconds.
    pub took_us: u64,
    /// SYNs beyond the first; none where the system does not tell.
    pub syn_retransmits: Option<u32>,
    /// The kernel's round trip, in microseconds; none after a lost SYN, and where the system does not tell.
    pub rtt_us: Option<u64>,
}

/// What came of a connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectOutcome {
    /// It is up.
    Up,
    /// Nothing came within the limit.
    Silent,
    /// A reset, or port unreachable.
    Refused,
    /// The host, or somebody in its name, cannot be reached or is forbidden.
    HostUnreachable,
    /// The same of the network.
    NetUnreachable,
    /// This machine does not send it (EPERM, EACCES, WSAEACCES).
    Denied,
    /// Anything else.
    Other,
}

/// Who rejected something, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Who sent the message.
    pub sender: Ip,
    /// Its type (RFC 792, RFC 4443).
    pub icmp_type: u8,
    /// Its code.
    pub icmp_code: u8,
}

/// Window scaling (RFC 7323) of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowScale {
    /// Whether this system is set to offer it.
    pub is_offered: bool,
    /// Whether it is in use.
    pub is_used: bool,
    /// The scale of this end's receive window; none where the system does not tell.
    pub receive_scale: Option<u8>,
}

impl ConnectOutcome {
    /// Whether it is a rejection.
    pub fn is_rejection(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::HostUnreachable | Self::NetUnreachable
        )
    }
}

impl ConnectFacts {
    /// Those that came up.
    pub fn up(&self) -> impl Iterator<Item = &TriedFacts> {
        let is_up = |tried: &&TriedFacts| tried.outcome == ConnectOutcome::Up;
        self.tried.iter().filter(is_up)
    }

    /// Whether any came up; none where none was tried.
    pub fn is_open(&self) -> Option<bool> {
        (!self.tried.is_empty()).then(|| self.up().next().is_some())
    }

    /// Whether all of them had this outcome, and there was one.
    pub fn are_all(&self, is: impl Fn(ConnectOutcome) -> bool) -> bool {
        !self.tried.is_empty() && self.tried.iter().all(|tried| is(tried.outcome))
    }

    /// The shortest round trip of those that came up without a lost SYN, in microseconds.
    pub fn rtt_us(&self) -> Option<u64> {
        let clean = self
            .up()
            .filter(|tried| tried.syn_retransmits.unwrap_or(0) == 0);
        clean
            .map(|tried| tried.rtt_us.unwrap_or(tried.took_us))
            .min()
    }
}
