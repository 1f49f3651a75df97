//! What of a report is printed, and how wide.

use std::fmt::Write as _;

use crate::report::model::{Report, Table};
use crate::schema::Metric;

/// What of a report is printed, and how wide.
#[derive(Debug, Clone)]
pub struct View {
    /// Columns of the terminal.
    pub width: usize,
    /// Groups of a table, the ones with the most rows; all where there is none.
    pub top: Option<usize>,
    /// Metrics of the tables; empty for all by region and the connect time by the rest.
    pub metrics: Vec<Metric>,
    /// Tables by these columns only; empty for all that have more than one group.
    pub by: Vec<Vec<String>>,
}

impl View {
    /// The tables that are printed.
    pub fn tables<'a>(&self, report: &'a Report) -> Vec<&'a Table> {
        let wanted = |table: &&Table| {
            if !self.by.is_empty() {
                return self.by.contains(&table.by);
            }
            let groups = table.groups.len() + usize::from(table.overflow.is_some());
            let nameless = table
                .groups
                .iter()
                .all(|group| group.key.iter().all(String::is_empty));
            if nameless && table.by != ["region"] {
                return false;
            }
            groups > 1 || groups == 1 && ["region", "certificate"].contains(&table.by[0].as_str())
        };
        report.tables.iter().filter(wanted).collect()
    }

    /// The metrics of a table, those that have values.
    pub fn metrics_of(&self, table: &Table) -> Vec<Metric> {
        let has = |metric: &Metric| {
            table
                .groups
                .iter()
                .any(|group| group.times(*metric).is_some())
        };
        let all = || Metric::ALL.into_iter().filter(has);
        if !self.metrics.is_empty() {
            return self.metrics.iter().copied().filter(has).collect();
        }
        if table.by == ["region"] || table.by == ["transport"] {
            return all().collect();
        }
        let connect = Some(Metric::Connect).filter(has);
        connect.or_else(|| all().next()).into_iter().collect()
    }
}

/// A heading in bold.
pub(super) fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n\x1b[1m{text}\x1b[0m");
}
