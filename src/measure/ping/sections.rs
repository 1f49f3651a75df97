//! Pings.

use super::finished::PingTotals;
use crate::arrange::Arrange as _;
use crate::doc::parts::{estimate, exact, filled, main_section, percent, quantile};
use crate::doc::{Block, Paragraph, Section, Table};

/// A row for each address.
pub fn section(all: &[PingTotals]) -> Section {
    // the worst first
    let mut all: Vec<&PingTotals> = all.iter().collect();
    let lost = |one: &PingTotals| one.lost_percent.unwrap_or(-1.0);
    all.arrange_by(|a, b| lost(b).total_cmp(&lost(a)));
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
    let whole = |ms: Option<u64>| exact(ms.map(|ms| ms as f64));
    Table::of("pings", "", all)
        .key("address", "address", |one| one.address.clone())
        .numbers("rows", "rows", |one| one.rows)
        .numbers("failed", "without answer", |one| one.failed)
        .numbers("pings", "pings", |one| one.pings)
        .numbers("lost", "lost", |one| one.lost)
        .numbers("answered_percent", "answered", |one| {
            percent(one.answered_percent)
        })
        .numbers("lost_percent", "loss", |one| {
            estimate(
                one.lost_percent,
                one.lost_low_percent,
                one.lost_high_percent,
            )
        })
        .numbers("min", "min ms", |one| whole(one.min_ms))
        .numbers("mean", "mean ms", |one| quantile(one.mean_ms))
        .numbers("max", "max ms", |one| whole(one.max_ms))
        .numbers("unreadable", "unreadable rows", |one| one.unreadable)
        .spare()
        .first_and_last(|one| [one.first, one.last])
        .table()
}
