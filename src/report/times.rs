//! Tables of times and shares in a summary.

use std::fmt::Write as _;

use crate::stats::Distribution;

/// The head of a table of times.
pub(super) fn head(title: &str, out: &mut String) {
    // all times are milliseconds; the first column says so where it has nothing else to say
    let _ = writeln!(
        out,
        "\n{title:<10}{:>6}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{}",
        "n",
        "min",
        "avg",
        "p50",
        "p95",
        "p99",
        "max",
        if title == "ms" { "" } else { "  ms" }
    );
}

/// A share in parentheses; nothing where there is none.
pub(super) fn share(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 {
        return String::new();
    }
    #[allow(clippy::cast_precision_loss)] // counts lie far below 2^53
    let percent = part as f64 * 100.0 / whole as f64;
    format!(" ({percent:.1} %)")
}

/// The cells of a row of times.
pub(super) fn numbers(times: &Distribution) -> String {
    let moments = times.moments();
    let mut out = format!("{:>8}", moments.count());
    #[allow(clippy::cast_precision_loss)] // microseconds lie far below 2^53
    let whole = |value: Option<u64>| value.map(|us| us as f64);
    let cells = [
        whole(moments.min()),
        moments.mean(),
        whole(times.quantile(500)),
        whole(times.quantile(950)),
        whole(times.quantile(990)),
        whole(moments.max()),
    ];
    for cell in cells {
        let text = cell.map_or_else(|| "-".to_owned(), |us| milliseconds(us / 1000.0));
        let _ = write!(out, "{text:>10}");
    }
    out
}

/// Milliseconds with as many digits as mean something.
pub(super) fn milliseconds(ms: f64) -> String {
    if ms < 10.0 {
        format!("{ms:.2}")
    } else {
        format!("{ms:.1}")
    }
}
