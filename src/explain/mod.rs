//! Where the time of a slow probe went: pure rules over what was measured.
//!
//! Each rule has its evidence and says how much time it accounts for; the one that accounts for
//! the most gives the code. Only completed phases count: of a failed one the cause tells. Not
//! here: how it is measured (`net`).

mod flight;
mod rules;
mod syn_timer;

use std::time::Duration;

use crate::record::{Explanation, Phase, Record};

pub use flight::{Arrival, FlightContext, server_flight};
pub use syn_timer::{SynTimer, looks_like_a_lost_syn};

/// Explains a probe; `None` when no phase was completed.
pub fn explain(record: &Record, timer: SynTimer) -> Option<Explanation> {
    let completed = Phase::ALL
        .into_iter()
        .any(|phase| record.completed(phase).is_some());
    if !completed {
        return None;
    }
    let found: [(Explanation, Option<Duration>); 9] = [
        (Explanation::LostSyn, rules::lost_syn(record, timer)),
        (Explanation::LostInTls, rules::lost_in_tls(record)),
        (Explanation::LocalDelay, rules::local_delay(record)),
        (Explanation::SlowPath, rules::slow_path(record)),
        (Explanation::SlowDns, rules::slow_dns(record)),
        (Explanation::SlowServer, rules::slow_server(record)),
        (Explanation::LossOrServer, rules::loss_or_server(record)),
        (Explanation::PathOrRelay, rules::path_or_relay(record)),
        (Explanation::ProxyOrBeyond, rules::proxy_or_beyond(record)),
    ];
    let mut best = (Explanation::None, Duration::ZERO);
    for (explanation, time) in found {
        if let Some(time) = time
            && (time > best.1 || best.0 == Explanation::None)
        {
            best = (explanation, time);
        }
    }
    Some(best.0)
}

#[cfg(test)]
mod tests;
