//! Runs of a schedule that are missing: what happened then is not known.

use crate::arrange::Arrange as _;
use std::fmt::Write as _;

use super::found::{Inputs, RankedFinding, name};
use crate::doc::number::{counted, seconds};
use crate::judge::severity::Severity;
use crate::report::model::{ReportedSchedule, ReportedSeries};
use crate::report::sections::schedule;

/// At most one: the series of which most is missing, and how many others there are.
pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let series = about.report.series.iter();
    let missed = series.filter_map(|one| Some((one, one.schedule.as_ref()?)));
    let mut missed: Vec<(&ReportedSeries, &ReportedSchedule)> =
        missed.filter(|(one, _)| one.gaps > 0).collect();
    missed.retain(|(_, plan)| !schedule::missing(plan).is_empty());
    missed.arrange_by(|(a, _), (b, _)| b.gaps_s.total_cmp(&a.gaps_s));
    let Some((worst, plan)) = missed.first() else {
        return Vec::new();
    };
    let whose = match worst.host.as_str() {
        "" => "Runs are".to_owned(),
        host => format!("{} measures", name(host)),
    };
    let longest = worst.longest_gaps.iter().filter(|gap| !gap.kind.is_empty());
    let longest = longest.max_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let mut text = format!(
        "{whose} {} ({}), but not always: {}, {} without rows",
        schedule::times(plan, about.report.hours_are()),
        schedule::often(plan),
        schedule::missing(plan),
        seconds(worst.gaps_s),
    );
    if let Some(gap) = longest {
        let _ = write!(
            text,
            ", the longest from {} to {}",
            about.time(gap.from),
            about.time(gap.to)
        );
    }
    text += ". How the path was then is not known.";
    let more = missed.len() as u64 - 1;
    if more > 0 {
        let _ = write!(
            text,
            " The same applies to {}.",
            counted(more, "more series", "more series")
        );
    }
    let gap = longest.or(worst.longest_gaps.first());
    vec![
        RankedFinding::new(Severity::Note, worst.gaps_s, "missed-runs", text)
            .host(&worst.host)
            .when(gap.map(|gap| gap.from), gap.map(|gap| gap.to))
            .n(worst.gaps),
    ]
}
