//! Looks into a file before it is read: for the time of its first row, and for what all of its rows
//! tell of its numbers and dates.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use chrono::{DateTime, Utc};

use crate::zone::Zone;

use super::batch::Batch;
use super::evidence::FormatEvidence;
use super::input::Input;
use super::open::open;
use super::parser::Parser;
use super::rows::{Deliver, Nobody, Rows};

/// Time of the first row with one in the head of a file.
pub(super) fn first_time(input: &Input, zone: Zone) -> Option<DateTime<Utc>> {
    struct First(Option<DateTime<Utc>>);
    impl Deliver for First {
        fn deliver(&mut self, batch: &mut Batch) -> bool {
            self.0 = self.0.or_else(|| batch.rows().find_map(|row| row.at));
            self.0.is_none()
        }
    }
    if let Input::File(path) = input
        && !std::fs::metadata(path).is_ok_and(|about| about.is_file())
    {
        return None;
    }
    if let Input::Table(table) = input
        && let Some(first) = table.origin.first(&table.of, table.span)
    {
        return Some(first);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let mut opened = open(input, &Arc::new(AtomicU64::new(0)), &stop).ok()?;
    let mut first = First(None);
    let rows = Rows::new(Batch::default(), 0, zone, &mut first);
    let mut parser = Parser::new(rows, Some(Box::new(|| told(input, &stop))));
    // of a failure the reading itself will tell
    let _ = opened.content.feed(&mut parser, &stop);
    parser.rows.flush();
    drop(parser);
    first.0
}

/// What the rows of a whole file tell of its numbers and dates.
pub(super) fn told(input: &Input, stop: &Arc<AtomicBool>) -> FormatEvidence {
    let mut nobody = Nobody;
    let mut rows = Rows::new(Batch::default(), 0, Zone::Utc, &mut nobody);
    rows.survey = Some(FormatEvidence::default());
    let mut parser = Parser::new(rows, None);
    if let Ok(mut opened) = open(input, &Arc::new(AtomicU64::new(0)), stop) {
        // of a failure the reading itself will tell
        while !parser.hopeless && matches!(opened.content.feed(&mut parser, stop), Ok(true)) {}
    }
    parser.rows.survey.take().unwrap_or_default()
}
