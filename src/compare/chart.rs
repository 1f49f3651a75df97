//! The chart of the differences.

use super::keys::{class, key, several_paths, spread};
use super::model::{ComparedLine, Comparison, Estimate};
use crate::doc::chart::{Chart, ChartDifference, Picture};
use crate::doc::parts;
use crate::doc::text::cut;
use crate::doc::{Block, Section, Table};
use crate::stats::compare::Decision;

pub(super) fn chart(of: &Comparison) -> Section {
    let several = several_paths(of);
    let drawn: Vec<(&ComparedLine, Estimate)> = of
        .lines
        .iter()
        .filter_map(|line| Some((line, line.difference_ms?)))
        .collect();
    let name = |line: &ComparedLine| {
        let cells = key(line);
        let cells = cells.iter().skip(if several { 0 } else { 2 });
        let parts: Vec<String> = cells
            .map(|cell| cut(&cell.show(of.time_zone), 30))
            .collect();
        parts.join(" ")
    };
    let picture = drawn.iter().map(|(line, found)| ChartDifference {
        name: name(line),
        middle: found.value,
        low: found.low,
        high: found.high,
        class: class(line.verdict),
    });
    let picture: Vec<ChartDifference> = picture.collect();
    if picture.is_empty() {
        return parts::section("chart", "Chart", Vec::new());
    }
    let verdicts = [
        Decision::Differs,
        Decision::NoDifference,
        Decision::CannotTell,
    ];
    let is_there = |verdict: &Decision| drawn.iter().any(|(line, _)| line.verdict == *verdict);
    let legend = verdicts.into_iter().filter(is_there);
    let legend = legend.map(|verdict| (class(verdict), verdict.as_str().to_owned()));
    let numbers = Table::of("chart", "Difference in ms with its 95 % interval", &drawn)
        .key("of", "of", |(line, _)| name(line))
        .numbers("", "difference", |(_, found)| spread(*found))
        .table();
    let unit = format!(
        "ms; to the right {} takes longer than {}",
        cut(&of.b.name, 20),
        cut(&of.a.name, 20)
    );
    let chart = Chart {
        title: "Differences with their 95 % intervals".to_owned(),
        note:
            "The dot is the difference, the line the 95 % interval; where the line crosses zero, the difference may be chance."
                .to_owned(),
        legend: legend.collect(),
        picture: Picture::Differences(picture, unit),
        numbers,
    };
    parts::section("chart", "Chart", vec![Block::Chart(Box::new(chart))])
}
