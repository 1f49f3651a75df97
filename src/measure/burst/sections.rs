//! Bursts and watches over UDP.

use super::finished::BurstTotals;
use crate::arrange::Arrange as _;
use crate::doc::chart::{Chart, PanelForm};
use crate::doc::number::grouped as count;
use crate::doc::parts::{estimate, main_section, mean, over_time};
use crate::doc::{Block, Cell, Paragraph, Section, Style, Table};
use crate::record::Mode;
use crate::stats::charts::PanelPoint;

/// A row for each host, target and mode, and how they did against Microsoft's table.
pub fn section(bursts: &[BurstTotals]) -> Section {
    let mut blocks = Vec::new();
    if !bursts.is_empty() {
        // the worst first
        let mut bursts: Vec<&BurstTotals> = bursts.iter().collect();
        let fails = |burst: &BurstTotals| burst.verdicts.iter().any(|line| line.fail > 0);
        let loss = |burst: &BurstTotals| burst.loss_percent.unwrap_or(-1.0);
        bursts.arrange_by(|a, b| {
            let worse = fails(b).cmp(&fails(a));
            worse.then(loss(b).total_cmp(&loss(a)))
        });
        blocks.extend(charts(&bursts));
        blocks.push(Block::Table(quality(&bursts)));
        blocks.push(Block::Paragraph(Paragraph::new(
            "A row is a burst, or a minute of a watch. Loss is over all packets, with its 95 % interval (Wilson); \
             round trip, its 95th percentile and jitter are means over the rows.",
        )));
        blocks.extend(outages(&bursts).map(Block::Table));
        blocks.push(Block::Table(verdicts(&bursts)));
    }
    main_section("bursts", "Quality over UDP", blocks)
}

/// Round trips and loss over time, a picture for each host, target and mode.
fn charts(bursts: &[&BurstTotals]) -> Vec<Block> {
    let bucket_s = bursts.iter().map(|burst| burst.bucket_s).max().unwrap_or(0);
    let multiples = |shape, points: fn(&BurstTotals) -> &Vec<PanelPoint>| {
        let series = bursts.iter().map(|of| {
            let parts = [&of.host, &of.target, &of.mode];
            (parts.map(String::as_str), points(of))
        });
        over_time(shape, bucket_s, series)
    };
    let loss = multiples(PanelForm::Shares, |burst| &burst.losses).map(|of| {
        let what = "Lost packets in % of those sent";
        Chart::small(
            "Loss over UDP".to_owned(),
            what,
            of,
            "Loss of the bars in %",
        )
    });
    let trips = multiples(PanelForm::Times, |burst| &burst.trips).map(|of| {
        let what = "Medians over the bursts: of the round trips in ms as a line, from the smallest to the 95th \
                    percentile as a band";
        Chart::small("Round trips over UDP".to_owned(), what, of, "Round trips of the points in ms")
    });
    loss.into_iter().chain(trips).map(Block::Chart).collect()
}

fn quality(bursts: &[&BurstTotals]) -> Table {
    Table::of("bursts", "", bursts)
        .key("host", "host", |burst| burst.host.clone())
        .key("target", "target", |burst| burst.target.clone())
        .key("mode", "mode", |burst| burst.mode.clone())
        .numbers("rows", "rows", |burst| burst.bursts)
        .numbers("answered", "answered", |burst| burst.answered)
        .numbers("packets", "packets", |burst| known(burst, burst.sent))
        .numbers("lost", "lost", |burst| known(burst, burst.lost))
        .numbers("outages", "outages", |burst| {
            let is_known = burst.mode == Mode::Watch.as_str() && burst.outages_untold == 0;
            Cell::of(is_known.then_some(burst.outages), Cell::Count)
        })
        .numbers("loss", "loss", |burst| {
            let (low, high) = (burst.loss_low_percent, burst.loss_high_percent);
            estimate(burst.loss_percent, low, high)
        })
        .numbers("worst_200ms", "worst 200 ms", |burst| {
            let worst = burst.worst_window_lost.zip(burst.worst_window_sent);
            Cell::of(worst, |(lost, sent)| Cell::Of(lost, sent))
        })
        .numbers("rtt_p50", "round trip ms", |burst| mean(burst.rtt_p50))
        .numbers("rtt_p95", "p95 ms", |burst| mean(burst.rtt_p95))
        .numbers("jitter", "jitter ms", |burst| mean(burst.jitter))
        .numbers("reordered", "reordered", |burst| burst.reordered)
        .numbers("duplicates", "duplicates", |burst| burst.duplicates)
        .table()
}

/// The outages of watches, in the order of time; none where there were none.
fn outages(bursts: &[&BurstTotals]) -> Option<Table> {
    let all = bursts.iter().flat_map(|burst| {
        let outages = burst.longest_outages.iter();
        outages.map(move |outage| (*burst, outage))
    });
    let mut all: Vec<_> = all.collect();
    all.arrange_by_key(|(_, outage)| outage.from);
    let is_any = !all.is_empty();
    let head = "The longest outages of watches, of a second or more";
    let table = Table::of("outages of watches", head, all)
        .key("host", "host", |(burst, _)| burst.host.clone())
        .key("target", "target", |(burst, _)| burst.target.clone())
        .words("from", "from", |(_, outage)| Cell::Time(outage.from))
        .words("to", "to", |(_, outage)| Cell::Time(outage.to))
        .numbers("length", "length", |(_, outage)| {
            Cell::Seconds(outage.seconds)
        })
        .numbers("packets", "packets lost", |(_, outage)| outage.packets)
        .table();
    is_any.then_some(table)
}

/// A count of packets; nothing where no row says how many.
fn known(burst: &BurstTotals, packets: u64) -> Cell {
    let is_known = burst.sent > 0 || burst.uncounted == 0;
    Cell::of(is_known.then_some(packets), Cell::Count)
}

fn verdicts(bursts: &[&BurstTotals]) -> Table {
    let all = bursts.iter();
    let all = all.flat_map(|burst| burst.verdicts.iter().map(move |verdict| (burst, verdict)));
    let mut all: Vec<_> = all.collect();
    // no line that failed stands behind one that did not
    all.arrange_by_key(|(_, verdict)| verdict.fail == 0);
    Table::of(
        "bursts against Microsoft's table",
        "Against Microsoft's table",
        all,
    )
    .key("host", "host", |(burst, _)| burst.host.clone())
    .key("target", "target", |(burst, _)| burst.target.clone())
    .key("mode", "mode", |(burst, _)| burst.mode.clone())
    .key("line", "line", |(_, verdict)| verdict.name)
    .numbers("pass", "pass", |(_, verdict)| verdict.pass)
    .numbers("fail", "fail", |(_, verdict)| match verdict.fail {
        0 => Cell::Count(0),
        some => Cell::Text(count(some).into(), Style::Bad),
    })
    .numbers("too_few", "too few packets", |(_, verdict)| verdict.too_few)
    .table()
}
