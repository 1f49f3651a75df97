//! What is asked for and what comes of it, whoever is asked.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::record::{Dns, Failure};

/// Which addresses are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Families {
    /// IPv4, and IPv6 only if there is none.
    #[default]
    PreferV4,
    /// IPv4 only.
    OnlyV4,
    /// IPv6 only.
    OnlyV6,
    /// Both.
    Both,
}

/// Addresses and how they were come by.
#[derive(Debug)]
pub struct Resolved {
    /// What goes into the row.
    pub dns: Dns,
    /// The addresses, in the order of the answer.
    pub addresses: Vec<IpAddr>,
}

impl Resolved {
    /// Each address once, at its first place.
    pub(super) fn distinct(mut self) -> Self {
        let mut seen = HashSet::new();
        self.addresses.retain(|address| seen.insert(*address));
        self.dns.addresses = Some(self.addresses.len());
        self
    }
}

/// Why there are no addresses, with all that was learned before.
#[derive(Debug)]
pub struct Unresolved {
    /// The cause and what exactly was seen.
    pub failure: Failure,
    /// What goes into the row all the same.
    pub dns: Dns,
}
