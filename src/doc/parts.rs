//! Pieces that several sections are made of.

use super::cell::Cell;
use super::chart::{Multiples, PanelForm};
use super::section::{Block, Section};
use super::table::Table;
use crate::stats::charts::{Panel, PanelPoint, Panels};
use crate::stats::{Count, Statistics};

/// A section.
pub fn section(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Section {
    Section {
        id,
        title,
        main: false,
        at_once: false,
        blocks,
    }
}

/// A section that gets its room before the others.
pub fn main_section(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Section {
    Section {
        main: true,
        ..section(id, title, blocks)
    }
}

/// A table, where it has rows.
pub fn filled(table: Table) -> Option<Block> {
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

/// `2 reset-handshake, 1 dns-timeout`.
pub fn listed(counts: &[Count]) -> String {
    let (told, others) = counts.split_at(counts.len().min(MOST_LISTED));
    let told = told
        .iter()
        .map(|count| format!("{} {}", count.count, count.name));
    let mut told: Vec<String> = told.collect();
    if !others.is_empty() {
        let all: u64 = others.iter().map(|count| count.count).sum();
        told.push(format!("{all} others"));
    }
    told.join(", ")
}

/// Names of a list of counts that are told; more are counted.
const MOST_LISTED: usize = 5;

/// A share in percent, where it is known.
pub fn percent(share: Option<f64>) -> Cell {
    Cell::of(share, Cell::Percent)
}

/// A time in milliseconds that somebody measured, where it is known.
pub fn exact(ms: Option<f64>) -> Cell {
    Cell::of(ms, Cell::Millis)
}

/// A quantile or a mean in milliseconds, where it is known.
pub fn quantile(ms: Option<f64>) -> Cell {
    Cell::of(ms, Cell::Quantile)
}

/// A share in percent with its interval, where they are known.
pub fn estimate(percent: Option<f64>, low: Option<f64>, high: Option<f64>) -> Cell {
    let of = |((percent, low), high)| Cell::Estimate { percent, low, high };
    Cell::of(percent.zip(low).zip(high), of)
}

/// The mean of times over bursts or connections, and how far they spread where there are several.
pub fn mean(times: Option<Statistics>) -> Cell {
    Cell::of(times, |times| match times.n {
        1 => Cell::Quantile(times.mean_ms),
        _ => Cell::Spread {
            middle: times.mean_ms,
            low: times.min_ms,
            high: times.max_ms,
        },
    })
}

/// Names of parts, each without the parts that all have in common; the part at `always` stays.
pub fn names_apart<const N: usize>(all: &[[&str; N]], always: usize) -> Vec<String> {
    let differs = |place: usize| all.iter().any(|parts| parts[place] != all[0][place]);
    let shown: Vec<usize> = (0..N)
        .filter(|place| *place == always || differs(*place))
        .collect();
    let name = |parts: &[&str; N]| {
        let parts = shown
            .iter()
            .map(|place| parts[*place])
            .filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    };
    all.iter().map(name).collect()
}

/// Pictures of series over time in buckets of so many seconds, each with the name that tells its parts from the others', the one
/// at 1 always among them. Series without points are left out; none where none has any.
pub fn over_time<'a, const N: usize>(
    shape: PanelForm,
    bucket_s: i64,
    series: impl Iterator<Item = ([&'a str; N], &'a Vec<PanelPoint>)>,
) -> Option<Multiples> {
    let (parts, points): (Vec<_>, Vec<_>) = series.unzip();
    let series = names_apart(&parts, 1).into_iter().zip(points);
    let panels = series.filter(|(_, points)| !points.is_empty());
    let panels = panels.map(|(name, points)| Panel {
        name,
        points: points.clone(),
    });
    let panels: Vec<Panel> = panels.collect();
    (!panels.is_empty()).then(|| Multiples::plain(shape, "series", Panels::new(bucket_s, panels)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_leave_out_what_all_have_in_common() {
        let all = [["pc1", "a:3478", "burst"], ["pc1", "b:3478", "burst"]];
        assert_eq!(names_apart(&all, 1), ["a:3478", "b:3478"]);
        assert_eq!(names_apart(&all[..1], 1), ["a:3478"]);
        let all = [["pc1", "a:3478", ""], ["pc2", "a:3478", "watch"]];
        assert_eq!(names_apart(&all, 1), ["pc1 a:3478", "pc2 a:3478 watch"]);
    }
}
