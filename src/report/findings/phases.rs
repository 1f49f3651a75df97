//! Name resolution and TLS handshakes that came to another level.
//!
//! Names are judged by computer, target and proxy, handshakes by series and region: a median of several would move with how
//! many rows there are of each. What moved together is one finding.

use std::collections::BTreeMap;

use super::checked::Checked;
use super::days::{REGION, day, host_or, since, steady};
use super::found::{Inputs, RankedFinding, name};
use super::shifted::{is_up, others, together};
use crate::doc::number::{counted, millis};
use crate::judge::levels::{Hour, Shift, shifts};
use crate::judge::phases::{Weight, weight};
use crate::judge::severity::Severity;
use crate::record::Arrange as _;
use crate::schema::THROUGH;
use crate::stats::survey::{OTHER, PhaseLevel};

/// What a target is called.
const TARGET: [&str; 2] = ["target", "targets"];

/// Whether the connects of what was looked at moved about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectLevels {
    Moved,
    Still,
    /// They are not known well enough to tell.
    Unknown,
}

/// All of them; how the connects of a series, a region and a day were, `connects` says: handshakes move with them.
pub(super) fn all(
    about: &Inputs<'_>,
    connects: impl Fn(usize, usize, i64) -> ConnectLevels,
    checked: &mut Checked,
) -> Vec<RankedFinding> {
    let mut found = names(about, checked);
    found.extend(handshakes(about, connects, checked));
    found
}

/// Shifts in names, by computer and proxy.
fn names(about: &Inputs<'_>, checked: &mut Checked) -> Vec<RankedFinding> {
    // the same name is resolved for all transports, but for a proxy
    let mut all: BTreeMap<[&str; 2], BTreeMap<&str, Vec<Hour>>> = BTreeMap::new();
    for (number, level) in about.rows.names.iter().enumerate() {
        let [_, target, transport] = &about.rows.series[number].0;
        let mut hours = hours(level).peekable();
        if hours.peek().is_none() {
            continue;
        }
        let proxy = transport.split_once(THROUGH).map_or("", |(_, proxy)| proxy);
        all.entry([about.hosts[number], proxy])
            .or_default()
            .entry(target)
            .or_default()
            .extend(hours);
    }
    let count = all.values().map(BTreeMap::len).sum();
    let mut found = Vec::new();
    for (of, targets) in all {
        let mut looked_at: Vec<(usize, Vec<Shift>)> = Vec::new();
        for (place, mut hours) in targets.values().cloned().enumerate() {
            hours.arrange_by_key(|hour| hour.number);
            looked_at.extend(told(&hours, count, 0, checked).map(|told| (place, told)));
        }
        let targets: Vec<&str> = targets.into_keys().collect();
        for shifts in most_felt_first(&looked_at) {
            let target = targets.get(shifts[0].0).filter(|_| looked_at.len() > 1);
            let target = target.copied().unwrap_or_default();
            found.push(names_shifted(about, of, target, &shifts, looked_at.len()));
        }
    }
    found
}

/// Shifts in handshakes, by series.
fn handshakes(
    about: &Inputs<'_>,
    connects: impl Fn(usize, usize, i64) -> ConnectLevels,
    checked: &mut Checked,
) -> Vec<RankedFinding> {
    let other = about.rows.other_series().map(|(name, _)| name);
    let levels = about.rows.levels.iter().filter(|((number, region), _)| {
        // regions and series beyond the cap are not one
        Some(&about.rows.series[*number].0) != other
            && about.rows.relays.region_name(*region) != OTHER
    });
    let mut all: BTreeMap<usize, Vec<(usize, Vec<Hour>)>> = BTreeMap::new();
    for ((number, region), level) in levels {
        let hours: Vec<Hour> = hours(&level.handshakes).collect();
        if !hours.is_empty() {
            all.entry(*number).or_default().push((*region, hours));
        }
    }
    let count = all.values().map(Vec::len).sum();
    let mut found = Vec::new();
    for (number, regions) in all {
        let mut looked_at: Vec<(usize, Vec<Shift>)> = Vec::new();
        for (region, hours) in regions {
            looked_at.extend(told(&hours, count, 1, checked).map(|told| (region, told)));
        }
        let count = looked_at.len();
        for (region, shifts) in &mut looked_at {
            shifts.retain(|shift| connects(number, *region, shift.from) != ConnectLevels::Moved);
        }
        found.extend(most_felt_first(&looked_at).into_iter().map(|shifts| {
            let mut of = shifts.iter();
            let is_still = of.all(|(region, shift)| {
                connects(number, *region, shift.from) == ConnectLevels::Still
            });
            handshakes_shifted(about, number, &shifts, count, is_still)
        }));
    }
    found
}

fn hours(level: &PhaseLevel) -> impl Iterator<Item = Hour> + '_ {
    level.medians().map(|median| Hour {
        number: median.hour,
        p50_us: median.p50_us as f64,
        values: median.values,
    })
}

/// The shifts of one of so many that are large enough to be told; none where it is too short to tell.
fn told(hours: &[Hour], count: usize, place: usize, checked: &mut Checked) -> Option<Vec<Shift>> {
    let mut told = shifts(hours, count)?;
    told.retain(|shift| weight(shift).is_some());
    checked.phases[place] += 1;
    checked.judged(hours);
    checked.phases_changed += usize::from(!told.is_empty());
    Some(told)
}

/// The shifts that came together, one that a call notices first.
fn most_felt_first(looked_at: &[(usize, Vec<Shift>)]) -> Vec<Vec<(usize, Shift)>> {
    let mut all = together(looked_at);
    for shifts in &mut all {
        shifts.arrange_by_key(|(_, shift)| weight(shift) != Some(Weight::Felt));
    }
    all
}

fn names_shifted(
    about: &Inputs<'_>,
    [host, proxy]: [&str; 2],
    target: &str,
    shifts: &[(usize, Shift)],
    looked_at: usize,
) -> RankedFinding {
    let of = match target {
        "" => String::new(),
        target => format!(" of {}", name(target)),
    };
    let through = match proxy {
        "" => String::new(),
        proxy => format!(" through {}", name(proxy)),
    };
    let why = if is_up(&shifts[0].1) {
        "Another or a busier name server, or another path to it (possible)"
    } else {
        "Another name server, or a shorter path to it (possible)"
    };
    let what = format!("{}: the median name resolution{of}{through}", host_or(host));
    let others = others(shifts, looked_at, TARGET);
    shifted(
        about,
        "dns-shifted",
        (host, what, others, why),
        &shifts[0].1,
    )
}

fn handshakes_shifted(
    about: &Inputs<'_>,
    number: usize,
    shifts: &[(usize, Shift)],
    looked_at: usize,
    is_still: bool,
) -> RankedFinding {
    let [host, target, transport] = &about.rows.series[number].0;
    let (region, shift) = shifts[0];
    let region = match about.rows.relays.region_name(region) {
        "" => String::new(),
        region => format!(" in {}", name(region)),
    };
    let is_through = transport.contains(THROUGH);
    let connects = match (is_still, is_through) {
        (true, false) => "The connects did not move at that time: ",
        (true, true) => "The connects to the proxy did not move at that time: ",
        (false, _) => "Whether the connects moved, too, could not be determined: ",
    };
    let is_up = is_up(&shift);
    // behind a proxy nobody sees the way to the relays
    let path = match (is_still && !is_through, is_up) {
        (true, _) => "",
        (false, true) => "a longer path to them, ",
        (false, false) => "a shorter path to them, ",
    };
    let why = if is_up {
        format!(
            "{connects}slower relays, {path}or something on the path that ends TLS or holds it up (possible)"
        )
    } else {
        format!("{connects}faster relays, {path}or one device fewer on the path (possible)")
    };
    let what = format!(
        "{} to {}{region}: the median TLS handshake over {}",
        host_or(host),
        name(target),
        name(transport),
    );
    let others = others(shifts, looked_at, REGION);
    shifted(about, "tls-shifted", (host, what, others, &why), &shift)
}

fn shifted(
    about: &Inputs<'_>,
    code: &'static str,
    (host, what, others, why): (&str, String, String, &str),
    shift: &Shift,
) -> RankedFinding {
    let is_up = is_up(shift);
    let times = shift.after_us / shift.before_us.max(1.0);
    let text = format!(
        "{what} {} from {} ms to {} ms (x {times:.2}) {}, for {}{others}; {}. A call that begins waits for that; one that runs does not. {why}.",
        if is_up { "rose" } else { "fell" },
        millis(shift.before_us / 1e3),
        millis(shift.after_us / 1e3),
        since(about, shift.from, shift.until),
        counted(shift.days as u64, "day", "days"),
        steady(shift),
    );
    let severity = match (is_up, shift.until, weight(shift)) {
        (true, None, Some(Weight::Felt)) => Severity::Warn,
        _ => Severity::Note,
    };
    RankedFinding::new(severity, times, code, text)
        .host(host)
        .when(Some(day(shift.from)), shift.until.map(day))
        .n(shift.days as u64)
}
