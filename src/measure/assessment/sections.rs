//! Tests of the Network Assessment Tool.

use super::finished::AssessmentTotals;
use crate::doc::number::counted;
use crate::doc::parts::{filled, main_section, percent, quantile};
use crate::doc::{Block, Cell, Paragraph, Section, Table};

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
        let beyond: u64 = all.iter().map(|one| one.received_beyond_sent).sum();
        if beyond > 0 {
            blocks.push(Block::Paragraph(Paragraph::new(format!(
                "{} received more packets than {} sent: some came twice, and lost ones may be hidden behind them. The loss is \
                 the one that the tool says, if it says any.",
                counted(beyond, "test", "tests"),
                if beyond == 1 { "it" } else { "they" },
            ))));
        }
    }
    main_section("assessments", "Microsoft's Network Assessment Tool", blocks)
}

fn tests(all: &[AssessmentTotals]) -> Table {
    Table::of("assessments", "", all)
        .key("tool", "tool", |one| one.tool.clone())
        .key("protocol", "protocol", |one| one.protocol.clone())
        .numbers("tests", "tests", |one| one.tests)
        .numbers("untold", "nothing measured", |one| {
            Some(one.untold).filter(|untold| *untold > 0)
        })
        .spare()
        .numbers("failed", "without answer", |one| one.failed)
        .numbers("loss_percent", "mean loss", |one| percent(one.loss_percent))
        .numbers("told_loss_percent", "as the tool says", |one| {
            percent(one.told_loss_percent)
        })
        .spare()
        .numbers("worst_loss_percent", "worst loss", |one| {
            percent(one.worst_loss_percent)
        })
        .numbers("reordered_percent", "out of order", |one| {
            percent(one.reordered_percent)
        })
        .numbers("sent", "packets sent", |one| one.sent)
        .numbers("received", "received", |one| one.received)
        .numbers("unreadable", "unreadable cells", |one| one.unreadable)
        .spare()
        .first_and_last(|one| [one.first, one.last])
        .table()
}

fn times(all: &[AssessmentTotals]) -> Table {
    let of = all.iter().flat_map(|one| {
        let both = [("round trip", &one.rtt), ("jitter", &one.jitter)].into_iter();
        both.filter_map(move |(what, times)| Some((one, what, times.as_ref()?)))
    });
    Table::of("assessment times", "Means of the tests in ms", of)
        .key("tool", "tool", |(one, ..)| one.tool.clone())
        .key("protocol", "protocol", |(one, ..)| one.protocol.clone())
        .key("time", "time", |(_, what, _)| *what)
        .numbers("n", "n", |(.., times)| times.n)
        .numbers("min", "min", |(.., times)| Cell::Millis(times.min_ms))
        .numbers("mean", "mean", |(.., times)| Cell::Quantile(times.mean_ms))
        .numbers("p50", "p50", |(.., times)| quantile(times.p50_ms))
        .numbers("p95", "p95", |(.., times)| quantile(times.p95_ms))
        .numbers("max", "max", |(.., times)| Cell::Millis(times.max_ms))
        .table()
}
