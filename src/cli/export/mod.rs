//! `turnprobe export`: rows and roll-ups of files to Parquet.

pub mod args;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail, ensure};

use super::exit::{Exit, FatalError};
use super::files::{Progress, tell_left_out, whole};
use super::{message, signals};
use crate::doc::number;
use crate::measure::rows::ROWS;
use crate::schema::{Dialect, Kind};
use crate::sink::parquet::ParquetWriter;
use crate::source::{self, Input};
use crate::zone::Zone;
use args::ExportArgs;

/// Writes the file.
pub fn run(args: &ExportArgs) -> Result<Exit, FatalError> {
    // where an option stands between them they are counted here
    let named = args.files.split_last();
    let Some((out, files)) = named.filter(|(_, files)| !files.is_empty()) else {
        return Err(FatalError::usage(anyhow!(
            "name the files to read and the file to write"
        )));
    };
    let out = Path::new(out);
    let ending = out.extension().unwrap_or_default();
    if !ending.eq_ignore_ascii_case("parquet") {
        return Err(FatalError::usage(anyhow!(
            "{}: the last name is the file to write and must end in .parquet",
            out.display()
        )));
    }
    if out.exists() && !args.force {
        return Err(FatalError::io(anyhow!(
            "{} already exists: choose another name, or replace it with --force",
            out.display()
        )));
    }
    let roots = args.store.roots(files).map_err(FatalError::usage)?;
    let mut inputs = source::expand(files, roots).map_err(FatalError::io)?;
    if let Some(table) = &args.table {
        let known: Vec<&str> = source::readable_tables().collect();
        if !known.contains(&table.as_str()) {
            return Err(FatalError::usage(anyhow!(
                "--table {table}: export writes the tables {}; read others with SQLite itself, such as sqlite3 FILE.db",
                known.join(", ")
            )));
        }
        let all: Vec<String> = inputs.iter().map(Input::name).collect();
        inputs = source::of_table(inputs, table);
        if inputs.is_empty() {
            return Err(FatalError::usage(anyhow!(
                "--table {table}: it has no rows to export; they are in {}",
                all.join(", ")
            )));
        }
    }
    export(inputs, out).map_err(FatalError::io)
}

fn export(inputs: Vec<Input>, out: &Path) -> anyhow::Result<Exit> {
    let interrupted = signals::listen(None)?;
    for input in &inputs {
        ensure!(
            *input != Input::Stdin,
            "-: stdin cannot be exported, as the columns are read before the rows: write the rows to a file first"
        );
    }
    let shape = InputShape::of(&inputs, &interrupted)?;
    let columns = shape.columns();
    let inputs = inputs
        .into_iter()
        .filter(|input| !matches!(input, Input::Unusable { .. }));
    let inputs = source::in_time_order(inputs.collect(), Zone::Utc);
    let names: Vec<String> = inputs.iter().map(Input::name).collect();
    let mut reading = source::read(inputs, Zone::Utc, interrupted.flag());
    let mut progress = Progress::new(reading.bytes_total());
    let (mut rows, mut summary, mut is_cut) = (0_u64, None, false);
    let written = whole::create(out, |file: File| {
        let mut writer = ParquetWriter::new(file, shape.what(), columns)?;
        while let Some(batch) = reading.next() {
            let layout = &batch.layout;
            let place = |name: &String| layout.names().iter().position(|known| known == name);
            let places: Vec<Option<usize>> = shape.names.iter().map(place).collect();
            let at = |line: u64| {
                let name = names.get(batch.file).map_or("", String::as_str);
                format!("{name}:{line}")
            };
            let first = batch.rows().next().map_or(0, |row| row.line);
            let fits = shape.fits(layout.dialect, layout.names());
            fits.with_context(|| at(first))?;
            for row in batch.rows() {
                let cells = places.iter();
                let cells = cells
                    .map(|place| place.map_or_else(Default::default, |place| row.cell_text(place)));
                writer.row(cells).with_context(|| at(row.line))?;
            }
            rows += batch.len() as u64;
            progress.update(reading.bytes_read(), rows);
            reading.recycle(batch);
        }
        progress.finish();
        let read = reading.finish();
        is_cut = interrupted.yes();
        let is_whole = read.left_out.is_empty() && !is_cut;
        summary = Some(read);
        ensure!(is_whole, "{} was not written", out.display());
        Ok(writer.finish()?)
    });
    let summary = summary.unwrap_or_default();
    tell_left_out(&summary.left_out, false);
    if is_cut {
        message::note("interrupted: nothing was written");
        return Ok(Exit::Interrupted);
    }
    written?;
    for problem in &summary.problems {
        message::error(&format!("{}: {}", problem.file, problem.what));
    }
    let place = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    message::note(&format!(
        "{} written to {}",
        number::counted(rows, "row", "rows"),
        place.display()
    ));
    if !summary.problems.is_empty() {
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// What files have in common, by their first rows.
struct InputShape {
    dialect: Dialect,
    first: String,
    names: Vec<String>,
}

impl InputShape {
    fn of(inputs: &[Input], interrupted: &signals::Interrupted) -> anyhow::Result<Self> {
        let mut shape: Option<Self> = None;
        for input in inputs {
            let name = input.name();
            if let Input::Unusable { name, why, again } = input {
                ensure!(*again, "{name}: {why}");
                continue;
            }
            let mut reading = source::read(vec![input.clone()], Zone::Utc, interrupted.flag());
            let Some(batch) = reading.next() else {
                // why it has none, where it is told
                for problem in reading.finish().problems {
                    message::error(&format!("{}: {}", problem.file, problem.what));
                }
                continue;
            };
            let dialect = batch.layout.dialect;
            ensure!(
                dialect.is_ours(),
                "{name}: these are rows of {}; only turnprobe's own rows have types",
                dialect.as_str()
            );
            let names = batch.layout.names();
            match &mut shape {
                None => {
                    shape = Some(Self {
                        dialect,
                        first: name,
                        names: names.to_vec(),
                    });
                }
                Some(shape) => {
                    ensure!(
                        shape.dialect == dialect,
                        "{} and {name} are of two kinds, {} and {}: a file has rows of one kind, so write two files; for a store, --table NAME selects one table",
                        shape.first,
                        shape.dialect.as_str(),
                        dialect.as_str()
                    );
                    let more = names.iter().filter(|name| !shape.names.contains(name));
                    let more: Vec<String> = more.cloned().collect();
                    shape.names.extend(more);
                }
            }
        }
        shape.context("the files have no rows: nothing was written")
    }

    /// What its rows are called.
    fn what(&self) -> &'static str {
        self.dialect.as_str()
    }

    /// Its columns with their types, as far as this program knows them.
    fn columns(&self) -> Vec<(String, Option<Kind>)> {
        let facts = ROWS
            .iter()
            .find(|facts| facts.dialect == Some(self.dialect));
        let known = facts.map(|facts| (facts.columns)()).unwrap_or_default();
        let column = |name: &String| {
            let column = known.iter().find(|column| column.name == name);
            let kind = column.and_then(|column| Kind::of_word(column.r#type));
            (name.clone(), kind)
        };
        self.names.iter().map(column).collect()
    }

    /// Refuses rows that have other columns further down in a file.
    fn fits(&self, dialect: Dialect, names: &[String]) -> anyhow::Result<()> {
        let known: BTreeSet<&String> = self.names.iter().collect();
        if dialect != self.dialect {
            bail!("rows of another kind begin there: nothing was written");
        }
        match names.iter().find(|name| !known.contains(name)) {
            Some(name) => bail!(
                "a column {name} begins there, which no file has in its header: nothing was written"
            ),
            None => Ok(()),
        }
    }
}
