//! The metrics as a request of OTLP/HTTP: `ExportMetricsServiceRequest` of opentelemetry-proto 1.x
//! (<https://github.com/open-telemetry/opentelemetry-proto>), cumulative, with exponential histograms of scale 6.

use chrono::{DateTime, Utc};

use super::protobuf::ProtobufMessage;
use super::state::{Last, LatencyHistogram, MetricSeries, MetricWay, Metrics};
use crate::record::Phase;
use crate::stats::expo::ZERO;

/// Buckets of [`crate::stats::Expo`] are those of this scale.
const SCALE: i32 = 6;

/// Values since the start of the program, not since the last request.
const CUMULATIVE: u64 = 2;

/// Whose metrics they are: attributes such as `service.name` and `host.name`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resource(pub Vec<(String, String)>);

/// The body of a request.
pub fn request(
    metrics: &Metrics,
    resource: &Resource,
    version: &str,
    start: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<u8> {
    let times = [start, now].map(nanos);
    let mut request = ProtobufMessage::default();
    request.message(1, |of_resource| {
        of_resource.message(1, |message| {
            for (key, value) in &resource.0 {
                attribute(message, 1, key, value);
            }
        });
        of_resource.message(2, |of_scope| {
            of_scope.message(1, |scope| {
                scope.bytes_field(1, b"turnprobe");
                scope.bytes_field(2, version.as_bytes());
            });
            counters(of_scope, metrics, times);
            histograms(of_scope, metrics, times);
            gauges(of_scope, metrics, times);
        });
    });
    request.bytes()
}

fn nanos(at: DateTime<Utc>) -> u64 {
    let nanos = at.timestamp_nanos_opt().unwrap_or(0);
    u64::try_from(nanos).unwrap_or(0)
}

fn attribute(message: &mut ProtobufMessage, field: u32, key: &str, value: &str) {
    message.message(field, |pair| {
        pair.bytes_field(1, key.as_bytes());
        pair.message(2, |any| any.bytes_field(1, value.as_bytes()));
    });
}

fn attributes(message: &mut ProtobufMessage, field: u32, way: &MetricWay, more: &[(&str, &str)]) {
    let way = [
        ("target", &*way.target),
        ("transport", &*way.transport),
        ("proxy", &*way.proxy),
    ];
    for (key, value) in way.iter().chain(more) {
        if !value.is_empty() {
            attribute(message, field, key, value);
        }
    }
}

/// A metric: name, description, unit, and what it holds in the field of its kind.
fn metric(
    scope: &mut ProtobufMessage,
    [name, description, unit]: [&str; 3],
    field: u32,
    data: impl FnOnce(&mut ProtobufMessage),
) {
    scope.message(2, |metric| {
        metric.bytes_field(1, name.as_bytes());
        metric.bytes_field(2, description.as_bytes());
        metric.bytes_field(3, unit.as_bytes());
        metric.message(field, data);
    });
}

/// What a series counts: the attributes beside its own, and the count.
type CountsReader = fn(&MetricSeries) -> Vec<(Vec<(&'static str, &str)>, u64)>;

fn counters(scope: &mut ProtobufMessage, metrics: &Metrics, times: [u64; 2]) {
    let all: [([&str; 3], CountsReader); 5] = [
        (
            ["turnprobe.probes", "probes, also failed ones", "{probe}"],
            |series| vec![(vec![], series.probes)],
        ),
        (
            [
                "turnprobe.probe.failures",
                "probes that failed, by cause",
                "{probe}",
            ],
            |series| {
                let failures = series.failures.iter();
                failures
                    .map(|(cause, count)| (vec![("cause", &**cause)], *count))
                    .collect()
            },
        ),
        (
            [
                "turnprobe.syn_retransmits",
                "SYN segments that the kernel retransmitted",
                "{segment}",
            ],
            |series| vec![(vec![], series.syn_retransmits)],
        ),
        (
            ["turnprobe.packets.sent", "packets of bursts", "{packet}"],
            |series| {
                series
                    .sent
                    .map(|count| (vec![], count))
                    .into_iter()
                    .collect()
            },
        ),
        (
            [
                "turnprobe.packets.lost",
                "of these, those that were not answered in time",
                "{packet}",
            ],
            |series| {
                series
                    .lost
                    .map(|count| (vec![], count))
                    .into_iter()
                    .collect()
            },
        ),
    ];
    for (about, counts) in all {
        let points = metrics.series().flat_map(|(way, region, series)| {
            let counts = counts(series).into_iter();
            counts.map(move |(more, count)| (way, region, more, count))
        });
        let points: Vec<_> = points.collect();
        if points.is_empty() {
            continue;
        }
        metric(scope, about, 7, |sum| {
            for (way, region, more, count) in points {
                sum.message(1, |point| {
                    attributes(point, 7, way, &[&[("region", region)], &more[..]].concat());
                    point.fixed(2, times[0]);
                    point.fixed(3, times[1]);
                    point.fixed(6, count);
                });
            }
            sum.number(2, CUMULATIVE);
            sum.number(3, 1);
        });
    }
}

fn histograms(scope: &mut ProtobufMessage, metrics: &Metrics, times: [u64; 2]) {
    let points = metrics.series().flat_map(|(way, region, series)| {
        let phases = Phase::ALL.into_iter().zip(&series.phases);
        let seen = phases.filter(|(_, times)| times.n > 0);
        seen.map(move |(phase, times)| (way, region, phase, times))
    });
    let points: Vec<_> = points.collect();
    if points.is_empty() {
        return;
    }
    let about = [
        "turnprobe.phase.duration",
        "completed phases of a probe",
        "s",
    ];
    metric(scope, about, 10, |histogram| {
        for (way, region, phase, of_phase) in points {
            histogram.message(1, |point| {
                let more = [("region", region), ("phase", phase.as_str())];
                attributes(point, 1, way, &more);
                point.fixed(2, times[0]);
                point.fixed(3, times[1]);
                distribution(point, of_phase);
            });
        }
        histogram.number(2, CUMULATIVE);
    });
}

fn distribution(point: &mut ProtobufMessage, times: &LatencyHistogram) {
    let seconds = |us: u64| us as f64 / 1e6;
    point.fixed(4, times.n);
    point.double(5, seconds(times.sum_us));
    point.signed(6, SCALE);
    let pairs = times.expo.pairs();
    let zeros = pairs.iter().find(|(bucket, _)| *bucket == ZERO);
    point.fixed(7, zeros.map_or(0, |(_, count)| u64::from(*count)));
    let positive: Vec<(i16, u32)> = pairs.into_iter().filter(|(b, _)| *b != ZERO).collect();
    if let (Some((first, _)), Some((last, _))) = (positive.first(), positive.last()) {
        point.message(8, |buckets| {
            buckets.signed(1, i32::from(*first));
            let mut pairs = positive.iter().peekable();
            let counts = (*first..=*last).map(|bucket| {
                let found = pairs.next_if(|(found, _)| *found == bucket);
                found.map_or(0, |(_, count)| u64::from(*count))
            });
            buckets.packed(2, counts);
        });
    }
    point.double(12, seconds(times.min_us));
    point.double(13, seconds(times.max_us));
}

/// What the last row of a way says.
type LastValue = fn(&Last) -> Option<f64>;

fn gauges(scope: &mut ProtobufMessage, metrics: &Metrics, times: [u64; 2]) {
    let all: [([&str; 3], LastValue); 4] = [
        (
            ["turnprobe.success", "whether the last probe worked", "1"],
            |last| Some(f64::from(u8::from(last.is_ok))),
        ),
        (
            ["turnprobe.duration", "how long the last probe took", "s"],
            |last| last.total_us.map(|us| us as f64 / 1e6),
        ),
        (
            [
                "turnprobe.certificate.not_after",
                "the end of the relay's certificate, since 1970",
                "s",
            ],
            |last| last.not_after.map(|at| at.timestamp() as f64),
        ),
        (
            [
                "turnprobe.last_probe",
                "when the last probe began, since 1970",
                "s",
            ],
            |last| Some(last.started.timestamp_micros() as f64 / 1e6),
        ),
    ];
    for (about, value) in all {
        let points = metrics.last();
        let points = points.filter_map(|(way, last)| Some((way, value(last)?)));
        let points: Vec<_> = points.collect();
        if points.is_empty() {
            continue;
        }
        metric(scope, about, 5, |gauge| {
            for (way, value) in points {
                gauge.message(1, |point| {
                    attributes(point, 7, way, &[]);
                    point.fixed(3, times[1]);
                    point.double(4, value);
                });
            }
        });
    }
}
