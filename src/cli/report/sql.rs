//! `--sql`: the query instead of the report.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::args::ReportArgs;
use crate::cli::exit::{Exit, FatalError};
use crate::cli::files::Filter;
use crate::cli::{signals, terminal};
use crate::report::sql::{
    FileName, QuerySubject, SqlEngine, SqlError, SqlQuery, TableSource, query,
};
use crate::schema::Dialect;
use crate::source::{self, Input};
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
    let found = found(engine, args)?;
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
        Some(error) => crate::cli::message::note(&format!("no query for roll-ups: {error}")),
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
        known: None,
        by,
        metrics: args.metric.clone(),
        since,
        until,
        conditions,
    }
}

/// Tables, or the files with their kind and columns.
fn found(engine: SqlEngine, args: &ReportArgs) -> Result<QueryParts, FatalError> {
    if args.files.is_empty() {
        return Ok([QuerySubject::Rows, QuerySubject::RollUps]
            .map(|of| (of, TableSource::Table, None))
            .to_vec());
    }
    if engine != SqlEngine::DuckDb {
        return Err(FatalError::usage(anyhow::anyhow!(
            "--sql {} uses the tables probes and rollups: leave out the files, or use --sql duckdb, which reads them",
            engine.as_str()
        )));
    }
    let inputs = source::expand(&args.files, None).map_err(FatalError::io)?;
    let seen = seen(inputs).map_err(FatalError::io)?;
    let place = place(&args.files).map_err(FatalError::usage)?;
    Ok(vec![(seen.of, place, Some(seen.columns))])
}

/// What files have in common.
struct SeenFiles {
    of: QuerySubject,
    columns: BTreeSet<String>,
}

/// Looks into each file as far as its first rows.
fn seen(inputs: Vec<Input>) -> anyhow::Result<SeenFiles> {
    let interrupted = signals::listen(None)?;
    let mut seen: Option<(SeenFiles, String)> = None;
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
        let columns: BTreeSet<String> = batch.layout.names().iter().cloned().collect();
        // empty where others have it, and then each of its rows would be a lost one
        ensure!(
            of == QuerySubject::RollUps || columns.contains("Status"),
            "{name}: there is no column Status, by which a query knows whether a probe worked: leave it out"
        );
        match &mut seen {
            None => seen = Some((SeenFiles { of, columns }, name)),
            Some((known, first)) => {
                ensure!(
                    known.of == of,
                    "{first} and {name} are rows and roll-ups: a query reads one or the other, so name them separately"
                );
                // what one of them lacks is empty in its rows
                known.columns.extend(columns);
            }
        }
    }
    let (seen, _) = seen.context("the files have no rows, so their kind is not known")?;
    Ok(seen)
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
