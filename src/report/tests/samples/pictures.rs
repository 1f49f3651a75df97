//! What charts are drawn from.

use chrono::{Duration, NaiveDate};

use super::{Dice, Plan, base, later, n};
use crate::report::model::{
    CumulativePoint, FailurePoint, HeatCell, HeatDay, HeatMap, LinePoint, MetricOverTime, Panel,
    PanelPoint, Panels, RegionDistribution, RegionLine, SlowPoint, TimelineChart,
};
use crate::schema::Metric;

pub(super) fn timeline(plan: &Plan, dice: &mut Dice, bucket_s: u64) -> TimelineChart {
    let every = |at: usize, shift: usize| plan.every > 0 && (at + shift).is_multiple_of(plan.every);
    let mut data = TimelineChart {
        bucket_s,
        from: Some(later(0)),
        to: Some(later(n(plan.buckets) * bucket_s)),
        ..TimelineChart::default()
    };
    for (at, region) in plan.regions.iter().enumerate() {
        let points = (0..plan.buckets)
            .filter(|bucket| plan.every < 2 || !(200..215).contains(bucket))
            .map(|bucket| {
                // busy by day
                let turn =
                    (bucket as f64 * bucket_s as f64 / 86_400.0 * std::f64::consts::TAU).sin();
                let p50_ms = base(at) + turn * 1.5 + dice.throw() * 1.2;
                LinePoint {
                    at: later(n(bucket) * bucket_s),
                    n: 400,
                    p5_ms: p50_ms * 0.9 - dice.throw(),
                    p50_ms,
                    p95_ms: p50_ms * 1.12 + dice.throw() * 2.0,
                }
            });
        data.regions.push(RegionLine {
            region: region.clone(),
            points: points.collect(),
        });
    }
    for bucket in 0..plan.buckets {
        for (at, region) in plan.regions.iter().enumerate() {
            if every(bucket, at * 5) {
                data.slow.push(SlowPoint {
                    at: later(n(bucket) * bucket_s),
                    region: region.clone(),
                    count: 1,
                    max_ms: if dice.throw() > 0.85 { 3010.0 } else { 1000.0 } + dice.throw() * 30.0,
                });
            }
        }
        if every(bucket, 3) {
            data.failures.push(FailurePoint {
                at: later(n(bucket) * bucket_s),
                count: 1 + n(bucket) % 900,
                rows: 1000,
            });
        }
    }
    data
}

/// The lines of the timeline as a picture each, of every metric, by region and by host.
pub(super) fn phases(timeline: &TimelineChart) -> Vec<MetricOverTime> {
    let panel = |line: &RegionLine| Panel {
        name: line.region.clone(),
        points: line
            .points
            .iter()
            .step_by(4)
            .map(|point| PanelPoint {
                at: point.at,
                n: point.n,
                low: point.p5_ms,
                middle: point.p50_ms,
                high: point.p95_ms,
            })
            .collect(),
    };
    let phase = |metric, by| MetricOverTime {
        metric,
        by,
        others: 3,
        panels: Panels {
            bucket_s: timeline.bucket_s * 4,
            from: timeline.from,
            to: timeline.to,
            panels: timeline.regions.iter().map(panel).collect(),
        },
    };
    let both = |metric| [phase(metric, "region"), phase(metric, "host")];
    Metric::ALL.into_iter().flat_map(both).collect()
}

pub(super) fn distribution(plan: &Plan, rows: u64) -> Vec<RegionDistribution> {
    let curve = |(at, region): (usize, &String)| RegionDistribution {
        region: region.clone(),
        n: rows / n(plan.regions.len()),
        cumulative: (1..=600)
            .map(|step| {
                let share = f64::from(step) / 600.0;
                let tail = if share > 0.9995 { 980.0 } else { 0.0 };
                let spread = (share / (1.000_1 - share)).powf(0.08);
                CumulativePoint {
                    connect_ms: base(at) * spread.clamp(0.6, 3.0) + tail,
                    up_to_percent: share * 100.0,
                }
            })
            .collect(),
    };
    plan.regions.iter().enumerate().map(curve).collect()
}

pub(super) fn heat(plan: &Plan, dice: &mut Dice) -> HeatMap {
    let first = NaiveDate::from_ymd_opt(2021, 2, 11).unwrap();
    let cell = |at: usize, hour: usize, dice: &mut Dice| {
        let busy = if (8..18).contains(&hour) { 6.0 } else { 0.0 };
        let broken = plan.every > 0 && (at * 24 + hour).is_multiple_of(plan.every * 4 + 1);
        (plan.every < 2 || (at, hour) >= (0, 9)).then(|| HeatCell {
            n: 3600,
            failed: u64::from(broken) * 12,
            p50_ms: Some(24.0 + busy + dice.throw() * 3.0),
            p95_ms: Some(40.0),
        })
    };
    let days = (0..plan.days.min(400)).map(|at| HeatDay {
        day: first + Duration::days(i64::try_from(at).unwrap()),
        hours: (0..24).map(|hour| cell(at, hour, dice)).collect(),
    });
    HeatMap {
        metric: Some("connect"),
        days: days.collect(),
        capped: plan.days > 400,
    }
}
