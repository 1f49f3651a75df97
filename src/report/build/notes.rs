//! What a reader should know about the rows behind the numbers.

use crate::doc::number::counted;
use crate::doc::text::cut;
use crate::measure::folds::Finished;
use crate::report::model::GroupTable;
use crate::stats::survey::MOST_DAYS;

/// One line each.
pub fn of(rows: &Finished, tables: &[GroupTable]) -> Vec<String> {
    let mut notes = Vec::new();
    if rows.beside > 0 {
        notes.push(
            "--where leaves out rows of these series: gaps are stretches without any row, and an \
             outage also ends with an answer that was left out"
                .to_owned(),
        );
    }
    notes.extend(tables.iter().filter_map(|table| {
        let rest = table.overflow.as_ref()?;
        let by: Vec<String> = table.by.iter().map(|name| cut(name, 40)).collect();
        Some(format!(
            "the table by {} has {}, the most that it may have: {} with other values \
             went to (other); --max-groups allows more",
            by.join(", "),
            counted(table.groups.len() as u64, "group", "groups"),
            counted(rest.n, "row", "rows"),
        ))
    }));
    if let Some((_, other)) = rows.other_series() {
        notes.push(format!(
            "more than {} series (host, target and transport): {} of others went to \
             (other), without outages and gaps",
            rows.series.len() - 1,
            counted(other.outcomes.rows, "row", "rows"),
        ));
    }
    if rows.series.iter().any(|(_, series)| series.has_more_gaps()) {
        notes.push(
            "a series has more gaps than are kept: the shortest of them are missing".to_owned(),
        );
    }
    if rows.dimensions.heat_capped {
        notes.push(format!(
            "the heat map (heat) has the latest {MOST_DAYS} days with rows; earlier ones are left out"
        ));
    }
    notes
}
