//! What each option of `tls` needs.

use super::given::Given;
use super::idle::Idle;
use super::idle::unseen;
use crate::cli::tls::args::TlsArgs;
use crate::lab::MetBy;
use crate::target::{Host, Target};

/// The first option that would do nothing, and why.
pub(super) fn idle(args: &TlsArgs, given: &Given) -> Option<(&'static str, Idle)> {
    let is_name = |text: &str| {
        let target = text.parse::<Target>();
        // what is no target is refused elsewhere
        target.is_ok_and(|target| matches!(target.host, Host::Name(_)))
    };
    let is_name = is_name(&args.target);
    let resolves = is_name && args.address.is_none();
    let of_answers = ["ipv4", "ipv6", "all_addresses", "resolver"];
    if let Some(id) = of_answers.into_iter().find(|id| given.has(id) && !resolves) {
        let idle = if is_name {
            Idle::beside("--address", ", which replaces the addresses of the name")
        } else {
            Idle::without("a name to resolve", "a host name as the target")
        };
        return Some((id, idle));
    }
    if given.has("address") && !is_name {
        return Some((
            "address",
            Idle::without("a name to resolve", "a host name as the target"),
        ));
    }
    if given.has("lab_fault") && !args.lab {
        return Some(("lab_fault", Idle::without("--lab", "--lab")));
    }
    if let Some(idle) = unseen(&args.lab_fault, &args.proxy, false) {
        return Some(("lab_fault", idle));
    }
    let mut faults = args.lab_fault.iter();
    if let Some(fault) = faults.find(|one| matches!(one.met_by(), MetBy::Requests | MetBy::Udp)) {
        let why = "does nothing, as only handshakes of TLS are done: leave it out";
        return Some(("lab_fault", Idle::other(why.to_owned()).of(*fault)));
    }
    if given.has("proxy") && given.has("no_proxy") {
        return Some(("proxy", Idle::beside("--no-proxy", "")));
    }
    let of_proxy = ["proxy_dns", "proxy_auth_file", "proxy_timeout"];
    if let Some(id) = of_proxy
        .into_iter()
        .find(|id| given.has(id) && args.proxy.proxy.is_none())
    {
        return Some((id, Idle::without("--proxy", "--proxy URL")));
    }
    if given.has("proxy_dns") && !resolves {
        return Some((
            "proxy_dns",
            Idle::without("a name to resolve", "a host name as the target"),
        ));
    }
    let of_network = ["resolver", "i_own_this_server", "endpoints"];
    let id = of_network
        .into_iter()
        .find(|id| given.has(id) && args.lab)?;
    Some((id, Idle::beside("--lab", "")))
}
