//! `turnprobe report`: files in, tables and a page out.

pub mod args;
mod mixed;
mod odd;
mod previous;
mod rolled;
mod sql;

use anyhow::{anyhow, ensure};

use super::exit::{Exit, FatalError};
use super::files::{
    Copies, DocumentFormat, Filter, NamedColumns, PageOutput, Progress, Twice, Untimed, Untold,
    filters_told, input, is_left_out, json, tell, tell_left_out,
};
use super::values::Color;
use super::{message, signals, terminal};
use crate::clock::Wall;
use crate::compare::model::Comparison;
use crate::doc::{self, Room};
use crate::endpoints::List;
use crate::measure::folds::{Finished, Survey};
use crate::report::model::{Report, ReportedProblem};
use crate::report::{ReportContext, Selection, document, figures};
use crate::source::{self, ReadSummary};
use crate::stats::SurveyOptions;
use crate::stats::survey::DIMENSIONS;
use crate::zone::{Zone, unknown_variable};
use args::{FailOn, ReportArgs};
use mixed::{is_of, mixed_times, one_world};
use odd::Oddities;
use previous::{Previous, WithPrevious, span, told, with_previous};

/// Makes a report.
pub fn run(args: &ReportArgs, color: Color) -> Result<Exit, FatalError> {
    let by = columns(args).map_err(FatalError::usage)?;
    let now = Wall::system().now();
    let filter = Filter::new(
        args.since.as_deref(),
        args.until.as_deref(),
        &args.wanted,
        args.time_zone,
        now,
    )
    .map_err(FatalError::usage)?;
    for doubt in filter.doubts() {
        message::note(&doubt);
    }
    if let Some(engine) = args.sql {
        return sql::run(engine, args, &filter, by);
    }
    let wanted = Selection {
        sort: args.sort,
        metrics: args.metric.clone(),
        by: by.clone(),
    };
    let page = args.html.as_deref().map(PageOutput::open).transpose();
    let page = page.map_err(FatalError::io)?;
    let list = args.list.list().map_err(FatalError::io)?;
    let options = SurveyOptions {
        zone: args.time_zone,
        slow_us: u64::try_from(args.slow.as_micros()).unwrap_or(u64::MAX),
        by: by
            .iter()
            .filter(|columns| !is_made_anyway(columns))
            .cloned()
            .collect(),
        most_groups: args.max_groups as usize,
        whole_slots: args.wanted.is_empty(),
        outage_us: args
            .outage
            .map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX)),
        ranges: list.ranges(),
        rejudge: args.list.endpoints.is_some(),
    };
    let previous = Previous::of(args, &filter, now);
    let mut read = read(args, options, &filter, previous)?;
    if read.interrupted && read.rows.rows() == 0 {
        return Ok(Exit::Interrupted);
    }
    one_world(&read.rows).map_err(FatalError::usage)?;
    let told = rolled::missing(&read.summary.files, &by, filter.columns());
    read.summary.notes.extend(told.map_err(FatalError::usage)?);
    read.columns.all_known().map_err(FatalError::usage)?;
    let mut report = report(args, &read, list);
    report.sort(&wanted);
    let previous = read.previous.as_ref();
    let mut unwritten = None;
    if let Some(page) = page {
        // a page has all groups
        let of_page = Selection {
            metrics: args.metric.clone(),
            by: Vec::new(),
            sort: args.sort,
        };
        if read.rows.rows() == 0 && page.would_replace_one() {
            message::note("the existing page stays as it was: there is no row for a new one");
        } else {
            match page.write(&document(&report, &of_page)) {
                Ok(told) => message::note(&told),
                Err(error) => unwritten = Some(FatalError::io(error)),
            }
        }
    }
    print(&report, previous, &wanted, args, color).map_err(FatalError::io)?;
    // what was found is shown all the same
    if let Some(error) = unwritten {
        return Err(error);
    }
    if args.format == DocumentFormat::Csv {
        let left_out = &read.summary.left_out;
        let is_told = |problem: &&ReportedProblem| {
            let mut same = left_out.iter().filter(|out| out.file == problem.file);
            same.any(|out| out.what == problem.what)
        };
        let problems = report.input.problems.iter();
        tell(
            &problems
                .filter(|problem| !is_told(problem))
                .collect::<Vec<_>>(),
        );
    }
    if read.interrupted {
        message::note("interrupted: the numbers are from what was read so far");
    }
    tell_left_out(&read.summary.left_out, args.skip_unreadable);
    verdict(args, &report, &read.summary)
}

/// The exit code, and why it is not 0.
fn verdict(args: &ReportArgs, report: &Report, summary: &ReadSummary) -> Result<Exit, FatalError> {
    let (rows, problems) = (report.input.rows, &report.input.problems);
    let in_lines: Vec<_> = problems
        .iter()
        .filter(|problem| !is_left_out(problem, &summary.left_out))
        .collect();
    // a header alone is a run without rows, and can be read, unless what follows it cannot
    let is_whole = |name: &str| !summary.left_out.iter().any(|out| out.file == name);
    let mut files = summary.files.iter();
    let some_read = files.any(|file| file.dialect.is_some() && is_whole(&file.name));
    let nothing_read = rows == 0 && !(in_lines.is_empty() && some_read);
    if nothing_read && !problems.is_empty() {
        if args.format != DocumentFormat::Csv {
            tell(&in_lines);
        }
        return Err(FatalError::io(anyhow!("no row could be read")));
    }
    if rows > 0 && report.input.rows_used == 0 {
        message::error(&nothing_left(report));
        return Ok(Exit::Failed);
    }
    if args.strict && !problems.is_empty() {
        message::error(&format!(
            "--strict: {} in the input",
            counted(problems.len())
        ));
        return Ok(Exit::Failed);
    }
    if !summary.left_out.is_empty() && !args.skip_unreadable {
        return Ok(Exit::Failed);
    }
    if args.fail_on.is_some() && report.verdict.colour == "none" {
        message::error("--fail-on: there is no row, so nothing could be judged");
        return Ok(Exit::Failed);
    }
    let fails = match args.fail_on {
        None => false,
        Some(FailOn::Amber) => ["amber", "red"].contains(&report.verdict.colour),
        Some(FailOn::Red) => report.verdict.colour == "red",
    };
    if fails {
        message::error(&format!(
            "--fail-on: the verdict is {}",
            report.verdict.colour
        ));
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// What came of the files.
struct ReportedFiles {
    rows: Finished,
    summary: ReadSummary,
    interrupted: bool,
    columns: NamedColumns,
    /// What differs from the time before, where that is asked for.
    previous: Option<Comparison>,
}

fn read(
    args: &ReportArgs,
    options: SurveyOptions,
    filter: &Filter,
    mut previous: Option<Previous>,
) -> Result<ReportedFiles, FatalError> {
    let roots = args.store.roots(&args.files).map_err(FatalError::usage)?;
    let inputs = source::expand(&args.files, roots).map_err(FatalError::io)?;
    let inputs = source::within(inputs, span(filter, previous.as_ref()));
    let inputs = source::in_time_order(inputs, args.time_zone);
    let interrupted = signals::listen(None).map_err(FatalError::io)?;
    let mut reading = source::read(inputs, args.time_zone, interrupted.flag());
    let mut progress = Progress::new(reading.bytes_total());
    let mut columns = NamedColumns::default();
    columns.name(options.by.iter().flatten().map(String::as_str));
    columns.name(filter.columns());
    let mut survey = Survey::new(options);
    let (mut oddities, mut twice) = (Oddities::default(), Twice::default());
    let mut copies = Copies::default();
    let (mut untold, mut untimed) = (Untold::default(), Untimed::default());
    let mut taken = 0;
    while let Some(batch) = reading.next() {
        columns.see(&batch.layout);
        if untold.takes(&batch.layout, batch.file, batch.len()) {
            reading.recycle(batch);
            continue;
        }
        for row in batch.rows().filter(|row| is_of(row, args.world)) {
            if let Some(previous) = &mut previous {
                previous.take(&row, filter);
            }
            if !filter.has_time(&row) {
                untimed.see(&row, batch.file, filter);
                continue;
            }
            if filter.has_values(&row) {
                twice.see(&row, batch.file);
                copies.see(&row, batch.file);
                oddities.add(batch.file, &row, survey.add(&row, batch.file));
            } else {
                survey.pass_by(&row, batch.file);
            }
        }
        taken += batch.len() as u64;
        progress.update(reading.bytes_read(), taken);
        reading.recycle(batch);
    }
    progress.finish();
    let mut summary = reading.finish();
    untold.leave_out(&mut summary);
    untimed.leave_out(&mut summary);
    let odd = oddities.problems(&summary.files, &survey);
    summary.problems.extend(odd);
    summary.problems.extend(twice.problems(&summary.files));
    summary.problems.extend(copies.problems(&summary.files));
    let interrupted = interrupted.yes();
    let previous = previous.map(|previous| previous.finish(args, input(&summary), interrupted));
    Ok(ReportedFiles {
        rows: survey.finish(),
        summary,
        interrupted,
        previous,
        columns,
    })
}

/// The columns of `--by`, table by table.
fn columns(args: &ReportArgs) -> anyhow::Result<Vec<Vec<String>>> {
    let mut tables = Vec::new();
    for text in &args.by {
        let columns: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        ensure!(
            columns.iter().all(|name| !name.is_empty()),
            "--by {text}: a name is missing; write it as --by region or --by region,hour"
        );
        ensure!(
            columns.len() <= 8,
            "--by {text}: a group has at most 8 columns"
        );
        if !tables.contains(&columns) {
            tables.push(columns);
        }
    }
    Ok(tables)
}

/// Whether the table is one of those that are always made.
fn is_made_anyway(columns: &[String]) -> bool {
    matches!(columns, [one] if DIMENSIONS.contains(&one.as_str()))
}

fn report(args: &ReportArgs, read: &ReportedFiles, list: List) -> Report {
    let summary = &read.summary;
    let mut input = input(summary);
    input
        .notes
        .extend(mixed_times(args.time_zone, &summary.files));
    if args.time_zone == Zone::Local {
        input.notes.extend(unknown_variable());
    }
    Report::of(
        &read.rows,
        ReportContext {
            input,
            filters: filters_told([&args.since, &args.until], args.world, &args.wanted),
            zone: args.time_zone,
            interrupted: read.interrupted,
            tool_version: env!("CARGO_PKG_VERSION"),
            list,
            unread: summary.unread.clone(),
            against: read.previous.as_ref().map_or_else(Vec::new, told),
        },
    )
}

/// What to say when the filters take nothing.
fn nothing_left(report: &Report) -> String {
    let files = &report.input.files;
    let first = files.iter().filter_map(|file| file.first).min();
    let last = files.iter().filter_map(|file| file.last).max();
    let rows = crate::doc::number::counted(report.input.rows, "row", "rows");
    let span = first.zip(last).map_or_else(String::new, |(first, last)| {
        let shown = |at| crate::doc::text::time(report.time_zone, at);
        format!(", which go from {} to {}", shown(first), shown(last))
    });
    format!("the filters leave none of {rows}{span}")
}

fn print(
    report: &Report,
    previous: Option<&Comparison>,
    wanted: &Selection,
    args: &ReportArgs,
    color: Color,
) -> anyhow::Result<()> {
    let rows = (args.top > 0).then_some(args.top);
    let room = Room {
        columns: usize::from(terminal::width()),
        rows,
        hint: "; --top 0 shows all",
        marks: terminal::has_marks(),
    };
    let text = match args.format {
        DocumentFormat::Table => {
            doc::terminal(&with_previous(document(report, wanted), previous), &room)
        }
        DocumentFormat::Markdown => {
            doc::markdown(&with_previous(document(report, wanted), previous), rows)
        }
        DocumentFormat::Csv => doc::csv(&with_previous(figures(report, wanted), previous)),
        DocumentFormat::Json => json(&WithPrevious {
            report,
            against_previous: previous,
        })?,
    };
    args.format.print(&text, color)
}

fn counted(problems: usize) -> String {
    match problems {
        1 => "1 problem".to_owned(),
        n => format!("{n} problems"),
    }
}
