//! Name resolution and TLS handshakes that came to another level.

use std::collections::BTreeMap;

use super::checked::Checked;
use super::days::{day, host_or, since, steady};
use super::found::{Inputs, RankedFinding, name};
use crate::doc::number::{counted, millis};
use crate::judge::levels::{Hour, Shift, shifts};
use crate::judge::phases::{Weight, weight};
use crate::judge::severity::Severity;
use crate::record::Arrange as _;
use crate::schema::{Metric, THROUGH};

/// A computer, and the transport or the proxy that its rows have.
type PhaseName<'a> = [&'a str; 2];

/// All of them; whether the connects of a computer moved about a day, which moves its handshakes, too, `is_moved` says.
pub(super) fn all(
    about: &Inputs<'_>,
    is_moved: impl Fn(&str, i64) -> bool,
    checked: &mut Checked,
) -> Vec<RankedFinding> {
    let mut found = Vec::new();
    for (place, metric) in [Metric::Dns, Metric::Tls].into_iter().enumerate() {
        let all = hours(about, metric);
        let count = all.len();
        for (name, hours) in all {
            let Some(shifts) = shifts(&hours, count) else {
                continue;
            };
            checked.phases[place] += 1;
            checked.judged(&hours);
            let told = shifts
                .iter()
                .filter_map(|shift| Some((shift, weight(shift)?)));
            let told: Vec<(&Shift, Weight)> = told.collect();
            checked.phases_changed += usize::from(!told.is_empty());
            let own = told
                .into_iter()
                .filter(|(shift, _)| metric == Metric::Dns || !is_moved(name[0], shift.from));
            found.extend(own.map(|(shift, weight)| shifted(about, metric, name, shift, weight)));
        }
    }
    found
}

/// The medians over time of each computer: of names by the proxy that they are of, as the same name is resolved for all other
/// transports; of handshakes by transport.
fn hours<'a>(about: &Inputs<'a>, metric: Metric) -> BTreeMap<PhaseName<'a>, Vec<Hour>> {
    let mut all: BTreeMap<PhaseName<'_>, Vec<Hour>> = BTreeMap::new();
    for level in &about.rows.phases {
        let mut medians = level.medians(metric).peekable();
        if medians.peek().is_none() {
            continue;
        }
        let transport = level.transport.as_str();
        let of = match metric {
            Metric::Dns => transport.split_once(THROUGH).map_or("", |(_, proxy)| proxy),
            _ => transport,
        };
        all.entry([level.host.as_str(), of])
            .or_default()
            .extend(medians.map(|median| Hour {
                number: median.hour,
                p50_us: median.p50_us as f64,
                values: median.values,
            }));
    }
    for hours in all.values_mut() {
        hours.arrange_by_key(|hour| hour.number);
    }
    all
}

fn shifted(
    about: &Inputs<'_>,
    metric: Metric,
    [host, of]: PhaseName<'_>,
    shift: &Shift,
    weight: Weight,
) -> RankedFinding {
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
    let over = match (metric, of) {
        (Metric::Dns, "") => String::new(),
        (Metric::Dns, proxy) => format!(" through {}", name(proxy)),
        (_, transport) => format!(" over {}", name(transport)),
    };
    let times = shift.after_us / shift.before_us.max(1.0);
    let text = format!(
        "{}: the median {what}{over} {} from {} ms to {} ms (x {times:.2}) {}, for {}; {}. A call that begins waits for that; one that runs does not. {why}.",
        host_or(host),
        if is_up { "rose" } else { "fell" },
        millis(shift.before_us / 1e3),
        millis(shift.after_us / 1e3),
        since(about, shift.from, shift.until),
        counted(shift.days as u64, "day", "days"),
        steady(shift),
    );
    let severity = match (is_up, shift.until, weight) {
        (true, None, Weight::Felt) => Severity::Warn,
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
