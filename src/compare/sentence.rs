//! Differences in sentences: what can be said, with its numbers and what it is based on.

use std::fmt::Write as _;

use crate::doc::number::{counted, millis, percent, quantile, ratio, seconds};
use crate::doc::text::{cut, named};
use crate::stats::compare::{
    Basis, Decision, FEWEST_DAYS, FailurePart, Interval, MATTERS_MS, MetricComparison, Needs,
    PathFailures, Timed,
};
use crate::words::joined;

/// Regions that are named; more are counted.
const MOST_NAMED: usize = 3;

/// A line, with the name of the second side: what can be said, and what it rests on.
pub fn line(of: &MetricComparison, b: &str) -> String {
    let mut out = line_in_brief(of, b, true);
    for text in [basis(of.basis), regions(&of.regions)] {
        if !text.is_empty() {
            let _ = write!(out, ", {text}");
        }
    }
    out + &line_beside(of, true)
}

/// The same without what it rests on, where that is said elsewhere.
pub fn line_alone(of: &MetricComparison, b: &str) -> String {
    line_in_brief(of, b, false) + &line_beside(of, false)
}

fn line_in_brief(of: &MetricComparison, b: &str, rests: bool) -> String {
    let b = cut(b, 40);
    let metric = told(of.metric);
    match (of.verdict, of.difference) {
        (Decision::Differs, Some(found)) => {
            let by = quantile(found.middle.abs());
            let does = if found.middle > 0.0 {
                format!("{b} adds {by} ms to {metric}")
            } else {
                format!("{b} takes {by} ms off {metric}")
            };
            format!("{does} ({}{})", range(found), times(of.ratio))
        }
        (Decision::NoDifference, Some(found)) => {
            let least = if of.mixed { MATTERS_MS } else { 0.1 };
            let within = ((found.reach() * 10.0).ceil() / 10.0).max(least);
            let within = quantile(within);
            let of_what = if tail(of).is_some() {
                " in the median"
            } else {
                ""
            };
            format!("{metric}: no difference that matters{of_what} (within {within} ms)")
        }
        (_, Some(found)) => format!(
            "{metric}: cannot tell: {b} takes {}, but anything from {} to {} would fit (95 %)",
            as_long(found.middle),
            more(found.low, "ms"),
            more(found.high, "ms")
        ),
        (_, None) => {
            let few = if rests {
                format!(": {}", few(of.basis, of.needs))
            } else {
                String::new()
            };
            let between = of.bare_ms.map_or_else(String::new, |ms| {
                format!("; between these {b} takes {}", as_long(ms))
            });
            format!("{metric}: cannot tell{few}{between}")
        }
    }
}

/// A metric in a sentence.
pub fn told(metric: Timed) -> &'static str {
    match metric {
        Timed::Rtt => "the round trip",
        Timed::Answer => "the time to an answer",
        phase => phase.as_str(),
    }
}

/// What else is to be said of a line.
fn line_beside(of: &MetricComparison, rests: bool) -> String {
    let mut out = String::new();
    if let Some(p95) = tail(of) {
        let but = match of.verdict {
            Decision::NoDifference => "but ",
            Decision::Differs | Decision::CannotTell => "",
        };
        let _ = write!(
            out,
            "; {but}the 95th percentile {} ({})",
            more(p95.middle, "ms"),
            range(p95)
        );
    }
    if of.left_out > 0.0 {
        let share = percent(of.left_out * 100.0);
        let _ = write!(
            out,
            "; {share} of the values are from regions that only one side has, and were left out"
        );
    }
    out + &takes(
        of.needs.filter(|needs| rests || *needs != Needs::SameTime),
        of.basis,
    )
}

/// The 95th percentile where the slowest tell what the usual ones do not.
fn tail(of: &MetricComparison) -> Option<Interval> {
    let usual = of.difference.map_or(0.0, |of| of.middle);
    of.p95.filter(|p95| {
        p95.excludes_zero()
            && (p95.middle - usual).abs() >= of.matters_ms
            && p95.middle.abs() >= of.matters_ms
    })
}

/// Where the lines of single regions say another thing than that of all of them: which differ, and that others do not.
pub fn places(of_all: &MetricComparison, single: &[&MetricComparison]) -> String {
    let with = |verdict| single.iter().filter(move |one| one.verdict == verdict);
    let even = with(Decision::NoDifference).count() as u64;
    let differing = with(Decision::Differs).filter_map(|one| Some((one, one.difference?)));
    let differing: Vec<String> = differing
        .map(|(one, found)| format!("{} {}", regions(&one.regions), short(found)))
        .collect();
    if differing.is_empty() || of_all.verdict == Decision::Differs && even == 0 {
        return String::new();
    }
    let named = differing.len().min(MOST_NAMED);
    let mut out = format!("; by region: {}", differing[..named].join(", "));
    if named < differing.len() {
        let more = (differing.len() - named) as u64;
        let _ = write!(out, " and {more} more with a difference");
    }
    if even > 0 {
        let _ = write!(
            out,
            ", no difference in {even} {}",
            if even == 1 { "other" } else { "others" }
        );
    }
    out
}

/// The failures of a path; `rests` where what that rests on is not said elsewhere.
pub fn failures(of: &PathFailures, b: &str, rests: bool) -> String {
    let b = cut(b, 40);
    let share = |(rows, failed): (u64, u64)| percent(failed as f64 * 100.0 / rows.max(1) as f64);
    let (noun, verb) = match of.of {
        FailurePart::Rows => ("failures", "fails"),
        FailurePart::Requests => ("loss", "loses"),
    };
    let shares = format!("{noun} {} and {}", share(of.sides[0]), share(of.sides[1]));
    let mut out = match (of.verdict, of.difference) {
        (Decision::Differs, Some(found)) => {
            let less = match (of.of, found.middle > 0.0) {
                (FailurePart::Rows, true) => "more often",
                (FailurePart::Rows, false) => "less often",
                (FailurePart::Requests, true) => "more",
                (FailurePart::Requests, false) => "less",
            };
            let by = quantile(found.middle.abs());
            let points = if by == "1" { "point" } else { "points" };
            format!(
                "{shares}: {b} {verb} {less}, by {by} percentage {points} ({})",
                range(found)
            )
        }
        (Decision::NoDifference, _) => format!("{shares}: no difference"),
        _ if of.unknown > 0 => format!(
            "{shares}: cannot tell: the outcome of {} could not be read",
            counted(of.unknown, "row", "rows")
        ),
        _ if of.in_outages => format!(
            "{shares}: cannot tell: they are concentrated in a few stretches, as in outages, and the usual block or day does not differ by anything that matters"
        ),
        (_, Some(found)) => format!(
            "{shares}: cannot tell: anything from {} to {} would fit (95 %)",
            more(found.low, "points"),
            more(found.high, "points")
        ),
        (_, None) if rests => format!("{shares}: cannot tell: {}", few(of.basis, of.needs)),
        (_, None) => format!("{shares}: cannot tell"),
    };
    let text = basis(of.basis);
    if rests && !text.is_empty() {
        let _ = write!(out, ", {text}");
    }
    if of.here > 0 {
        let rows = counted(of.here, "row", "rows");
        let _ = write!(
            out,
            "; {rows} that failed on the measuring computer were left out"
        );
    }
    out + &takes(
        of.needs.filter(|needs| rests || *needs != Needs::SameTime),
        of.basis,
    )
}

/// A difference in a word or two: `14.2 ms more`.
pub fn short(found: Interval) -> String {
    let by = quantile(found.middle.abs());
    format!(
        "{by} ms {}",
        if found.middle < 0.0 { "less" } else { "more" }
    )
}

/// `95 %: 13.9 to 14.6`, without signs where all of it lies on one side.
fn range(found: Interval) -> String {
    let (low, high) = if found.high < 0.0 {
        (-found.high, -found.low)
    } else {
        (found.low, found.high)
    };
    let mut shown = [low, high].map(quantile);
    if shown[0] == shown[1] {
        shown = [low, high].map(millis);
    }
    format!("95 %: {} to {}", shown[0], shown[1])
}

fn times(of: Option<Interval>) -> String {
    of.map_or_else(String::new, |of| format!("; {}", ratio(of.middle)))
}

/// `0.8 ms more`, `1.2 ms less`, `0 ms`.
fn more(value: f64, unit: &str) -> String {
    let size = quantile(value.abs());
    match value {
        _ if size == "0" => format!("{size} {unit}"),
        value if value < 0.0 => format!("{size} {unit} less"),
        _ => format!("{size} {unit} more"),
    }
}

/// What somebody takes: `2 ms more`, `as long`.
fn as_long(ms: f64) -> String {
    match more(ms, "ms") {
        none if none == "0 ms" => "just as long".to_owned(),
        some => some,
    }
}

fn basis(of: Basis) -> String {
    match of {
        Basis::Blocks(n, length_s) => {
            let length = minutes(length_s);
            format!("{n} blocks of {length} measured at the same time")
        }
        Basis::Days(a, b) => format!("{a} days against {b}, in the hours that both have"),
        Basis::Neither(..) => String::new(),
    }
}

/// Why there is no interval.
fn few(of: Basis, needs: Option<Needs>) -> String {
    match of {
        Basis::Neither(..) if needs == Some(Needs::MoreOften) => {
            "too few values of both in a block".to_owned()
        }
        Basis::Neither(_, [0, 0]) => {
            "no day has enough values of both in the same hours".to_owned()
        }
        Basis::Neither(_, [a, b]) if a.min(b) >= FEWEST_DAYS => {
            format!("the path varies just as much from day to day ({a} days and {b})")
        }
        Basis::Neither(_, [a, b]) => {
            format!("too few days to tell change from chance ({a} and {b})")
        }
        Basis::Blocks(..) | Basis::Days(..) => "too few values".to_owned(),
    }
}

/// What it would take, with where it goes on.
fn takes(needs: Option<Needs>, of: Basis) -> String {
    let what = match needs {
        None => return String::new(),
        Some(Needs::SameTime) => {
            "both at the same time for an hour or more, or 6 days of each".to_owned()
        }
        Some(Needs::MoreOften) => "20 values of each in ten minutes, or 6 days of each".to_owned(),
        Some(Needs::Blocks(blocks)) => {
            let length_s = match of {
                Basis::Blocks(_, length_s) => length_s,
                _ => 0,
            };
            let all = seconds(blocks.saturating_mul(length_s.unsigned_abs()) as f64);
            format!("about {all} in all of both at the same time")
        }
        Some(Needs::Days(days)) => {
            format!("about {days} days of each, or both at the same time for some hours")
        }
        Some(Needs::Longer) => {
            "more than a month, as the difference is too close to the limit of what matters"
                .to_owned()
        }
    };
    format!("; it would take {what}")
}

/// `10 minutes`, `2 hours`.
pub fn minutes(length_s: i64) -> String {
    match (length_s / 60, length_s / 3600) {
        (_, hours @ 1..) if length_s % 3600 == 0 => counted(hours.unsigned_abs(), "hour", "hours"),
        (minutes, _) => counted(minutes.unsigned_abs(), "minute", "minutes"),
    }
}

/// `westeurope and northeurope`, `a, b, c and 2 more regions`; nothing where the rows have none.
fn regions(names: &[String]) -> String {
    if names.iter().all(String::is_empty) {
        return String::new();
    }
    let shown: Vec<String> = names.iter().map(|name| named(name, "region", 40)).collect();
    match shown.as_slice() {
        all if all.len() <= MOST_NAMED => joined(all),
        all => {
            let more = (all.len() - MOST_NAMED) as u64;
            let more = counted(more, "more region", "more regions");
            format!("{} and {more}", all[..MOST_NAMED].join(", "))
        }
    }
}
