//! `turnprobe compare`: two series side by side.

pub mod args;
mod sides;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::anyhow;

use super::exit::{Exit, FatalError};
use super::files::{
    DocumentFormat, Filter, NamedColumns, PageOutput, Progress, Twice, Untimed, Untold,
    filters_told, input, json, tell_left_out, without_outcome,
};
use super::values::Color;
use super::{message, signals, terminal};
use crate::clock::Wall;
use crate::compare::model::Comparison;
use crate::compare::{ComparisonContext, comparison, document};
use crate::doc::number::counted;
use crate::doc::{self, Room};
use crate::measure::folds::Folds;
use crate::record::World;
use crate::schema::{Row, id};
use crate::source::{self, ReadSummary};
use crate::stats::RowFold as _;
use crate::stats::compare::{Apart, ComparisonFold, Side};
use args::CompareArgs;
use sides::{Sides, side_of};

/// Compares.
pub fn run(args: &CompareArgs, color: Color) -> Result<Exit, FatalError> {
    let sides = Sides::of(args).map_err(FatalError::usage)?;
    let (since, until) = (args.since.as_deref(), args.until.as_deref());
    let now = Wall::system().now();
    let filter = Filter::new(since, until, &args.wanted, args.time_zone, now);
    let filter = filter.map_err(FatalError::usage)?;
    let doubts = [filter.doubts(), sides.doubts()].concat();
    for doubt in &doubts {
        message::note(doubt);
    }
    let page = args.html.as_deref().map(PageOutput::open).transpose();
    let page = page.map_err(FatalError::io)?;
    let read = read(args, &sides, &filter)?;
    let rows: u64 = read.summary.files.iter().map(|file| file.rows).sum();
    if read.interrupted && rows == 0 {
        return Ok(Exit::Interrupted);
    }
    read.columns.all_known().map_err(FatalError::usage)?;
    let [network, lab] = [World::Real, World::Lab].map(|world| read.worlds[world as usize]);
    if network > 0 && lab > 0 {
        return Err(FatalError::usage(anyhow!(
            "{} of the lab and {} of real networks cannot be compared; choose with --where world=real or --where world=lab",
            counted(lab, "row", "rows"),
            counted(network, "row", "rows"),
        )));
    }
    if rows == 0 {
        tell_left_out(&read.summary.left_out, false);
        return Err(FatalError::io(anyhow!("no row could be read")));
    }
    let (comparison, summary) = compared(args, &sides, read);
    let written = page.map(|page| page.write(&document(&comparison)));
    print(&comparison, args.format, color).map_err(FatalError::io)?;
    // what was found is shown all the same
    if let Some(told) = written.transpose().map_err(FatalError::io)? {
        message::note(&told);
    }
    if comparison.interrupted {
        message::note("interrupted: the numbers are from what was read so far");
    }
    tell_left_out(&summary.left_out, args.skip_unreadable);
    if !comparison.tells() {
        message::error(
            "could not tell anything about these two; the sentences say what it would take",
        );
        return Ok(Exit::Failed);
    }
    if !summary.left_out.is_empty() && !args.skip_unreadable {
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// What came of the files.
struct ComparedFiles {
    fold: ComparisonFold,
    /// What tells the sides apart, and so cannot tell the cells apart.
    apart: Option<Apart>,
    summary: ReadSummary,
    interrupted: bool,
    of_both: u64,
    /// Rows by their world, as far as it is told.
    worlds: [u64; World::COUNT],
    columns: NamedColumns,
}

fn read(args: &CompareArgs, sides: &Sides, filter: &Filter) -> Result<ComparedFiles, FatalError> {
    let interrupted = signals::listen(None).map_err(FatalError::io)?;
    let roots = args.store.roots(args.files.iter().chain(&args.with));
    let roots = roots.map_err(FatalError::usage)?;
    let expanded = match sides {
        // both are looked for before the first one is read
        Sides::Files(files) => files
            .each_ref()
            .map(|files| source::expand(files, roots))
            .map(|inputs| inputs.map_err(FatalError::io)),
        Sides::Columns(files, _) => [
            source::expand(files, roots).map_err(FatalError::io),
            Ok(Vec::new()),
        ],
    };
    let [first, second] = expanded;
    let expanded = [first?, second?].map(|inputs| source::within(inputs, filter.span()));
    let apart = match sides {
        Sides::Columns(..) => sides.apart(),
        Sides::Files(_) => {
            let proxies = expanded.each_ref().map(|inputs| first_proxy(inputs, args));
            match proxies {
                [Some(one), Some(other)] if one != other => Some(Apart::Proxy),
                _ => None,
            }
        }
    };
    let mut read = ComparedFiles {
        fold: ComparisonFold::new(apart),
        apart,
        summary: ReadSummary::default(),
        interrupted: false,
        of_both: 0,
        worlds: [0; World::COUNT],
        columns: NamedColumns::default(),
    };
    read.columns.name(filter.columns());
    match sides {
        Sides::Files(_) => {
            for (side, inputs) in Side::BOTH.into_iter().zip(expanded) {
                read.files(inputs, args, filter, interrupted.flag(), |_| Ok(Some(side)));
            }
        }
        Sides::Columns(_, conditions) => {
            for side in conditions.iter() {
                read.columns.name(side.columns());
            }
            let [inputs, _] = expanded;
            let side = |row: &Row<'_>| side_of(conditions, row);
            read.files(inputs, args, filter, interrupted.flag(), side);
        }
    }
    read.interrupted = interrupted.yes();
    Ok(read)
}

/// The proxy of the first row of a side, empty where that went straight: two series of which one went through a proxy are
/// told apart by it. None where it cannot be told before all is read.
fn first_proxy(inputs: &[source::Input], args: &CompareArgs) -> Option<String> {
    let first = inputs
        .iter()
        .find(|input| matches!(input, source::Input::File(_) | source::Input::Table(_)))?;
    if inputs.contains(&source::Input::Stdin) {
        return None;
    }
    let mut reading = source::read(vec![first.clone()], args.time_zone, Arc::default());
    let batch = reading.next()?;
    let row = batch.rows().next()?;
    Some(row.text(id!(proxy)).into_owned())
}

impl ComparedFiles {
    /// Reads files whose rows are of the side that is said.
    fn files(
        &mut self,
        inputs: Vec<source::Input>,
        args: &CompareArgs,
        filter: &Filter,
        stop: Arc<AtomicBool>,
        side: impl Fn(&Row<'_>) -> Result<Option<Side>, ()>,
    ) {
        let inputs = source::in_time_order(inputs, args.time_zone);
        let mut reading = source::read(inputs, args.time_zone, stop);
        let mut progress = Progress::new(reading.bytes_total());
        let mut twice = Twice::default();
        let (mut untold, mut untimed) = (Untold::default(), Untimed::default());
        let mut taken = 0;
        while let Some(batch) = reading.next() {
            self.columns.see(&batch.layout);
            if untold.takes(&batch.layout, batch.file, batch.len()) {
                reading.recycle(batch);
                continue;
            }
            for row in batch.rows() {
                if !filter.has_time(&row) {
                    untimed.see(&row, batch.file, filter);
                    continue;
                }
                if !filter.has_values(&row) || Folds::is_detail(&row) {
                    continue;
                }
                match side(&row) {
                    Ok(Some(side)) => {
                        if let Some(world) = row.world() {
                            self.worlds[world as usize] += 1;
                        }
                        twice.see(&row, batch.file);
                        self.fold.add(&row, side);
                    }
                    Ok(None) => {}
                    Err(()) => self.of_both += 1,
                }
            }
            taken += batch.len() as u64;
            progress.update(reading.bytes_read(), taken);
            reading.recycle(batch);
        }
        progress.finish();
        let mut more = reading.finish();
        untold.leave_out(&mut more);
        untimed.leave_out(&mut more);
        let problems = twice.problems(&more.files);
        more.problems.extend(problems);
        self.summary.files.extend(more.files);
        self.summary.problems.extend(more.problems);
        self.summary.left_out.extend(more.left_out);
        self.summary.notes.extend(more.notes);
        self.summary.unknown_losses += more.unknown_losses;
        self.summary.unknown_times += more.unknown_times;
    }
}

fn compared(args: &CompareArgs, sides: &Sides, read: ComparedFiles) -> (Comparison, ReadSummary) {
    let about = ComparisonContext {
        input: input(&read.summary),
        sides: sides.named(),
        filters: filters_told([&args.since, &args.until], None, &args.wanted),
        zone: args.time_zone,
        interrupted: read.interrupted,
        of_both: read.of_both,
        without_outcome: without_outcome(&read.summary),
        differ_in_proxy: read.apart == Some(Apart::Proxy),
        tool_version: env!("CARGO_PKG_VERSION"),
    };
    (comparison(&read.fold.finish(), about), read.summary)
}

fn print(of: &Comparison, format: DocumentFormat, color: Color) -> anyhow::Result<()> {
    let room = Room::of(terminal::width());
    let text = match format {
        DocumentFormat::Table => doc::terminal(&document(of), &room),
        DocumentFormat::Markdown => doc::markdown(&document(of), None),
        DocumentFormat::Csv => doc::csv(&document(of)),
        DocumentFormat::Json => json(of)?,
    };
    format.print(&text, color)
}
