//! `turnprobe compare`: two series side by side.

pub mod args;
mod sides;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, anyhow, ensure};

use super::exit::{Exit, Failure};
use super::files::{DocumentFormat, Filter, Page, Progress, input, json, tell_left_out};
use super::values::Color;
use super::{message, signals, terminal};
use crate::clock::Wall;
use crate::compare::model::Comparison;
use crate::compare::{Circumstances, comparison, document};
use crate::doc::number::counted;
use crate::doc::{self, Room};
use crate::measure::folds::Folds;
use crate::record::World;
use crate::schema::Row;
use crate::source::{self, Batch, ReadSummary};
use crate::stats::RowFold as _;
use crate::stats::compare::{Fold, Side};
use crate::stats::survey::is_column;
use args::CompareArgs;
use sides::{Sides, side_of};

/// Compares.
pub fn run(args: &CompareArgs, color: Color) -> Result<Exit, Failure> {
    let sides = Sides::of(args).map_err(Failure::usage)?;
    let (since, until) = (args.since.as_deref(), args.until.as_deref());
    let now = Wall::system().now();
    let filter = Filter::new(since, until, &args.wanted, args.time_zone, now);
    let filter = filter.map_err(Failure::usage)?;
    let page = args.html.as_deref().map(Page::open).transpose();
    let page = page.map_err(Failure::io)?;
    let read = read(args, &sides, &filter)?;
    let rows: u64 = read.summary.files.iter().map(|file| file.rows).sum();
    if read.interrupted && rows == 0 {
        return Ok(Exit::Interrupted);
    }
    read.columns.all_known().map_err(Failure::usage)?;
    let [network, lab] = [World::Real, World::Lab].map(|world| read.worlds[world as usize]);
    if network > 0 && lab > 0 {
        return Err(Failure::usage(anyhow!(
            "{} of the lab and {} of real networks say nothing of each other; choose with --where world=real or --where world=lab",
            counted(lab, "row", "rows"),
            counted(network, "row", "rows"),
        )));
    }
    if rows == 0 {
        tell_left_out(&read.summary.left_out, false);
        return Err(Failure::io(anyhow!("no row could be read")));
    }
    let (comparison, summary) = compared(args, &sides, read);
    if let Some(page) = page {
        let told = page.write(&document(&comparison)).map_err(Failure::io)?;
        message::note(&told);
    }
    print(&comparison, args.format, color).map_err(Failure::io)?;
    if comparison.interrupted {
        message::note("interrupted: the numbers are of what was read so far");
    }
    tell_left_out(&summary.left_out, args.skip_unreadable);
    if !comparison.tells() {
        message::error("nothing can be told of these two; the sentences say what it would take");
        return Ok(Exit::Failed);
    }
    if !summary.left_out.is_empty() && !args.skip_unreadable {
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// What came of the files.
struct Read {
    fold: Fold,
    summary: ReadSummary,
    interrupted: bool,
    of_both: u64,
    /// Rows by their world, as far as it is told.
    worlds: [u64; World::COUNT],
    columns: Columns,
}

fn read(args: &CompareArgs, sides: &Sides, filter: &Filter) -> Result<Read, Failure> {
    let interrupted = signals::listen(None).map_err(Failure::io)?;
    let mut read = Read {
        fold: Fold::new(sides.apart()),
        summary: ReadSummary::default(),
        interrupted: false,
        of_both: 0,
        worlds: [0; World::COUNT],
        columns: Columns::default(),
    };
    read.columns.name(filter.columns());
    match sides {
        Sides::Files(files) => {
            // both are looked for before the first one is read
            let expanded = files.each_ref().map(|files| source::expand(files));
            for (side, inputs) in Side::BOTH.into_iter().zip(expanded) {
                let inputs = inputs.map_err(Failure::io)?;
                read.files(inputs, args, filter, interrupted.flag(), |_| Ok(Some(side)));
            }
        }
        Sides::Columns(files, conditions) => {
            for side in conditions.iter() {
                read.columns.name(side.columns());
            }
            let inputs = source::expand(files).map_err(Failure::io)?;
            let side = |row: &Row<'_>| side_of(conditions, row);
            read.files(inputs, args, filter, interrupted.flag(), side);
        }
    }
    read.interrupted = interrupted.yes();
    Ok(read)
}

impl Read {
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
        let mut taken = 0;
        let mut layout = None;
        while let Some(batch) = reading.next() {
            if layout.as_ref() != Some(&batch.layout) {
                layout = Some(batch.layout.clone());
                self.columns.see(&batch);
            }
            for row in batch.rows().filter(|row| filter.has_time(row)) {
                if !filter.has_values(&row) || Folds::is_detail(&row) {
                    continue;
                }
                match side(&row) {
                    Ok(Some(side)) => {
                        if let Some(world) = row.world() {
                            self.worlds[world as usize] += 1;
                        }
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
        let more = reading.finish();
        self.summary.files.extend(more.files);
        self.summary.problems.extend(more.problems);
        self.summary.left_out.extend(more.left_out);
        self.summary.notes.extend(more.notes);
    }
}

fn compared(args: &CompareArgs, sides: &Sides, read: Read) -> (Comparison, ReadSummary) {
    let filter = |name: &str, value: &String| format!("--{name} {value}");
    let times = [("since", &args.since), ("until", &args.until)];
    let times = times
        .iter()
        .filter_map(|(name, value)| Some(filter(name, value.as_ref()?)));
    let wanted = args.wanted.iter().map(|value| filter("where", value));
    let about = Circumstances {
        input: input(&read.summary),
        sides: sides.named(),
        filters: times.chain(wanted).collect(),
        zone: args.time_zone,
        interrupted: read.interrupted,
        of_both: read.of_both,
        tool_version: env!("CARGO_PKG_VERSION"),
    };
    (comparison(&read.fold.finish(), about), read.summary)
}

fn print(of: &Comparison, format: DocumentFormat, color: Color) -> anyhow::Result<()> {
    let room = Room {
        columns: usize::from(terminal::width()),
        rows: None,
        hint: "",
        marks: false,
    };
    let text = match format {
        DocumentFormat::Table => doc::terminal(&document(of), &room),
        DocumentFormat::Markdown => doc::markdown(&document(of), None),
        DocumentFormat::Csv => doc::csv(&document(of)),
        DocumentFormat::Json => json(of)?,
    };
    let mut out = match format {
        DocumentFormat::Json => terminal::plain_stdout(),
        _ => terminal::stdout(color),
    };
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // a reader that went away is no failure
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("stdout")
        }
        _ => Ok(()),
    }
}

/// Columns that the user named, and those that the files have.
#[derive(Debug, Default)]
struct Columns {
    named: BTreeSet<String>,
    known: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Columns {
    fn name<'a>(&mut self, columns: impl Iterator<Item = &'a str>) {
        self.named.extend(columns.map(str::to_owned));
    }

    fn see(&mut self, batch: &Batch) {
        self.names.extend(batch.layout.names().iter().cloned());
        let known = self
            .named
            .iter()
            .filter(|name| is_column(&batch.layout, name));
        self.known.extend(known.cloned());
    }

    /// A column that no file has is a mistake on the command line.
    fn all_known(&self) -> anyhow::Result<()> {
        for name in self.named.iter().filter(|_| !self.names.is_empty()) {
            ensure!(
                self.known.contains(name),
                "no file has a column `{name}`; there are {}",
                self.names
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(", ")
            );
        }
        Ok(())
    }
}
