//! What each option of `diagnose` needs.

use super::given::Given;
use super::idle::Idle;
use crate::cli::diagnose::args::{DiagnoseArgs, DiagnoseFormat};
use crate::target::Target;

/// The first option that would do nothing, and why.
pub(super) fn idle(args: &DiagnoseArgs, given: &Given) -> Option<(&'static str, Idle)> {
    let of_measuring = [
        "target",
        "quick",
        "offline",
        "compare_resolver",
        "lab",
        "lab_fault",
        "repeat",
        "endpoints",
    ];
    let with_facts = of_measuring
        .into_iter()
        .find(|id| given.has(id) && args.facts.is_some());
    if let Some(id) = with_facts {
        return Some((id, Idle::beside("--facts", ", which measures nothing")));
    }
    if given.has("format") && args.monitoring_plugin {
        let why = Idle::beside("--monitoring-plugin", ", which prints one line");
        return Some(("format", why));
    }
    if given.has("quick") && args.monitoring_plugin {
        let why = Idle::beside("--monitoring-plugin", ", which is quick anyway");
        return Some(("quick", why));
    }
    // a look of many has no page of its own
    for id in ["html", "bundle", "monitoring_plugin"] {
        if given.has(id) && args.repeat.is_some() {
            let why = Idle::beside("--repeat", ", which reports only changes");
            return Some((id, why));
        }
    }
    if args.repeat.is_some()
        && matches!(args.format, DiagnoseFormat::Markdown | DiagnoseFormat::Prtg)
    {
        let why = Idle::beside("--repeat", ", which reports changes as text or json");
        return Some(("format", why));
    }
    if given.has("bundle") && args.monitoring_plugin {
        let why = Idle::beside("--monitoring-plugin", ", which prints one line");
        return Some(("bundle", why));
    }
    if given.has("lab_fault") && !args.lab {
        return Some(("lab_fault", Idle::without("--lab", "--lab")));
    }
    if let Some(fault) = args.lab_fault.iter().find(|fault| fault.is_of_proxy()) {
        let why = "does nothing, as a diagnosis of the lab has no proxy: leave it out";
        return Some(("lab_fault", Idle::other(why.to_owned()).of(*fault)));
    }
    if given.has("compare_resolver") && args.offline {
        let why = Idle::beside("--offline", ", which only asks the system's name servers");
        return Some(("compare_resolver", why));
    }
    let of_network = ["offline", "compare_resolver", "endpoints"];
    if let Some(id) = of_network.into_iter().find(|id| given.has(id) && args.lab) {
        return Some((
            id,
            Idle::beside("--lab", ", which leaves nothing to the network"),
        ));
    }
    // what is no target is refused elsewhere
    let is_address = |text: &str| {
        let target = text.parse::<Target>();
        target.is_ok_and(|target| target.is_address())
    };
    if given.has("compare_resolver") && is_address(&args.target) {
        let why = Idle::without("a name to resolve", "a host name as the target");
        return Some(("compare_resolver", why));
    }
    None
}
