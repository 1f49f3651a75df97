//! Slow connects and what explains them.

use super::charts;
use crate::doc::number::millis;
use crate::doc::parts::{filled, main_section};
use crate::doc::{Block, Cell, Paragraph, Section, Table, TableColumn};
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
    Table::new(
        "slow",
        "",
        vec![TableColumn::words("region", "region")],
        vec![
            TableColumn::number("connects", "connects"),
            TableColumn::number("slow", "slow"),
            TableColumn::number("lost_syn", "lost SYN"),
            TableColumn::number("likely_lost_syn", "likely lost"),
            TableColumn::number("other", "other"),
            TableColumn::number("in_rollups", "in roll-ups"),
        ],
    )
    .rows(report.slow.regions.iter().map(|region| {
        let numbers = [
            region.connects,
            region.slow,
            region.syn_lost,
            region.syn_likely_lost,
            region.unexplained,
        ];
        let rolled = Cell::of(
            (region.in_rollups > 0).then_some(region.in_rollups),
            Cell::Count,
        );
        let [connects, slow, lost, likely, other] = numbers.map(Cell::Count);
        (
            [Cell::name(&region.region, "region")],
            [connects, slow, lost, likely, other, rolled],
        )
    }))
}

fn slowest(report: &Report) -> Table {
    Table::new(
        "slowest",
        "The slowest connects, in order of time",
        vec![TableColumn::words("when", "when")],
        vec![
            TableColumn::number("connect", "ms"),
            TableColumn::words("address", "address"),
            TableColumn::words("region", "region"),
            TableColumn::words("explanation", "explanation"),
        ],
    )
    .rows(report.slow.slowest.iter().map(|row| {
        let cells = [
            Cell::Millis(row.connect_ms),
            row.address.clone().into(),
            row.region.clone().into(),
            row.explanation.clone().into(),
        ];
        ([Cell::from(row.at)], cells)
    }))
}
