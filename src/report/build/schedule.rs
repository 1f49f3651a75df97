//! Which pauses of a series are planned, and which runs are missing.

use super::clocks;
use super::order::MOST_LISTED;
use crate::arrange::Arrange as _;
use crate::judge::schedule::{Every, Missing, PauseKind, Stretch, schedule};
use crate::measure::folds::Finished;
use crate::report::model::{PlannedRun, ReportedGap, ReportedSchedule};
use crate::stats::survey;
use crate::stats::units::{moment, seconds};
use crate::zone::WEEKDAYS;

/// Gaps as a report has them.
#[derive(Debug, Default)]
pub struct ReportedGaps {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub seconds: f64,
    /// The longest, in time order.
    pub longest: Vec<ReportedGap>,
    /// By what they are judged, where runs repeat.
    pub schedule: Option<ReportedSchedule>,
}

/// Of the stretches without rows between those in which somebody measured, those that are gaps.
pub fn gaps(rows: &Finished, found: &[survey::Gap], measured: &[survey::Presence]) -> ReportedGaps {
    let ends = measured.iter().map(|one| one.from).min();
    let ends = ends.zip(measured.iter().map(|one| one.to).max());
    let shown = |gap: &survey::Gap, kind, runs| ReportedGap {
        from: moment(gap.from),
        to: moment(gap.to),
        seconds: seconds(gap.length),
        slept_s: clocks::slept_s(&rows.clocks, gap),
        kind,
        missed_runs: runs,
    };
    let plain = |gap: &survey::Gap| shown(gap, "", 0);
    let (inside, between): (Vec<_>, Vec<_>) = found.iter().partition(|gap| gap.inside);
    let judged = ends.and_then(|ends| schedule(&stretches(&between, ends), rows.options.zone));
    let mut all: Vec<(u64, ReportedGap)> = inside
        .into_iter()
        .map(|gap| (gap.length, plain(gap)))
        .collect();
    let mut planned = None;
    match judged {
        None => all.extend(between.into_iter().map(|gap| (gap.length, plain(gap)))),
        Some((schedule, missing)) => {
            for one in missing.iter().flatten() {
                let gap = survey::Gap {
                    from: one.from,
                    to: one.to,
                    length: one.length,
                    inside: false,
                };
                all.push((gap.length, shown(&gap, one.kind.as_str(), one.runs)));
            }
            let interval = measured.iter().map(|one| one.usual_us).min();
            planned = Some(described(
                &schedule,
                &missing,
                &between,
                interval.unwrap_or(0),
            ));
        }
    }
    all.arrange_by_key(|(length, _)| std::cmp::Reverse(*length));
    let mut gaps = ReportedGaps {
        count: all.len() as u64,
        seconds: seconds(all.iter().map(|(length, _)| length).sum()),
        longest: all
            .into_iter()
            .map(|(_, gap)| gap)
            .take(MOST_LISTED)
            .collect(),
        schedule: planned,
    };
    gaps.longest.arrange_by_key(|gap| gap.from);
    gaps
}

/// What lies between the pauses.
fn stretches(pauses: &[&survey::Gap], (first, last): (i64, i64)) -> Vec<Stretch> {
    let begins = std::iter::once(first).chain(pauses.iter().map(|gap| gap.to));
    let ends = pauses.iter().map(|gap| gap.from).chain([last]);
    begins
        .zip(ends)
        .map(|(from, to)| Stretch { from, to })
        .collect()
}

fn described(
    schedule: &crate::judge::schedule::Schedule,
    missing: &[Option<Missing>],
    pauses: &[&survey::Gap],
    interval_us: u64,
) -> ReportedSchedule {
    // the last row stands for the time until another one would have come
    let interval = i64::try_from(interval_us / 1_000_000).unwrap_or(0);
    let every = match schedule.every {
        Every::Hour => "hour",
        Every::Day => "day",
    };
    let length = |one: &survey::Gap| one.length;
    let lost: u64 = missing.iter().flatten().map(|one| one.length).sum();
    let all: u64 = pauses.iter().map(|gap| length(gap)).sum();
    let of_kind = |kind| {
        let all = missing.iter().flatten();
        all.filter(|one| one.kind == kind).count() as u64
    };
    ReportedSchedule {
        every,
        runs: schedule
            .runs
            .iter()
            .map(|run| PlannedRun {
                start: clock_time(run.start_s),
                seconds: run.length_s.saturating_add(interval),
            })
            .collect(),
        free_days: WEEKDAYS
            .into_iter()
            .zip(schedule.free)
            .filter(|(_, free)| *free)
            .map(|(day, _)| day)
            .collect(),
        met: schedule.met as u64,
        pauses: missing.iter().filter(|one| one.is_none()).count() as u64,
        pauses_s: seconds(all.saturating_sub(lost)),
        missed_runs: missing.iter().flatten().map(|one| one.runs).sum(),
        ended_early: of_kind(PauseKind::EndedEarly),
        began_late: of_kind(PauseKind::BeganLate),
        interrupted: of_kind(PauseKind::Interrupted),
    }
}

/// `22:00`, to the nearest minute.
fn clock_time(second: i64) -> String {
    let minutes = second.saturating_add(30).div_euclid(60).rem_euclid(1_440);
    format!(
        "{:02}:{:02}",
        minutes.div_euclid(60),
        minutes.rem_euclid(60)
    )
}
