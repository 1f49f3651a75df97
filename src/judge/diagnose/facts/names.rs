//! What the name servers say.

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::ip::{Endpoint, Ip};
use super::text::{FreeText, Name, Region};
use crate::words::words;

/// The name servers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NameFacts {
    /// The relay's name; empty where the target is an address, and then nobody was asked.
    pub name: Name,
    /// The system's name servers, each asked by itself; empty where none is set.
    pub system: Fact<Vec<NameServerFacts>>,
    /// The one to compare with.
    pub comparison: Fact<NameServerFacts>,
}

/// A name server and what it said of the relay's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NameServerFacts {
    /// Its address.
    pub server: Endpoint,
    /// Questions sent.
    pub asked: u32,
    /// Of them those that were answered, with whatever.
    pub answered: u32,
    /// What the answered ones took, in microseconds.
    #[serde(default)]
    pub times_us: Vec<u64>,
    /// What it said that tells most: addresses, else an error, else nothing.
    pub answer: DnsAnswer,
    /// The names that it led to, the one that was asked for first, the last one last.
    #[serde(default)]
    pub chain: Vec<Name>,
    /// Whether the way to it leads through the first router; none where that is not known.
    pub is_behind_router: Option<bool>,
    /// How long the longest question waited that was not answered, in milliseconds.
    #[serde(default)]
    pub waited_ms: Option<u64>,
    /// Why it cannot be reached, where none was answered and it was said why.
    #[serde(default)]
    pub closed: Option<Closed>,
    /// How long a program waits for it before it asks the next, in milliseconds.
    pub waits_ms: Option<u64>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsAnswer {
    /// Addresses.
    Addresses(Vec<Answered>),
    /// Names only, or nothing: no address of that family.
    NoData,
    /// There is no such name.
    NxDomain,
    /// It failed.
    ServFail,
    /// It does not want to.
    Refused,
    /// Nothing came.
    Silent,
    /// Something that cannot be judged.
    Other(FreeText),
}

words! {
    /// Why a name server cannot be reached.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Closed {
        /// Its port is closed (ICMP port unreachable).
        Port = "port",
        /// There is no way to its address.
        NoWay = "no-way",
        /// This system refuses to send.
        Denied = "denied",
    }
}

/// An address of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The address.
    pub ip: Ip,
    /// Whether it lies in the published ranges (id 11 or 12), or where the lab's lie.
    pub in_teams_range: bool,
    /// The region by its name; empty where the name has none.
    #[serde(default)]
    pub region: Region,
}

impl NameServerFacts {
    /// Its addresses; none where it gave none.
    pub fn addresses(&self) -> &[Answered] {
        match &self.answer {
            DnsAnswer::Addresses(addresses) => addresses,
            _ => &[],
        }
    }

    /// Whether it said anything.
    pub fn is_silent(&self) -> bool {
        self.asked > 0 && self.answered == 0
    }
}
