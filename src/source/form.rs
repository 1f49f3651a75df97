//! A layout in force, and what it makes of a row's cells when the row ends.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::schema::{Dialect, Layout};

use super::batch::Batch;
use super::header::Places;
use super::stamps::Stamps;
use super::time::{By, Clock};
use super::words::{Unknown, Words};

/// A layout in force.
pub(super) struct Form {
    pub separator: u8,
    pub width: usize,
    pub layout: Arc<Layout>,
    places: Places,
    words: Words,
    by: By,
    /// Whether its times have a form that no other dialect has.
    own_stamps: bool,
}

impl Form {
    pub fn new(layout: Layout, separator: u8) -> Self {
        // ours is never written in the German form: a spreadsheet has saved it so
        let by = match layout.dialect {
            Dialect::Turnprobe
            | Dialect::Bursts
            | Dialect::Held
            | Dialect::Samples
            | Dialect::TeamsAssessment => By::Utc,
            Dialect::End2EndTcp
            | Dialect::End2EndTcpEarly
            | Dialect::End2EndUdp
            | Dialect::End2EndHttp
            | Dialect::End2EndPing
            | Dialect::SkypeAssessment => By::Zone,
        };
        Self {
            separator,
            width: layout.names().len(),
            places: Places::of(&layout),
            words: Words::of(&layout),
            own_stamps: Stamps::has_own(layout.dialect),
            layout: Arc::new(layout),
            by,
        }
    }
}

/// Looks at the words of the row that is being made; true where that of its outcome is unknown.
#[inline]
pub(super) fn has_unknown_outcome(
    batch: &Batch,
    form: &Form,
    [outcomes, paths]: [&mut Unknown; 2],
    line: u64,
) -> bool {
    let row = batch.current();
    let name = |place: usize| form.layout.names().get(place).map_or("", String::as_str);
    if let Some(place) = form.words.unknown_outcome(&row) {
        outcomes.count(line, name(place), row.cell(place));
        return true;
    }
    if let Some(place) = form.words.unknown_path(&row) {
        paths.count(line, name(place), row.cell(place));
    }
    false
}

/// What was found about a row's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timed {
    At(DateTime<Utc>),
    /// The file has no times.
    Never,
    Unreadable,
}

#[inline]
pub(super) fn end_row(
    batch: &mut Batch,
    form: &Form,
    clock: &mut Clock,
    stamps: &mut Stamps,
    line: u64,
) -> Timed {
    for place in &form.places.hex {
        let cell = batch.current().cell(*place);
        if is_grouped(cell) {
            let plain = cell.replace(':', "");
            batch.shorten(*place, &plain);
        }
    }
    let row = batch.current();
    let started = form.places.started.map(|place| row.cell(place));
    let exact = started.and_then(|text| clock.read(text, By::Utc));
    let datetime = form.places.datetime.map(|place| row.cell(place));
    let at = match datetime {
        Some(text) if form.own_stamps => {
            let text = stamps.common(form.layout.dialect, text);
            text.and_then(|text| clock.read(&text, form.by))
        }
        _ => exact.or_else(|| datetime.and_then(|text| clock.read(text, form.by))),
    };
    // later versions of End2End-Ping leave the time empty
    let is_left_empty = form.layout.dialect == Dialect::End2EndPing && datetime == Some("");
    let never = started.is_none() && datetime.is_none() || is_left_empty;
    batch.end_row(at, line);
    match at {
        Some(at) => Timed::At(at),
        None if never => Timed::Never,
        None => Timed::Unreadable,
    }
}

/// Whether it looks like `3A:6E:1A`, as an Excel profile writes hexadecimal.
#[inline]
fn is_grouped(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    (bytes.get(2) == Some(&b':') || bytes.get(1) == Some(&b':'))
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || *byte == b':')
}
