//! The heat map of hours and days, with its numbers.

use std::fmt::Write as _;

use crate::doc::chart::{Chart, Picture};
use crate::doc::number::{grouped, quantile};
use crate::doc::text::zone_name;
use crate::doc::{Cell, ShownRows, Style, Table};
use crate::report::model::{HeatMap, Report};

/// The chart.
pub fn chart(report: &Report) -> Option<Box<Chart>> {
    let data = &report.heat;
    // without a time and a failure there is nothing to see, as where bursts alone were measured
    let mut hours = data.days.iter().flat_map(|day| &day.hours).flatten();
    if !hours.any(|hour| data.metric.is_some() || hour.failed > 0) {
        return None;
    }
    let what = match data.metric {
        None => "Hours with probes",
        Some("turn") => "Median TURN round trip in each hour",
        Some(_) => "Median connect time in each hour",
    };
    let zone = zone_name(report.time_zone);
    let mut note = format!("{what}; hours in {zone}, those without any row left out.");
    if data.metric.is_some() {
        note += " Colours mean the same in every report.";
    }
    if data.capped {
        let days = data.days.len();
        let _ = write!(note, " Only the latest {days} days with rows are shown.");
    }
    Some(Box::new(Chart {
        title: "Hours and days".to_owned(),
        note,
        legend: Vec::new(),
        picture: Picture::Heat(data.clone()),
        numbers: numbers(data),
    }))
}

fn numbers(data: &HeatMap) -> Table {
    let caption =
        "Median in ms by day (latest first) and hour; bold: followed by the number of failed rows";
    let mut table = Table::of("heat", caption, &data.days);
    table = table.key("day", "day", |day| day.day.to_string());
    for hour in 0..24 {
        table = table.numbers("", format!("{hour:02}"), |day| {
            let hour = day.hours.get(hour).copied().flatten();
            Cell::of(hour, |hour| {
                let median = hour.p50_ms.map_or_else(|| "-".to_owned(), quantile);
                match hour.failed {
                    0 => Cell::text(median),
                    failed => {
                        Cell::Text(format!("{median} {}", grouped(failed)).into(), Style::Bad)
                    }
                }
            })
        });
    }
    table.table().keep(ShownRows::Last)
}
