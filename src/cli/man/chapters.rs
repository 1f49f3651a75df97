//! The chapters of the manual.

/// A chapter.
pub struct Chapter {
    /// How it is asked for.
    pub name: &'static str,
    /// What it is about, in a line.
    pub about: &'static str,
    /// Its text.
    pub markdown: &'static str,
}

/// What users read of the manual, in the order of the list.
pub const CHAPTERS: [Chapter; 10] = [
    Chapter {
        name: "guide",
        about: "What each command does, with examples",
        markdown: include_str!("../../manual/guide.md"),
    },
    Chapter {
        name: "reference",
        about: "The columns of a row, the causes of a failure, the exit codes",
        markdown: include_str!("../../manual/reference.md"),
    },
    Chapter {
        name: "methods",
        about: "What is measured, and how",
        markdown: include_str!("../../manual/methods.md"),
    },
    Chapter {
        name: "kernel",
        about: "What the kernel tells of a connection, and what it explains",
        markdown: include_str!("../../manual/kernel.md"),
    },
    Chapter {
        name: "findings",
        about: "Every finding of diagnose: when it is found, whose it is, how sure, and what to do",
        markdown: include_str!("../../manual/findings.md"),
    },
    Chapter {
        name: "how-to",
        about: "Recipes",
        markdown: include_str!("../../manual/how_to.md"),
    },
    Chapter {
        name: "store",
        about: "Rows in a database file or a PostgreSQL server: tables, columns, what is kept",
        markdown: include_str!("../../manual/store.md"),
    },
    Chapter {
        name: "configuration",
        about: "Options in a file: --config and --profile",
        markdown: include_str!("../../manual/configuration.md"),
    },
    Chapter {
        name: "sql",
        about: "Queries that find what a report finds, for a database of your own",
        markdown: include_str!("../../manual/sql.md"),
    },
    Chapter {
        name: "changes",
        about: "What changed from version to version",
        markdown: include_str!("../../manual/changes.md"),
    },
];

/// The day of the release that this version is, by the change log: a page that is made again is the same.
pub fn released() -> Option<&'static str> {
    let changes = CHAPTERS.iter().find(|chapter| chapter.name == "changes")?;
    changes.markdown.lines().find_map(|line| {
        let version = line.strip_prefix("# ")?;
        let day = version.strip_prefix(env!("CARGO_PKG_VERSION"))?;
        day.strip_prefix(" (")?.strip_suffix(')')
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn the_change_log_has_the_day_of_this_version() {
        let day = released().unwrap();
        assert!(NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok(), "{day}");
    }
}
