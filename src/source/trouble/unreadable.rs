//! Cells that cannot be read, and roll-ups that are left out, by column: how many, and the first of them.

use crate::record::Counter as _;
use crate::schema::FaultKind;

/// The line of the first one, and how many there are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SeenTrouble {
    pub line: u64,
    pub count: u64,
}

/// Cells of a column that cannot be read.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub column: String,
    pub seen: SeenTrouble,
    /// The first one.
    sample: String,
    /// The column whose cells are read instead, and how often.
    instead: Option<(String, u64)>,
}

/// Characters of a cell that are told.
const LONGEST_SAMPLE: usize = 40;

impl Unreadable {
    pub fn new(column: &str, line: u64, text: &str) -> Self {
        Self {
            column: column.to_owned(),
            seen: SeenTrouble { line, count: 0 },
            sample: sample(text),
            instead: None,
        }
    }

    /// Counts one in whose place the cell of another column is read.
    pub fn instead(&mut self, other: &str) {
        let (_, count) = self.instead.get_or_insert_with(|| (other.to_owned(), 0));
        count.raise(1);
    }

    pub fn of_rollups(&self, what: FaultKind) -> String {
        let Self { column, sample, .. } = self;
        let (why, shown) = match what {
            FaultKind::Missing => ("is missing", false),
            FaultKind::Unreadable => ("cannot be read", true),
            FaultKind::Contradicts => ("contradicts the others", true),
        };
        let (left, first) = match self.seen.count {
            1 => ("1 roll-up is left out, as its".to_owned(), ": "),
            count => (
                format!("{count} roll-ups are left out, as their"),
                ", the first is ",
            ),
        };
        if shown {
            format!("{left} column {column} {why}{first}`{sample}`")
        } else {
            format!("{left} column {column} {why}")
        }
    }

    pub fn words(&self) -> String {
        let Self { column, sample, .. } = self;
        let count = self.seen.count;
        let (cells, first, left) = match count {
            1 => ("1 cell".to_owned(), ": ", "it is left out"),
            _ => (
                format!("{count} cells"),
                ", the first is ",
                "they are left out",
            ),
        };
        let (what, first) = match (sample.as_str(), count) {
            ("", 1) => ("is empty", String::new()),
            ("", _) => ("are empty or cannot be read", String::new()),
            (_, 1) => (
                "cannot be read or is impossible",
                format!("{first}`{sample}`"),
            ),
            _ => (
                "cannot be read or are impossible",
                format!("{first}`{sample}`"),
            ),
        };
        let then = match &self.instead {
            None => left.to_owned(),
            Some((other, n)) if *n == count => format!("{other} is read instead"),
            Some((other, n)) => format!("{left}, and in {n} of their rows {other} is read instead"),
        };
        format!("{cells} of the column {column} {what}{first}; {then}")
    }
}

/// Counts a cell of a column.
pub(super) fn count_cell(cells: &mut Vec<Unreadable>, column: &str, line: u64, text: &str) {
    let known = cells.iter().position(|cell| cell.column == column);
    let place = known.unwrap_or_else(|| {
        cells.push(Unreadable::new(column, line, text));
        cells.len().saturating_sub(1)
    });
    if let Some(cell) = cells.get_mut(place) {
        cell.seen.count.raise(1);
    }
}

/// A cell as it is told.
pub fn sample(text: &str) -> String {
    let mut sample: String = text.chars().take(LONGEST_SAMPLE).collect();
    if sample.len() < text.len() {
        sample.push_str("...");
    }
    sample
}
