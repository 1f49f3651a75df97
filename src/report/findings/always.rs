//! What is slow all the time: the path, name resolution, TLS handshakes. Nothing changes then, and nothing fails.

use std::collections::BTreeSet;

use super::found::{Inputs, RankedFinding, name};
use super::slow::host;
use crate::arrange::Arrange as _;
use crate::doc::number::{counted, grouped, millis, share};
use crate::judge::always::{SlowMedian, slow_median, slow_server, trip_us, wait_us};
use crate::judge::severity::Severity;
use crate::schema::{Dialect, Metric, THROUGH};
use crate::stats::Distribution;
use crate::stats::survey::Measured;
use crate::stats::units::moment;

/// A region is told where so many percent of the round trips are to it.
const SHARE_OF_REGION: u64 = 5;

/// A group of rows that is slow.
struct SlowGroup<'a> {
    key: &'a str,
    rows: &'a Measured,
    slow: SlowMedian,
}

pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let dimensions = &about.rows.dimensions;
    let mut found = Vec::new();
    // rows of a slot share the time of its name resolution, whatever they are sent over
    let mut resolved: BTreeSet<&str> = BTreeSet::new();
    for (number, hosts) in dimensions.hosts.sets() {
        let transport = dimensions.transport_names.name(number);
        if is_judged_elsewhere(transport) {
            continue;
        }
        let hosts: Vec<(&str, &Measured)> = hosts.iter().collect();
        let slow = those(&hosts, |rows| slow_median(trips(rows), trip_us()));
        if slow.is_empty() {
            found.extend(region(about, number, transport));
        } else {
            let text = path_text(transport, &whence(&slow, &hosts), &slow);
            found.push(of_host(finding("rtt-high", text, &slow), &slow));
        }
        let mut slow = those(&hosts, |rows| {
            slow_median(rows.times(Metric::Dns), wait_us())
        });
        slow.retain(|one| resolved.insert(one.key));
        if !slow.is_empty() {
            found.push(names(&whence(&slow, &hosts), &slow));
        }
        found.extend(handshakes(transport, &hosts));
    }
    found
}

/// Whether rows of a transport have findings of their own that judge round trips.
fn is_judged_elsewhere(transport: &str) -> bool {
    let alone = transport.split(THROUGH).next();
    [Dialect::Bursts, Dialect::Held]
        .into_iter()
        .any(|kind| kind.spoken() == alone)
}

/// The round trips of rows: their connects; over UDP there are none, and it is that of the request.
fn trips(rows: &Measured) -> &Distribution {
    let connects = rows.times(Metric::Connect);
    if connects.moments().count() > 0 {
        connects
    } else {
        rows.times(Metric::Turn)
    }
}

/// The groups that are slow, the slowest first.
fn those<'a>(
    groups: &[(&'a str, &'a Measured)],
    judge: impl Fn(&Measured) -> Option<SlowMedian>,
) -> Vec<SlowGroup<'a>> {
    let slow = groups.iter().filter_map(|(key, rows)| {
        let slow = judge(rows)?;
        Some(SlowGroup { key, rows, slow })
    });
    let mut slow: Vec<SlowGroup<'_>> = slow.collect();
    slow.arrange_by_key(|one| (std::cmp::Reverse(one.slow.median_us), one.key));
    slow
}

/// From which computers.
fn whence(slow: &[SlowGroup<'_>], all: &[(&str, &Measured)]) -> String {
    match slow {
        [] => String::new(),
        [only] => format!("from {}", host(only.key)),
        [worst, next, ..] => {
            // of several that are equally slow none is the slowest
            let which = if worst.slow.median_us == next.slow.median_us {
                "several equally slow".to_owned()
            } else {
                format!("the slowest is {}", host(worst.key))
            };
            format!(
                "from {} of {} ({which})",
                grouped(slow.len() as u64),
                counted(all.len() as u64, "computer", "computers"),
            )
        }
    }
}

/// What the slowest takes in the median, and how often it reaches the limit.
fn told(slow: &SlowMedian) -> String {
    format!(
        "the median takes {} ms, and {} of {} ({}) take {} ms or more",
        ms(slow.median_us),
        grouped(slow.over),
        grouped(slow.n),
        share(slow.over, slow.n),
        ms(slow.limit_us),
    )
}

fn ms(us: u64) -> String {
    millis(us as f64 / 1e3)
}

fn finding(code: &'static str, text: String, slow: &[SlowGroup<'_>]) -> RankedFinding {
    let worst = slow.first();
    let times = worst.map_or(0.0, |one| {
        one.slow.median_us as f64 / one.slow.limit_us.max(1) as f64
    });
    let first = slow.iter().filter_map(|one| one.rows.first).min();
    let last = slow.iter().filter_map(|one| one.rows.last).max();
    RankedFinding::new(Severity::Warn, times, code, text)
        .when(first.map(moment), last.map(moment))
        .n(worst.map_or(0, |one| one.slow.n))
}

/// The computer that is slow, if it is one.
fn of_host(found: RankedFinding, slow: &[SlowGroup<'_>]) -> RankedFinding {
    match slow {
        [only] => found.host(only.key),
        _ => found,
    }
}

/// A path whose round trip is over Microsoft's limit in the median.
fn path_text(transport: &str, whence: &str, slow: &[SlowGroup<'_>]) -> String {
    let told = slow.first().map_or_else(String::new, |one| told(&one.slow));
    let is_udp = slow
        .first()
        .is_some_and(|one| one.rows.times(Metric::Connect).moments().count() == 0);
    let what = match (is_udp, transport.contains(THROUGH)) {
        (true, _) => "Round trips",
        (_, true) => "Connects to the proxy",
        _ => "Connects",
    };
    let why = match (is_udp, transport.contains(THROUGH)) {
        (true, _) => {
            ". The path is long, and calls are that late, or only the relay is slow to answer such requests: from here these look the \
             same (could not tell)"
        }
        (_, true) => {
            "; a connect is one, here that of the way to the proxy alone. Media that goes directly does not take this way, and how \
             far the relays are behind the proxy is not known. The way to the proxy is long, or the proxy is slow to accept connects \
             (could not tell which)"
        }
        _ => {
            "; a connect is one. A call on this path is that late all the time (certain). The path is long, such as through a VPN, or \
             the relays are far away (possible)"
        }
    };
    format!(
        "{what} over {} {whence}: {told}, Microsoft's limit for a round trip{why}.",
        name(transport),
    )
}

/// A region that is far away, where the median of each computer is not.
fn region(about: &Inputs<'_>, number: usize, transport: &str) -> Option<RankedFinding> {
    // a connect to a proxy tells nothing of the relays behind it
    if transport.contains(THROUGH) {
        return None;
    }
    let [regions, ..] = about.rows.relays.groups();
    let (_, regions) = regions.sets().find(|(set, _)| *set == number)?;
    let count = |rows: &Measured| trips(rows).moments().count();
    let all: u64 = regions.iter().map(|(_, rows)| count(rows)).sum();
    let of_them = regions.iter().filter(|(key, rows)| {
        !key.is_empty() && count(rows).saturating_mul(100) >= all.saturating_mul(SHARE_OF_REGION)
    });
    let of_them: Vec<(&str, &Measured)> = of_them.collect();
    let slow = those(&of_them, |rows| slow_median(trips(rows), trip_us()));
    let worst = slow.first()?;
    let region = worst.key.split(THROUGH).next().unwrap_or_default();
    let more = match slow.len() {
        1 => String::new(),
        2 => " and another region".to_owned(),
        more => format!(" and {} other regions", more - 1),
    };
    let whence = format!("to relays in {}{more}", name(region));
    Some(finding(
        "rtt-high",
        path_text(transport, &whence, &slow),
        &slow,
    ))
}

/// Slow name resolution.
fn names(whence: &str, slow: &[SlowGroup<'_>]) -> RankedFinding {
    let told = slow.first().map_or_else(String::new, |one| told(&one.slow));
    let text = format!(
        "Name resolution {whence}: {told}. A call that begins waits for that; one that runs does not (certain). The name server, or \
         the path to it (could not tell which)."
    );
    of_host(finding("dns-slow", text, slow), slow)
}

/// Handshakes that take longer than their round trips explain. Through a proxy these are not known.
fn handshakes(transport: &str, hosts: &[(&str, &Measured)]) -> Option<RankedFinding> {
    if transport.contains(THROUGH) {
        return None;
    }
    let rest = |rows: &Measured| slow_server(rows.times(Metric::Connect), rows.times(Metric::Tls));
    let slow = those(hosts, |rows| {
        rest(rows).and_then(|_| slow_median(rows.times(Metric::Tls), wait_us()))
    });
    let SlowGroup {
        rows, slow: worst, ..
    } = slow.first()?;
    let text = format!(
        "TLS handshakes over {} {}: the median of {} takes {} ms, {} ms more than three round trips, and from {} ms on that is slow. A \
         call over TLS that begins waits for it; one that runs does not (certain). The relay is slow to answer, or something on the \
         path that ends TLS or holds it up (could not tell which).",
        name(transport),
        whence(&slow, hosts),
        grouped(worst.n),
        ms(worst.median_us),
        ms(rest(rows)?),
        ms(wait_us()),
    );
    Some(of_host(finding("tls-slow", text, &slow), &slow))
}
