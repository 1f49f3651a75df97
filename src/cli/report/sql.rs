//! `--sql`: the query instead of the report.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::args::ReportArgs;
use crate::cli::exit::{Exit, FatalError};
use crate::cli::files::Filter;
use crate::cli::{message, signals, terminal};
use crate::doc::number::counted;
use crate::report::sql::{
    FileName, QuerySubject, SqlEngine, SqlError, SqlQuery, TableSource, query,
};
use crate::schema::{Dialect, Id, id};
use crate::source::{self, Batch, Input};
use crate::zone::Zone;

/// Prints queries of what is asked for.
pub fn run(
    engine: SqlEngine,
    args: &ReportArgs,
    filter: &Filter,
    by: Vec<Vec<String>>,
) -> Result<Exit, FatalError> {
    let of_hours = by
        .iter()
        .flatten()
        .find(|name| ["hour", "day"].contains(&name.as_str()));
    if let (Some(name), false) = (of_hours, args.time_zone == Zone::Utc) {
        return Err(FatalError::usage(anyhow::anyhow!(
            "--by {name} with --sql uses UTC: leave out --time-zone {}",
            args.time_zone
        )));
    }
    let [since, until] = filter.times();
    let needs_times = of_hours.is_some() || since.or(until).is_some();
    let (found, separator) = found(engine, args, needs_times)?;
    let tables = if by.is_empty() { vec![Vec::new()] } else { by };
    let mut out = String::new();
    let mut refused = None;
    for by in tables {
        for (of, place, known) in &found {
            let question = question(engine, args, filter, by.clone());
            let question = SqlQuery {
                of: *of,
                place: place.clone(),
                known: known.clone(),
                separator,
                ..question
            };
            match query(&question) {
                Ok(text) => {
                    let gap = if out.is_empty() { "" } else { "\n" };
                    let _ = write!(out, "{gap}{text}");
                }
                Err(error) => refused = Some(error),
            }
        }
    }
    // of tables there is the query that the columns allow
    match refused {
        Some(error) if out.is_empty() || !by_tables(&found) || !is_of_rows(&error) => {
            return Err(FatalError::usage(error));
        }
        Some(error) => message::note(&format!("no query for roll-ups: {error}")),
        None => {}
    }
    terminal::print(&out, terminal::plain_stdout()).map_err(FatalError::io)?;
    Ok(Exit::Done)
}

/// What each query is of.
type QueryParts = Vec<(QuerySubject, TableSource, Option<BTreeSet<String>>)>;

fn by_tables(found: &QueryParts) -> bool {
    found
        .iter()
        .all(|(_, place, _)| *place == TableSource::Table)
}

fn is_of_rows(error: &SqlError) -> bool {
    matches!(error, SqlError::Unknown { what, .. } if *what == "roll-ups")
}

fn question(engine: SqlEngine, args: &ReportArgs, filter: &Filter, by: Vec<String>) -> SqlQuery {
    let [since, until] = filter.times();
    let mut conditions = filter.wanted().pairs().to_vec();
    if let Some(world) = args.world {
        conditions.push(("world".to_owned(), vec![world.as_str().to_owned()]));
    }
    SqlQuery {
        engine,
        of: QuerySubject::Rows,
        place: TableSource::Table,
        separator: ',',
        known: None,
        by,
        metrics: args.metric.clone(),
        since,
        until,
        conditions,
    }
}

/// Tables, or the files with their kind and columns; and what stands between the cells of these.
fn found(
    engine: SqlEngine,
    args: &ReportArgs,
    needs_times: bool,
) -> Result<(QueryParts, char), FatalError> {
    if args.files.is_empty() {
        let tables = [QuerySubject::Rows, QuerySubject::RollUps];
        let tables = tables.map(|of| (of, TableSource::Table, None));
        return Ok((tables.to_vec(), ','));
    }
    if engine != SqlEngine::DuckDb {
        return Err(FatalError::usage(anyhow::anyhow!(
            "--sql {} uses the tables probes and rollups: leave out the files, or use --sql duckdb, which reads them",
            engine.as_str()
        )));
    }
    let inputs = source::expand(&args.files, None).map_err(FatalError::io)?;
    let (inputs, files) = without_torn(inputs, &args.files);
    let place = place(&files).map_err(FatalError::usage)?;
    let seen = seen(inputs, &place, needs_times).map_err(FatalError::io)?;
    let separator = seen.separator.unwrap_or(',');
    Ok((vec![(seen.of, place, Some(seen.columns))], separator))
}

/// Leaves out the torn ends that a pattern finds beside files, which are no rows. DuckDB would find them too, so that the files are
/// named one by one then.
fn without_torn(inputs: Vec<Input>, names: &[OsString]) -> (Vec<Input>, Vec<OsString>) {
    let is_torn = |input: &Input| {
        matches!(input, Input::File(path) if path.extension().is_some_and(|end| end == "torn")
            && !names.iter().any(|name| name == path.as_os_str()))
    };
    let (torn, whole): (Vec<_>, Vec<_>) = inputs.into_iter().partition(is_torn);
    if torn.is_empty() {
        return (whole, names.to_vec());
    }
    message::note(&format!(
        "{} left out: the query names the files that are there now",
        counted(
            torn.len() as u64,
            "torn end of a file is",
            "torn ends of files are"
        )
    ));
    let files = whole.iter().filter_map(|input| match input {
        Input::File(path) => Some(path.clone().into_os_string()),
        _ => None,
    });
    let files = files.collect();
    (whole, files)
}

/// What files have in common.
struct SeenFiles {
    of: QuerySubject,
    columns: BTreeSet<String>,
    separator: Option<char>,
}

/// Bytes of all files together that are looked at for what DuckDB would read in another way; of the rest only the first rows are.
const MOST_BYTES: u64 = 256 << 20;

/// What to do with a file that DuckDB would read in another way.
const MAKE_PARQUET: &str = if cfg!(feature = "parquet") {
    "make Parquet of the file with turnprobe export, and query that"
} else {
    "make Parquet of the file with the export of a turnprobe that was built with --features parquet, which this one was not, and \
     query that"
};

/// Looks into each file for its kind and its columns, and for what a query cannot be right about.
fn seen(inputs: Vec<Input>, place: &TableSource, needs_times: bool) -> anyhow::Result<SeenFiles> {
    let interrupted = signals::listen(None)?;
    let mut seen: Option<(SeenFiles, String)> = None;
    let mut left = MOST_BYTES;
    for input in inputs {
        let name = input.name();
        if let Input::Unusable { name, why, again } = &input {
            ensure!(*again, "{name}: {why}");
            continue;
        }
        ensure!(
            input != Input::Stdin,
            "-: a query reads files; name one, or leave it out for the tables probes and rollups"
        );
        ensure!(
            !matches!(input, Input::Table(_)),
            "{name}: a store is queried by its own engine: leave it out, and pass the output of --sql sqlite to sqlite3, or that of --sql postgres to psql"
        );
        if let (Input::File(path), false) = (&input, matches!(place, TableSource::Parquet(_))) {
            let is_json = matches!(place, TableSource::Json(_));
            let odd = source::odd_for_others(path, is_json, left);
            // what cannot be opened or unpacked is told below
            if let Ok(Some(odd)) = odd {
                let fix = if odd.ends_with("rename it") {
                    ""
                } else {
                    MAKE_PARQUET
                };
                let gap = if fix.is_empty() {
                    ""
                } else {
                    ", which DuckDB does not read: "
                };
                bail!("{name}: {odd}{gap}{fix}");
            }
        }
        let mut reading = source::read(vec![input], Zone::Utc, interrupted.flag());
        let Some(batch) = reading.next() else {
            let problems = reading.finish().problems;
            if let Some(problem) = problems.first() {
                bail!("{name}: {}", problem.what);
            }
            continue;
        };
        let of = match batch.layout.dialect {
            Dialect::Turnprobe => QuerySubject::Rows,
            Dialect::RollUps => QuerySubject::RollUps,
            other => bail!(
                "{name}: {} is neither turnprobe's rows of probes nor its roll-ups, and only these can be queried",
                other.as_str()
            ),
        };
        let columns = columns(&batch, place).with_context(|| name.clone())?;
        // empty where others have it, and then each of its rows would be a lost one
        ensure!(
            of == QuerySubject::RollUps || columns.contains("Status"),
            "{name}: there is no column Status, by which a query knows whether a probe worked: leave it out"
        );
        let mut odd = None;
        let mut next = Some(batch);
        while let Some(batch) = next {
            odd = odd.or_else(|| odd_cell(&batch, place, needs_times));
            reading.recycle(batch);
            next = if reading.bytes_read() < left {
                reading.next()
            } else {
                None
            };
        }
        left = left.saturating_sub(reading.bytes_read());
        let file = reading.finish().files.pop().unwrap_or_default();
        let is_named = matches!(place, TableSource::Csv(_)) == file.separator.is_some();
        ensure!(
            is_named || !matches!(place, TableSource::Csv(_) | TableSource::Json(_)),
            "{name}: its name does not end as what it holds, and DuckDB goes by that: .csv for CSV, .jsonl for JSON Lines"
        );
        if let Some(odd) = file.odd.or(odd) {
            bail!("{name}: {odd}: DuckDB would not read that as a report does; {MAKE_PARQUET}");
        }
        match &mut seen {
            None => {
                let separator = file.separator;
                let files = SeenFiles {
                    of,
                    columns,
                    separator,
                };
                seen = Some((files, name));
            }
            Some((known, first)) => {
                ensure!(
                    known.of == of,
                    "{first} and {name} are rows and roll-ups: a query reads one or the other, so name them separately"
                );
                ensure!(
                    known.separator == file.separator,
                    "{first} and {name} have different separators between their cells: name them separately"
                );
                // what one of them lacks is empty in its rows
                known.columns.extend(columns);
            }
        }
    }
    let (seen, _) = seen.context("the files have no rows, so their kind is not known")?;
    Ok(seen)
}

/// The columns of a file as the query names them: DuckDB tells letters from capitals in the keys of JSON alone.
fn columns(batch: &Batch, place: &TableSource) -> anyhow::Result<BTreeSet<String>> {
    let names = batch.layout.names().iter();
    let columns = names.map(|name| {
        let known = match Id::find(name) {
            Some(id) => id.name(),
            None => name.as_str(),
        };
        ensure!(
            known == name || !matches!(place, TableSource::Json(_)),
            "the key {name} is spelled as {known} in files of turnprobe, and DuckDB would not find it: {MAKE_PARQUET}"
        );
        Ok(known.to_owned())
    });
    columns.collect()
}

/// The first cell of a time or of a list that DuckDB cannot read, though a report can.
fn odd_cell(batch: &Batch, place: &TableSource, needs_times: bool) -> Option<String> {
    let names = batch.layout.names();
    let told = |column: usize, cell: &str| {
        let cell: String = cell.chars().take(40).collect();
        let name = &names[column];
        Some(format!("its column {name} has cells such as `{cell}`"))
    };
    if needs_times && let Some(column) = batch.layout.place_of(id!(started_utc)) {
        let odd = batch.rows().find(|row| {
            let cell = row.cell(column).as_bytes();
            let zone = cell.get(19..).unwrap_or_default();
            !cell.is_empty() && (cell.get(4) != Some(&b'-') || zone.contains(&b' '))
        });
        if let Some(row) = odd {
            return told(column, row.cell(column));
        }
    }
    if batch.layout.dialect != Dialect::RollUps || !matches!(place, TableSource::Csv(_)) {
        return None;
    }
    let is_list = |name: &String| name.ends_with("_buckets") || name.ends_with("_counts");
    let lists = (0..names.len()).filter(|column| is_list(&names[*column]));
    lists.clone().find_map(|column| {
        let mut rows = batch.rows();
        let odd = rows.find(|row| {
            let cell = row.cell(column);
            let inner = cell
                .strip_prefix('[')
                .and_then(|cell| cell.strip_suffix(']'));
            let is_list = |inner: &str| inner.split(',').all(|number| !number.trim().contains(' '));
            !cell.is_empty() && !inner.is_some_and(is_list)
        })?;
        told(column, odd.cell(column))
    })
}

/// The files as DuckDB is told them.
fn place(files: &[OsString]) -> anyhow::Result<TableSource> {
    let mut names = Vec::new();
    let mut form = None;
    for file in files {
        let Some(name) = file.to_str() else {
            bail!(
                "{}: a query cannot contain this name, which is not Unicode: rename the file",
                file.display()
            );
        };
        let lower = name.to_lowercase();
        let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
        let ending = plain.rsplit('.').next().unwrap_or_default();
        let found = match ending {
            "jsonl" | "ndjson" | "json" => NamedFormat::Json,
            "parquet" => NamedFormat::Parquet,
            _ => NamedFormat::Csv,
        };
        ensure!(
            *form.get_or_insert(found) == found,
            "CSV, JSON Lines and Parquet are read by different functions: name them separately"
        );
        // a name that is not there is a pattern, which finds the files of tomorrow too
        let is_there = Path::new(name).exists();
        names.push(FileName {
            name: name.to_owned(),
            is_pattern: !is_there,
        });
    }
    Ok(match form {
        Some(NamedFormat::Json) => TableSource::Json(names),
        Some(NamedFormat::Parquet) => TableSource::Parquet(names),
        _ => TableSource::Csv(names),
    })
}

/// What a file is by the ending of its name, as DuckDB tells it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NamedFormat {
    Csv,
    Json,
    Parquet,
}
