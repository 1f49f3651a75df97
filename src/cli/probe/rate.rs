//! How often a schedule contacts hosts that are not the user's own. Not here: the addresses that names resolve to,
//! which are known only when it runs (`net`).

use std::collections::HashMap;
use std::time::Duration;

use crate::endpoints::is_own_network;
use crate::net::{POLITE_PER_SECOND, Plan};
use crate::target::{Host, Target};

/// Whether some host of a stranger gets more probes a second than need no permission.
pub(super) fn is_fast(interval: Duration, targets: &[Target], plan: &Plan) -> bool {
    let round = interval.saturating_mul(count(targets.len()));
    !interval.is_zero() && round < round_of(targets, plan)
}

/// The shortest interval of slots that needs no permission, in whole milliseconds.
pub(super) fn polite(targets: &[Target], plan: &Plan) -> Duration {
    let turns = u128::from(count(targets.len().max(1)));
    let ms = round_of(targets, plan).as_millis().div_ceil(turns);
    Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX))
}

/// The time in which each target may have its turn. Several take turns; those with the same host
/// add up, as do the ways of each.
fn round_of(targets: &[Target], plan: &Plan) -> Duration {
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
    (Duration::from_secs(1) / POLITE_PER_SECOND).saturating_mul(count(most))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
