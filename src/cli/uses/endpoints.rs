//! What each option of `endpoints` needs.

use super::given::Given;
use super::idle::Idle;
use crate::cli::endpoints::args::{EndpointsArgs, What};

/// The first option that would do nothing, and why.
pub(super) fn idle(args: &EndpointsArgs, given: &Given) -> Option<(&'static str, Idle)> {
    let Some(What::Probe(args)) = &args.what else {
        return None;
    };
    let of_network = ["resolver", "endpoints", "ipv6"];
    let mut idle = of_network
        .into_iter()
        .filter(|id| given.has(id) && args.lab);
    idle.next().map(|id| (id, Idle::beside("--lab", "")))
}
