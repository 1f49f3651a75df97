//! Tables of times and shares in a summary.

use std::fmt::Write as _;

use crate::doc::{Field, FittedFields, Style, number, wrapped};
use crate::stats::Distribution;

/// A table of times; it has the columns that have room.
#[derive(Debug)]
pub(super) struct TimesTable {
    layout: FittedFields,
}

impl TimesTable {
    /// Begins it; in `out` stands its head, after an empty line.
    pub fn new(title: &str, columns: usize, out: &mut String) -> Self {
        // what has no room before the numbers stands above them
        let title = if title.len() > 10 {
            let _ = write!(out, "\n{title}");
            "ms"
        } else {
            title
        };
        let cell = |head: &str, rank| Field::number(head, 9, rank);
        let fields = vec![
            Field::whole(title, 10, 0),
            Field::number("n", 5, 1),
            cell("min", 5),
            cell("avg", 6),
            cell("p50", 2),
            cell("p95", 3),
            cell("p99", 7),
            cell("max", 4),
        ];
        let layout = FittedFields::new(fields, columns);
        // all times are milliseconds; the first column says so where it has nothing else to say
        let unit = if title == "ms" { "" } else { "  ms" };
        let _ = writeln!(out, "\n{}{unit}", layout.head());
        Self { layout }
    }

    /// Adds a row.
    pub fn row(&self, name: &str, times: &Distribution, out: &mut String) {
        let moments = times.moments();
        let whole = |value: Option<u64>| value.map(|us| us as f64);
        let exact = |us: Option<f64>| us.map(|us| number::millis(us / 1e3));
        let quantile = |q| whole(times.quantile(q)).map(|us| number::quantile(us / 1e3));
        let cells = [
            Some(name.to_owned()),
            Some(moments.count().to_string()),
            exact(whole(moments.min())),
            exact(moments.mean()),
            quantile(500),
            quantile(950),
            quantile(990),
            exact(whole(moments.max())),
        ];
        let line = self.layout.line(|place| {
            let cell = cells[place].as_deref().unwrap_or(number::NONE);
            (cell.to_owned(), Style::Plain)
        });
        let _ = writeln!(out, "{line}");
    }
}

/// A count of something that has a code, and what the code means: beside it, or below it where there is
/// little room.
pub(super) fn counted_line(
    out: &mut String,
    count: u64,
    code: &str,
    meaning: &str,
    columns: usize,
) {
    const BESIDE: usize = 37;
    if columns < 2 * BESIDE {
        let _ = writeln!(out, "  {count:>7}  {code}");
        below(out, meaning, columns);
        return;
    }
    let (mut count, mut code) = (count.to_string(), code);
    for line in wrapped(meaning, columns - BESIDE) {
        let _ = writeln!(out, "  {count:>7}  {code:<25} {line}");
        (count, code) = (String::new(), "");
    }
}

/// Lines that belong to a count above them.
pub(super) fn below(out: &mut String, text: &str, columns: usize) {
    for line in wrapped(text, columns.saturating_sub(11).max(20)) {
        let _ = writeln!(out, "{:11}{line}", "");
    }
}

/// A share in parentheses; nothing where there is none.
pub(super) fn share(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 {
        return String::new();
    }
    format!(" ({})", number::share(part, whole))
}
