//! The chapters of the manual, which the build script compresses.

use std::io;

use flate2::read::DeflateDecoder;

/// A chapter.
pub struct Chapter {
    /// How it is asked for.
    pub name: &'static str,
    /// What it is about, in a line.
    pub about: &'static str,
    compressed: &'static [u8],
}

impl Chapter {
    /// Its text.
    ///
    /// # Errors
    ///
    /// When what the build script compressed cannot be read again, which the tests would show.
    pub fn markdown(&self) -> io::Result<String> {
        io::read_to_string(DeflateDecoder::new(self.compressed))
    }
}

macro_rules! chapter {
    ($name:literal, $file:literal, $about:literal) => {
        Chapter {
            name: $name,
            about: $about,
            compressed: include_bytes!(concat!(env!("OUT_DIR"), "/", $file, ".deflate")),
        }
    };
}

/// What users read of the manual, in the order of the list.
#[rustfmt::skip]
pub const CHAPTERS: [Chapter; 10] = [
    chapter!("guide", "guide.md", "What each command does, with examples"),
    chapter!("reference", "reference.md", "The columns of a row, the causes of a failure, the exit codes"),
    chapter!("methods", "methods.md", "What is measured, and how"),
    chapter!("kernel", "kernel.md", "What the kernel reports about a connection, and what it explains"),
    chapter!("findings", "findings.md", "Every finding of diagnose: its condition, who can fix it, how certain it is, and what to do"),
    chapter!("how-to", "how_to.md", "Recipes"),
    chapter!("store", "store.md", "Rows in a database file or a PostgreSQL server: tables, columns, what is kept"),
    chapter!("configuration", "configuration.md", "Options in a file: --config and --profile"),
    chapter!("sql", "sql.md", "Queries with the same results as a report, for your own database"),
    chapter!("changes", "changes.md", "What changed from version to version"),
];

/// The day of the release that this version is, by the change log: a page that is made again is the same.
pub fn released() -> Option<String> {
    let changes = CHAPTERS.iter().find(|chapter| chapter.name == "changes")?;
    changes.markdown().ok()?.lines().find_map(|line| {
        let version = line.strip_prefix("# ")?;
        let day = version.strip_prefix(env!("CARGO_PKG_VERSION"))?;
        Some(day.strip_prefix(" (")?.strip_suffix(')')?.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::measure::rows::ROWS;

    #[test]
    fn the_change_log_has_the_day_of_this_version() {
        let day = released().unwrap();
        assert!(NaiveDate::parse_from_str(&day, "%Y-%m-%d").is_ok(), "{day}");
    }

    #[test]
    fn the_version_that_first_wrote_a_column_is_in_the_change_log() {
        let changes = CHAPTERS.iter().find(|chapter| chapter.name == "changes");
        let changes = changes.unwrap().markdown().unwrap();
        for column in ROWS.iter().flat_map(|row| (row.columns)()) {
            let begin = format!("# {}.", column.since);
            let has = changes.lines().any(|line| line.starts_with(&begin));
            assert!(has, "{} since {}", column.name, column.since);
        }
    }
}
