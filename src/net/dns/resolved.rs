//! What is asked for and what comes of it, whoever is asked.

use std::collections::HashSet;
use std::net::IpAddr;

use super::route;
use crate::record::{Dns, Failure};
use crate::wire::dns::Family;

/// Which addresses are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Families {
    /// Those of the kind that this machine has a route for, and the other kind only if there are none.
    /// IPv4 where there is a route for both, or for none.
    #[default]
    Routed,
    /// IPv4 only.
    OnlyV4,
    /// IPv6 only.
    OnlyV6,
    /// Both.
    Both,
}

impl Families {
    /// The kind that is asked for first, and the one that may be asked for then.
    pub(super) fn order(self) -> (Family, Option<Family>) {
        match self {
            Self::Routed => match route::preferred() {
                Family::V4 => (Family::V4, Some(Family::V6)),
                Family::V6 => (Family::V6, Some(Family::V4)),
            },
            Self::OnlyV4 => (Family::V4, None),
            Self::OnlyV6 => (Family::V6, None),
            Self::Both => (Family::V4, Some(Family::V6)),
        }
    }
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
    pub dns: Box<Dns>,
}
