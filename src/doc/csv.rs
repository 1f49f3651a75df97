//! The tables of a document as one CSV. Whole numbers only, as an Excel with a decimal comma reads
//! 28.4 as a date.

use std::collections::HashMap;

use super::cell::{Cell, Figure};
use super::section::{Block, Document, NamedValue};
use super::table::{Table, TableRow};
use crate::record::{plain, with_marks};

/// The columns. A value whose column has one of the names from `group_rows` to `p99_us` stands there; every
/// other one has a line of its own, with its name in `metric` and itself in `value`.
const HEAD: [&str; 20] = [
    "table",
    "group",
    "metric",
    "group_rows",
    "failed",
    "first",
    "last",
    "n",
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
    "transport",
];

const GROUP: usize = 1;
const METRIC: usize = 2;
const OVERFLOW: usize = 16;
const VALUE: usize = 17;
const UNIT: usize = 18;
const TRANSPORT: usize = 19;

/// The CSV: comma, all fields quoted, lines that end in a line feed.
pub fn csv(document: &Document) -> String {
    let mut out = ::csv::WriterBuilder::new()
        .quote_style(::csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    let mut push = |line: &Line| {
        // a mark before a negative number would make a text of it, and a number is no formula
        let is_number = |cell: &str| cell.parse::<i64>().is_ok();
        let cells = line.iter().map(|cell| match plain(cell) {
            cell if is_number(&cell) => cell.into_owned(),
            cell => with_marks(&cell).into_owned(),
        });
        // a vector takes everything
        let _ = out.write_record(cells);
    };
    push(&HEAD.map(str::to_owned));
    for section in &document.sections {
        for block in &section.blocks {
            match block {
                Block::Table(table) => {
                    let mut seen = HashMap::new();
                    for row in &table.rows {
                        let mut lines = lines_of(table, row);
                        tell_apart(&mut lines, &mut seen);
                        lines.iter().for_each(&mut push);
                    }
                    unlisted(table).iter().for_each(&mut push);
                }
                Block::Facts(facts) => {
                    for fact in facts {
                        lines_of_fact(section.id, fact).iter().for_each(&mut push);
                    }
                }
                Block::Paragraph(_) | Block::Points(_) | Block::Sparks(_) | Block::Chart(_) => {}
            }
        }
    }
    let bytes = out.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

type Line = [String; HEAD.len()];

fn line(table: &str, group: String) -> Line {
    let mut line = Line::default();
    table.clone_into(&mut line[0]);
    line[GROUP] = group;
    line
}

/// A line with what has a column, if there is any, then one for each other figure.
fn lines_of(table: &Table, row: &TableRow) -> Vec<Line> {
    let group: Vec<String> = row.key.iter().map(first).collect();
    let mut of_columns = line(&table.id, group.join(" "));
    row.facet.clone_into(&mut of_columns[METRIC]);
    table.transport.clone_into(&mut of_columns[TRANSPORT]);
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

/// Rows with the same key, such as outages that began at the same moment, get a number behind it, so that a key
/// is there once.
fn tell_apart(lines: &mut [Line], seen: &mut HashMap<(String, String), u64>) {
    let Some(first) = lines.first() else {
        return;
    };
    let facet = if first[VALUE].is_empty() {
        first[METRIC].clone()
    } else {
        String::new()
    };
    let times = seen.entry((first[GROUP].clone(), facet)).or_default();
    *times += 1;
    if *times > 1 {
        for line in lines {
            line[GROUP] = format!("{} ({times})", line[GROUP]);
        }
    }
}

/// How many rows a table does not list.
fn unlisted(table: &Table) -> Option<Line> {
    (table.unlisted > 0).then(|| {
        let mut line = line(&table.id, String::new());
        "unlisted".clone_into(&mut line[METRIC]);
        line[VALUE] = table.unlisted.to_string();
        "rows".clone_into(&mut line[UNIT]);
        line
    })
}

fn lines_of_fact(section: &str, fact: &NamedValue) -> Vec<Line> {
    // the unit that a reader finds behind the name has a cell of its own
    let name = fact.label.split(',').next().unwrap_or_default();
    let figures = fact.value.figures().into_iter();
    let lines = figures.map(|figure| {
        let mut line = line(section, String::new());
        line[METRIC] = [name.to_lowercase().as_str(), figure.suffix].concat();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::section::{Paragraph, Section};
    use crate::doc::table::TableColumn;
    use crate::zone::Zone;

    fn lines(blocks: Vec<Block>) -> Vec<Vec<String>> {
        let document = Document {
            title: String::new(),
            maker: String::new(),
            zone: Zone::Utc,
            about: Vec::new(),
            verdict: Paragraph::new(""),
            sections: vec![Section {
                id: "part",
                title: "Part",
                main: false,
                at_once: false,
                blocks,
            }],
            footer: String::new(),
        };
        let text = csv(&document);
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let rows = reader.records().map(|row| row.unwrap());
        rows.map(|row| row.iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn what_has_a_column_stands_in_it_and_every_other_figure_has_a_line() {
        let table = Table::new(
            "held",
            "",
            vec![
                TableColumn::words("host", "host"),
                TableColumn::words("target", "target"),
            ],
            vec![
                TableColumn::number("n", "n"),
                TableColumn::number("min_us", "min"),
                TableColumn::number("loss", "loss"),
                TableColumn::number("stalls", "stalls"),
            ],
        )
        .rows([(
            [Cell::from("=pc"), Cell::from("relay:443")],
            [
                Cell::Count(3),
                Cell::Millis(20.1),
                Cell::Estimate {
                    percent: 0.5,
                    low: 0.25,
                    high: 1.0,
                },
                Cell::None,
            ],
        )]);
        let found = lines(vec![Block::Table(table)]);
        let cell = |line: usize, name: &str| {
            let place = HEAD.iter().position(|head| *head == name).unwrap();
            found[line][place].as_str()
        };
        assert_eq!(found.len(), 4);
        // a spreadsheet must not take it for a formula
        assert_eq!(cell(0, "group"), "'=pc relay:443");
        let told = ["metric", "n", "min_us", "overflow", "value", "unit"];
        assert_eq!(
            told.map(|name| cell(0, name)),
            ["", "3", "20100", "false", "", ""]
        );
        let told = ["table", "metric", "n", "value", "unit"];
        for (line, metric, value) in [
            (1, "loss", "5000"),
            (2, "loss_low", "2500"),
            (3, "loss_high", "10000"),
        ] {
            let wanted = ["held", metric, "", value, "ppm"];
            assert_eq!(told.map(|name| cell(line, name)), wanted);
        }
    }

    #[test]
    fn a_key_is_there_once_and_rows_that_are_not_listed_are_counted() {
        let key = || vec![TableColumn::words("from", "from")];
        let columns = || {
            vec![
                TableColumn::number("rows", "rows"),
                TableColumn::words("why", "why"),
            ]
        };
        let row = |rows: u64| ([Cell::from("10:00")], [Cell::Count(rows), Cell::from("x")]);
        let mut table = Table::new("outages", "", key(), columns()).rows([row(3), row(4)]);
        table.unlisted = 7;
        let found = lines(vec![Block::Table(table)]);
        let told = |line: &[String]| [GROUP, METRIC, VALUE].map(|place| line[place].clone());
        let told: Vec<_> = found.iter().map(|line| told(line)).collect();
        assert_eq!(
            told,
            [
                ["10:00", "rows", "3"],
                ["10:00", "why", "x"],
                ["10:00 (2)", "rows", "4"],
                ["10:00 (2)", "why", "x"],
                ["", "unlisted", "7"],
            ]
        );
    }

    // an apostrophe before it would make a text of it
    #[test]
    fn a_negative_number_stays_a_number() {
        let fact = |label, value: Cell| NamedValue::new(label, value);
        let facts = vec![
            fact("Less", Cell::Millis(-0.03)),
            fact("Name", "-30+cmd".into()),
        ];
        let found = lines(vec![Block::Facts(facts)]);
        assert_eq!(found[0][VALUE], "-30");
        assert_eq!(found[1][VALUE], "'-30+cmd");
    }

    #[test]
    fn facts_are_lines_of_their_section() {
        let found = lines(vec![Block::Facts(vec![
            NamedValue::new("Probes", 7_u64),
            NamedValue::new("Lasted, ms", Cell::Seconds(1.5)),
            NamedValue::new("Unknown", Cell::None),
        ])]);
        assert_eq!(found.len(), 2);
        let told = |line: &[String]| [0, METRIC, VALUE, UNIT].map(|place| line[place].clone());
        assert_eq!(told(&found[0]), ["part", "probes", "7", ""]);
        assert_eq!(told(&found[1]), ["part", "lasted", "1500", "ms"]);
    }
}
