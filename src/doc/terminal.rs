//! A document as text for a terminal: headings in bold, what went wrong in red.

use super::cell::{Cell, Decimals, Style};
use super::section::{Block, Document, NamedValue, Point, Section, Spark};
use super::spark;
use super::table::{Table, TableColumn, TableRow, TableView};
use super::text::cut;
use super::wrap::{width, wrapped};
use crate::record::plain;
use crate::zone::Zone;

/// Longest text that is printed whole, in characters.
const LONGEST: usize = 300;

/// Least columns for the words at the end of a row, and for a name before its numbers.
const LEAST: usize = 16;

/// Columns for what is said of a line of marks.
const BEHIND: usize = 36;

/// How much room there is.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Columns of the terminal.
    pub columns: usize,
    /// Rows of a table; all where there is none.
    pub rows: Option<usize>,
    /// How to see the rows that have none: `; --top 0 shows all`.
    pub hint: &'static str,
    /// Whether it has the characters of which lines of marks are made.
    pub marks: bool,
}

impl Room {
    /// For all rows of a table, without lines of marks.
    pub fn of(columns: u16) -> Self {
        Self {
            columns: usize::from(columns),
            rows: None,
            hint: "",
            marks: false,
        }
    }
}

/// The whole document.
pub fn terminal(document: &Document, room: &Room) -> String {
    let mut out = WrappedLines::new(room.columns);
    out.heading(&document.title);
    for about in &document.about {
        out.wrap("", &plain(&about.text), about.style);
    }
    out.wrap("", &plain(&document.verdict.text), document.verdict.style);
    for part in &document.sections {
        out.section(part, document.zone, room);
    }
    out.text
}

/// One section, as it stands in a document.
pub fn section(section: &Section, zone: Zone, room: &Room) -> String {
    let mut out = WrappedLines::new(room.columns);
    out.section(section, zone, room);
    out.text
}

/// One table, as it stands in a section, without an empty line before it.
pub fn table(table: &Table, zone: Zone, room: &Room) -> String {
    let mut out = WrappedLines::new(room.columns);
    out.table(table, zone, room);
    out.text
}

/// Lines of at most so many columns.
struct WrappedLines {
    columns: usize,
    text: String,
}

impl WrappedLines {
    fn new(columns: usize) -> Self {
        Self {
            columns,
            text: String::new(),
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, title: &str) {
        self.text.push('\n');
        for part in wrapped(&plain(title), self.columns) {
            self.line(&format!("\x1b[1m{part}\x1b[0m"));
        }
    }

    /// A text that keeps its indentation where it is wrapped.
    fn wrap(&mut self, indent: &str, text: &str, style: Style) {
        self.hang(indent, indent, text, style);
    }

    /// A text with another indentation from its second line on.
    fn hang(&mut self, first: &str, then: &str, text: &str, style: Style) {
        let room = self.columns.saturating_sub(width(first).max(width(then)));
        let mut indent = first;
        for part in wrapped(text, room) {
            self.line(&format!("{indent}{}", styled(&part, style)));
            indent = then;
        }
    }

    fn section(&mut self, section: &Section, zone: Zone, room: &Room) {
        let shows = |block: &Block| match block {
            Block::Chart(_) => false,
            Block::Sparks(_) => room.marks,
            _ => true,
        };
        if !section.blocks.iter().any(shows) {
            return;
        }
        let mut title = Some(section.title);
        for block in &section.blocks {
            // a table with a heading of its own needs no other
            let has_heading = matches!(block, Block::Table(table) if !table.caption.is_empty());
            if let Some(title) = title.take_if(|_| shows(block))
                && !has_heading
            {
                self.heading(title);
            }
            match block {
                Block::Facts(facts) => self.facts(facts, zone),
                Block::Table(table) => self.table(table, zone, room),
                Block::Paragraph(words) => self.wrap("", &plain(&words.text), words.style),
                Block::Points(points) => self.points(points),
                Block::Sparks(sparks) if room.marks => self.sparks(sparks),
                Block::Sparks(_) | Block::Chart(_) => {}
            }
        }
    }

    fn points(&mut self, points: &[Point]) {
        let widest = points.iter().map(|point| width(point.word)).max();
        let widest = widest.unwrap_or_default();
        let then = " ".repeat(widest + 4);
        for point in points {
            let word = styled(&padded(point.word, widest, true), point.style);
            let mut first = "  ".to_owned() + &word + "  ";
            let room = self.columns.saturating_sub(width(&then));
            for part in wrapped(&plain(&point.text), room) {
                self.line(&format!("{first}{part}"));
                first.clone_from(&then);
            }
        }
    }

    fn sparks(&mut self, sparks: &[Spark]) {
        let widest = sparks.iter().map(|spark| width(spark.label)).max();
        let before = widest.unwrap_or_default() + 4;
        // so much room that what is said of them stands behind them
        let columns = self.columns.saturating_sub(before + BEHIND).max(LEAST);
        for spark in sparks {
            let (marks, told) = spark::line(spark, columns);
            let label = padded(spark.label, before - 4, true);
            self.line(&format!("  {label}  {marks}  {told}"));
        }
    }

    fn facts(&mut self, facts: &[NamedValue], zone: Zone) {
        let widest = facts.iter().map(|fact| width(fact.label)).max();
        let widest = widest.unwrap_or_default();
        let then = " ".repeat(widest + 4);
        for fact in facts {
            let value = text(&fact.value, zone);
            let note = plain(&fact.note);
            let value = match (fact.value.is_empty(), note.is_empty()) {
                (_, true) => value,
                (true, false) => note.into_owned(),
                (false, false) => format!("{value} ({note})"),
            };
            let first = format!("  {}  ", padded(fact.label, widest, true));
            self.hang(&first, &then, &value, fact.value.style());
        }
    }

    fn table(&mut self, table: &Table, zone: Zone, room: &Room) {
        for mut view in table.by_facet() {
            let left_out = view.shorten(room.rows);
            let caption = view.caption();
            if !caption.is_empty() {
                self.heading(&caption);
            }
            if !self.grid(&view, zone) {
                self.records(&view, zone);
            }
            let more = left_out + table.unlisted;
            if more > 0 {
                let hint = if left_out > 0 { room.hint } else { "" };
                self.wrap("", &format!("and {more} more{hint}"), Style::Plain);
            }
        }
    }

    /// The rows in columns; false where they are too wide for that.
    fn grid(&mut self, view: &TableView, zone: Zone) -> bool {
        let mut columns = view.columns();
        loop {
            let grid = TextGrid::of(view, &columns, zone);
            if let Some(lines) = grid.lines(self.columns) {
                for line in lines {
                    self.line(&line);
                }
                return true;
            }
            match columns.iter().rposition(|(_, column)| column.spare) {
                Some(place) => drop(columns.remove(place)),
                None => return false,
            }
        }
    }

    /// Each row as a name with its values below it.
    fn records(&mut self, view: &TableView, zone: Zone) {
        let (keys, columns) = (view.key(), view.columns());
        for row in &view.rows {
            let key = keys.iter().filter_map(|(place, _)| row.key.get(*place));
            let key = key.map(|cell| text(cell, zone));
            let key: Vec<_> = key.filter(|text| !text.is_empty()).collect();
            self.wrap("", &key.join(" "), Style::Plain);
            let values = columns.iter().filter_map(|(place, column)| {
                let cell = row.cells.get(*place).filter(|cell| !cell.is_empty())?;
                let value = styled(&text(cell, zone), cell.style());
                Some(format!("{} {value}", plain(&column.head)))
            });
            let values = values.collect::<Vec<_>>().join(", ");
            if !values.is_empty() {
                self.wrap("  ", &values, Style::Plain);
            }
        }
    }
}

/// The texts of a table.
struct TextGrid {
    heads: Vec<String>,
    words: Vec<bool>,
    rows: Vec<Vec<(String, Style)>>,
    keys: usize,
    /// Whether the last column holds sentences.
    ends_in_words: bool,
}

impl TextGrid {
    fn of(view: &TableView, columns: &[(usize, &TableColumn)], zone: Zone) -> Self {
        let keys = view.key();
        let both = || keys.iter().chain(columns).map(|(_, column)| *column);
        let decimals = columns.iter().map(|(place, _)| view.decimals(*place));
        let decimals: Vec<Decimals> = decimals.collect();
        let cell = |cells: &[Cell], place: usize, decimals| match cells.get(place) {
            Some(cell) => (cut(&cell.show_in(zone, decimals), LONGEST), cell.style()),
            None => (String::new(), Style::Plain),
        };
        let row = |row: &&TableRow| {
            let key = keys.iter();
            let key = key.map(|(place, _)| cell(&row.key, *place, Decimals::default()));
            let cells = columns.iter().zip(&decimals);
            let cells = cells.map(|((place, _), decimals)| cell(&row.cells, *place, *decimals));
            key.chain(cells).collect()
        };
        Self {
            heads: both()
                .map(|column| plain(&column.head).into_owned())
                .collect(),
            words: both().map(|column| column.words).collect(),
            rows: view.rows.iter().map(row).collect(),
            keys: keys.len(),
            ends_in_words: both()
                .next_back()
                .is_some_and(|last| last.words && !last.spare),
        }
    }

    /// The lines, none where they do not fit. Words at the end of a row are wrapped; a name before
    /// numbers that leaves them too little room stands on a line of its own.
    fn lines(&self, room: usize) -> Option<Vec<String>> {
        let mut widths: Vec<usize> = (0..self.heads.len())
            .map(|place| {
                let cells = self.rows.iter().map(|row| width(&row[place].0));
                cells.max().unwrap_or(0).max(width(&self.heads[place]))
            })
            .collect();
        let last = widths.len() - 1;
        let beyond = (widths.iter().sum::<usize>() + self.gaps()).saturating_sub(room);
        if beyond > 0 && self.ends_in_words && last > 0 {
            widths[last] = widths[last]
                .checked_sub(beyond)
                .filter(|left| *left >= LEAST)?;
        } else if beyond > 0 {
            let alone = self.keys == 1 && last > 0;
            let name = LEAST.max(width(&self.heads[0]));
            widths[0] = widths[0]
                .checked_sub(beyond)
                .filter(|left| alone && *left >= name)?;
        }
        let heads = self.heads.iter().map(|head| (head.clone(), Style::Plain));
        let mut lines = vec![self.line(&heads.collect::<Vec<_>>(), &widths)];
        for row in &self.rows {
            let mut row = row.clone();
            if width(&row[0].0) > widths[0] {
                lines.extend(wrapped(&std::mem::take(&mut row[0].0), room));
            }
            let mut parts = wrapped(&row[last].0, widths[last].max(1)).into_iter();
            row[last].0 = parts.next().unwrap_or_default();
            lines.push(self.line(&row, &widths));
            let before: usize = widths[..last].iter().sum::<usize>() + self.gaps();
            lines.extend(parts.map(|part| format!("{:before$}{}", "", styled(&part, row[last].1))));
        }
        Some(lines)
    }

    /// Columns between the columns.
    fn gaps(&self) -> usize {
        (1..self.words.len()).map(|place| self.gap(place)).sum()
    }

    /// Words need more room before them.
    fn gap(&self, place: usize) -> usize {
        if self.words[place] { 2 } else { 1 }
    }

    fn line(&self, row: &[(String, Style)], widths: &[usize]) -> String {
        let mut out = String::new();
        for (place, (cell, style)) in row.iter().enumerate() {
            if place > 0 {
                out.extend(std::iter::repeat_n(' ', self.gap(place)));
            }
            let shown = padded(cell, widths[place], self.words[place]);
            // spaces have no style
            out.push_str(&shown.replacen(cell.as_str(), &styled(cell, *style), 1));
        }
        out
    }
}

fn text(cell: &Cell, zone: Zone) -> String {
    cut(&cell.show(zone), LONGEST)
}

/// With spaces up to so many columns, behind it or before it.
fn padded(text: &str, columns: usize, behind: bool) -> String {
    let space = " ".repeat(columns.saturating_sub(width(text)));
    if behind {
        format!("{text}{space}")
    } else {
        format!("{space}{text}")
    }
}

/// The text in the colour of its meaning.
pub fn styled(text: &str, style: Style) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Good => format!("\x1b[32m{text}\x1b[0m"),
        Style::Warn => format!("\x1b[33m{text}\x1b[0m"),
        Style::Bad => format!("\x1b[31m{text}\x1b[0m"),
    }
}

#[cfg(test)]
mod tests;
