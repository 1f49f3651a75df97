//! What is wrong in a file, by kind: the line of the first one and how many there are.

mod kind;
mod lost;
mod unreadable;

use crate::record::Arrange as _;
use crate::record::Counter as _;
use crate::schema::{FaultKind, RolledFault};
use kind::KINDS;
pub(super) use kind::TroubleKind;
pub(super) use lost::rows_of;
use lost::{Lost, are_many};
pub(super) use unreadable::sample;
use unreadable::{SeenTrouble, Unreadable, count_cell};

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as it was named, `-` for stdin.
    pub file: String,
    /// Line of the first one, from 1; none where the whole file is meant.
    pub line: Option<u64>,
    /// How many of the kind; where `outcomes` is, how many rows these are.
    pub count: u64,
    /// What is wrong and what was done about it, the number included.
    pub what: String,
    /// Whether probes are left out because nobody knows their outcome: they may have failed.
    pub outcomes: bool,
}

/// What is wrong in one file; as many entries as there are kinds, whatever the file holds.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    seen: [SeenTrouble; KINDS.len()],
    /// What became no row.
    lost: Lost,
    /// Fields of the first line with another number of them, of its header, and whether all such
    /// lines are alike.
    fields: Option<(usize, usize, bool)>,
    /// Of the file as a whole.
    whole: Vec<(Option<u64>, String)>,
    /// Rows that are not read, as the file was given up: those of its last entry in `whole`.
    unread_rows: u64,
    /// Cells that cannot be read, by column.
    cells: Vec<Unreadable>,
    /// Roll-ups that are left out, by the column at fault and what is wrong with it.
    rolled: Vec<(FaultKind, Unreadable)>,
    /// The column and the text of the first time that cannot be read.
    time: Option<(String, String)>,
    /// Why the first line that begins as an object is no JSON.
    json: Option<String>,
    /// What the lines without a header are.
    before: BeforeHeader,
}

/// What lines before a header are.
#[derive(Debug, Default)]
enum BeforeHeader {
    /// Rows that have lost their header.
    #[default]
    Rows,
    /// Something else, which this says.
    Other(String),
    /// Something else, and a header came.
    Preamble,
}

impl Trouble {
    /// Counts a line.
    pub fn count(&mut self, kind: TroubleKind, line: u64) {
        let seen = &mut self.seen[kind as usize];
        if seen.count == 0 {
            seen.line = line;
        }
        seen.count.raise(1);
        self.lost.of = Some(kind);
    }

    /// Counts a line with another number of fields than its header.
    pub fn fields(&mut self, line: u64, found: usize, wanted: usize) {
        self.count(TroubleKind::Fields, line);
        self.fields = match self.fields {
            None => Some((found, wanted, true)),
            Some((a, b, alike)) => Some((a, b, alike && (a, b) == (found, wanted))),
        };
    }

    /// What the file looks like, where its first line is no row of ours.
    pub fn looks(&mut self, told: String) {
        self.before = BeforeHeader::Other(told);
    }

    /// A header came after all.
    pub fn header_came(&mut self) {
        if matches!(self.before, BeforeHeader::Other(_)) {
            self.before = BeforeHeader::Preamble;
        }
    }

    /// Counts a cell of a column that cannot be read; there are no more columns than a header has.
    pub fn cell(&mut self, column: &str, line: u64, text: &str) {
        count_cell(&mut self.cells, column, line, text);
    }

    /// Says of the last cell of a column, which was counted, that the whole milliseconds of another are read instead.
    pub fn millis_instead(&mut self, [column, millis]: [&str; 2]) {
        let mut cells = self.cells.iter_mut();
        if let Some(cell) = cells.find(|cell| cell.column == column) {
            cell.instead(millis);
        }
    }

    /// Keeps the first time that cannot be read.
    pub fn time(&mut self, column: &str, text: &str) {
        let told = || (column.to_owned(), sample(text));
        self.time.get_or_insert_with(told);
    }

    /// Counts a line that begins as an object and is none of ours, and keeps why where it is no JSON.
    pub fn json(&mut self, line: u64, fault: Option<String>) {
        self.count(TroubleKind::Json, line);
        self.json = self.json.take().or(fault);
    }

    /// Counts a roll-up that is left out for what stands in a column.
    pub fn rolled(&mut self, fault: RolledFault, line: u64, text: &str) {
        let column = fault.column.name();
        let known = self.rolled.iter_mut();
        let mut known = known.filter(|(what, cell)| *what == fault.what && cell.column == column);
        if let Some((_, cell)) = known.next() {
            cell.seen.count.raise(1);
            return;
        }
        let mut cell = Unreadable::new(column, line, text);
        cell.seen.count.raise(1);
        self.rolled.push((fault.what, cell));
    }

    /// Something about the file as a whole; called a few times at most.
    pub fn file(&mut self, line: Option<u64>, what: String) {
        self.whole.push((line, what));
    }

    /// So many rows about are behind the line at which the file was given up.
    pub fn behind(&mut self, rows: u64) {
        if let Some((_, what)) = self.whole.last_mut().filter(|_| rows > 0) {
            *what = format!("{what}; behind it are about {rows} rows");
        }
        self.unread_rows = rows;
    }

    /// Why the file, or the rest of it, was given up, where it was.
    pub fn given_up(&self) -> Option<&str> {
        self.whole.last().map(|(_, what)| what.as_str())
    }

    /// Whether nothing is wrong.
    pub fn is_none(&self) -> bool {
        self.whole.is_empty() && self.seen.iter().all(|seen| seen.count == 0)
    }

    /// How many of a kind.
    pub fn of(&self, kind: TroubleKind) -> u64 {
        self.seen[kind as usize].count
    }

    /// What a reader that takes each cell as it stands would stumble over: the first such thing, in words.
    pub fn odd(&self) -> Option<String> {
        let whole = self.whole.first().map(|(_, what)| what.clone());
        let is_odd = |kind: &&TroubleKind| {
            !matches!(
                kind,
                TroubleKind::Header | TroubleKind::Time | TroubleKind::NoTimes
            ) && self.of(**kind) > 0
        };
        let line = || {
            let kind = KINDS.iter().find(is_odd)?;
            Some(self.words(*kind, self.of(*kind)))
        };
        let cell = || self.cells.first().map(Unreadable::words);
        let rolled = || {
            let (what, cell) = self.rolled.first()?;
            Some(cell.of_rollups(*what))
        };
        whole.or_else(line).or_else(cell).or_else(rolled)
    }

    /// Takes bytes of the file's lines.
    #[inline]
    pub fn take(&mut self, bytes: u64) {
        self.lost.taken.raise(bytes);
    }

    /// Adds the bytes of a line, of which so many are NUL, to what is wrong with it, if anything is.
    pub fn became_no_row(&mut self, bytes: u64, nuls: u64) {
        self.lost.add(bytes, nuls);
    }

    /// Why the rest of the file was not read, and about how many rows it has, none where that is not known.
    pub fn unread(&mut self, line: u64, what: String, rows: u64) {
        self.file(Some(line), what);
        self.behind(rows);
    }

    /// How many rows the lines of a kind were, and whether so many of all kinds, beside so many rows, that nobody knows what the
    /// file would say with them.
    fn lost_rows(&self, rows: u64) -> ([u64; KINDS.len()], bool) {
        let were_rows = |kind| {
            kind != TroubleKind::NoHeader || rows > 0 && matches!(self.before, BeforeHeader::Rows)
        };
        let lost = KINDS.map(|kind| {
            if were_rows(kind) {
                self.lost.rows(kind, self.of(kind), rows)
            } else {
                0
            }
        });
        let all = lost.iter().sum::<u64>().saturating_add(self.unread_rows);
        (lost, are_many(all, rows))
    }

    /// All of it in words, by line, of a file with so many rows; what is about the whole file comes first.
    pub fn problems(&self, file: &str, rows: u64) -> Vec<Problem> {
        let (lost_rows, are_many) = self.lost_rows(rows);
        let newest = self.whole.len().saturating_sub(1);
        let unread = |at| {
            self.unread_rows
                .min(if at == newest { u64::MAX } else { 0 })
        };
        let whole = self.whole.iter().enumerate();
        let whole = whole.map(|(at, (line, what))| Problem {
            file: file.to_owned(),
            line: *line,
            count: unread(at).max(1),
            what: what.clone(),
            outcomes: are_many && unread(at) > 0,
        });
        let lines = KINDS.iter().filter_map(|kind| {
            let seen = self.seen[*kind as usize];
            let lost = lost_rows[*kind as usize];
            let are_lost = are_many && lost > 0;
            (seen.count > 0).then(|| Problem {
                file: file.to_owned(),
                line: Some(seen.line),
                count: if are_lost { lost } else { seen.count },
                what: self.words(*kind, seen.count) + &self.lost.told(*kind, seen.count, lost),
                outcomes: are_lost
                    || matches!(kind, TroubleKind::Contradicts | TroubleKind::Counts),
            })
        });
        let cells = self.cells.iter().map(|cell| Problem {
            file: file.to_owned(),
            line: Some(cell.seen.line),
            count: cell.seen.count,
            what: cell.words(),
            outcomes: false,
        });
        let rolled = self.rolled.iter().map(|(what, cell)| Problem {
            file: file.to_owned(),
            line: Some(cell.seen.line),
            count: cell.seen.count,
            what: cell.of_rollups(*what),
            outcomes: true,
        });
        let mut problems: Vec<Problem> = whole.chain(lines).chain(cells).chain(rolled).collect();
        problems.arrange_by_key(|problem| problem.line);
        problems
    }

    fn words(&self, kind: TroubleKind, count: u64) -> String {
        let lines = match count {
            1 => "1 line".to_owned(),
            _ => format!("{count} lines"),
        };
        let what = match kind {
            TroubleKind::NoHeader => match &self.before {
                BeforeHeader::Rows => {
                    "before any header that names known columns: left out; put the header back as the first line"
                }
                BeforeHeader::Preamble => "before the header: left out",
                BeforeHeader::Other(told) => {
                    return format!("not a file of probes: {told}; {lines} left out");
                }
            },
            TroubleKind::Header => {
                let headers = headers(count, "is repeated", "are repeated");
                return format!("{headers} within the file, as when files are joined: skipped");
            }
            TroubleKind::OtherHeader => {
                let headers = headers(count, "stands", "stand").replace("header", "other header");
                return format!(
                    "{headers} within the file, as when files are joined: the rows after it are read by it"
                );
            }
            TroubleKind::Fields => {
                let (found, wanted, alike) = self.fields.unwrap_or_default();
                return if alike {
                    format!("{lines} with {found} instead of {wanted} fields: left out")
                } else {
                    format!(
                        "{lines} with a different number of fields than the header, the first with \
                         {found} instead of {wanted}: left out"
                    )
                };
            }
            TroubleKind::Commas => {
                "with numbers that decimal commas have split and that can be put together in more than one way: left out"
            }
            TroubleKind::Quotes => {
                "with text after a closing quote, as from two torn rows in one: left out"
            }
            TroubleKind::Open => "torn within a quoted field: left out",
            TroubleKind::Torn => {
                return "the file ends in the middle of a line: left out".to_owned();
            }
            TroubleKind::Json => {
                "that begin with { and are not a JSON object with known names, each once: left out"
            }
            TroubleKind::Long => "longer than 1 MiB: left out",
            TroubleKind::Zeros => {
                "with NUL bytes before or after, as left by a power cut: read without them"
            }
            TroubleKind::Binary => "with NUL bytes inside, as left by a power cut: left out",
            TroubleKind::Nuls => "of only NUL bytes, as left by a power cut: left out",
            TroubleKind::Encoding => "not in UTF-8: read as Windows-1252",
            TroubleKind::Utf16 => "in UTF-16 within a file that is not: read as UTF-16",
            TroubleKind::Time => return format!("{lines} {}", untimed(self.time.as_ref())),
            TroubleKind::Totals => {
                "without time, address and status, as the totals of a spreadsheet: left out"
            }
            TroubleKind::Contradicts => {
                "whose Status is OK although they name a cause or phase of failure: left out, as they contradict themselves"
            }
            TroubleKind::Counts => {
                "whose counts of what was sent and what was lost or received are missing, cannot be read or contradict each other: \
                 nobody knows what was lost there"
            }
            TroubleKind::NoTimes => {
                "of probes that worked, without a time of the connect or answer that can be read: nobody knows whether these were slow"
            }
        };
        let what = match count {
            1 if kind == TroubleKind::Contradicts => what
                .replace("they name", "it names")
                .replace("they contradict themselves", "it contradicts itself"),
            1 if kind == TroubleKind::NoTimes => what
                .replace("probes", "a probe")
                .replace("these were", "it was"),
            1 => what.replace("begin with { and are", "begins with { and is"),
            _ => what.to_owned(),
        };
        match self.json.as_deref().filter(|_| kind == TroubleKind::Json) {
            Some(why) => format!("{lines} {what}; the first that is no JSON: {why}"),
            None => format!("{lines} {what}"),
        }
    }
}

/// What becomes of lines without a time.
pub const COUNTED_WITHOUT_TIME: &str = "counted, but without time";

/// What is said of lines without a time, of which this is the first text that cannot be read.
fn untimed(first: Option<&(String, String)>) -> String {
    let Some((column, text)) = first else {
        return format!("whose time is missing: {COUNTED_WITHOUT_TIME}");
    };
    format!(
        "whose time is missing, cannot be read or is outside 2000 to 2100, the first `{text}` in the column {column}: \
         {COUNTED_WITHOUT_TIME}; export the file with the column started_utc, or with times such as 2021-02-12 13:46:01"
    )
}

fn headers(count: u64, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 header {one}"),
        _ => format!("{count} headers {more}"),
    }
}
