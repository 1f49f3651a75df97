//! What each option of `report` needs.

use super::given::Given;
use super::idle::Idle;
use crate::cli::files::DocumentFormat;
use crate::cli::report::args::ReportArgs;

use DocumentFormat::{Csv, Json, Markdown, Table};

const ALL: &[DocumentFormat] = &[Table, Markdown, Csv, Json];

/// Every option by its id, and the forms that show what it does: one that is not here fails a test.
pub(super) const USES: &[(&str, &[DocumentFormat])] = &[
    ("files", ALL),
    ("config", ALL),
    ("profile", ALL),
    // how everything that is printed looks
    ("color", ALL),
    ("by", ALL),
    // the others have all times, and all groups
    ("metric", &[Table, Markdown, Csv]),
    ("top", &[Table, Markdown]),
    ("sort", ALL),
    ("slow", ALL),
    ("outage", ALL),
    ("since", ALL),
    ("until", ALL),
    ("against", ALL),
    ("wanted", ALL),
    ("world", ALL),
    ("time_zone", ALL),
    ("format", ALL),
    ("html", ALL),
    ("fail_on", ALL),
    ("strict", ALL),
    ("skip_unreadable", ALL),
    ("max_groups", ALL),
    ("endpoints", ALL),
    ("sql", ALL),
    ("store_ca", ALL),
];

/// Options that shape a query.
const OF_QUERIES: [&str; 9] = [
    "files", "sql", "color", "by", "metric", "since", "until", "wanted", "world",
];

/// The first option that would do nothing, and why.
pub(super) fn idle(args: &ReportArgs, given: &Given) -> Option<(&'static str, Idle)> {
    if let Some(engine) = args.sql {
        let idle = |(id, _): &&(&str, _)| given.has(id) && !OF_QUERIES.contains(id);
        let sql = format!("--sql {}", engine.as_str());
        if let Some((id, _)) = USES.iter().find(|one| idle(one) && one.0 != "time_zone") {
            return Some((id, Idle::beside(&sql, ", which prints a query")));
        }
        // a time without a zone is one of this zone; why an hour is not, is said with that
        let is_of_time = |name: &str| ["hour", "day"].contains(&name);
        let by_times = args.by.iter().any(|by| by.split(',').any(is_of_time));
        let has_times = given.has("since") || given.has("until") || by_times;
        if given.has("time_zone") && !has_times {
            let idle = Idle::unless(&sql, "which groups by no time", "--since or --until");
            return Some(("time_zone", idle));
        }
    }
    for (id, formats) in USES.iter().filter(|(id, _)| given.has(id)) {
        // a page has its charts of these times alone
        let is_of_page = *id == "metric" && args.html.is_some();
        if !formats.contains(&args.format) && !is_of_page {
            let reason = match args.format {
                Json => ", which has everything",
                _ => ", which has all groups",
            };
            return Some((
                id,
                Idle::beside(&format!("--format {}", args.format.word()), reason),
            ));
        }
    }
    let has_addresses = args.by.is_empty() || args.format == Json || args.html.is_some();
    if given.has("endpoints") && !has_addresses {
        let idle = Idle::beside("--by", ", whose tables have no ranges");
        return Some(("endpoints", idle));
    }
    None
}
