//! Lines of one file to rows. Not here: where the bytes come from (`open`, `blocks`), where the
//! rows go (`reading`), what a row keeps (`rows`).
//!
//! A quoted field may hold a line end, but a torn line looks the same: an open quote joins the
//! following lines only when none of them is a row or a header by itself and the whole then has
//! the header's number of fields.

mod joined;
mod odd;
mod undecided;
mod unknown;

use crate::record::Arrange as _;
use crate::record::Counter as _;
use std::borrow::Cow;

use memchr::memchr;

use super::batch::Batch;
use super::blocks::LONGEST;
use super::encoding::windows_1252;
use super::evidence::FormatEvidence;
use super::header::header;
use super::json;
use super::line::{BlockLine, line_at, separator_line, whole};
use super::mended::Fit;
use super::rows::{RowEnd, Rows};
use super::split::{Shape, split};
use super::trouble::{Problem, Trouble, TroubleKind};

/// What comes behind a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// More, together with what is not taken.
    More,
    /// More, but nothing may be left to it.
    Later,
    /// Nothing.
    End,
}

/// Reads the lines of one file.
pub(super) struct Parser<'a> {
    pub rows: Rows<'a>,
    pub trouble: Trouble,
    /// Physical lines that were taken.
    pub line: u64,
    /// Whether it is no text file at all; nothing more is taken then.
    pub hopeless: bool,
    scratch: Batch,
    separator_hint: Option<u8>,
    begun: bool,
    /// Whether the block has zero bytes.
    zeros: bool,
    /// Bytes of the block behind the line at which the file was given up.
    pub behind: u64,
    /// Reads the whole of the file for what it tells; without it, the block at hand has to do.
    look: Option<Look<'a>>,
}

/// Reads a file for what it tells of its numbers and dates.
pub(super) type Look<'a> = Box<dyn Fn() -> FormatEvidence + 'a>;

impl<'a> Parser<'a> {
    pub fn new(rows: Rows<'a>, look: Option<Look<'a>>) -> Self {
        Self {
            look,
            scratch: Batch::default(),
            rows,
            trouble: Trouble::default(),
            line: 0,
            hopeless: false,
            separator_hint: None,
            begun: false,
            zeros: false,
            behind: 0,
        }
    }

    /// Takes the lines of a block and says how many bytes that were.
    pub fn take(&mut self, bytes: &[u8], behind: Behind) -> usize {
        if !self.begun && !bytes.is_empty() {
            self.begun = true;
            self.hopeless = self.is_binary(bytes);
        }
        if self.hopeless {
            return bytes.len();
        }
        self.zeros = memchr(0, bytes).is_some();
        let taken = match std::str::from_utf8(bytes) {
            Ok(text) => self.lines(text, behind),
            Err(_) => self.decoded(bytes, behind),
        };
        self.trouble.take(taken as u64);
        taken
    }

    /// Whether there was nothing but empty lines.
    pub fn is_empty(&self) -> bool {
        self.is_untouched()
    }

    /// Whether neither a row nor anything else has come.
    fn is_untouched(&self) -> bool {
        self.rows.dialect.is_none() && self.trouble.is_none()
    }

    /// Leaves a line out that is longer than a row can be; a file of JSON may be one line.
    fn long(&mut self, is_json: bool) {
        if self.is_untouched() && is_json {
            self.json_document();
        } else {
            self.trouble.count(TroubleKind::Long, self.line);
        }
    }

    /// Gives a file up that is JSON and no JSON Lines.
    fn json_document(&mut self) {
        self.hopeless = true;
        let what = "a JSON array or an object over several lines: left out; JSON Lines are read, \
                    one object a line";
        self.trouble.file(Some(self.line), what.to_owned());
    }

    /// Whether it is no file of rows: no text, something else, or lines without any header. A header
    /// that is not written to its end yet is none of these.
    pub fn is_refused(&self) -> bool {
        let unknown = self.rows.dialect.is_none() && !self.trouble.is_none();
        self.hopeless
            || unknown && self.trouble.of(TroubleKind::Torn) == 0
            || self.rows.has_no_known_outcome()
    }

    /// What is wrong in a file of this name.
    pub fn problems(&mut self, name: &str) -> Vec<Problem> {
        let mut problems = self.trouble.problems(name, self.rows.count);
        problems.extend(self.rows.unknown_words(name));
        problems.extend(self.rows.left_out(name));
        problems.arrange_by_key(|problem| problem.line);
        problems
    }

    /// Counts a line that was left out because of its length, of so many bytes, and whose first byte is this.
    pub fn too_long(&mut self, first: u8, bytes: u64) {
        self.line.raise(1);
        self.long(matches!(first, b'[' | b'{'));
        self.trouble.take(bytes);
        self.trouble.became_no_row(bytes, bytes);
    }

    /// Counts a run of so many NUL bytes that was left out because of its length.
    pub fn nuls(&mut self, bytes: u64) {
        self.trouble
            .count(TroubleKind::Nuls, self.line.saturating_add(1));
        self.trouble.take(bytes);
        self.trouble.became_no_row(bytes, bytes);
    }

    /// Takes a row whose cells are known: they are put into the place for them, as many as the layout in force has. Nothing is
    /// taken without one.
    pub fn row(&mut self, put: impl FnOnce(&mut Batch)) {
        self.line.raise(1);
        if self.rows.csv().is_none() {
            return;
        }
        put(&mut self.rows.batch);
        if self.rows.batch.current().text.len() > LONGEST {
            self.rows.batch.drop_row();
            self.trouble.count(TroubleKind::Long, self.line);
            return;
        }
        let ended = self.rows.finish(self.line, &mut self.trouble);
        if ended != RowEnd::Whole {
            self.odd_end(ended, "", false);
        }
    }

    /// Lines with bytes that are no UTF-8.
    fn decoded(&mut self, bytes: &[u8], behind: Behind) -> usize {
        let mut text = String::with_capacity(bytes.len().saturating_add(bytes.len() / 8));
        let mut foreign = Vec::new();
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            // the mark of UTF-16 that was appended
            let mark = line.strip_prefix(b"\xff\xfe");
            let line = mark.or(line.strip_prefix(b"\xfe\xff")).unwrap_or(line);
            match std::str::from_utf8(line) {
                Ok(line) => text.push_str(line),
                // the file ends within a character
                Err(error) if error.error_len().is_none() && !line.ends_with(b"\n") => {
                    text.push_str(&String::from_utf8_lossy(&line[..error.valid_up_to()]));
                }
                Err(_) => {
                    foreign.push(index as u64);
                    text.push_str(&windows_1252(line));
                }
            }
        }
        let first = self.line;
        self.lines(&text, behind);
        let taken = self.line.saturating_sub(first);
        for index in foreign.into_iter().filter(|index| *index < taken) {
            self.trouble.count(
                TroubleKind::Encoding,
                first.saturating_add(index).saturating_add(1),
            );
        }
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        lines
            .take(usize::try_from(taken).unwrap_or(usize::MAX))
            .map(<[u8]>::len)
            .sum()
    }

    /// Takes lines; what is not taken begins with a line.
    fn lines(&mut self, text: &str, behind: Behind) -> usize {
        let mut at = 0;
        while let Some(line) = line_at(text, at) {
            self.line.raise(1);
            // what nearly every line is comes first
            if let Some(csv) = self.rows.csv()
                && !self.zeros
                && line.ended
                && line.text.len() <= LONGEST
                && !line.text.starts_with(['\u{feff}', '\u{1a}'])
            {
                let (separator, width) = (csv.separator, csv.width);
                let shape = split(line.text, separator, &mut self.rows.batch);
                let fits = matches!(shape, Shape::Whole | Shape::Loose)
                    && self.rows.batch.width() == width;
                if fits && !self.rows.begins_like_a_header() {
                    let ended = self.rows.finish(self.line, &mut self.trouble);
                    if ended != RowEnd::Whole && !self.odd_end(ended, text, false) {
                        self.behind = text.len().saturating_sub(line.next) as u64;
                        return text.len();
                    }
                    at = line.next;
                    continue;
                }
                self.rows.batch.drop_row();
            }
            let Some(next) = self.other(text, line, behind) else {
                self.line.lower(1);
                break;
            };
            let nuls = line.text.bytes().filter(|byte| self.zeros && *byte == 0);
            self.trouble
                .became_no_row(line.text.len() as u64, nuls.count() as u64);
            at = next;
            if self.rows.stopped || self.hopeless {
                self.behind = text.len().saturating_sub(at) as u64;
                return text.len();
            }
        }
        at
    }

    /// A line that is no plain row of the layout at hand: where the next one begins, or nothing
    /// when that cannot be said without what comes behind.
    fn other(&mut self, text: &str, line: BlockLine<'_>, behind: Behind) -> Option<usize> {
        // what ends a text for DOS, and `copy a+b` appends, stands between texts that are joined again
        let mut content = line.text.trim_start_matches(['\u{feff}', '\u{1a}']);
        if !line.ended {
            content = content.trim_end_matches('\u{1a}');
        }
        if content.len() > LONGEST {
            self.long(content.trim_start().starts_with(['[', '{']));
            return Some(line.next);
        }
        if self.zeros && content.contains('\0') {
            match self.without_zeros(content, line.ended) {
                Some(Cow::Borrowed(rest)) => content = rest,
                Some(Cow::Owned(rest)) => {
                    return self
                        .other(&rest, whole(&rest), Behind::End)
                        .map(|_| line.next);
                }
                None => return Some(line.next),
            }
        }
        let next = Some(line.next);
        if content.trim().is_empty() {
            return next;
        }
        if self.is_untouched() && json::is_document(content) {
            self.json_document();
            return next;
        }
        if self.is_untouched() && json::is_of_columns(content) {
            self.hopeless = true;
            let what = "a JSON object of columns, as pandas' to_json writes it: left out; JSON Lines are read, one object a \
                        line, as to_json(orient=\"records\", lines=True) writes them";
            self.trouble.file(Some(self.line), what.to_owned());
            return next;
        }
        if content.trim_start().starts_with('{') {
            if !self.json(content, text) && !self.packets() {
                self.no_json(content, line.ended);
            }
            return next;
        }
        if let Some(separator) = separator_line(content) {
            self.separator_hint = Some(separator);
            return next;
        }
        // PowerShell's Export-Csv puts the type of the objects first unless told not to
        if content.starts_with("#TYPE ") {
            return next;
        }
        if let Some(header) = header(content, self.separator_hint, &mut self.scratch)
            && (header.is_plain() || self.rows.csv().is_none())
        {
            if let Some(kind) = self.rows.use_header(header) {
                self.trouble.count(kind, self.line);
            }
            self.trouble.header_came();
            self.packets();
            return next;
        }
        let Some(csv) = self.rows.csv() else {
            if !line.ended && self.line == 1 && content.starts_with('"') {
                self.trouble.count(TroubleKind::Torn, self.line);
            } else {
                self.no_header(content);
            }
            return next;
        };
        let (separator, width) = (csv.separator, csv.width);
        let shape = split(content, separator, &mut self.rows.batch);
        let found = self.rows.batch.width();
        match shape {
            // an empty last cell, or a file cut off in front of it
            Shape::Whole | Shape::Loose
                if found == width
                    && !line.ended
                    && content.as_bytes().last() == Some(&separator) =>
            {
                self.rows.batch.drop_row();
                self.trouble.count(TroubleKind::Torn, self.line);
                return next;
            }
            Shape::Whole | Shape::Loose if found == width => {
                self.rows.unended |= !line.ended && !content.ends_with('"');
                if content.bytes().all(|byte| byte == separator) {
                    self.rows.batch.drop_row();
                    self.rows.blank.raise(1);
                } else {
                    let ended = self.rows.finish(self.line, &mut self.trouble);
                    self.odd_end(ended, text, false);
                }
                return next;
            }
            Shape::Open => {
                self.rows.batch.drop_row();
                return self.open(text, line, behind);
            }
            Shape::Whole | Shape::Loose if line.ended || found > width => match self.rows.mend() {
                Fit::Yes => {
                    let ended = self.rows.finish(self.line, &mut self.trouble);
                    self.odd_end(ended, text, false);
                    return next;
                }
                Fit::Unsure => {
                    self.rows.batch.drop_row();
                    self.trouble.count(TroubleKind::Commas, self.line);
                    return next;
                }
                Fit::No if self.fill(text) => {
                    let ended = self.rows.finish(self.line, &mut self.trouble);
                    self.odd_end(ended, text, false);
                    return next;
                }
                Fit::No => self.rows.batch.drop_row(),
            },
            _ => self.rows.batch.drop_row(),
        }
        match shape {
            Shape::Broken => self.trouble.count(TroubleKind::Quotes, self.line),
            _ if !line.ended && found < width => self.trouble.count(TroubleKind::Torn, self.line),
            _ => self.trouble.fields(self.line, found, width),
        }
        next
    }
}
