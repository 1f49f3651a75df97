//! Name resolution and TLS handshakes that came to another level.

use std::collections::BTreeMap;

use super::days::{day, host_or, since};
use super::found::{Inputs, RankedFinding};
use crate::doc::number::{counted, millis};
use crate::judge::always::trip_us;
use crate::judge::levels::{Hour, Shift, shifts};
use crate::judge::severity::Severity;
use crate::schema::{Metric, THROUGH};
use crate::stats::Rough;
use crate::stats::survey::OTHER;

/// Seconds of the longest pieces of time that show the days.
const LONGEST_S: i64 = 86_400;

/// What was looked at.
pub(super) struct PhaseLevels {
    pub found: Vec<RankedFinding>,
    /// Computers whose name resolution, and whose handshakes, were measured for long enough.
    pub looked_at: [usize; 2],
}

/// All of them; whether the connects of a computer moved about a day, which moves its handshakes, too, `is_moved` says.
pub(super) fn all(about: &Inputs<'_>, is_moved: impl Fn(&str, i64) -> bool) -> PhaseLevels {
    let mut levels = PhaseLevels {
        found: Vec::new(),
        looked_at: [0; 2],
    };
    if about.rows.bucket_s > LONGEST_S {
        return levels;
    }
    for (place, metric) in [Metric::Dns, Metric::Tls].into_iter().enumerate() {
        let hosts = hours(about, metric);
        let count = hosts.len();
        for (number, hours) in hosts {
            let Some(host) = about.rows.hosts.get(number) else {
                continue;
            };
            if host == OTHER || (metric == Metric::Tls && has_several(about, host)) {
                continue;
            }
            let Some(shifts) = shifts(&hours, count) else {
                continue;
            };
            levels.looked_at[place] += 1;
            // what takes less longer is not noticed when a call begins
            let is_far =
                |shift: &&Shift| (shift.after_us - shift.before_us).abs() >= trip_us() as f64;
            let is_own = |shift: &&Shift| metric == Metric::Dns || !is_moved(host, shift.from);
            let shifts = shifts.iter().filter(is_far).filter(is_own);
            levels
                .found
                .extend(shifts.map(|shift| shifted(about, metric, host, shift)));
        }
    }
    levels
}

/// The medians of each computer over time, by its number.
fn hours(about: &Inputs<'_>, metric: Metric) -> BTreeMap<usize, Vec<Hour>> {
    let mut all: BTreeMap<usize, Vec<Hour>> = BTreeMap::new();
    for (second, bucket) in &about.rows.timeline {
        let mut by_host: BTreeMap<usize, Rough> = BTreeMap::new();
        for (key, cell) in bucket.cells() {
            by_host
                .entry(key.host)
                .or_default()
                .merge(cell.others(metric));
        }
        for (host, times) in by_host {
            if let Some(p50_us) = times.at(500) {
                all.entry(host).or_default().push(Hour {
                    number: second.div_euclid(3_600),
                    p50_us: p50_us as f64,
                    values: times.total(),
                });
            }
        }
    }
    all
}

/// Whether handshakes of a computer are of several transports, such as direct ones and those through a proxy: a change of their
/// mix is no other level.
fn has_several(about: &Inputs<'_>, host: &str) -> bool {
    let of_host = about
        .rows
        .series
        .iter()
        .filter(|([one, ..], _)| one == host);
    let mut transports: Vec<&str> = of_host
        .map(|([.., transport], _)| transport.as_str())
        .collect();
    transports.retain(|one| one.contains("tls") || one.contains(THROUGH));
    transports.sort_unstable();
    transports.dedup();
    transports.len() > 1
}

fn shifted(about: &Inputs<'_>, metric: Metric, host: &str, shift: &Shift) -> RankedFinding {
    let is_up = shift.after_us > shift.before_us;
    let (what, why) = match (metric, is_up) {
        (Metric::Dns, true) => (
            "name resolution",
            "Another or a busier name server, or another path to it (possible)",
        ),
        (Metric::Dns, false) => (
            "name resolution",
            "Another name server, or a shorter path to it (possible)",
        ),
        (_, true) => (
            "TLS handshake",
            "The connects did not move at that time: slower relays, or something on the path that ends TLS or holds it up (possible)",
        ),
        (_, false) => (
            "TLS handshake",
            "The connects did not move at that time: faster relays, or a device less on the path (possible)",
        ),
    };
    let times = shift.after_us / shift.before_us.max(1.0);
    let text = format!(
        "{}: the median {what} {} from {} ms to {} ms (x {times:.2}) {}, for {}; before it was steady for {} (certain: all of these \
         days are far outside what was usual). A call that begins waits for that; one that runs does not. {why}.",
        host_or(host),
        if is_up { "rose" } else { "fell" },
        millis(shift.before_us / 1e3),
        millis(shift.after_us / 1e3),
        since(about, shift.from, shift.until),
        counted(shift.days as u64, "day", "days"),
        counted(shift.base_days as u64, "day", "days"),
    );
    let severity = match (is_up, shift.until) {
        (true, None) => Severity::Warn,
        _ => Severity::Note,
    };
    let code = match metric {
        Metric::Dns => "dns-shifted",
        _ => "tls-shifted",
    };
    RankedFinding::new(severity, times, code, text)
        .host(host)
        .when(Some(day(shift.from)), shift.until.map(day))
        .n(shift.days as u64)
}
