//! `--against previous`: what differs from the time before.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::args::ReportArgs;
use crate::cli::files::Filter;
use crate::compare::model::{ComparedLine, Comparison};
use crate::compare::{self, ComparisonContext};
use crate::doc::Document;
use crate::measure::folds::Folds;
use crate::report::model::{EarlierDifference, Report, ReportedInput};
use crate::schema::Row;
use crate::stats::RowFold as _;
use crate::stats::compare::{ComparisonFold, Decision, Side, Timed};
use crate::store::Span;

/// Rows of this time and of the time before.
#[derive(Debug)]
pub struct Previous {
    before: Filter,
    fold: ComparisonFold,
}

impl Previous {
    /// What is asked for, if it is.
    pub fn of(args: &ReportArgs, filter: &Filter, now: DateTime<Utc>) -> Option<Self> {
        args.against?;
        Some(Self {
            before: filter.previous(now)?,
            fold: ComparisonFold::new(None),
        })
    }

    /// Takes a row of any time in.
    pub fn take(&mut self, row: &Row<'_>, filter: &Filter) {
        if Folds::is_detail(row) || !filter.has_values(row) {
            return;
        }
        if self.before.has_time(row) {
            self.fold.add(row, Side::A);
        } else if filter.has_time(row) {
            self.fold.add(row, Side::B);
        }
    }

    /// What differs.
    pub fn finish(self, args: &ReportArgs, input: ReportedInput, interrupted: bool) -> Comparison {
        let about = ComparisonContext {
            input,
            sides: [("the time before", Vec::new()), ("this time", Vec::new())]
                .map(|(name, what)| (name.to_owned(), what)),
            filters: Vec::new(),
            zone: args.time_zone,
            interrupted,
            of_both: 0,
            // they have a finding of their own
            without_outcome: 0,
            differ_in_proxy: false,
            tool_version: env!("CARGO_PKG_VERSION"),
        };
        compare::comparison(&self.fold.finish(), about)
    }
}

/// The time that is asked for, with the one before where that is asked for.
pub fn span(filter: &Filter, previous: Option<&Previous>) -> Span {
    let span = filter.span();
    let before = previous.map(|previous| previous.before.span());
    Span {
        since: before.map_or(span.since, |before| before.since),
        ..span
    }
}

/// A rise is worth a look from this ratio and this many milliseconds on, as that of a level is.
const WORSE_RATIO: f64 = 1.08;
const WORSE_MS: f64 = 2.0;

/// What differs, for the findings: of each path the metric that differs most, and its failures.
pub fn told(previous: &Comparison) -> Vec<EarlierDifference> {
    let lines = previous.lines.iter().filter(|line| {
        // what holds for all regions of a path, or for its only one
        line.verdict == Decision::Differs
            && line.metric != Timed::Total
            && (line.region.is_none() || is_alone(previous, line))
    });
    let mut all: Vec<(&ComparedLine, EarlierDifference)> = Vec::new();
    for line in lines {
        let (Some(difference), Some(ratio)) = (line.difference_ms, line.ratio) else {
            continue;
        };
        let is_worse = difference.value >= WORSE_MS && ratio.value >= WORSE_RATIO;
        let told = EarlierDifference {
            worse: is_worse,
            weight: ratio.value.ln().abs(),
            text: line.text.clone(),
            n: line.b.n,
        };
        let same = |(known, _): &&mut (&ComparedLine, EarlierDifference)| {
            known.transport == line.transport && known.target == line.target
        };
        match all.iter_mut().find(same) {
            Some((_, known)) if (known.worse, known.weight) >= (told.worse, told.weight) => {}
            Some(known) => *known = (line, told),
            None => all.push((line, told)),
        }
    }
    let failures = previous
        .failures
        .iter()
        .filter(|one| one.verdict == Decision::Differs);
    let failures = failures.map(|one| EarlierDifference {
        worse: one.b.percent > one.a.percent,
        weight: (one.b.percent - one.a.percent).abs(),
        text: one.text.clone(),
        n: one.b.rows,
    });
    all.into_iter()
        .map(|(_, told)| told)
        .chain(failures)
        .collect()
}

/// Whether a path has no line of all its regions.
fn is_alone(previous: &Comparison, line: &ComparedLine) -> bool {
    !previous.lines.iter().any(|other| {
        other.region.is_none()
            && other.transport == line.transport
            && other.target == line.target
            && other.metric == line.metric
    })
}

/// A report, and what differs from the time before where that is asked for.
#[derive(Debug, Serialize)]
pub struct WithPrevious<'a> {
    /// The report.
    #[serde(flatten)]
    pub report: &'a Report,
    /// What differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against_previous: Option<&'a Comparison>,
}

/// The document with what differs behind its first section.
pub fn with_previous(mut document: Document, previous: Option<&Comparison>) -> Document {
    if let Some(previous) = previous {
        let section = compare::section(previous, "Compared with the time before");
        let place = document.sections.len().min(1);
        document.sections.insert(place, section);
    }
    document
}
