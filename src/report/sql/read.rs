//! The part of a query that reads: the columns of rows and roll-ups as keys, counts and times.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::engine::{QuerySubject, SqlEngine, quoted};
use super::question::{FileName, SqlError, SqlQuery, TableSource};
use crate::measure::rollup::Rollup;
use crate::record::Record;
use crate::schema::{Kind, Metric, RowKind as _, THROUGH};

/// The text of it.
pub fn read(question: &SqlQuery, keys: &[String], metrics: &[Metric]) -> Result<String, SqlError> {
    let mut columns = ColumnExpressions {
        question,
        used: BTreeSet::new(),
    };
    let engine = question.engine;
    let mut selected = Vec::new();
    for key in keys {
        selected.push(format!("{} AS {}", columns.key(key)?, quoted(key)));
    }
    match question.of {
        QuerySubject::Rows => {
            let status = columns.status()?;
            selected.push(format!(
                "CASE WHEN {status} = 'OK' THEN 0 ELSE 1 END AS lost"
            ));
        }
        QuerySubject::RollUps => {
            for (from, to) in [("probes", "probe"), ("failed", "lost")] {
                let from = engine.number(&columns.filled(from)?);
                selected.push(format!("{from} AS {to}"));
            }
        }
    }
    for metric in metrics {
        selected.extend(match question.of {
            QuerySubject::Rows => vec![columns.time(*metric)?],
            QuerySubject::RollUps => columns.rolled(*metric)?,
        });
    }
    let conditions = columns.conditions()?;
    let from = source(question, &columns.used);
    let mut out = format!(
        "  SELECT\n    {}\n  FROM {from}\n",
        selected.join(",\n    ")
    );
    if !conditions.is_empty() {
        let _ = writeln!(out, "  WHERE {}", conditions.join("\n    AND "));
    }
    Ok(out)
}

/// Where rows are read from.
fn source(question: &SqlQuery, used: &BTreeSet<String>) -> String {
    let listed = |names: &[FileName]| {
        let names = names
            .iter()
            .map(|name| question.engine.literal(&globbed(name)));
        names.collect::<Vec<_>>().join(", ")
    };
    match &question.place {
        TableSource::Table => match question.of {
            QuerySubject::Rows => "probes".to_owned(),
            QuerySubject::RollUps => "rollups".to_owned(),
        },
        TableSource::Csv(names) => format!(
            "read_csv([{}],\n    delim = {}, quote = '\"', escape = '\"', header = true, all_varchar = true, union_by_name = true)",
            listed(names),
            question.engine.literal(&question.separator.to_string()),
        ),
        TableSource::Json(names) => {
            let columns = used.iter();
            let columns = columns.map(|name| format!("{}: 'VARCHAR'", quoted(name)));
            format!(
                "read_json([{}],\n    format = 'newline_delimited', columns = {{{}}})",
                listed(names),
                columns.collect::<Vec<_>>().join(", ")
            )
        }
        TableSource::Parquet(names) => {
            format!("read_parquet([{}], union_by_name = true)", listed(names))
        }
    }
}

/// A file's name as a pattern of DuckDB, which takes each name for one.
fn globbed(file: &FileName) -> String {
    let FileName { name, is_pattern } = file;
    if *is_pattern {
        return name.clone();
    }
    let mut out = String::new();
    // the home of a user begins with it
    if name.starts_with('~') {
        out.push_str("./");
    }
    for letter in name.chars() {
        match letter {
            '*' | '?' | '[' => {
                out.push('[');
                out.push(letter);
                out.push(']');
            }
            _ => out.push(letter),
        }
    }
    out
}

/// Expressions of columns, and which of these are read.
struct ColumnExpressions<'a> {
    question: &'a SqlQuery,
    used: BTreeSet<String>,
}

impl ColumnExpressions<'_> {
    fn engine(&self) -> SqlEngine {
        self.question.engine
    }

    /// Whether the files have a column; of tables, whether turnprobe knows it.
    fn has(&self, name: &str) -> bool {
        match &self.question.known {
            Some(known) => known.contains(name),
            None => match self.question.of {
                QuerySubject::Rows => Record::column(name).is_some(),
                QuerySubject::RollUps => Rollup::column(name).is_some(),
            },
        }
    }

    fn unknown(&self, name: &str) -> SqlError {
        let what = match self.question.of {
            QuerySubject::Rows => "rows",
            QuerySubject::RollUps => "roll-ups",
        };
        SqlError::Unknown {
            what,
            name: name.to_owned(),
        }
    }

    /// A column without which there is no answer.
    fn needed(&mut self, name: &str) -> Result<String, SqlError> {
        if !self.has(name) {
            return Err(self.unknown(name));
        }
        self.used.insert(name.to_owned());
        Ok(quoted(name))
    }

    /// The outcome of a row, `OK` where it worked.
    fn status(&mut self) -> Result<String, SqlError> {
        let status = self.needed("Status")?;
        // another program may have written a file
        Ok(match self.question.place {
            TableSource::Table => status,
            _ => format!("upper(trim({status}))"),
        })
    }

    /// A column as text, NULL or empty where it holds nothing; none where it is not there.
    fn word(&mut self, name: &str) -> Option<String> {
        let column = self.needed(name).ok()?;
        let kind = match self.question.of {
            QuerySubject::Rows => Record::column(name).map(|column| column.kind),
            QuerySubject::RollUps => Rollup::column(name).map(|column| column.kind),
        };
        let has_types = !matches!(
            self.question.place,
            TableSource::Csv(_) | TableSource::Json(_)
        );
        Some(match kind.filter(|_| has_types) {
            None | Some(Kind::Text | Kind::List) => column,
            Some(Kind::Flag) => self.engine().flag(&column),
            Some(Kind::Time) => self.engine().time_text(&column, name == "started_utc"),
            Some(Kind::Integer | Kind::Signed) => self.engine().as_text(&column),
        })
    }

    /// The same, never NULL.
    fn text(&mut self, name: &str) -> Option<String> {
        let column = self.word(name)?;
        Some(format!("coalesce({column}, '')"))
    }

    /// The column of the time.
    fn at(&mut self) -> Result<String, SqlError> {
        match self.question.of {
            QuerySubject::Rows => self.filled("started_utc"),
            QuerySubject::RollUps => self.filled("start_utc"),
        }
    }

    /// A column of numbers, lists or times: in JSON another program may have an empty text for what is not there.
    fn filled(&mut self, name: &str) -> Result<String, SqlError> {
        let column = self.needed(name)?;
        Ok(match self.question.place {
            TableSource::Json(_) => format!("NULLIF({column}, '')"),
            _ => column,
        })
    }

    /// What makes a group.
    fn key(&mut self, name: &str) -> Result<String, SqlError> {
        let engine = self.engine();
        let own = match name {
            "hour" => return Ok(engine.hour(&self.at()?)),
            "day" => return Ok(engine.day(&self.at()?)),
            "egress" => return Err(SqlError::NoGroup(name.to_owned())),
            "world" => {
                let world = self.word("world");
                return Ok(world.map_or("'real'".to_owned(), |world| {
                    format!("coalesce(NULLIF({world}, ''), 'real')")
                }));
            }
            "transport" => return Ok(self.transport()),
            "target" if self.question.of == QuerySubject::Rows => return self.target(),
            "certificate" => "Thumbprint",
            "address" => "remoteip",
            "name" => "remotename",
            name => name,
        };
        match self.text(own) {
            Some(text) => Ok(text),
            // a row that is not of a run with labels has none
            None if ["host", "label", "region"].contains(&own) => Ok("''".to_owned()),
            None => Err(self.unknown(own)),
        }
    }

    /// What was spoken, with the proxy.
    fn transport(&mut self) -> String {
        let spoken = match self.word("transport") {
            Some(transport) => format!("coalesce(NULLIF({transport}, ''), 'tls')"),
            None => "'tls'".to_owned(),
        };
        let Some(proxy) = self.text("proxy") else {
            return spoken;
        };
        let through = self.engine().literal(THROUGH);
        let joined = format!("concat({spoken}, {through}, {proxy})");
        let joined = match self.engine() {
            // before 3.44 it has none
            SqlEngine::Sqlite => format!("{spoken} || {through} || {proxy}"),
            _ => joined,
        };
        format!("CASE WHEN {proxy} = '' THEN {spoken} ELSE {joined} END")
    }

    /// Host and port of a row.
    fn target(&mut self) -> Result<String, SqlError> {
        let (host, port) = (self.text("remotehost"), self.text("Port"));
        let host = host.ok_or_else(|| self.unknown("remotehost"))?;
        let port = port.ok_or_else(|| self.unknown("Port"))?;
        let is_v6 = format!("{host} LIKE '%:%'");
        Ok(match self.engine() {
            SqlEngine::Sqlite => {
                format!(
                    "CASE WHEN {is_v6} THEN '[' || {host} || ']' ELSE {host} END || ':' || {port}"
                )
            }
            _ => format!(
                "concat(CASE WHEN {is_v6} THEN concat('[', {host}, ']') ELSE {host} END, ':', {port})"
            ),
        })
    }

    /// The completed time of a metric in a row.
    fn time(&mut self, metric: Metric) -> Result<String, SqlError> {
        let engine = self.engine();
        let (name, status) = (metric.as_str(), self.status()?);
        let column = format!("{name}_us");
        if metric == Metric::Total {
            let took = engine.number(&self.filled(&column)?);
            return Ok(format!(
                "CASE WHEN {status} = 'OK' THEN {took} END AS {column}"
            ));
        }
        // older files lack what was not measured then
        if self.question.known.is_some() && !self.has(&column) {
            return match metric {
                Metric::Turn | Metric::Proxy => Ok(format!("CAST(NULL AS BIGINT) AS {column}")),
                _ => Err(self.unknown(&column)),
            };
        }
        let took = engine.number(&self.filled(&column)?);
        let failed = self.needed("failed_phase")?;
        let mut is_done = format!("{status} = 'OK' OR coalesce({failed}, '') <> '{name}'");
        // an error that was answered has its round trip
        if metric == Metric::Turn
            && let Some(reply) = self.text("turn_reply")
        {
            let _ = write!(
                is_done,
                " OR {reply} = 'success' OR substr({reply}, 1, 1) IN ('1', '2', '3', '4', '5', '6', '7', '8', '9')"
            );
        }
        Ok(format!("CASE WHEN {is_done} THEN {took} END AS {column}"))
    }

    /// The times of a metric in a roll-up.
    fn rolled(&mut self, metric: Metric) -> Result<Vec<String>, SqlError> {
        let (engine, name) = (self.engine(), metric.as_str());
        let mut out = Vec::new();
        for (from, to) in [("min_us", "lo"), ("max_us", "hi")] {
            let from = engine.number(&self.filled(&format!("{name}_{from}"))?);
            out.push(format!("{from} AS {name}_{to}"));
        }
        for what in ["buckets", "counts"] {
            let column = self.filled(&format!("{name}_{what}"))?;
            out.push(format!("{} AS {name}_{what}", engine.list(&column)));
        }
        Ok(out)
    }

    /// What rows must have.
    fn conditions(&mut self) -> Result<Vec<String>, SqlError> {
        let (engine, mut out) = (self.engine(), Vec::new());
        let times = [(self.question.since, ">="), (self.question.until, "<")];
        for (at, relation) in times {
            if let Some(at) = at {
                let column = engine.at(&self.at()?);
                out.push(format!("{column} {relation} {}", engine.moment(at)));
            }
        }
        for (column, values) in &self.question.conditions {
            let is_label = column.eq_ignore_ascii_case("label");
            let column = self.key(column)?;
            let values = values.iter().map(|value| value.to_ascii_lowercase());
            if is_label {
                // a run may have several, separated by one space
                let labels = format!("' ' || lower({column}) || ' '");
                let has = |label: String| engine.has(&labels, &format!(" {label} "));
                let any: Vec<String> = values.map(has).collect();
                out.push(format!("({})", any.join(" OR ")));
                continue;
            }
            let values = values.map(|value| engine.literal(&value));
            let values = values.collect::<Vec<_>>().join(", ");
            out.push(format!("lower({column}) IN ({values})"));
        }
        if self.question.of == QuerySubject::Rows && self.question.place != TableSource::Table {
            // what another program has emptied tells nothing
            out.push(format!("trim({}) <> ''", self.needed("Status")?));
        }
        if matches!(self.question.place, TableSource::Csv(_)) {
            // the header once more, as of files put together
            let name = match self.question.of {
                QuerySubject::Rows => "Status",
                QuerySubject::RollUps => "probes",
            };
            let (column, name) = (self.needed(name)?, name.to_lowercase());
            out.push(format!("lower(trim({column})) <> '{name}'"));
        }
        Ok(out)
    }
}
