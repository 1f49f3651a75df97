//! Queries for the user's own engine that give the numbers of a report, to the last digit: counts, failures, and p50,
//! p95 and p99 of each time by columns of the user's choice. Only their text is here; nothing asks an engine.
//!
//! Rows and roll-ups come to values with how often each is there; the value of a rank is the smallest up to which so many
//! are counted. Values of rows are times, those of roll-ups the numbers of buckets (`stats::expo`).

mod engine;
mod question;
mod read;

use std::fmt::Write as _;

use crate::schema::Metric;
use engine::quoted;
pub use engine::{QuerySubject, SqlEngine};
pub use question::{FileName, SqlError, SqlQuery, TableSource};

/// Quantiles of a query, in thousandths.
const QUANTILES: [(&str, u16); 3] = [("p50", 500), ("p95", 950), ("p99", 990)];

/// Names that a query has anyway.
const TAKEN: [&str; 14] = [
    "metric", "value", "times", "upto", "lo", "hi", "n", "probes", "failed", "probe", "lost",
    "p50", "p95", "p99",
];

/// The text of a query, with comments on what it counts.
///
/// # Errors
///
/// Where a column is not there.
pub fn query(question: &SqlQuery) -> Result<String, SqlError> {
    let engine = question.engine;
    let mut keys = vec!["world".to_owned(), "transport".to_owned()];
    let more = question.by.iter().filter(|name| *name != "world");
    keys.extend(more.filter(|name| *name != "transport").cloned());
    if let Some(name) = keys.iter().find(|name| TAKEN.contains(&name.as_str())) {
        return Err(SqlError::NoGroup(name.clone()));
    }
    let names: Vec<String> = keys.iter().map(|name| quoted(name)).collect();
    let names = names.join(", ");
    let metrics = if question.metrics.is_empty() {
        Metric::ALL.to_vec()
    } else {
        question.metrics.clone()
    };
    let mut out = head(question);
    let materialized = engine.materialized();
    let with = if engine.needs_bounds(question.of) {
        "WITH RECURSIVE "
    } else {
        "WITH "
    };
    let _ = writeln!(out, "{with}read AS {materialized}(");
    out.push_str(&read::read(question, &keys, &metrics)?);
    let (probes, failed) = match question.of {
        QuerySubject::Rows => ("count(*)", "sum(lost)"),
        QuerySubject::RollUps => ("sum(probe)", "sum(lost)"),
    };
    let (probes, failed) = (engine.whole(probes), engine.whole(failed));
    let _ = write!(
        out,
        "),\ncounted AS (\n  SELECT {names}, {probes} AS probes, {failed} AS failed\n  FROM read GROUP BY {names}\n),\n"
    );
    let all = |piece: &dyn Fn(Metric) -> String| {
        let pieces: Vec<String> = metrics.iter().map(|metric| piece(*metric)).collect();
        pieces.join("  UNION ALL\n")
    };
    let _ = write!(
        out,
        "-- each value with how often it occurs\nvalues_of AS {materialized}(\n{}),\n",
        all(&|metric| engine.values(question.of, &names, metric))
    );
    let _ = write!(
        out,
        "ends AS (\n{}),\n",
        all(&|metric| ends(question.of, &names, metric))
    );
    let (upto, whole) = (
        engine.whole(&format!(
            "sum(times) OVER (PARTITION BY {names}, metric ORDER BY value)"
        )),
        engine.whole(&format!("sum(times) OVER (PARTITION BY {names}, metric)")),
    );
    let _ = write!(
        out,
        "running AS (\n  SELECT {names}, metric, value,\n    {upto} AS upto,\n    {whole} AS n\n  FROM values_of\n),\n"
    );
    let ranks = QUANTILES.map(|(name, permille)| {
        let rank = engine.divided(&format!("(n * {permille} + 999)"), 1_000);
        format!("    min(CASE WHEN upto >= {rank} THEN value END) AS {name}")
    });
    let _ = write!(
        out,
        "-- nearest ranks, in whole numbers\nranked AS (\n  SELECT {names}, metric, n,\n{}\n  FROM running GROUP BY {names}, metric, n\n)",
        ranks.join(",\n")
    );
    if engine.needs_bounds(question.of) {
        out.push_str(&engine::bounds());
    }
    let shown: Vec<String> = keys
        .iter()
        .map(|key| format!("counted.{0} AS {0}", quoted(key)))
        .collect();
    let _ = write!(
        out,
        "\nSELECT {}, ranked.metric AS metric, probes, failed,\n  round(100.0 * failed / probes, 3) AS failed_percent,\n  n, lo AS min_us,\n",
        shown.join(", ")
    );
    for (name, permille) in QUANTILES {
        let _ = writeln!(
            out,
            "  {} AS {name}_us,",
            engine.quantile(question.of, name, permille)
        );
    }
    let (left, right) = (keyed("ranked", &keys), keyed("ends", &keys));
    let order: Vec<String> = (1..=keys.len() + 1)
        .map(|place| place.to_string())
        .collect();
    let _ = writeln!(
        out,
        "  hi AS max_us\nFROM counted\nLEFT JOIN ranked ON {left}\nLEFT JOIN ends ON {right} AND ends.metric = ranked.metric\nORDER BY {}{};",
        order.join(", "),
        engine.settings()
    );
    Ok(out)
}

/// What is counted and how.
fn head(question: &SqlQuery) -> String {
    let (what, how) = match question.of {
        QuerySubject::Rows => (
            "rows",
            "-- p50, p95, p99: nearest rank; below 1,000 values the value itself, from 1,000 on the middle of its bucket, at most\n\
             -- 0.543 % away; empty where the part above it is less than one value. Times are those of completed phases.\n",
        ),
        QuerySubject::RollUps => (
            "roll-ups",
            "-- p50, p95, p99: nearest rank of the buckets, whose counts add up; the middle of the bucket, at most 0.543 % away, within\n\
             -- the smallest and the largest value; empty where the part above it is less than one value.\n",
        ),
    };
    let mut out = format!(
        "-- turnprobe: {what}, for {}\n{how}",
        question.engine.title()
    );
    if question
        .by
        .iter()
        .any(|name| ["hour", "day"].contains(&name.as_str()))
    {
        out.push_str("-- Hours and days are UTC.\n");
    }
    out
}

/// The smallest and the largest value, exactly.
fn ends(of: QuerySubject, names: &str, metric: Metric) -> String {
    let name = metric.as_str();
    match of {
        QuerySubject::Rows => format!(
            "  SELECT {names}, '{name}' AS metric, min({name}_us) AS lo, max({name}_us) AS hi\n  FROM read GROUP BY {names}\n"
        ),
        QuerySubject::RollUps => format!(
            "  SELECT {names}, '{name}' AS metric, min({name}_lo) AS lo, max({name}_hi) AS hi\n  FROM read GROUP BY {names}\n"
        ),
    }
}

/// The condition that keys are those of the counted groups.
fn keyed(table: &str, keys: &[String]) -> String {
    let equal = keys.iter().map(|key| {
        let key = quoted(key);
        format!("{table}.{key} = counted.{key}")
    });
    equal.collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(engine: SqlEngine, place: TableSource) -> SqlQuery {
        SqlQuery {
            engine,
            of: QuerySubject::Rows,
            place,
            separator: ',',
            known: None,
            by: vec!["region".to_owned()],
            metrics: vec![Metric::Connect],
            since: None,
            until: None,
            conditions: vec![("label".to_owned(), vec!["site=O'Neill\\Bonn".to_owned()])],
        }
    }

    // a backslash is a backslash in the SQL standard, and an escape in ClickHouse
    #[test]
    fn texts_and_names_are_quoted_by_the_rules_of_the_engine() {
        let named = |name: &str, is_pattern| FileName {
            name: name.to_owned(),
            is_pattern,
        };
        for (engine, text) in [
            (SqlEngine::DuckDb, r"' site=o''neill\bonn '"),
            (SqlEngine::Postgres, r"' site=o''neill\bonn '"),
            (SqlEngine::Sqlite, r"' site=o''neill\bonn '"),
            (SqlEngine::ClickHouse, r"' site=o''neill\\bonn '"),
        ] {
            let text = format!("(' ' || lower(coalesce(\"label\", '')) || ' ', {text}) > 0");
            let found = query(&of(engine, TableSource::Table)).unwrap();
            assert!(found.contains(&text), "{found}");
            assert!(found.contains("\"Status\" = 'OK'"), "{found}");
        }
        for (file, text) in [
            (
                named(r"C:\Users\Jörg\it's.csv", false),
                r"'C:\Users\Jörg\it''s.csv'",
            ),
            (
                named(r"C:\logs\probes-*.csv", true),
                r"'C:\logs\probes-*.csv'",
            ),
            (named("a[1]*?.csv", false), "'a[[]1][*][?].csv'"),
            (named("~night.csv", false), "'./~night.csv'"),
        ] {
            let found = query(&of(SqlEngine::DuckDb, TableSource::Csv(vec![file]))).unwrap();
            assert!(found.contains(&format!("read_csv([{text}],")), "{found}");
        }
    }

    #[test]
    fn a_column_that_is_not_there_or_makes_no_group_is_refused_by_its_name() {
        let by = |of: QuerySubject, name: &str| {
            let mut question = self::of(SqlEngine::Sqlite, TableSource::Table);
            question.by = vec![name.to_owned()];
            question.conditions.clear();
            question.of = of;
            query(&question).map_err(|error| error.to_string())
        };
        for name in ["address", "resolver", "target", "day", "Port"] {
            assert!(by(QuerySubject::Rows, name).is_ok(), "{name}");
        }
        for (of, name, told) in [
            (
                QuerySubject::RollUps,
                "address",
                "roll-ups have no column `remoteip`",
            ),
            (
                QuerySubject::Rows,
                "weather",
                "rows have no column `weather`",
            ),
            (
                QuerySubject::RollUps,
                "failed",
                "`failed` cannot group a query; group by its columns in a query of your own",
            ),
            (
                QuerySubject::Rows,
                "egress",
                "`egress` cannot group a query; group by its columns in a query of your own",
            ),
        ] {
            assert_eq!(by(of, name), Err(told.to_owned()));
        }
    }
}
