//! What each engine does in its own way.

use std::fmt::Write as _;

use chrono::{DateTime, Timelike as _, Utc};

use crate::schema::Metric;
pub use crate::schema::quoted;
use crate::words::words;

words! {
    /// An engine that queries are written for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum SqlEngine {
        /// DuckDB, over files or tables.
        DuckDb = "duckdb",
        /// PostgreSQL.
        Postgres = "postgres",
        /// SQLite, without its optional functions of mathematics.
        Sqlite = "sqlite",
        /// ClickHouse.
        ClickHouse = "clickhouse",
    }
}

/// What a query is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuerySubject {
    /// Single rows of probes.
    Rows,
    /// Roll-ups.
    RollUps,
}

impl SqlEngine {
    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::DuckDb => "DuckDB",
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
            Self::ClickHouse => "ClickHouse",
        }
    }

    /// A text.
    pub fn literal(self, text: &str) -> String {
        let text = match self {
            // the only one in which a backslash is more than itself
            Self::ClickHouse => text.replace('\\', "\\\\"),
            _ => text.to_owned(),
        };
        format!("'{}'", text.replace('\'', "''"))
    }

    /// Whether an expression contains a text.
    pub fn has(self, expression: &str, text: &str) -> String {
        let text = self.literal(text);
        match self {
            Self::DuckDb | Self::Sqlite => format!("instr({expression}, {text}) > 0"),
            Self::Postgres => format!("strpos({expression}, {text}) > 0"),
            Self::ClickHouse => format!("position({expression}, {text}) > 0"),
        }
    }

    /// A column of another type as text.
    pub fn as_text(self, column: &str) -> String {
        match self {
            Self::DuckDb => format!("CAST({column} AS VARCHAR)"),
            Self::ClickHouse => format!("toString({column})"),
            _ => format!("CAST({column} AS TEXT)"),
        }
    }

    /// A column of flags as the words that CSV has for them, whether the table has them as truth or as numbers.
    pub fn flag(self, column: &str) -> String {
        let text = format!("lower({})", self.as_text(column));
        format!(
            "CASE WHEN {text} IN ('true', 't', '1') THEN 'true' WHEN {text} IN ('false', 'f', '0') THEN 'false' END"
        )
    }

    /// A column of times as the texts that CSV has for them, with or without microseconds.
    pub fn time_text(self, column: &str, has_micros: bool) -> String {
        let at = self.at(column);
        match self {
            // its texts are those of CSV
            Self::Sqlite => column.to_owned(),
            Self::DuckDb if has_micros => format!("strftime({at}, '%Y-%m-%d %H:%M:%S.%fZ')"),
            Self::DuckDb => format!("strftime({at}, '%Y-%m-%d %H:%M:%SZ')"),
            Self::Postgres => {
                let micros = if has_micros { ".US" } else { "" };
                format!("to_char({at}, 'YYYY-MM-DD HH24:MI:SS{micros}\"Z\"')")
            }
            Self::ClickHouse => {
                let digits = if has_micros { 6 } else { 0 };
                format!("concat(toString(toDateTime64({at}, {digits}, 'UTC')), 'Z')")
            }
        }
    }

    /// A column as a whole number, of files without types, too.
    pub fn number(self, column: &str) -> String {
        match self {
            Self::DuckDb => format!("CAST({column} AS BIGINT)"),
            Self::Sqlite => format!("CAST(NULLIF({column}, '') AS INTEGER)"),
            _ => column.to_owned(),
        }
    }

    /// A column of lists.
    pub fn list(self, column: &str) -> String {
        match self {
            Self::DuckDb => format!("CAST({column} AS BIGINT[])"),
            Self::Sqlite => format!("NULLIF({column}, '')"),
            // arrays as well as texts of lists
            Self::Postgres => {
                format!("CAST(translate(CAST({column} AS TEXT), '[]', '{{}}') AS BIGINT[])")
            }
            Self::ClickHouse => column.to_owned(),
        }
    }

    /// A column of times, in UTC and to be compared with [`Self::moment`].
    pub fn at(self, column: &str) -> String {
        match self {
            // the clocks of a session change nothing
            Self::DuckDb => format!("make_timestamp(epoch_us(CAST({column} AS TIMESTAMPTZ)))"),
            Self::Postgres => format!("CAST({column} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"),
            Self::Sqlite => column.to_owned(),
            Self::ClickHouse => format!("toTimeZone({column}, 'UTC')"),
        }
    }

    /// The hour of a column of times.
    pub fn hour(self, column: &str) -> String {
        let at = self.at(column);
        let hour = match self {
            Self::DuckDb => format!("strftime({at}, '%H')"),
            Self::Postgres => format!("to_char({at}, 'HH24')"),
            Self::Sqlite => format!("substr({at}, 12, 2)"),
            Self::ClickHouse => format!("formatDateTime({at}, '%H')"),
        };
        format!("coalesce({hour}, '')")
    }

    /// The day of a column of times.
    pub fn day(self, column: &str) -> String {
        let at = self.at(column);
        let day = match self {
            Self::DuckDb => format!("strftime({at}, '%Y-%m-%d')"),
            Self::Postgres => format!("to_char({at}, 'YYYY-MM-DD')"),
            Self::Sqlite => format!("substr({at}, 1, 10)"),
            Self::ClickHouse => format!("formatDateTime({at}, '%Y-%m-%d')"),
        };
        format!("coalesce({day}, '')")
    }

    /// A moment.
    pub fn moment(self, at: DateTime<Utc>) -> String {
        let shown = at.format("%Y-%m-%d %H:%M:%S%.6f");
        match self {
            Self::DuckDb | Self::Postgres => format!("TIMESTAMP '{shown}'"),
            // texts in order: with a fraction of nothing, the seconds of roll-ups would lie behind it
            Self::Sqlite if at.nanosecond() == 0 => format!("'{}'", at.format("%Y-%m-%d %H:%M:%S")),
            Self::Sqlite => format!("'{shown}'"),
            Self::ClickHouse => format!("toDateTime64('{shown}', 6, 'UTC')"),
        }
    }

    /// A sum that is a whole number of 64 bits.
    pub fn whole(self, sum: &str) -> String {
        match self {
            Self::DuckDb | Self::Postgres => format!("CAST({sum} AS BIGINT)"),
            _ => sum.to_owned(),
        }
    }

    /// A whole number divided by another, without a rest.
    pub fn divided(self, number: &str, by: u32) -> String {
        match self {
            Self::DuckDb => format!("{number} // {by}"),
            Self::ClickHouse => format!("intDiv({number}, {by})"),
            _ => format!("{number} / {by}"),
        }
    }

    /// The word by which a part of a query is worked out once.
    pub fn materialized(self) -> &'static str {
        match self {
            Self::ClickHouse => "",
            _ => "MATERIALIZED ",
        }
    }

    /// What stands behind the query.
    pub fn settings(self) -> &'static str {
        match self {
            Self::ClickHouse => "\nSETTINGS join_use_nulls = 1, prefer_column_name_to_alias = 1",
            _ => "",
        }
    }

    /// Values of a metric with how often each is there.
    pub fn values(self, of: QuerySubject, names: &str, metric: Metric) -> String {
        let name = metric.as_str();
        let head = format!("  SELECT {names}, '{name}' AS metric");
        if of == QuerySubject::Rows {
            return format!(
                "{head}, {name}_us AS value, count(*) AS times\n  FROM read WHERE {name}_us IS NOT NULL GROUP BY {names}, {name}_us\n"
            );
        }
        let pairs = match self {
            Self::DuckDb => format!(
                "(\n    SELECT {names}, unnest({name}_buckets) AS bucket, unnest({name}_counts) AS held FROM read)"
            ),
            Self::Postgres => format!(
                "read\n  CROSS JOIN LATERAL unnest({name}_buckets, {name}_counts) AS listed(bucket, held)"
            ),
            Self::Sqlite => format!(
                "(\n    SELECT {names}, b.value AS bucket, c.value AS held\n    FROM read, json_each({name}_buckets) AS b JOIN json_each({name}_counts) AS c ON c.key = b.key)"
            ),
            Self::ClickHouse => format!(
                "(\n    SELECT {names}, bucket, held FROM read ARRAY JOIN {name}_buckets AS bucket, {name}_counts AS held)"
            ),
        };
        let sum = self.whole("sum(held)");
        format!(
            "{head}, bucket AS value, {sum} AS times\n  FROM {pairs}\n  GROUP BY {names}, bucket\n"
        )
    }

    /// Whether the query needs a table of buckets.
    pub fn needs_bounds(self, _of: QuerySubject) -> bool {
        self == Self::Sqlite
    }

    /// A quantile of what its rank found.
    pub fn quantile(self, of: QuerySubject, name: &str, permille: u16) -> String {
        let middle = match (self, of) {
            (Self::Sqlite, QuerySubject::Rows) => {
                format!("(SELECT min(middle) FROM bounds WHERE largest >= {name})")
            }
            (Self::Sqlite, QuerySubject::RollUps) => {
                format!("(SELECT middle FROM bounds WHERE bucket = {name})")
            }
            (_, QuerySubject::Rows) => self.middle(&format!("{} - 0.5", self.bound(name))),
            (_, QuerySubject::RollUps) => self.middle(&format!("{name} + 0.5")),
        };
        let clamped = match self {
            Self::Sqlite => format!("max(lo, min(hi, {middle}))"),
            _ => format!("greatest(lo, least(hi, {middle}))"),
        };
        let beyond = 1_000_u16.saturating_sub(permille);
        let enough = format!("n * {beyond} >= 1000");
        match of {
            QuerySubject::Rows => format!(
                "CASE WHEN {enough} AND (n < 1000 OR {name} = 0) THEN {name}\n    WHEN {enough} THEN {clamped} END"
            ),
            QuerySubject::RollUps => format!("CASE WHEN {enough} THEN {clamped} END"),
        }
    }

    /// The upper bound of a value's bucket, in 64ths of a power of two of seconds. No whole microsecond below a day is as
    /// near to a bound as what is taken off, but those on it.
    fn bound(self, value: &str) -> String {
        match self {
            Self::Postgres => {
                format!("ceil(64 * ln({value} / 1e6::float8) / ln(2::float8) - 1e-11::float8)")
            }
            _ => format!("ceil(64 * log2({value} / 1e6) - 1e-11)"),
        }
    }

    /// The whole microsecond at so many 64ths.
    fn middle(self, at: &str) -> String {
        match self {
            Self::DuckDb => format!("CAST(round(1e6 * pow(2, ({at}) / 64)) AS BIGINT)"),
            Self::Postgres => {
                let at = at.replace("0.5", "0.5::float8");
                format!("CAST(round(1e6::float8 * power(2::float8, ({at}) / 64)) AS BIGINT)")
            }
            _ => format!("toInt64(round(1e6 * pow(2, ({at}) / 64)))"),
        }
    }
}

/// The factors 2^(2^i / 128), i from 0 to 6.
const FACTORS: [&str; 7] = [
    "1.0054299011128028",
    "1.0108892860517005",
    "1.0218971486541166",
    "1.0442737824274138",
    "1.0905077326652577",
    "1.189207115002721",
    "1.4142135623730951",
];

/// All buckets, zeros and up to a day, with the largest microsecond and the middle of each: SQLite has no powers unless
/// it was built with them.
pub fn bounds() -> String {
    let microseconds = |eighths: &str| {
        let mut out = format!(
            "1e6 * CASE WHEN {eighths} >= 0 THEN 1.0 * (1 << ({eighths} >> 7)) ELSE 1.0 / (1 << -({eighths} >> 7)) END"
        );
        for (place, factor) in FACTORS.iter().enumerate() {
            let bit = 1_u32 << place;
            let _ = write!(
                out,
                "\n      * CASE WHEN {eighths} & {bit} THEN {factor} ELSE 1 END"
            );
        }
        out
    };
    format!(
        ",\n-- the bounds of the buckets: 2^(i/64) s\nnumbered(bucket) AS (SELECT -1276 UNION ALL SELECT bucket + 1 FROM numbered WHERE bucket < 1060),\n\
         bounds AS MATERIALIZED (\n  SELECT -2048 AS bucket, 0 AS largest, 0 AS middle\n  UNION ALL SELECT bucket,\n    CAST({} AS INTEGER),\n    CAST(round({}) AS INTEGER)\n  FROM numbered\n)",
        microseconds("(2 * bucket + 2)"),
        microseconds("(2 * bucket + 1)"),
    )
}
