//! The tables of a document as one CSV. Whole numbers only, as an Excel with a decimal comma reads
//! 28.4 as a date.

use super::cell::{Cell, Figure};
use super::section::{Block, Document, Fact};
use super::table::{Row, Table};
use crate::record::{plain, with_marks};

/// The columns. A value whose column has one of the names from `n` to `p99_us` stands there; every
/// other one has a line of its own, with its name in `metric` and itself in `value`.
const HEAD: [&str; 19] = [
    "table",
    "group",
    "metric",
    "n",
    "failed",
    "first",
    "last",
    "measured",
    "min_us",
    "mean_us",
    "max_us",
    "stddev_us",
    "p50_us",
    "p90_us",
    "p95_us",
    "p99_us",
    "overflow",
    "value",
    "unit",
];

const GROUP: usize = 1;
const METRIC: usize = 2;
const OVERFLOW: usize = 16;
const VALUE: usize = 17;
const UNIT: usize = 18;

/// The CSV: comma, all fields quoted, lines that end in a line feed.
pub fn csv(document: &Document) -> String {
    let mut out = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    let mut push = |line: &[String; 19]| {
        let cells = line
            .iter()
            .map(|cell| with_marks(&plain(cell)).into_owned());
        // a vector takes everything
        let _ = out.write_record(cells);
    };
    push(&HEAD.map(str::to_owned));
    for section in &document.sections {
        for block in &section.blocks {
            match block {
                Block::Table(table) => {
                    for row in &table.rows {
                        lines_of(table, row).iter().for_each(&mut push);
                    }
                }
                Block::Facts(facts) => {
                    for fact in facts {
                        lines_of_fact(section.id, fact).iter().for_each(&mut push);
                    }
                }
                Block::Paragraph(_) | Block::Chart(_) => {}
            }
        }
    }
    let bytes = out.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

type Line = [String; 19];

fn line(table: &str, group: String) -> Line {
    let mut line = Line::default();
    table.clone_into(&mut line[0]);
    line[GROUP] = group;
    line
}

/// A line with what has a column, if there is any, then one for each other figure.
fn lines_of(table: &Table, row: &Row) -> Vec<Line> {
    let group: Vec<String> = row.key.iter().map(first).collect();
    let mut of_columns = line(&table.id, group.join(" "));
    row.facet.clone_into(&mut of_columns[METRIC]);
    of_columns[OVERFLOW] = row.others.to_string();
    let mut has_columns = false;
    let mut lines = Vec::new();
    for (column, cell) in table.columns.iter().zip(&row.cells) {
        let place = HEAD[..OVERFLOW]
            .iter()
            .skip(METRIC + 1)
            .position(|head| *head == column.id);
        if let Some(place) = place {
            // both ends of a span stand beside each other
            for (beside, figure) in cell.figures().into_iter().enumerate() {
                of_columns[METRIC + 1 + place + beside] = figure.value;
            }
            has_columns = true;
        } else {
            lines.extend(cell.figures().iter().map(|figure| {
                let mut line = of_columns.clone();
                line[METRIC + 1..OVERFLOW].fill(String::new());
                line[METRIC] = [&column.id, figure.suffix].concat();
                with_figure(line, figure)
            }));
        }
    }
    if has_columns || lines.is_empty() {
        lines.insert(0, of_columns);
    }
    lines
}

fn lines_of_fact(section: &str, fact: &Fact) -> Vec<Line> {
    let figures = fact.value.figures().into_iter();
    let lines = figures.map(|figure| {
        let mut line = line(section, String::new());
        line[METRIC] = [&fact.label.to_lowercase(), figure.suffix].concat();
        "false".clone_into(&mut line[OVERFLOW]);
        with_figure(line, &figure)
    });
    lines.collect()
}

fn with_figure(mut line: Line, figure: &Figure) -> Line {
    line[VALUE].clone_from(&figure.value);
    figure.unit.clone_into(&mut line[UNIT]);
    line
}

fn first(cell: &Cell) -> String {
    let first = cell.figures().into_iter().next();
    first.map_or_else(String::new, |figure| figure.value)
}
