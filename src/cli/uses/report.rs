//! What each option of `report` is about.

use super::given::Given;
use super::idle::Idle;
use crate::cli::report::args::{ReportArgs, ReportFormat};

use ReportFormat::{Csv, Json, Markdown, Table};

const ALL: &[ReportFormat] = &[Table, Markdown, Csv, Json];

/// Every option by its id, and the forms that show what it does: one that is not here fails a test.
pub(super) const USES: &[(&str, &[ReportFormat])] = &[
    ("files", ALL),
    // how everything that is printed looks
    ("color", ALL),
    ("by", ALL),
    // the others have all times, and all groups
    ("metric", &[Table, Markdown, Csv]),
    ("top", &[Table, Markdown]),
    ("slow", &[Table, Markdown, Json]),
    ("since", ALL),
    ("until", ALL),
    ("wanted", ALL),
    ("time_zone", ALL),
    ("format", ALL),
    ("html", ALL),
    ("strict", ALL),
    ("skip_unreadable", ALL),
    ("max_groups", ALL),
];

/// The first option that would do nothing, and why.
pub(super) fn idle(args: &ReportArgs, given: &Given) -> Option<(&'static str, Idle)> {
    // the page shows slow connects, whatever stdout gets
    let is_on_page = |id: &str| id == "slow" && args.html.is_some();
    let given_ones = USES
        .iter()
        .filter(|(id, _)| given.has(id) && !is_on_page(id));
    for (id, formats) in given_ones {
        if !formats.contains(&args.format) {
            let reason = match args.format {
                Json => ", which has everything",
                _ => ", which has all groups and nothing but groups",
            };
            return Some((
                id,
                Idle::beside(&format!("--format {}", args.format.word()), reason),
            ));
        }
        // one table of the user's own is all that is printed
        if *id == "slow" && !args.by.is_empty() && args.format != Json {
            let idle = Idle::beside("--by", ", as only that table is printed");
            return Some((id, idle));
        }
    }
    None
}
