//! What a name resolution said.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

/// One name of a CNAME chain and the TTL of the record that it owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cname {
    /// The name, without the final dot.
    pub name: String,
    /// TTL in seconds of its CNAME or address record; `None` when nothing came for it.
    pub ttl: Option<u32>,
}

/// What the name resolution said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dns {
    /// Server that answered, `address:port`, or `os` for the system's own resolver.
    pub resolver: Option<String>,
    /// The names from the one asked for to the last one of the CNAME chain.
    pub chain: Vec<Cname>,
    /// Number of distinct addresses in the answer.
    pub addresses: Option<usize>,
    /// Number of queries that were sent, repeated ones and those over TCP included.
    pub queries: Option<u32>,
    /// What was met on the way to the answer, such as a server that failed before another one
    /// answered; empty when nothing was.
    pub told: String,
    /// The servers that never answered, in their order.
    pub silent: Vec<SilentServer>,
    /// The servers whose ports were reported as closed.
    pub closed: Vec<SocketAddr>,
    /// How long the answers lay in this machine before the program took them.
    pub local_delay: Option<Duration>,
}

/// A name server that did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilentServer {
    /// Its address and port.
    pub server: SocketAddr,
    /// How long it was waited for.
    pub waited: Duration,
}

impl Dns {
    /// Last name of the CNAME chain; the name asked for when there was no CNAME.
    pub fn last_name(&self) -> Option<&str> {
        self.chain.last().map(|link| link.name.as_str())
    }

    /// Adds what was met on the way.
    pub fn tell(&mut self, said: &str) {
        if !self.told.is_empty() {
            self.told.push_str("; ");
        }
        self.told.push_str(said);
    }

    /// What was seen, and what was met on the way to the answer.
    pub fn beside<'a>(&'a self, seen: &'a str) -> Cow<'a, str> {
        match (seen, &*self.told) {
            (seen, "") => Cow::Borrowed(seen),
            ("", told) => Cow::Borrowed(told),
            (seen, told) => Cow::Owned(format!("{seen}; {told}")),
        }
    }

    /// How long servers were waited for that never answered.
    pub fn silence(&self) -> Duration {
        self.silent.iter().map(|server| server.waited).sum()
    }
}
