//! What was read, what was wrong in it, and what to know about it.

use crate::doc::parts;
use crate::doc::parts::filled;
use crate::doc::{Block, Cell, Paragraph, Section, Table};
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
    Table::of("problems", "Problems in the input", &input.problems)
        .key("file", "file", |problem| problem.file.clone())
        .numbers("line", "line", |problem| problem.line)
        .numbers("count", "count", |problem| problem.count)
        .words("problem", "problem", |problem| problem.what.clone())
        .table()
}

fn files(report: &Report) -> Table {
    Table::of("files", "Files", &report.input.files)
        .key("file", "file", |file| file.name.clone())
        .words("dialect", "written by", |file| written_by(&file.dialect))
        .numbers("rows", "rows", |file| file.rows)
        .numbers("size", "size", |file| Cell::Bytes(file.bytes))
        .first_and_last(|file| [file.first, file.last])
        .table()
}

/// Whose file it is: each that is read is somebody's.
fn written_by(dialect: &str) -> Cell {
    match dialect {
        "" => "not read".to_owned().into(),
        known => known.to_owned().into(),
    }
}
