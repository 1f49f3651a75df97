//! Tables.

use crate::arrange::Arrange as _;
use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::cell::{Cell, Decimals};

/// A table. Its rows begin with what they are about, the key.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name for programs.
    pub id: String,
    /// Its heading; empty where that of the section says it all.
    pub caption: String,
    /// The transport whose rows it is of, where there are several.
    pub transport: String,
    /// What the values of facets are, behind a facet's name in a heading: `time in ms`.
    pub facets: &'static str,
    /// Columns of the key.
    pub key: Vec<TableColumn>,
    /// The other columns.
    pub columns: Vec<TableColumn>,
    /// The rows, in their order.
    pub rows: Vec<TableRow>,
    /// Which rows are shown where not all have room.
    pub keep: ShownRows,
    /// How many there are that are not among the rows.
    pub unlisted: u64,
}

/// A column.
#[derive(Debug, Clone)]
pub struct TableColumn {
    /// Its name for programs.
    pub id: Cow<'static, str>,
    /// Its heading.
    pub head: Cow<'static, str>,
    /// Whether its cells are words, which stand to the left.
    pub words: bool,
    /// Whether it goes first where there is little room.
    pub spare: bool,
}

impl TableColumn {
    /// Numbers.
    pub fn number(id: &'static str, head: impl Into<Cow<'static, str>>) -> Self {
        Self {
            id: Cow::Borrowed(id),
            head: head.into(),
            words: false,
            spare: false,
        }
    }

    /// Words.
    pub fn words(id: impl Into<Cow<'static, str>>, head: impl Into<Cow<'static, str>>) -> Self {
        Self {
            id: id.into(),
            head: head.into(),
            words: true,
            spare: false,
        }
    }

    /// The same, but it goes first where there is little room.
    pub fn spare(mut self) -> Self {
        self.spare = true;
        self
    }
}

/// A row.
#[derive(Debug, Clone, Default)]
pub struct TableRow {
    /// What it is about; less than all columns of the key where that has a name of its own.
    pub key: Vec<Cell>,
    /// Which of the key's values it has, where it is one of several: `connect`. Where facets do
    /// not fit beside each other, each has a table of its own.
    pub facet: &'static str,
    /// The values, one for each column.
    pub cells: Vec<Cell>,
    /// By how much it matters more than others.
    pub weight: u64,
    /// Whether it stands for what has no row of its own.
    pub others: bool,
}

/// Which rows are shown where not all have room; their order stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShownRows {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
    /// Those with the greatest weight.
    Heaviest,
    /// All, whatever room there is.
    All,
}

impl Table {
    /// A table without rows, of which the first ones would be shown.
    pub fn new(
        id: &'static str,
        caption: &'static str,
        key: Vec<TableColumn>,
        columns: Vec<TableColumn>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            caption: caption.to_owned(),
            transport: String::new(),
            facets: "",
            key,
            columns,
            rows: Vec::new(),
            keep: ShownRows::First,
            unlisted: 0,
        }
    }

    /// A table with a row for each of these, of which the first ones would be shown; its columns follow.
    pub fn of<T>(
        id: &'static str,
        caption: &'static str,
        rows: impl IntoIterator<Item = T>,
    ) -> TableOf<T> {
        let of: Vec<T> = rows.into_iter().collect();
        let mut table = Self::new(id, caption, Vec::new(), Vec::new());
        table.rows.resize_with(of.len(), TableRow::default);
        TableOf { of, table }
    }

    /// The same, of which those are shown.
    pub fn keep(mut self, keep: ShownRows) -> Self {
        self.keep = keep;
        self
    }

    /// With rows of keys and cells.
    pub fn rows<const K: usize, const N: usize>(
        mut self,
        rows: impl IntoIterator<Item = ([Cell; K], [Cell; N])>,
    ) -> Self {
        self.rows
            .extend(rows.into_iter().map(|(key, cells)| TableRow {
                key: key.into(),
                cells: cells.into(),
                ..TableRow::default()
            }));
        self
    }

    /// A table for each facet, in the order in which they occur; without facets one of all.
    pub fn by_facet(&self) -> Vec<TableView<'_>> {
        let mut views: Vec<TableView<'_>> = Vec::new();
        for row in &self.rows {
            let place = views.iter().position(|view| view.facet == row.facet);
            let place = place.unwrap_or_else(|| {
                views.push(TableView::new(self, row.facet));
                views.len() - 1
            });
            views[place].rows.push(row);
        }
        views
    }
}

/// A table and what its rows are about; each column says what stands in it.
#[derive(Debug)]
pub struct TableOf<T> {
    of: Vec<T>,
    table: Table,
}

impl<T> TableOf<T> {
    /// A column of the key.
    pub fn key<C: Into<Cell>>(
        mut self,
        id: &'static str,
        head: impl Into<Cow<'static, str>>,
        cell: impl Fn(&T) -> C,
    ) -> Self {
        self.table.key.push(TableColumn::words(id, head));
        for (row, of) in self.table.rows.iter_mut().zip(&self.of) {
            row.key.push(cell(of).into());
        }
        self
    }

    /// Several of the key, by names that are their headings. A row has less cells where what it is about has a name of its own.
    pub fn keys<C: IntoIterator<Item = Cell>>(
        mut self,
        names: impl IntoIterator<Item = impl Into<Cow<'static, str>> + Clone>,
        cells: impl Fn(&T) -> C,
    ) -> Self {
        let columns = names.into_iter();
        let columns = columns.map(|name| TableColumn::words(name.clone(), name));
        self.table.key.extend(columns);
        for (row, of) in self.table.rows.iter_mut().zip(&self.of) {
            row.key.extend(cells(of));
        }
        self
    }

    /// A column of numbers.
    pub fn numbers<C: Into<Cell>>(
        self,
        id: &'static str,
        head: impl Into<Cow<'static, str>>,
        cell: impl Fn(&T) -> C,
    ) -> Self {
        self.column(TableColumn::number(id, head), cell)
    }

    /// A column of words.
    pub fn words<C: Into<Cell>>(
        self,
        id: &'static str,
        head: impl Into<Cow<'static, str>>,
        cell: impl Fn(&T) -> C,
    ) -> Self {
        self.column(TableColumn::words(id, head), cell)
    }

    fn column<C: Into<Cell>>(mut self, column: TableColumn, cell: impl Fn(&T) -> C) -> Self {
        self.table.columns.push(column);
        for (row, of) in self.table.rows.iter_mut().zip(&self.of) {
            row.cells.push(cell(of).into());
        }
        self
    }

    /// The last column goes first where there is little room.
    pub fn spare(mut self) -> Self {
        if let Some(last) = self.table.columns.last_mut() {
            last.spare = true;
        }
        self
    }

    /// Columns of the times of the first and the last row of a file or a group, which go first where there is little room.
    pub fn first_and_last(self, times: impl Fn(&T) -> [Option<DateTime<Utc>>; 2]) -> Self {
        let first = |of: &T| times(of)[0];
        let last = |of: &T| times(of)[1];
        let first = self.words("first_row", "first row", first).spare();
        first.words("last_row", "last row", last).spare()
    }

    /// Which of the key's values each row has.
    pub fn facet(mut self, facet: impl Fn(&T) -> &'static str) -> Self {
        for (row, of) in self.table.rows.iter_mut().zip(&self.of) {
            row.facet = facet(of);
        }
        self
    }

    /// Which rows stand for what has no row of its own.
    pub fn others(mut self, others: impl Fn(&T) -> bool) -> Self {
        for (row, of) in self.table.rows.iter_mut().zip(&self.of) {
            row.others = others(of);
        }
        self
    }

    /// By how much each row matters more than others.
    pub fn weight(mut self, weight: impl Fn(&T) -> u64) -> Self {
        for (row, of) in self.table.rows.iter_mut().zip(&self.of) {
            row.weight = weight(of);
        }
        self
    }

    /// The whole of it.
    pub fn table(self) -> Table {
        self.table
    }
}

/// What is shown of a table in one go: the rows of a facet, and the columns that they fill.
#[derive(Debug, Clone)]
pub struct TableView<'a> {
    table: &'a Table,
    facet: &'static str,
    /// The rows.
    pub rows: Vec<&'a TableRow>,
}

impl<'a> TableView<'a> {
    fn new(table: &'a Table, facet: &'static str) -> Self {
        Self {
            table,
            facet,
            rows: Vec::new(),
        }
    }

    /// The heading.
    pub fn caption(&self) -> String {
        match (self.facet, self.table.caption.as_str()) {
            ("", caption) => caption.to_owned(),
            (facet, caption) => format!("{caption}: {facet} {}", self.table.facets),
        }
    }

    /// Leaves at most so many rows, and says how many had to go.
    pub fn shorten(&mut self, most: Option<usize>) -> u64 {
        let all = self.rows.len();
        let most = most.unwrap_or(all).max(1);
        match self.table.keep {
            ShownRows::All => {}
            ShownRows::First => self.rows.truncate(most),
            ShownRows::Last => drop(self.rows.drain(..all.saturating_sub(most))),
            ShownRows::Heaviest => {
                let mut places: Vec<usize> = (0..all).collect();
                places.arrange_by_key(|place| std::cmp::Reverse(self.rows[*place].weight));
                places.truncate(most);
                places.sort_unstable();
                self.rows = places.into_iter().map(|place| self.rows[place]).collect();
            }
        }
        (all - self.rows.len()) as u64
    }

    /// The columns of the key that tell the rows apart, by their place; all in which something
    /// stands where none does.
    pub fn key(&self) -> Vec<(usize, &'a TableColumn)> {
        let columns = || self.table.key.iter().enumerate();
        let cells = |place: usize| self.rows.iter().map(move |row| row.key.get(place));
        let differs = |place| {
            let mut cells = cells(place);
            cells
                .next()
                .is_some_and(|first| cells.any(|cell| cell != first))
        };
        let is_used = |place| cells(place).flatten().any(|cell| !cell.is_empty());
        let apart: Vec<_> = columns().filter(|(place, _)| differs(*place)).collect();
        if !apart.is_empty() {
            return apart;
        }
        let used: Vec<_> = columns().filter(|(place, _)| is_used(*place)).collect();
        if used.is_empty() {
            return columns().take(1).collect();
        }
        used
    }

    /// How many decimals the values of a column have.
    pub fn decimals(&self, place: usize) -> Decimals {
        Decimals::of(self.rows.iter().filter_map(|row| row.cells.get(place)))
    }

    /// The other columns in which something stands, by their place.
    pub fn columns(&self) -> Vec<(usize, &'a TableColumn)> {
        let columns = self.table.columns.iter().enumerate();
        columns
            .filter(|(place, _)| {
                let mut cells = self.rows.iter().filter_map(|row| row.cells.get(*place));
                cells.any(|cell| !cell.is_empty())
            })
            .collect()
    }
}
