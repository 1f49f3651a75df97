//! How often a schedule goes to the hosts of strangers. Not here: the addresses that names lead
//! to, which show only when it runs (`probe`).

use std::collections::HashMap;
use std::time::Duration;

use crate::endpoints::is_own_network;
use crate::probe::{POLITE_PER_SECOND, Plan};
use crate::target::{Host, Target};

/// Whether some host of a stranger gets more probes a second than need no permission. Several
/// targets take turns; those with the same host add up, as do the ways of each.
pub(super) fn is_fast(interval: Duration, targets: &[Target], plan: &Plan) -> bool {
    let mut ways: HashMap<Host, usize> = HashMap::new();
    for target in targets {
        let host = match plan.address {
            Some(address) => Host::Address(address),
            None => target.host.clone(),
        };
        if !matches!(host, Host::Address(address) if is_own_network(address)) {
            *ways.entry(host).or_default() += plan.ways(target).len();
        }
    }
    let most = ways.into_values().max().unwrap_or(0);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let round = interval.saturating_mul(count(targets.len()));
    let slow_enough = Duration::from_secs(1) / POLITE_PER_SECOND;
    !interval.is_zero() && round < slow_enough.saturating_mul(count(most))
}
