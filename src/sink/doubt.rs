//! Whether what is old by the clock may be deleted: a clock that suddenly jumps years ahead makes everything old at
//! once, and then there is a gap between what is old and what is not. Not here: the files and rows that are deleted.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};

use super::note::Note;

/// Shorter gaps are those of a series that is run each month or each quarter.
const SHORTEST: TimeDelta = TimeDelta::days(100);

/// Why nothing is deleted; none where it may be. `what` is old, the latest of it is of `last`; the first that is not old is of `first`
/// until `over`, both of which are now where there is nothing. A gap is doubted that is longer than what is kept and than 100 days, until what came after it is
/// old as well.
pub(super) fn doubt(
    what: String,
    last: NaiveDateTime,
    (first, over): (NaiveDateTime, NaiveDateTime),
    keep: Duration,
) -> Option<Note> {
    let kept = TimeDelta::from_std(keep).ok()?;
    let until = over.checked_add_signed(kept)?;
    (first - last > kept.max(SHORTEST)).then(|| Note::Doubted {
        what,
        last: last.date(),
        first: first.date(),
        until: until.date(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        format!("{text}T06:00:00").parse().unwrap()
    }

    fn is_doubted(last: &str, first: &str, days: u64) -> bool {
        let keep = Duration::from_secs(days * 86_400);
        doubt("files".to_owned(), at(last), (at(first), at(first)), keep).is_some()
    }

    #[test]
    fn a_gap_is_doubted_that_is_longer_than_what_is_kept_and_no_pause_of_a_quarter() {
        // the clock stands years ahead, or a day of it is taken for a month
        assert!(is_doubted("2026-11-29", "2031-01-01", 90));
        assert!(is_doubted("2026-03-11", "2026-11-03", 90));
        assert!(is_doubted("2026-11-29", "2031-01-01", 1));
        // each night, each month, each quarter
        assert!(!is_doubted("2026-08-30", "2026-08-31", 90));
        assert!(!is_doubted("2026-10-01", "2026-11-01", 7));
        assert!(!is_doubted("2026-07-01", "2026-10-01", 7));
        // each year, and as long as that is kept
        assert!(!is_doubted("2025-01-01", "2026-01-01", 365));
        assert!(is_doubted("2025-01-01", "2026-01-01", 364));
    }
}
