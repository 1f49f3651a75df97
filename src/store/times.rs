//! Times as they are written in a store.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::schema::Keep;

/// The moment to the second, as times in a store begin: before all that have a fraction or a letter behind it.
pub(super) fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The second of a time in a store; none where it is none.
pub(super) fn moment(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text.get(..19)?, "%Y-%m-%d %H:%M:%S").ok()
}

/// The key below which the table `store` has the time from which on rows are there; none where it does not say.
pub(super) fn from_key(keep: Keep) -> Option<&'static str> {
    match keep {
        Keep::Rows => Some("rows_from"),
        Keep::Details => Some("packets_from"),
        // what is deleted of these stands nowhere else
        Keep::Rollups => None,
    }
}
