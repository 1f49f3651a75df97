//! Headers: which line is one, what stands between its names, what wrote it.

use crate::measure::probe::{COLUMNS, REFERENCE_COLUMNS};
use crate::measure::rows::{ROWS, RowFacts};
use crate::record::Counter as _;
use crate::schema::{Dialect, Id, Layout, id};

use super::batch::Batch;
use super::dialect::{ALIASES, OTHERS, meant};
use super::split::{Shape, split};

/// Columns of a file at most.
const MOST: usize = 1000;

/// Columns with hexadecimal that is grouped for Excel.
const HEX: &[Id] = &[id!(Thumbprint), id!(SerialNumber), id!(cert_sha256)];

/// What a header must name one of, besides others: when, where to, how it ended, what it took. What
/// ends in [`UNITS`] does as well.
const ANCHORS: &[Id] = &[
    id!(datetime),
    id!(remotehost),
    id!(remotename),
    id!(remoteip),
    id!(Status),
    id!(cause),
    id!(dnstimems),
    id!(connecttimems),
    id!(tlstimems),
    id!(totaltimems),
    id!(averagertt),
];

/// Ends of names that no word has.
const UNITS: &[&str] = &["_us", "_utc", "_ppm", "timems"];

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
}

impl Places {
    pub fn of(layout: &Layout) -> Self {
        Self {
            started: layout.place_of(id!(started_utc)),
            datetime: layout.place_of(id!(datetime)),
            hex: HEX.iter().filter_map(|id| layout.place_of(*id)).collect(),
        }
    }
}

/// The header in a line: names enough that it cannot be chance.
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
        if !are_ours(names()) {
            continue;
        }
        let known = names().filter(|name| is_known(name)).count();
        if best.as_ref().is_none_or(|(most, _)| known > *most) {
            let names: Vec<String> = names().map(str::to_owned).collect();
            let layout = Layout::with_aliases(dialect(&names), names, ALIASES);
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

/// Whether names are those of a file of ours or of End2End's and not of any other, such as a text
/// with the word "world": two that we know, one of them an anchor, or one alone that is no word.
pub(super) fn are_ours<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut known: Vec<&str> = Vec::new();
    let mut width = 0_usize;
    for name in names {
        width.raise(1);
        let again = known.iter().any(|other| other.eq_ignore_ascii_case(name));
        if !again && is_known(name) {
            known.push(name);
        }
    }
    let no_word = |name: &str| {
        let name = name.to_ascii_lowercase();
        UNITS.iter().any(|unit| name.ends_with(unit))
    };
    let is_anchor =
        |name: &str| no_word(name) || meant(name).is_some_and(|id| ANCHORS.contains(&id));
    match known[..] {
        [] => false,
        [name] => width == 1 && no_word(name),
        _ => known.iter().any(|name| is_anchor(name)),
    }
}

/// Whether a name is one of a column of ours or of End2End's.
pub(super) fn is_known(name: &str) -> bool {
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    name.len() <= 40 && !name.is_empty() && (meant(name).is_some() || OTHERS.iter().any(is))
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

/// The kind of row, other than probes, whose columns these are: one is there that no other kind
/// has, or two where it is a word, and none that probes have and it has not.
fn kind_of_row(names: &[String]) -> Option<Dialect> {
    let is_probe = |row: &RowFacts| row.dialect == Some(Dialect::Turnprobe);
    let of_probes = |name: &str| ROWS.iter().any(|row| is_probe(row) && (row.has)(name));
    let mut left: Vec<&RowFacts> = ROWS.iter().collect();
    for row in ROWS.iter().rev().filter(|row| !is_probe(row)) {
        let Some(dialect) = row.dialect else {
            continue;
        };
        left.retain(|other| other.what != row.what);
        let is_own = |name: &str| (row.has)(name) && !left.iter().any(|other| (other.has)(name));
        let own: Vec<&String> = names.iter().filter(|name| is_own(name)).collect();
        let is_telling = own.len() > 1 || own.iter().any(|name| name.contains('_'));
        let has_others = names.iter().any(|name| of_probes(name) && !(row.has)(name));
        if is_telling && !has_others {
            return Some(dialect);
        }
    }
    None
}

/// What wrote a file with these columns.
pub(super) fn dialect(names: &[String]) -> Dialect {
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if let Some(dialect) = kind_of_row(names) {
        return dialect;
    }
    if has("Computername") && !has("remotehost") {
        return Dialect::End2EndTcpEarly;
    }
    if has("remoteudpport") || has("averagertt") || has("successrttcount") {
        return Dialect::End2EndUdp;
    }
    if has("httpbytes") || has("httpstatuscode") || has("avg10") {
        return Dialect::End2EndHttp;
    }
    let ours = COLUMNS[REFERENCE_COLUMNS..].iter();
    if ours.map(|column| column.name).any(has) {
        Dialect::Turnprobe
    } else {
        Dialect::End2EndTcp
    }
}
