//! What a name resolution of the opener says. Not here: how it is done (`resolve`).

use std::time::Duration;

use super::destination::Route;
use crate::record::{Cause, Dns, Failure, Via};

/// What a name resolution said.
#[derive(Debug)]
pub struct Lookup {
    /// What it took; none when there was nothing to resolve.
    pub took: Option<Duration>,
    /// Its facts.
    pub dns: Dns,
    /// Azure region of the relay's name, empty when it has none.
    pub region: String,
    /// The proxy that was resolved as well.
    pub via: Option<Via>,
    /// The ways to the addresses in the order of the answer, at least one; or why there are none.
    pub routes: Result<Vec<Route>, Failure>,
}

impl Lookup {
    /// The way to the first address, or why there is none.
    ///
    /// # Errors
    ///
    /// The failure of the dns phase.
    pub fn first(&self) -> Result<Route, Failure> {
        let routes = self.routes.as_ref().map_err(Clone::clone)?;
        routes.first().copied().ok_or_else(no_address)
    }
}

/// That there is none.
pub(super) fn no_address() -> Failure {
    Failure::new(Cause::DnsNoData, "the name has no address")
}

impl Lookup {
    /// What is known when nothing was resolved.
    pub(super) fn nothing() -> Self {
        Self {
            took: None,
            dns: Dns::default(),
            region: String::new(),
            via: None,
            routes: Err(no_address()),
        }
    }
}
