//! Rows on their way from the reading thread to the one that folds them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::schema::{Dialect, Layout, ListCell, Lists, Parsed, RolledUp, Row};

/// Rows of a batch at most.
const ROWS: usize = 4096;

/// Bytes of cells from which on a batch is full: those on their way stay in the caches of processors.
const TEXT: usize = 1 << 18;

/// Rows of one file that share a layout. Given back with [`super::Reading::recycle`], its memory
/// is used again.
#[derive(Debug)]
pub struct Batch {
    /// Where the columns stand.
    pub layout: Arc<Layout>,
    /// The file, as its place in [`super::ReadSummary::files`].
    pub file: usize,
    text: String,
    ends: Vec<u32>,
    rows: Vec<RowPlace>,
    parsed: Vec<Parsed>,
    /// Cells that are lists of numbers, and these.
    lists: Vec<ListCell>,
    numbers: Vec<i64>,
    /// Where the row begins that is being made, and its first list.
    start: usize,
    first_list: usize,
    /// Bytes between its cells.
    gap: u8,
}

#[derive(Debug, Clone, Copy)]
struct RowPlace {
    start: u32,
    gap: u8,
    /// Its first list, and what is behind its last one.
    lists: [u32; 2],
    at: Option<DateTime<Utc>>,
    line: u64,
}

impl Default for Batch {
    /// Of a layout without columns.
    fn default() -> Self {
        Self {
            layout: Arc::new(Layout::new(Dialect::Turnprobe, Vec::new())),
            file: 0,
            text: String::new(),
            ends: Vec::new(),
            rows: Vec::new(),
            parsed: Vec::new(),
            lists: Vec::new(),
            numbers: Vec::new(),
            first_list: 0,
            start: 0,
            gap: 0,
        }
    }
}

impl Batch {
    /// Its rows in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let width = self.layout.names().len().max(1);
        self.rows
            .iter()
            .zip(&self.parsed)
            .zip(self.ends.chunks_exact(width))
            .map(|((place, parsed), ends)| {
                let start = place.start as usize;
                let end = start.saturating_add(ends.last().map_or(0, |end| *end as usize));
                Row {
                    layout: &self.layout,
                    text: self.text.get(start..end).unwrap_or_default(),
                    ends,
                    gap: place.gap,
                    lists: self.lists_of(place.lists.map(|at| at as usize)),
                    at: place.at,
                    line: place.line,
                    parsed: Some(parsed),
                }
            })
    }

    /// Number of its rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The same memory for other rows.
    pub(super) fn reuse(&mut self, layout: Arc<Layout>, file: usize) {
        self.layout = layout;
        self.file = file;
        self.text.clear();
        self.ends.clear();
        self.rows.clear();
        self.parsed.clear();
        self.lists.clear();
        self.numbers.clear();
        (self.start, self.first_list) = (0, 0);
        self.gap = 0;
    }

    pub(super) fn is_full(&self) -> bool {
        let numbers = self.numbers.len().saturating_mul(size_of::<i64>());
        self.rows.len() >= ROWS || self.text.len() >= TEXT || numbers >= TEXT
    }

    /// Adds text to the cell that is being made.
    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Ends the cell that is being made.
    #[inline]
    pub(super) fn end_cell(&mut self) {
        // a line is shorter than 1 MiB
        #[allow(clippy::cast_possible_truncation)]
        self.ends
            .push(self.text.len().saturating_sub(self.start) as u32);
    }

    /// A whole cell.
    #[inline]
    pub(super) fn cell(&mut self, text: &str) {
        self.push(text);
        self.end_cell();
    }

    /// A cell that is a list of numbers, which has no text.
    pub(super) fn list(&mut self, numbers: &[i64]) {
        let from = self.numbers.len();
        self.numbers.extend_from_slice(numbers);
        self.lists.push(ListCell {
            place: self.width(),
            numbers: from..self.numbers.len(),
        });
        self.end_cell();
    }

    /// A whole row as it stands in the file, whose cells have so many bytes between them: the separator, and
    /// the quotes around it. Their ends are told with [`Self::end_at`].
    #[inline]
    pub(super) fn line(&mut self, text: &str, gap: u8) {
        self.text.push_str(text);
        self.gap = gap;
    }

    /// Ends a cell of a whole row, counted from the begin of the row.
    #[inline]
    pub(super) fn end_at(&mut self, end: usize) {
        // a line is shorter than 1 MiB
        #[allow(clippy::cast_possible_truncation)]
        self.ends.push(end as u32);
    }

    /// The same of several cells.
    #[inline]
    pub(super) fn ends_at(&mut self, ends: &[u32]) {
        self.ends.extend_from_slice(ends);
    }

    /// The cells of the row that is being made.
    #[inline]
    pub(super) fn current(&self) -> Row<'_> {
        Row {
            layout: &self.layout,
            text: self.text.get(self.start..).unwrap_or_default(),
            ends: self.ends.get(self.finished_cells()..).unwrap_or_default(),
            gap: self.gap,
            lists: self.lists_of([self.first_list, self.lists.len()]),
            at: None,
            line: 0,
            parsed: None,
        }
    }

    /// Puts another text into a cell of the row that is being made.
    pub(super) fn replace(&mut self, place: usize, text: &str) {
        let first = self.finished_cells();
        let cell = self.current();
        let Some(end) = cell.ends.get(place).map(|end| *end as usize) else {
            return;
        };
        let begin = cell.begin(place);
        self.text.replace_range(
            self.start.saturating_add(begin)..self.start.saturating_add(end),
            text,
        );
        // a line is shorter than 1 MiB, and what replaces a cell than a line
        #[allow(clippy::cast_possible_truncation)]
        let (less, more) = (end.saturating_sub(begin) as u32, text.len() as u32);
        for end in &mut self.ends[first.saturating_add(place)..] {
            *end = end.saturating_sub(less).saturating_add(more);
        }
    }

    /// Whether a cell of the row that is being made has blanks around it.
    #[inline]
    pub(super) fn has_blanks(&self) -> bool {
        let row = self.current();
        let (bytes, gap) = (row.text.as_bytes(), usize::from(row.gap));
        let mut begin = gap / 2;
        for end in row.ends.iter().map(|end| *end as usize) {
            let cell = bytes.get(begin..end).unwrap_or_default();
            // what stands at either end of nearly all cells is no blank in any writing
            let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
            if !(is_plain(cell.first()) && is_plain(cell.last()))
                && let Some(cell) = row.text.get(begin..end)
                && cell.trim().len() < cell.len()
            {
                return true;
            }
            begin = end.saturating_add(gap);
        }
        false
    }

    /// Takes the blanks off the cells of the row that is being made.
    pub(super) fn trim(&mut self) {
        let text = self.text.split_off(self.start);
        let first = self.finished_cells();
        let ends = self.ends.split_off(first);
        let gap = usize::from(std::mem::take(&mut self.gap));
        let mut begin = gap / 2;
        for end in ends.into_iter().map(|end| end as usize) {
            let cell = text.get(begin..end).unwrap_or_default();
            self.cell(cell.trim());
            begin = end.saturating_add(gap);
        }
    }

    /// Whether all cells of the row that is being made are empty.
    pub(super) fn is_blank(&self) -> bool {
        let row = self.current();
        (0..row.ends.len()).all(|place| row.cell(place).is_empty())
    }

    /// Number of cells of the row that is being made.
    #[inline]
    pub(super) fn width(&self) -> usize {
        self.ends.len().saturating_sub(self.finished_cells())
    }

    /// Forgets the row that is being made.
    pub(super) fn drop_row(&mut self) {
        self.text.truncate(self.start);
        self.lists.truncate(self.first_list);
        let behind = self.lists.last().map_or(0, |list| list.numbers.end);
        self.numbers.truncate(behind);
        self.ends.truncate(self.finished_cells());
        self.gap = 0;
    }

    /// Puts its rows under another layout of as many columns, their cells changed where `change` has something else for
    /// one; the row that is being made stays as it is. None of them is a roll-up.
    pub(super) fn rewrite(
        &mut self,
        layout: Arc<Layout>,
        change: impl Fn(usize, &str) -> Option<String>,
    ) {
        let old = std::mem::take(self);
        self.reuse(layout, old.file);
        for row in old.rows() {
            self.copy(&row, &change);
            self.end_row(row.at, row.line, None);
        }
        self.copy(&old.current(), &|_, _| None);
    }

    fn copy(&mut self, row: &Row<'_>, change: &impl Fn(usize, &str) -> Option<String>) {
        for place in 0..row.ends.len() {
            let cell = row.cell(place);
            match (row.lists.at(place), change(place, cell)) {
                (Some(numbers), _) => self.list(numbers),
                (None, Some(other)) => self.cell(&other),
                (None, None) => self.cell(cell),
            }
        }
    }

    /// Ends the row that is being made; it must have as many cells as the layout. What it says is known where it is a roll-up.
    #[inline]
    pub(super) fn end_row(
        &mut self,
        at: Option<DateTime<Utc>>,
        line: u64,
        rolled: Option<Box<RolledUp>>,
    ) {
        // a batch is full at 256 KiB
        #[allow(clippy::cast_possible_truncation)]
        let (start, lists) = (
            self.start as u32,
            [self.first_list, self.lists.len()].map(|at| at as u32),
        );
        self.parsed.push(Parsed::of(&self.current(), rolled));
        let gap = std::mem::take(&mut self.gap);
        self.rows.push(RowPlace {
            start,
            gap,
            lists,
            at,
            line,
        });
        (self.start, self.first_list) = (self.text.len(), self.lists.len());
    }

    fn lists_of(&self, [from, to]: [usize; 2]) -> Lists<'_> {
        Lists {
            cells: self.lists.get(from..to).unwrap_or_default(),
            numbers: &self.numbers,
        }
    }

    #[inline]
    fn finished_cells(&self) -> usize {
        self.rows.len().saturating_mul(self.layout.names().len())
    }
}
