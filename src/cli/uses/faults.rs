//! Which faults of the lab are shown at all.

use super::idle::Idle;
use crate::cli::proxy::ProxyArgs;
use crate::lab::Fault;
use crate::net::ProxyDns;

/// The first fault that nobody would meet, and why.
pub(super) fn unseen(faults: &[Fault], proxy: &ProxyArgs, goes_straight_too: bool) -> Option<Idle> {
    let is_labs = proxy.proxy.as_deref() == Some("lab");
    let resolves = proxy.proxy_dns == Some(ProxyDns::Local) || goes_straight_too;
    faults.iter().find_map(|fault| {
        let why = if fault.is_of_proxy() && !is_labs {
            "without --proxy lab: give --proxy lab"
        } else if fault.is_of_names() && is_labs && !resolves {
            "with --proxy lab, which resolves the name itself: give --proxy-dns local"
        } else {
            return None;
        };
        Some(Idle::other(format!(
            "{fault} does nothing {why}, or leave it out"
        )))
    })
}
