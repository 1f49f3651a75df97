//! Headers: which line is one, what stands between its names, what wrote it.

use crate::measure::rows::{ROWS, RowFacts};
use crate::schema::{Dialect, Id, Layout, Row, id};

use super::batch::Batch;
use super::dialect::{ALIASES, OTHERS, meant};
use super::own;
use super::split::{Shape, split};

/// Columns of a file at most.
const MOST: usize = 1000;

/// Columns with hexadecimal that is grouped for Excel.
const HEX: &[Id] = &[id!(Thumbprint), id!(SerialNumber), id!(cert_sha256)];

/// A header and what follows from it.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub layout: Layout,
    pub separator: u8,
    known: usize,
}

impl Header {
    /// Whether half of the names are known, so that it can be no row.
    pub fn is_plain(&self) -> bool {
        self.known.saturating_mul(2) >= self.layout.names().len()
    }
}

/// Places that are read for every row.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub started: Option<usize>,
    pub datetime: Option<usize>,
    pub hex: Vec<usize>,
    /// Names that somebody chose.
    pub chosen: [Option<usize>; 2],
    pub names: NamePlaces,
    /// Words without which a line is no row.
    words: Vec<usize>,
    /// Names of which a line is a row of something.
    named: Vec<usize>,
}

/// What each row has one of, besides its time: an address, a name, a status, what it is a row of.
const WORDS: &[Id] = &[
    id!(Status),
    id!(cause),
    id!(failed_phase),
    id!(remoteip),
    id!(remotename),
    id!(remotehost),
    id!(transport),
    id!(host),
    id!(run_id),
];

/// Where the names of the computer, and those of relays and proxies stand.
pub(super) type NamePlaces = [Option<usize>; 4];

impl Places {
    pub fn of(layout: &Layout) -> Self {
        Self {
            started: layout.place_of(id!(started_utc)),
            datetime: layout.place_of(id!(datetime)),
            hex: HEX.iter().filter_map(|id| layout.place_of(*id)).collect(),
            chosen: [id!(host), id!(label)].map(|id| layout.place_of(id)),
            names: [id!(host), id!(remotehost), id!(remotename), id!(proxy)]
                .map(|id| layout.place_of(id)),
            words: words(layout),
            named: names(layout),
        }
    }

    /// Whether a line with an outcome has neither a time nor a name, though the file has such columns: a line of subtotals, as
    /// a spreadsheet makes them for each word of a column.
    pub fn is_subtotal(&self, row: &Row<'_>) -> bool {
        let mut times = [self.started, self.datetime].into_iter().flatten();
        let is_untimed = (self.started.is_some() || self.datetime.is_some())
            && times.all(|place| row.cell(place).trim().is_empty());
        is_untimed
            && !self.named.is_empty()
            && self
                .named
                .iter()
                .all(|place| row.cell(*place).trim().is_empty())
    }

    /// Whether a line has neither a time nor any word that a row has one of, though the file has such columns: the line below
    /// a table, with the sums of its numbers. A word such as `Total` may stand where the time does.
    pub fn is_totals(&self, row: &Row<'_>) -> bool {
        let times = [self.started, self.datetime].into_iter().flatten();
        let has_digit = |place| row.cell(place).bytes().any(|byte| byte.is_ascii_digit());
        !self.words.is_empty()
            && self.words.iter().all(|place| row.cell(*place).is_empty())
            && !times.into_iter().any(has_digit)
    }
}

/// Names of which a row of a file with such columns has one.
const NAMES: &[Id] = &[
    id!(remoteip),
    id!(remotename),
    id!(remotehost),
    id!(host),
    id!(run_id),
];

/// Places of names, where there are two at least.
fn names(layout: &Layout) -> Vec<usize> {
    let places = NAMES.iter().filter_map(|id| layout.place_of(*id));
    let places: Vec<usize> = places.collect();
    if places.len() > 1 { places } else { Vec::new() }
}

/// Places of words of which a row has one; none where a row may have none.
fn words(layout: &Layout) -> Vec<usize> {
    if !layout.has(id!(Status)) && layout.dialect != Dialect::RollUps {
        return Vec::new();
    }
    let places = WORDS.iter().filter_map(|id| layout.place_of(*id));
    places.collect()
}

/// The header in a line: one of a file that is read.
pub(super) fn header(line: &str, hint: Option<u8>, scratch: &mut Batch) -> Option<Header> {
    let mut best: Option<(usize, Header)> = None;
    for separator in hint.into_iter().chain(*b",;\t|") {
        scratch.drop_row();
        let shape = split(line, separator, scratch);
        let width = scratch.width();
        if !matches!(shape, Shape::Whole | Shape::Loose) || width > MOST {
            continue;
        }
        let row = scratch.current();
        let names = || (0..width).map(|place| row.cell(place).trim());
        let known = names().filter(|name| is_known(name)).count();
        // most lines are no header
        if known == 0 {
            continue;
        }
        if best.as_ref().is_none_or(|(most, _)| known > *most) {
            let mut names: Vec<String> = names().map(str::to_owned).collect();
            let Ok(dialect) = own::dialect(&names) else {
                continue;
            };
            // those that a spreadsheet adds, so that rows whose numbers are split have no more fields than it
            while dialect == Dialect::TeamsAssessment && names.last().is_some_and(String::is_empty)
            {
                names.pop();
            }
            let layout = Layout::with_aliases(dialect, names, ALIASES);
            best = Some((
                known,
                Header {
                    layout,
                    separator,
                    known,
                },
            ));
        }
    }
    scratch.drop_row();
    best.map(|(_, header)| header)
}

/// Whether a name is one of a column of ours or of End2End's.
pub(super) fn is_known(name: &str) -> bool {
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    name.len() <= 40 && !name.is_empty() && (meant(name).is_some() || OTHERS.iter().any(is))
}

/// What is to be known of columns that a header names more than once.
pub(super) fn named_again(names: &[String]) -> Option<String> {
    let mut seen = [false; Id::COUNT];
    let mut again: Vec<&str> = Vec::new();
    for name in names {
        if let Some(id) = Id::find(name)
            && std::mem::replace(&mut seen[id.number()], true)
            && !again.contains(&id.name())
        {
            again.push(id.name());
        }
    }
    (!again.is_empty()).then(|| {
        format!(
            "its header has {} more than once: the first column of the name is read, and the others are not",
            again.join(", ")
        )
    })
}

/// Whether these are the columns of packets, which no statistics of probes can be made of.
pub(super) fn are_packets(names: &[String]) -> bool {
    let known = || names.iter().filter(|name| is_known(name));
    let (details, others): (Vec<&RowFacts>, Vec<&RowFacts>) =
        ROWS.iter().partition(|row| row.dialect.is_none());
    details.iter().any(|row| {
        let is_own = |name: &String| !others.iter().any(|other| (other.has)(name));
        known().all(|name| (row.has)(name)) && known().any(is_own)
    })
}
