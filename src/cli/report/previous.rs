//! `--against previous`: what differs from the time before.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::args::ReportArgs;
use crate::cli::files::Filter;
use crate::compare::model::Comparison;
use crate::compare::{self, Circumstances};
use crate::doc::Document;
use crate::measure::folds::Folds;
use crate::report::model::{Input, Report};
use crate::schema::Row;
use crate::stats::RowFold as _;
use crate::stats::compare::{Fold, Side};
use crate::store::Span;

/// Rows of this time and of the time before.
#[derive(Debug)]
pub struct Previous {
    before: Filter,
    fold: Fold,
}

impl Previous {
    /// What is asked for, if it is.
    pub fn of(args: &ReportArgs, filter: &Filter, now: DateTime<Utc>) -> Option<Self> {
        args.against?;
        Some(Self {
            before: filter.previous(now)?,
            fold: Fold::new(None),
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
    pub fn finish(self, args: &ReportArgs, input: Input, interrupted: bool) -> Comparison {
        let about = Circumstances {
            input,
            sides: [("the time before", Vec::new()), ("this time", Vec::new())]
                .map(|(name, what)| (name.to_owned(), what)),
            filters: Vec::new(),
            zone: args.time_zone,
            interrupted,
            of_both: 0,
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
        let section = compare::section(previous, "Against the time before");
        let place = document.sections.len().min(1);
        document.sections.insert(place, section);
    }
    document
}
