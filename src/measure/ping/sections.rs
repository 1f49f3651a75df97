//! Pings.

use super::finished::PingTotals;
use crate::doc::parts::{estimate, filled, main_section, percent};
use crate::doc::{Block, Cell, Paragraph, Section, Table, TableColumn};

/// A row for each address.
pub fn section(all: &[PingTotals]) -> Section {
    // the worst first
    let mut all: Vec<&PingTotals> = all.iter().collect();
    let lost = |one: &PingTotals| one.lost_percent.unwrap_or(-1.0);
    all.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
    let mut blocks = Vec::new();
    if let Some(table) = filled(table(&all)) {
        blocks.push(table);
        blocks.push(Block::Paragraph(Paragraph::new(
            "Rows of End2End-Ping, each of a few pings; one in which all were lost has no \
             answer. The script divides the times by all pings, including lost ones: the mean \
             here is that of the answered ones.",
        )));
    }
    main_section("pings", "Pings (ICMP) of End2End-Ping", blocks)
}

fn table(all: &[&PingTotals]) -> Table {
    let whole = |ms: Option<u64>| Cell::of(ms, |ms| Cell::Millis(ms as f64));
    Table::new(
        "pings",
        "",
        vec![TableColumn::words("address", "address")],
        vec![
            TableColumn::number("rows", "rows"),
            TableColumn::number("failed", "without answer"),
            TableColumn::number("pings", "pings"),
            TableColumn::number("lost", "lost"),
            TableColumn::number("answered_percent", "answered"),
            TableColumn::number("lost_percent", "loss"),
            TableColumn::number("min", "min ms"),
            TableColumn::number("mean", "mean ms"),
            TableColumn::number("max", "max ms"),
            TableColumn::number("unreadable", "unreadable rows").spare(),
            TableColumn::words("first_row", "first row").spare(),
            TableColumn::words("last_row", "last row").spare(),
        ],
    )
    .rows(all.iter().map(|one| {
        let cells = [
            one.rows.into(),
            one.failed.into(),
            one.pings.into(),
            one.lost.into(),
            percent(one.answered_percent),
            estimate(
                one.lost_percent,
                one.lost_low_percent,
                one.lost_high_percent,
            ),
            whole(one.min_ms),
            Cell::of(one.mean_ms, Cell::Quantile),
            whole(one.max_ms),
            one.unreadable.into(),
            one.first.into(),
            one.last.into(),
        ];
        ([Cell::from(one.address.clone())], cells)
    }))
}
