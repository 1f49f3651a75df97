//! Round trips of the stream and to the router over the run, for pages.

use chrono::TimeDelta;

use crate::doc::chart::{Chart, Multiples, PanelForm};
use crate::doc::parts;
use crate::doc::{Block, Section};
use crate::judge::diagnose::Facts;
use crate::judge::diagnose::facts::RouterPacket;
use crate::stats::charts::{Panel, PanelPoint, Panels};

/// The section; empty where no round trips were kept.
pub(super) fn section(facts: &Facts) -> Section {
    parts::section("charts", "Charts", blocks(facts))
}

fn blocks(facts: &Facts) -> Vec<Block> {
    let router = facts.machine.router.known().and_then(Option::as_ref);
    let trips = router.and_then(|router| router.trips.known());
    let stream = facts.quality.stream.known();
    let all = [
        ("relay, UDP", stream.map(|stream| stream.samples.as_slice())),
        ("router", trips.map(|trips| trips.samples.as_slice())),
    ];
    let panels = all.into_iter().filter_map(|(name, samples)| {
        let points = points(facts, samples?);
        (!points.is_empty()).then(|| Panel {
            name: name.to_owned(),
            points,
        })
    });
    let panels: Vec<Panel> = panels.collect();
    if panels.is_empty() {
        return Vec::new();
    }
    let of = Multiples::plain(PanelForm::Times, "hop", Panels::new(1, panels));
    let what = "medians and the middle 90 %, each second";
    vec![Block::Chart(Chart::small(
        "Round trips".to_owned(),
        what,
        of,
        "Round trips",
    ))]
}

/// Seconds with what was answered in them.
fn points(facts: &Facts, samples: &[RouterPacket]) -> Vec<PanelPoint> {
    let Some(started) = facts.about.started else {
        return Vec::new();
    };
    let mut seconds = std::collections::BTreeMap::<u64, Vec<u64>>::new();
    for sample in samples {
        let second = seconds.entry(sample.at_ms / 1000).or_default();
        second.extend(sample.rtt_us);
    }
    let point = |(second, mut times): (u64, Vec<u64>)| {
        times.sort_unstable();
        let length = TimeDelta::try_seconds(i64::try_from(second).ok()?)?;
        let at = |share: usize| {
            let place = (times.len().saturating_sub(1) * share).div_ceil(100);
            times.get(place).map(|us| *us as f64 / 1e3)
        };
        Some(PanelPoint {
            at: started.checked_add_signed(length)?,
            n: times.len() as u64,
            low: at(5)?,
            middle: at(50)?,
            high: at(95)?,
        })
    };
    seconds.into_iter().filter_map(point).collect()
}
