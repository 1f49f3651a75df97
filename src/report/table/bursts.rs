//! Bursts and watches over UDP.

use std::fmt::Write as _;

use super::grid::Grid;
use super::view::{View, heading};
use crate::report::model::{Burst, Report, Times};
use crate::report::number::{self, counted, quantile};
use crate::report::text::cut;
use crate::report::wrapped;

/// A block for each host, target and mode.
pub fn section(out: &mut String, report: &Report, view: &View) {
    if report.bursts.is_empty() {
        return;
    }
    heading(out, "Bursts and watches over UDP");
    let most = view.top.unwrap_or(usize::MAX).max(1);
    for burst in report.bursts.iter().take(most) {
        block(out, burst, view.width);
    }
    if report.bursts.len() > most {
        let _ = writeln!(
            out,
            "and {} more; --top 0 shows all",
            report.bursts.len() - most
        );
    }
}

fn block(out: &mut String, burst: &Burst, width: usize) {
    let percent =
        |share: Option<f64>| share.map_or_else(|| number::NONE.to_owned(), number::percent);
    let rows = match burst.mode.as_str() {
        "watch" => counted(burst.bursts, "minute of a watch", "minutes of a watch"),
        _ => counted(burst.bursts, "burst", "bursts"),
    };
    let name = format!("{} {}", cut(&burst.host, 60), cut(&burst.target, 120));
    let mut lines = vec![
        format!("{}: {rows}, {} answered", name.trim(), burst.answered),
        format!(
            "  lost {} of {} packets, {} (95 % interval {} to {})",
            burst.lost,
            burst.sent,
            percent(burst.loss_percent),
            percent(burst.loss_low_percent),
            percent(burst.loss_high_percent),
        ),
    ];
    if let Some((lost, sent)) = burst.worst_window_lost.zip(burst.worst_window_sent) {
        lines.push(format!("  worst 200 ms: {lost} of {sent} lost"));
    }
    for (what, times) in [
        ("round trip, median", &burst.rtt_p50),
        ("round trip, p95", &burst.rtt_p95),
        ("jitter", &burst.jitter),
    ] {
        lines.extend(times.as_ref().map(|times| figures(what, times)));
    }
    lines.push(format!(
        "  {} reordered, {}",
        burst.reordered,
        counted(burst.duplicates, "duplicate", "duplicates")
    ));
    for line in lines.iter().flat_map(|line| wrapped(line, width)) {
        let _ = writeln!(out, "{line}");
    }
    let mut grid = Grid::new(&[
        "  against Microsoft's table",
        "pass",
        "fail",
        "too few packets",
    ]);
    for verdict in &burst.verdicts {
        let numbers = [verdict.pass, verdict.fail, verdict.too_few].map(|n| n.to_string());
        grid.row(format!("  {}", verdict.name), numbers.to_vec());
    }
    for line in grid.lines(width) {
        let _ = writeln!(out, "{line}");
    }
}

/// The spread of a figure over the bursts.
fn figures(what: &str, times: &Times) -> String {
    format!(
        "  {what} of the bursts: {} to {} ms, mean {} ms",
        quantile(times.min_ms),
        quantile(times.max_ms),
        quantile(times.mean_ms)
    )
}
