//! What was read, what was wrong in it, and what to know about it.

use maud::{Markup, html};

use super::budget::Budget;
use super::parts::{Number, Words, and_more, folded_if_long, table};
use crate::report::model::Report;
use crate::report::number::{bytes, counted, grouped};
use crate::report::text::{cut, time};

/// The section.
pub(super) fn input(report: &Report, budget: &Budget) -> Markup {
    let input = &report.input;
    let (notes, notes_left) = budget.rows(10_000, &input.notes, |note| {
        html! { li { (cut(note, 300)) } }
    });
    html! {
        p {
            (counted(u64::try_from(input.files.len()).unwrap_or(0), "file", "files")) ", " (bytes(input.bytes)) ", "
            (counted(input.rows, "row", "rows"))
            @if input.rows_used != input.rows { ", of which the filters let " (grouped(input.rows_used)) " through" }
            "."
        }
        @if input.problems.is_empty() {
            @if !input.files.is_empty() { p { "No problems were found in the files." } }
        } @else { (problems(report, budget)) }
        @if !input.notes.is_empty() {
            h3 { "Notes" }
            ul { (notes) }
            (and_more(notes_left))
        }
        @if !input.files.is_empty() { (files(report, budget)) }
    }
}

fn problems(report: &Report, budget: &Budget) -> Markup {
    let (rows, left_out) = budget.rows(20_000, &report.input.problems, |problem| {
        html! { tr {
            th scope="row" class="long" { (cut(&problem.file, 100)) }
            td { @if let Some(line) = problem.line { (grouped(line)) } }
            td { (grouped(problem.count)) }
            td class="t long" { (cut(&problem.what, 300)) }
        } }
    });
    let columns = [
        Words("file"),
        Number("first line"),
        Number("count"),
        Words("problem"),
    ];
    table(
        "Problems in the files",
        &columns,
        &html! { tbody { (rows) } },
        left_out,
    )
}

fn files(report: &Report, budget: &Budget) -> Markup {
    let files = &report.input.files;
    let (rows, left_out) = budget.rows(30_000, files, |file| {
        html! { tr {
            th scope="row" class="long" { (cut(&file.name, 120)) }
            td class="t" { (cut(&file.dialect, 40)) }
            td { (grouped(file.rows)) }
            td { (bytes(file.bytes)) }
            td class="t" { @if let Some(at) = file.first { (time(report.time_zone, at)) } }
            td class="t" { @if let Some(at) = file.last { (time(report.time_zone, at)) } }
        } }
    });
    let columns = [
        Words("file"),
        Words("written by"),
        Number("rows"),
        Number("size"),
        Words("first row"),
        Words("last row"),
    ];
    let inside = table("Files", &columns, &html! { tbody { (rows) } }, left_out);
    html! {
        (folded_if_long(files.len(), "Files", inside))
    }
}
