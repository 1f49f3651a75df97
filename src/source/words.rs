//! The words that a file of each kind may have in its columns of outcomes. A word that nobody of
//! them writes is an error of the file: it says nothing of the relay.

use super::trouble::Problem;
use crate::record::{Cause, Counter as _, Phase, TlsPath, plain};
use crate::schema::{Dialect, Layout, Row, id};

/// Where the columns with words of a closed list stand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WordColumns {
    status: Option<usize>,
    cause: Option<usize>,
    failed_phase: Option<usize>,
    tls_path: Option<usize>,
    proxy: Option<usize>,
}

/// What End2End's scripts write where a probe failed, besides codes of ours.
const FAILED: &[&str] = &["Error", "Fail", "Failed", "Failure", "Timeout", "TimedOut"];

/// What End2End-HTTP writes of an answer that came late.
const SLOW: &[&str] = &["SLOWABS", "SLOWAVG"];

/// How .NET, pandas and spreadsheets in several languages write yes.
const YES: &[&str] = &[
    "true",
    "1",
    "1.0",
    "yes",
    "t",
    "y",
    "ja",
    "oui",
    "wahr",
    "vrai",
    "verdadero",
    "verdadeiro",
    "vero",
    "waar",
    "prawda",
    "pravda",
    "sand",
    "sann",
    "sant",
    "tosi",
    "igaz",
    "doğru",
    "истина",
];

/// The same of no.
const NO: &[&str] = &[
    "false", "0", "0.0", "no", "f", "n", "nein", "non", "falsch", "faux", "falso", "onwaar",
    "fałsz", "nepravda", "falsk", "usann", "falskt", "epätosi", "hamis", "yanliş", "yanlış",
    "ложь",
];

/// What R, pandas, databases and spreadsheets write in a cell that has nothing.
const NOTHING: &[&str] = &[
    "NA", "N/A", "#N/A", "#NV", "<NA>", "NaN", "NaT", "NULL", "(null)", "None", "nil", "\\N", "-",
    "--",
];

/// Whether a cell stands for one that has nothing.
pub(super) fn is_nothing(cell: &str) -> bool {
    let cell = cell.trim();
    cell.len() <= 6 && NOTHING.iter().any(|word| word.eq_ignore_ascii_case(cell))
}

/// Whether a word of any language is yes or no.
pub(super) fn yes_or_no(word: &str) -> Option<bool> {
    let word = word.trim().to_lowercase();
    let word = word.as_str();
    match (YES.contains(&word), NO.contains(&word)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

impl WordColumns {
    pub fn of(layout: &Layout) -> Self {
        Self {
            status: layout.place_of(id!(Status)),
            cause: layout.place_of(id!(cause)),
            failed_phase: layout.place_of(id!(failed_phase)),
            tls_path: layout.place_of(id!(tls_path)),
            proxy: layout.place_of(id!(proxy)),
        }
    }

    /// Whether the cause of a row, or the proxy of one that has no such column, is a word for nothing.
    #[inline]
    pub fn says_nothing(&self, row: &Row<'_>) -> bool {
        self.cause.or(self.proxy).is_some_and(|place| {
            let word = row.cell(place);
            !word.is_empty() && is_nothing(word)
        })
    }

    /// The place of the outcome whose word nobody writes.
    #[inline]
    pub fn unknown_outcome(&self, row: &Row<'_>) -> Option<usize> {
        let is_odd = |place: &usize| {
            let word = row.cell(*place);
            word != "OK" && !is_outcome(row.layout.dialect, word.trim())
        };
        let is_no_cause = |place: &usize| {
            let word = row.cell(*place);
            !word.is_empty() && !word.trim().is_empty() && Cause::of_word(word.trim()).is_none()
        };
        let odd = self.status.filter(is_odd);
        odd.or_else(|| self.cause.filter(is_no_cause))
    }

    /// Whether a row is a success and a failure.
    #[inline]
    pub fn contradicts(&self, row: &Row<'_>) -> bool {
        let word = |place: Option<usize>| place.map_or("", |place| row.cell(place));
        let (cause, phase) = (word(self.cause), word(self.failed_phase));
        // nearly all rows have neither
        !(cause.is_empty() && phase.is_empty())
            && word(self.status).eq_ignore_ascii_case("OK")
            && (Cause::of_word(cause).is_some() || Phase::of_word(phase).is_some())
    }

    /// The place of what the certificates tell, where the word is none of ours.
    #[inline]
    pub fn unknown_path(&self, row: &Row<'_>) -> Option<usize> {
        self.tls_path.filter(|place| {
            let word = row.cell(*place);
            !word.is_empty()
                && TlsPath::of_word(word).is_none()
                && TlsPath::of_word(word.trim()).is_none()
        })
    }
}

/// Whether a program of this dialect writes the word as an outcome.
fn is_outcome(dialect: Dialect, word: &str) -> bool {
    let is = |known: &&str| known.eq_ignore_ascii_case(word);
    let is_code = || Cause::of_word(word).is_some();
    match dialect {
        Dialect::Turnprobe | Dialect::Bursts | Dialect::Held => is(&"OK") || is_code(),
        Dialect::End2EndTcp | Dialect::End2EndTcpEarly => {
            is(&"OK") || is_code() || FAILED.iter().any(is)
        }
        Dialect::End2EndHttp => {
            is(&"OK") || FAILED.iter().chain(SLOW).any(is) || is_http_status(word)
        }
        Dialect::End2EndUdp => yes_or_no(word).is_some() || word.parse::<f64>().is_ok(),
        Dialect::End2EndPing
        | Dialect::SkypeAssessment
        | Dialect::TeamsAssessment
        | Dialect::Samples
        | Dialect::RollUps => true,
    }
}

/// Whether any of the programs writes the word as an outcome of a probe.
pub(super) fn is_known_outcome(word: &str) -> bool {
    let is = |known: &&str| known.eq_ignore_ascii_case(word);
    is(&"OK") || Cause::of_word(word).is_some() || FAILED.iter().chain(SLOW).any(is)
}

/// Whether it is the number of an HTTP answer.
fn is_http_status(word: &str) -> bool {
    word.len() == 3 && matches!(word.parse::<u16>(), Ok(100..=599))
}

/// Rows with an unknown word in one column, and the first such word.
#[derive(Debug, Clone, Default)]
pub(super) struct Unknown {
    pub count: u64,
    pub line: u64,
    pub column: String,
    pub word: String,
    /// Whether any of them is more than an empty cell.
    pub has_word: bool,
}

impl Unknown {
    pub fn count(&mut self, line: u64, column: &str, word: &str) {
        if self.count == 0 {
            *self = Self {
                count: 0,
                line,
                column: column.to_owned(),
                word: word.trim().chars().take(60).collect(),
                has_word: false,
            };
        }
        self.has_word |= !word.trim().is_empty();
        self.count.raise(1);
    }

    /// The problem, where there is one.
    pub fn problem(&self, file: &str, then: &str) -> Option<Problem> {
        let Self { column, word, .. } = self;
        let rows = match self.count {
            0 => return None,
            1 => "1 row".to_owned(),
            count => format!("{count} rows"),
        };
        let what = match word.as_str() {
            "" => format!("nothing in the column {column}"),
            word => format!(
                "an unknown word in the column {column}, the first \"{}\"",
                plain(word)
            ),
        };
        Some(Problem {
            file: file.to_owned(),
            line: Some(self.line),
            count: self.count,
            what: format!("{rows} with {what}: {then}"),
            outcomes: false,
        })
    }
}
