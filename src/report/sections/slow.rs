//! Slow connects and what explains them.

use super::charts;
use crate::doc::number::millis;
use crate::doc::parts::{filled, main_section};
use crate::doc::{Block, Cell, Paragraph, Section, Table};
use crate::report::model::Report;

/// The section.
pub fn section(report: &Report) -> Section {
    let slow = &report.slow;
    let mut blocks = Vec::new();
    if slow.regions.iter().any(|region| region.connects > 0) {
        let threshold = millis(slow.threshold_ms);
        let in_rollups = slow.regions.iter().any(|region| region.in_rollups > 0);
        let none = match (slow.slowest.is_empty(), in_rollups) {
            (true, false) => " None did.",
            (_, true) => {
                " Those in roll-ups are counted by their buckets; only single rows say what explains them and when they were."
            }
            _ => "",
        };
        let what = format!("A connect is slow when it took longer than {threshold} ms.{none}");
        blocks.push(Block::Paragraph(Paragraph::new(what)));
        blocks.extend(charts::slow(report).map(Block::Chart));
        blocks.push(Block::Table(by_region(report)));
        if !slow.slowest.is_empty() {
            blocks.push(Block::Paragraph(Paragraph::new(
                "Lost SYN: the kernel counted a retransmitted SYN, so a packet was lost in one \
                 direction or the other. Likely lost: the kernel was not asked, but the time \
                 matches a SYN timer; not proven. \
                 Other: not explained by this; queues, a busy relay or a busy host are possible.",
            )));
        }
        blocks.extend(filled(slowest(report)));
    }
    main_section("slow", "Slow connects", blocks)
}

fn by_region(report: &Report) -> Table {
    Table::of("slow", "", &report.slow.regions)
        .key("region", "region", |of| Cell::name(&of.region, "region"))
        .numbers("connects", "connects", |of| of.connects)
        .numbers("slow", "slow", |of| of.slow)
        .numbers("lost_syn", "lost SYN", |of| of.syn_lost)
        .numbers("likely_lost_syn", "likely lost", |of| of.syn_likely_lost)
        .numbers("other", "other", |of| of.unexplained)
        .numbers("in_rollups", "in roll-ups", |of| Cell::some(of.in_rollups))
        .table()
}

fn slowest(report: &Report) -> Table {
    Table::of(
        "slowest",
        "The slowest connects, in order of time",
        &report.slow.slowest,
    )
    .key("when", "when", |row| row.at)
    .numbers("connect", "ms", |row| Cell::Millis(row.connect_ms))
    .words("address", "address", |row| row.address.clone())
    .words("region", "region", |row| row.region.clone())
    .words("explanation", "explanation", |row| row.explanation.clone())
    .table()
}
