//! Groups with their statistics.

use super::grid::Grid;
use super::view::{View, heading};
use crate::report::model::{Group, Table, Times};
use crate::report::number::{self, millis};
use crate::report::text::cut;
use crate::report::wrapped;
use crate::schema::Metric;

/// Longest name that is printed whole.
const LONGEST_NAME: usize = 200;

/// A table for each metric that has values; one of counts where none has.
pub fn table(out: &mut String, table: &Table, view: &View) {
    let metrics = view.metrics_of(table);
    let title = title(table);
    if metrics.is_empty() {
        heading(out, &title);
        grid(out, table, None, view);
    }
    for metric in metrics {
        heading(out, &format!("{title}: {} time in ms", metric.as_str()));
        grid(out, table, Some(metric), view);
    }
}

fn title(table: &Table) -> String {
    let names: Vec<_> = table.by.iter().map(|name| cut(name, 40)).collect();
    format!("By {}", names.join(" and "))
}

fn grid(out: &mut String, table: &Table, metric: Option<Metric>, view: &View) {
    let name = table.by.join(" ");
    let mut heads = vec![name.as_str(), "n", "failed"];
    if metric.is_some() {
        heads.extend(["min", "avg", "max", "sd", "p50", "p90", "p95", "p99"]);
    }
    let mut grid = Grid::new(&heads);
    let shown = shown(table, view.top);
    for group in &shown {
        let mut numbers = vec![group.n.to_string(), group.failed.to_string()];
        if let Some(metric) = metric {
            numbers.extend(cells(group.times(metric)));
        }
        grid.row(label(table, group), numbers);
    }
    for line in grid.lines(view.width) {
        out.push_str(&line);
        out.push('\n');
    }
    let left_out = table.groups.len() + usize::from(table.overflow.is_some()) - shown.len();
    if left_out > 0 {
        let note = format!(
            "and {}; --top 0 shows all",
            number::counted(left_out as u64, "more group", "more groups")
        );
        for line in wrapped(&note, view.width) {
            out.push_str(&line);
            out.push('\n');
        }
    }
}

/// In the order of the table: every hour, the latest days, else the groups with the most rows.
fn shown(table: &Table, top: Option<usize>) -> Vec<&Group> {
    match (&table.by[..], top) {
        ([by], _) if by == "hour" => most_rows(table, None),
        ([by], Some(top)) if by == "day" => {
            let all = most_rows(table, None);
            all[table.groups.len().saturating_sub(top)..].to_vec()
        }
        _ => most_rows(table, top),
    }
}

/// In the order of the table, the groups with the most rows.
pub fn most_rows(table: &Table, top: Option<usize>) -> Vec<&Group> {
    let mut groups: Vec<(usize, &Group)> =
        (table.groups.iter().chain(&table.overflow).enumerate()).collect();
    if let Some(top) = top {
        groups.sort_by_key(|(place, group)| (std::cmp::Reverse(group.n), *place));
        groups.truncate(top);
        groups.sort_by_key(|(place, _)| *place);
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn label(table: &Table, group: &Group) -> String {
    let parts: Vec<String> = group
        .key
        .iter()
        .zip(table.by.iter().chain(std::iter::repeat(&table.by[0])))
        .map(|(part, by)| match part.as_str() {
            "" => format!("(no {})", cut(by, 30)),
            part => cut(part, LONGEST_NAME),
        })
        .collect();
    parts.join(" ")
}

fn cells(times: Option<&Times>) -> Vec<String> {
    let Some(times) = times else {
        return vec![number::NONE.to_owned(); 8];
    };
    let optional = |value: Option<f64>, form: fn(f64) -> String| {
        value.map_or_else(|| number::NONE.to_owned(), form)
    };
    vec![
        millis(times.min_ms),
        millis(times.mean_ms),
        millis(times.max_ms),
        optional(times.stddev_ms, millis),
        optional(times.p50_ms, number::quantile),
        optional(times.p90_ms, number::quantile),
        optional(times.p95_ms, number::quantile),
        optional(times.p99_ms, number::quantile),
    ]
}
