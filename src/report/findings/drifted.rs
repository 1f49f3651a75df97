//! Round trips that moved little by little.

use super::days::{day, host_or, regions, trip};
use super::found::{Inputs, RankedFinding, name};
use crate::doc::number::millis;
use crate::judge::levels::Drift;
use crate::judge::severity::Severity;
use crate::stats::survey::SeriesName;

/// Drifts of a series, each with the number of its region; so many of its regions were looked at.
pub(super) fn drifted(
    about: &Inputs<'_>,
    [host, target, transport]: &SeriesName,
    drifts: &[(usize, Drift)],
    looked_at: usize,
) -> Option<RankedFinding> {
    let times = |drift: &Drift| drift.after_us / drift.before_us.max(1e-3);
    let far = |drift: &Drift| times(drift).ln().abs();
    let all = drifts.iter();
    let (region, drift) = all.max_by(|(_, a), (_, b)| far(a).total_cmp(&far(b)))?;
    let is_up = drift.after_us > drift.before_us;
    let region = match about.rows.relays.region_name(*region) {
        "" => String::new(),
        region => format!(" in {}", name(region)),
    };
    let others = match (drifts.len(), looked_at) {
        (_, 0 | 1) => String::new(),
        (some, all) if some == all => format!("; it is so in all {}", regions(all)),
        (some, all) => format!("; it is so in {some} of {}", regions(all)),
    };
    let [from, to] = drift.days;
    let text = format!(
        "{} to {}{region} over {}: the median {} {} little by little from {} ms in the first seven days to {} ms in the last seven \
         (x {:.2}), from {} to {}{others} (certain: from week to week, and each day of the last week is beyond each of the first). {}.",
        host_or(host),
        name(target),
        name(transport),
        trip(transport),
        if is_up { "rose" } else { "fell" },
        millis(drift.before_us / 1e3),
        millis(drift.after_us / 1e3),
        times(drift),
        about.day(day(from)),
        about.day(day(to)),
        if is_up {
            "A line or a path that fills up (possible)"
        } else {
            "A line or a path that empties (possible)"
        },
    );
    let severity = if is_up {
        Severity::Warn
    } else {
        Severity::Note
    };
    Some(
        RankedFinding::new(severity, times(drift), "level-drifted", text)
            .host(host)
            .when(Some(day(from)), None)
            .n(drift.known as u64),
    )
}
