//! Tables of times and shares in a summary.

use std::fmt::Write as _;

use crate::doc::number;
use crate::stats::Distribution;

/// The head of a table of times.
pub(super) fn head(title: &str, out: &mut String) {
    // what has no room before the numbers stands above them
    let title = if title.len() > 10 {
        let _ = write!(out, "\n{title}");
        "ms"
    } else {
        title
    };
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
    format!(" ({})", number::share(part, whole))
}

/// The cells of a row of times.
pub(super) fn numbers(times: &Distribution) -> String {
    let moments = times.moments();
    let mut out = format!("{:>8}", moments.count());
    #[allow(clippy::cast_precision_loss)] // microseconds lie far below 2^53
    let whole = |value: Option<u64>| value.map(|us| us as f64);
    let exact = |us: Option<f64>| us.map(|us| number::millis(us / 1e3));
    let quantile = |q| whole(times.quantile(q)).map(|us| number::quantile(us / 1e3));
    let cells = [
        exact(whole(moments.min())),
        exact(moments.mean()),
        quantile(500),
        quantile(950),
        quantile(990),
        exact(whole(moments.max())),
    ];
    for cell in cells {
        let _ = write!(out, "{:>10}", cell.as_deref().unwrap_or(number::NONE));
    }
    out
}
