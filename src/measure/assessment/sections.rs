//! Tests of the Network Assessment Tool.

use super::finished::AssessmentTotals;
use crate::doc::parts::{filled, main_section, percent};
use crate::doc::{Block, Cell, Paragraph, Section, Table, TableColumn};
use crate::stats::Statistics;

/// A row for each tool and protocol, and one for the times of its tests.
pub fn section(all: &[AssessmentTotals]) -> Section {
    let mut blocks = Vec::new();
    if let Some(table) = filled(tests(all)) {
        blocks.push(table);
        blocks.extend(filled(times(all)));
        blocks.push(Block::Paragraph(Paragraph::new(
            "Each row of the tool is a test of a few seconds with its own loss, mean round trip \
             and mean jitter. Where packets are counted, the loss is calculated from them, as \
             some versions of the tool always report 0. Times of tests without any answer do not \
             count.",
        )));
    }
    main_section("assessments", "Microsoft's Network Assessment Tool", blocks)
}

fn key() -> Vec<TableColumn> {
    vec![
        TableColumn::words("tool", "tool"),
        TableColumn::words("protocol", "protocol"),
    ]
}

fn names(one: &AssessmentTotals) -> [Cell; 2] {
    [&one.tool, &one.protocol].map(|name| name.clone().into())
}

fn tests(all: &[AssessmentTotals]) -> Table {
    Table::new(
        "assessments",
        "",
        key(),
        vec![
            TableColumn::number("tests", "tests"),
            TableColumn::number("failed", "without answer"),
            TableColumn::number("loss_percent", "mean loss"),
            TableColumn::number("told_loss_percent", "as the tool says").spare(),
            TableColumn::number("worst_loss_percent", "worst loss"),
            TableColumn::number("reordered_percent", "out of order"),
            TableColumn::number("sent", "packets sent"),
            TableColumn::number("received", "received"),
            TableColumn::number("unreadable", "unreadable cells").spare(),
            TableColumn::words("first_row", "first row").spare(),
            TableColumn::words("last_row", "last row").spare(),
        ],
    )
    .rows(all.iter().map(|one| {
        let cells = [
            one.tests.into(),
            one.failed.into(),
            percent(one.loss_percent),
            percent(one.told_loss_percent),
            percent(one.worst_loss_percent),
            percent(one.reordered_percent),
            one.sent.into(),
            one.received.into(),
            one.unreadable.into(),
            one.first.into(),
            one.last.into(),
        ];
        (names(one), cells)
    }))
}

fn times(all: &[AssessmentTotals]) -> Table {
    let mut columns = key();
    columns.push(TableColumn::words("time", "time"));
    let of = |one: &AssessmentTotals| {
        let [tool, protocol] = names(one);
        let row = |what: &str, times: Option<Statistics>| {
            let key = [tool.clone(), protocol.clone(), what.to_owned().into()];
            times.map(|times| (key, cells(&times)))
        };
        [row("round trip", one.rtt), row("jitter", one.jitter)]
    };
    Table::new(
        "assessment times",
        "Means of the tests in ms",
        columns,
        ["n", "min", "mean", "p50", "p95", "max"]
            .map(|name| TableColumn::number(name, name))
            .to_vec(),
    )
    .rows(all.iter().flat_map(of).flatten())
}

fn cells(times: &Statistics) -> [Cell; 6] {
    let quantile = |ms: Option<f64>| Cell::of(ms, Cell::Quantile);
    [
        times.n.into(),
        Cell::Millis(times.min_ms),
        Cell::Quantile(times.mean_ms),
        quantile(times.p50_ms),
        quantile(times.p95_ms),
        Cell::Millis(times.max_ms),
    ]
}
