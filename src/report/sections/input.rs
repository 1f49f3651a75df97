//! What was read, what was wrong in it, and what to know about it.

use crate::doc::parts;
use crate::doc::parts::filled;
use crate::doc::{Block, Cell, Paragraph, Section, Table, TableColumn};
use crate::report::model::{Report, ReportedInput};

/// What the reader of the numbers should know.
pub fn notes(report: &Report) -> Section {
    let notes = report.input.notes.iter();
    let blocks = notes.map(|note| Block::Paragraph(Paragraph::new(note.clone())));
    parts::section("notes", "Notes", blocks.collect())
}

/// The problems in the files, and the files.
pub fn section(report: &Report) -> Section {
    let blocks = [filled(problems(&report.input)), filled(files(report))];
    parts::section("input", "Input", blocks.into_iter().flatten().collect())
}

/// What was wrong in the files, also of a comparison.
pub fn problems(input: &ReportedInput) -> Table {
    Table::new(
        "problems",
        "Problems in the input",
        vec![TableColumn::words("file", "file")],
        vec![
            TableColumn::number("line", "line"),
            TableColumn::number("count", "count"),
            TableColumn::words("problem", "problem"),
        ],
    )
    .rows(input.problems.iter().map(|problem| {
        let cells = [
            problem.line.into(),
            problem.count.into(),
            problem.what.clone().into(),
        ];
        ([Cell::from(problem.file.clone())], cells)
    }))
}

fn files(report: &Report) -> Table {
    Table::new(
        "files",
        "Files",
        vec![TableColumn::words("file", "file")],
        vec![
            TableColumn::words("dialect", "written by"),
            TableColumn::number("rows", "rows"),
            TableColumn::number("size", "size"),
            TableColumn::words("first_row", "first row").spare(),
            TableColumn::words("last_row", "last row").spare(),
        ],
    )
    .rows(report.input.files.iter().map(|file| {
        let cells = [
            written_by(&file.dialect),
            file.rows.into(),
            Cell::Bytes(file.bytes),
            file.first.into(),
            file.last.into(),
        ];
        ([Cell::from(file.name.clone())], cells)
    }))
}

/// Whose file it is: each that is read is somebody's.
fn written_by(dialect: &str) -> Cell {
    match dialect {
        "" => "not read".to_owned().into(),
        known => known.to_owned().into(),
    }
}
