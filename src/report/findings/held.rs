//! Held connections: those that did not last, those that stood still, and those whose round trips are too long.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::found::{Inputs, RankedFinding, name};
use super::rates::part;
use super::slow::{grave_share, host};
use super::stretch::stretch;
use crate::doc::number::{counted, grouped, millis, percent, seconds, share};
use crate::judge::limits::CLIENT;
use crate::judge::severity::Severity;
use crate::measure::hold::finished::HeldTotals;
use crate::record::EndedBy;
use crate::stats::units::{self, moment};
use crate::stats::{Count, HourCounts};

/// Ends after the same time, at least.
const FEWEST_ALIKE: u64 = 5;

/// Times are alike where most of them are within so many milliseconds, or this share of the longest.
const ALIKE_MS: f64 = 1_500.0;
const ALIKE_SHARE: f64 = 0.02;

pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let mut found = Vec::new();
    for group in &about.report.kinds.held {
        found.extend(ended(about, group));
        found.extend(ended_somehow(group));
        found.extend(stalled(about, group));
        found.extend(untimed(group));
        found.extend(untold(group));
        found.extend(slow(about, group));
    }
    found
}

/// When something was of the connections of a group: in words, and from when to when.
fn when(
    about: &Inputs<'_>,
    group: &HeldTotals,
    what: &str,
    hours: &HourCounts,
    alone: [&str; 3],
) -> (String, Option<[DateTime<Utc>; 2]>) {
    let rows = group.span.map(|[from, to]| (from, to));
    if let Some(known) = rows.and_then(|rows| stretch(about, what, hours, rows)) {
        return (format!("; {}", known.text), Some([known.from, known.to]));
    }
    let Some((from, to)) = hours.span() else {
        return (String::new(), None);
    };
    let (from, to) = (moment(from), moment(to));
    let [only, first, last] = alone;
    let (begin, end) = (about.time(from), about.time(to));
    let text = if from == to {
        format!("; {only} {begin}")
    } else {
        format!("; {first} {begin}, {last} {end}")
    };
    (text, Some([from, to]))
}

const BEGAN: [&str; 3] = ["it began at", "the first began at", "the last at"];

/// Those that did not come to their end.
fn ended(about: &Inputs<'_>, group: &HeldTotals) -> Option<RankedFinding> {
    let is_bad = |end: &&Count| {
        let by = EndedBy::of_word(&end.name);
        by.is_some_and(|by| !by.is_fine())
    };
    let bad = group.ended.iter().filter(is_bad);
    let listed: Vec<String> = bad
        .clone()
        .map(|end| format!("{} {}", grouped(end.count), end.name))
        .collect();
    let count: u64 = bad.map(|end| end.count).sum();
    if count == 0 {
        return None;
    }
    let mut text = format!(
        "{} of {} from {} to {} did not last ({}): {}",
        grouped(count),
        counted(group.held, "held connection", "held connections"),
        host(&group.host),
        name(&group.target),
        share(count, group.held),
        listed.join(", ")
    );
    text.push_str(&after(group, count));
    let ends = ["it ended at", "the first ended at", "the last at"];
    let (told, when) = when(about, group, "such ends", &group.short, ends);
    text.push_str(&told);
    text.push('.');
    if is_after_the_same_time(group, count) {
        text.push_str(
            " That most of them lasted equally long, whenever they began, points to a limit on the time of a connection, \
             at the relay or on the path, such as of a firewall or a proxy (possible).",
        );
    }
    Some(
        RankedFinding::new(Severity::Warn, count as f64, "held-ended", text)
            .host(&group.host)
            .when(when.map(|[from, _]| from), when.map(|[_, to]| to))
            .n(group.held),
    )
}

/// Those of which no word that is known says how they ended.
fn ended_somehow(group: &HeldTotals) -> Option<RankedFinding> {
    let known: u64 = group.ended.iter().map(|end| end.count).sum();
    let count = group.held.saturating_sub(known);
    if count == 0 {
        return None;
    }
    let text = format!(
        "How {} of {} from {} to {} ended could not be determined, as `ended_by` has no known word there.",
        grouped(count),
        counted(group.held, "held connection", "held connections"),
        host(&group.host),
        name(&group.target),
    );
    Some(
        RankedFinding::new(Severity::Note, count as f64, "held-end-unknown", text)
            .host(&group.host)
            .n(group.held),
    )
}

/// Those of which nobody knows how long they were held.
fn untimed(group: &HeldTotals) -> Option<RankedFinding> {
    let judged = &group.judged;
    if judged.untimed == 0 {
        return None;
    }
    let mut text = format!(
        "How long {} of {} from {} to {} were held could not be determined, as `held_us` is missing there, cannot be read or is \
         shorter than their stalls",
        grouped(judged.untimed),
        counted(group.held, "held connection", "held connections"),
        host(&group.host),
        name(&group.target),
    );
    let severity = if judged.untimed_stalls > 0 {
        let stalls = counted(judged.untimed_stalls, "stall", "stalls");
        let _ = write!(
            text,
            ", nor for what part of that time they stood still ({stalls})"
        );
        Severity::Warn
    } else {
        Severity::Note
    };
    text.push('.');
    Some(
        RankedFinding::new(severity, 0.0, "held-time-unknown", text)
            .host(&group.host)
            .n(group.held),
    )
}

/// Those that say nothing of stalls: where others do, something is lost, else the system may not tell.
fn untold(group: &HeldTotals) -> Option<RankedFinding> {
    let judged = &group.judged;
    if judged.untold == 0 {
        return None;
    }
    let severity = if judged.stalled.judged > 0 {
        Severity::Warn
    } else {
        Severity::Note
    };
    let text = format!(
        "Whether {} of {} from {} to {} stood still could not be determined, as `stalls`, `longest_stall_us` and `stalled_us` are \
         missing there or cannot be read.",
        grouped(judged.untold),
        counted(group.held, "held connection", "held connections"),
        host(&group.host),
        name(&group.target),
    );
    Some(
        RankedFinding::new(severity, 0.0, "held-stalls-unknown", text)
            .host(&group.host)
            .n(group.held),
    )
}

/// After how long they ended.
fn after(group: &HeldTotals, count: u64) -> String {
    let Some((all, [low, high])) = group.cut.zip(group.cut_mostly) else {
        return String::new();
    };
    let between = |low: f64, high: f64| match [low, high].map(|ms| seconds(ms / 1e3)) {
        [low, high] if low == high => low,
        [low, high] => format!("{low} to {high}"),
    };
    let most = if is_after_the_same_time(group, count) && !is_alike(all.min_ms, all.max_ms) {
        format!(", most of them after {}", between(low, high))
    } else {
        String::new()
    };
    format!(
        "{most}, {}after {}{}",
        if most.is_empty() { "" } else { "all " },
        between(all.min_ms, all.max_ms),
        if all.n < count {
            " where that is known"
        } else {
            ""
        },
    )
}

/// Whether times from the one to the other, in milliseconds, are as good as equal.
fn is_alike(low: f64, high: f64) -> bool {
    high - low <= ALIKE_MS.max(high * ALIKE_SHARE) && low > ALIKE_MS * 2.0
}

/// Whether they ended after the same time, one after the other: those that were open at once may have ended together.
fn is_after_the_same_time(group: &HeldTotals, count: u64) -> bool {
    // of most of the others it is not known
    let known = group.cut.map_or(0, |cut| cut.n);
    let is_known = known >= FEWEST_ALIKE && known.saturating_mul(2) > count;
    let Some([low, high]) = group.cut_mostly.filter(|_| is_known) else {
        return false;
    };
    let span = group.short.span();
    let span_ms = span.map_or(0.0, |(from, to)| to.saturating_sub(from) as f64 / 1e3);
    is_alike(low, high) && span_ms * 2.0 >= low * part(count.saturating_sub(1), 1)
}

/// Those that stood still: a call loses what is stuck for so long.
fn stalled(about: &Inputs<'_>, group: &HeldTotals) -> Option<RankedFinding> {
    let judged = &group.judged;
    let stalls = judged.stalls;
    let come_to = stalls.judged()?;
    let mut text = format!(
        "{} of {} from {} to {} stood still: {} nothing got through for 200 ms or more (200 ms are 1.3 % of 15 s, in which \
         Microsoft allows 1 % of loss)",
        grouped(judged.stalled.bad),
        counted(judged.stalled.judged, "held connection", "held connections"),
        host(&group.host),
        name(&group.target),
        counted(stalls.stalls, "time", "times"),
    );
    if stalls.held_us > 0 {
        let _ = write!(
            text,
            ", {} of {} in all ({})",
            seconds(units::seconds(stalls.stalled_us)),
            seconds(units::seconds(stalls.held_us)),
            percent(stalls.share() * 100.0),
        );
    }
    if judged.untimed_stalls > 0 && stalls.held_us > 0 {
        let _ = write!(
            text,
            " without the {} of connections of which it is not known how long they were held",
            grouped(judged.untimed_stalls)
        );
    }
    if let Some((longest, began)) = stalls.longest {
        let _ = write!(text, ", the longest {}", seconds(units::seconds(longest)));
        if let Some(began) = began.filter(|_| stalls.is_outage() && judged.stalled.bad > 1) {
            let began = about.time(moment(began));
            let _ = write!(text, " in the connection that began at {began}");
        }
    }
    let hours = &judged.stalled.hours;
    let (told, when) = when(about, group, "such connections", hours, BEGAN);
    text.push_str(&told);
    text.push_str(match (come_to.severity, come_to.is_certain) {
        (Severity::Note, _) => ". So few can happen on any path",
        (_, true) => ". A call over such a connection has gaps then (certain)",
        (_, false) => {
            ". Whether they came together or one by one, so that a call has one gap or many, could not be determined"
        }
    });
    text.push_str(where_it_is(group));
    Some(
        RankedFinding::new(
            come_to.severity,
            stalls.share() * 100.0,
            "held-stalled",
            text,
        )
        .host(&group.host)
        .when(when.map(|[from, _]| from), when.map(|[_, to]| to))
        .n(judged.stalled.judged),
    )
}

/// Those whose round trips reach Microsoft's limit.
fn slow(about: &Inputs<'_>, group: &HeldTotals) -> Option<RankedFinding> {
    let judged = &group.judged;
    let (bad, of) = (judged.slow.bad, judged.slow.judged);
    if bad == 0 {
        return None;
    }
    let trips = judged.trips.moments().mean()?;
    let limit = CLIENT.rtt.as_secs_f64() * 1e3;
    let mut text = format!(
        "Round trips over held connections from {} to {} reach Microsoft's limit of {} ms in {} of {} ({}): the 95th percentile \
         of the answers, or the kernel's shortest round trip where the relay does not answer, is {} ms on average there",
        host(&group.host),
        name(&group.target),
        millis(limit),
        grouped(bad),
        counted(of, "connection", "connections"),
        share(bad, of),
        millis(trips / 1e3),
    );
    if let Some(median) = judged.medians.moments().mean() {
        let _ = write!(text, ", the median {} ms", millis(median / 1e3));
    }
    if let Some(longest) = judged.answer_max_us {
        let _ = write!(
            text,
            ", the longest answer took {} ms",
            millis(longest as f64 / 1e3)
        );
    }
    let (told, when) = when(about, group, "such connections", &judged.slow.hours, BEGAN);
    text.push_str(&told);
    let severity = grave_share(bad, of);
    text.push_str(match severity {
        Severity::Fail => ". A call over such connections suffers from this (certain)",
        _ => ". A call over such a connection suffers from this (certain), but there were few",
    });
    text.push_str(where_it_is(group));
    Some(
        RankedFinding::new(severity, part(bad, of), "held-slow", text)
            .host(&group.host)
            .when(when.map(|[from, _]| from), when.map(|[_, to]| to))
            .n(of),
    )
}

fn where_it_is(group: &HeldTotals) -> &'static str {
    if group.proxy.is_some() {
        "; these rows do not show which part of the path causes it: through a proxy, stalls are those of the way to it."
    } else {
        "; these rows do not show which part of the path causes it."
    }
}
