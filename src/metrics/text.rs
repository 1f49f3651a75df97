//! The text exposition format of Prometheus, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::fmt::{Display, Write as _};

use super::state::{BOUNDS_US, Last, LatencyHistogram, MetricSeries, MetricWay, Metrics};
use crate::record::Phase;

/// Everything as one page. `constant` are labels that every line has, by name and value: names are made to fit the format.
pub fn exposition(metrics: &Metrics, constant: &[(String, String)], version: &str) -> String {
    let constant: Vec<(String, String)> = constant
        .iter()
        .map(|(name, value)| (label_name(name), value.clone()))
        .collect();
    let mut page = MetricsPage {
        text: String::new(),
        constant,
    };
    page.family(
        "turnprobe_build_info",
        "gauge",
        "the version that measures",
        |page| page.line("", &[("version", version)], 1),
    );
    counters(&mut page, metrics);
    page.family(
        "turnprobe_phase_duration_seconds",
        "histogram",
        "completed phases of a probe",
        |page| {
            for (way, region, series) in metrics.series() {
                for (phase, times) in Phase::ALL.into_iter().zip(&series.phases) {
                    if times.n > 0 {
                        histogram(page, &labels(way, region), phase, times);
                    }
                }
            }
        },
    );
    gauges(&mut page, metrics);
    page.text
}

/// A count that not every row has.
type CountReader = fn(&MetricSeries) -> Option<u64>;

fn counters(page: &mut MetricsPage, metrics: &Metrics) {
    page.family(
        "turnprobe_probes_total",
        "counter",
        "probes, also failed ones",
        |page| {
            for (way, region, series) in metrics.series() {
                page.line("", &labels(way, region), series.probes);
            }
        },
    );
    page.family(
        "turnprobe_probe_failures_total",
        "counter",
        "probes that failed, by cause",
        |page| {
            for (way, region, series) in metrics.series() {
                for (cause, failures) in &series.failures {
                    let labels = [&labels(way, region)[..], &[("cause", cause)]].concat();
                    page.line("", &labels, failures);
                }
            }
        },
    );
    page.family(
        "turnprobe_syn_retransmits_total",
        "counter",
        "SYN segments that the kernel retransmitted",
        |page| {
            for (way, region, series) in metrics.series() {
                page.line("", &labels(way, region), series.syn_retransmits);
            }
        },
    );
    let packets: [(&str, &str, CountReader); 2] = [
        (
            "turnprobe_packets_sent_total",
            "packets of bursts",
            |series| series.sent,
        ),
        (
            "turnprobe_packets_lost_total",
            "of these, those that were not answered in time",
            |series| series.lost,
        ),
    ];
    for (name, help, count) in packets {
        let of = |(way, region, series)| count(series).map(|count| (way, region, count));
        let counts: Vec<(&MetricWay, &str, u64)> = metrics.series().filter_map(of).collect();
        if counts.is_empty() {
            continue;
        }
        page.family(name, "counter", help, |page| {
            for (way, region, count) in counts {
                page.line("", &labels(way, region), count);
            }
        });
    }
}

fn histogram(
    page: &mut MetricsPage,
    labels: &[(&'static str, &str)],
    phase: Phase,
    times: &LatencyHistogram,
) {
    let labels = [labels, &[("phase", phase.as_str())]].concat();
    let mut up_to = 0_u64;
    for (bound, count) in BOUNDS_US.iter().zip(&times.classic) {
        up_to = up_to.saturating_add(*count);
        let bound = seconds(*bound);
        page.line("_bucket", &[&labels[..], &[("le", &bound)]].concat(), up_to);
    }
    page.line(
        "_bucket",
        &[&labels[..], &[("le", "+Inf")]].concat(),
        times.n,
    );
    page.line("_sum", &labels, seconds(times.sum_us));
    page.line("_count", &labels, times.n);
}

/// A value of the last row of a way; one that it does not have has no line.
type ValueReader = fn(&Last) -> Option<String>;

fn gauges(page: &mut MetricsPage, metrics: &Metrics) {
    let all: [(&str, &str, ValueReader); 6] = [
        ("probe_success", "whether the last probe worked", |last| {
            Some(u8::from(last.is_ok).to_string())
        }),
        (
            "probe_duration_seconds",
            "how long the last probe took",
            |last| last.total_us.map(seconds),
        ),
        (
            "probe_dns_lookup_time_seconds",
            "how long the name resolution of the last probe took",
            |last| last.dns_us.map(seconds),
        ),
        (
            "probe_ssl_earliest_cert_expiry",
            "the end of the relay's certificate, in seconds since 1970",
            |last| last.not_after.map(|at| at.timestamp().to_string()),
        ),
        (
            "probe_ip_protocol",
            "the version of the Internet protocol, 4 or 6",
            |last| last.ip_version.map(|version| version.to_string()),
        ),
        (
            "turnprobe_last_probe_timestamp_seconds",
            "when the last probe began, in seconds since 1970",
            |last| {
                u64::try_from(last.started.timestamp_micros())
                    .ok()
                    .map(seconds)
            },
        ),
    ];
    for (name, help, value) in all {
        page.family(name, "gauge", help, |page| {
            for (way, last) in metrics.last() {
                if let Some(value) = value(last) {
                    page.line("", &way_labels(way), value);
                }
            }
        });
    }
    page.family(
        "probe_tls_version_info",
        "gauge",
        "the version of TLS",
        |page| {
            for (way, last) in metrics.last() {
                if let Some(version) = &last.tls_version {
                    // as blackbox_exporter writes it
                    let version = version.replace("TLSv", "TLS ");
                    let labels = [&way_labels(way)[..], &[("version", &version)]].concat();
                    page.line("", &labels, 1);
                }
            }
        },
    );
}

fn way_labels(way: &MetricWay) -> [(&'static str, &str); 3] {
    [
        ("target", &way.target),
        ("transport", &way.transport),
        ("proxy", &way.proxy),
    ]
}

fn labels<'a>(way: &'a MetricWay, region: &'a str) -> [(&'static str, &'a str); 4] {
    let [target, transport, proxy] = way_labels(way);
    [target, transport, proxy, ("region", region)]
}

/// Microseconds as seconds, exact.
fn seconds(us: u64) -> String {
    let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

struct MetricsPage {
    text: String,
    constant: Vec<(String, String)>,
}

impl MetricsPage {
    /// A family with its lines; none where there are no lines.
    fn family(&mut self, name: &str, kind: &str, help: &str, lines: impl FnOnce(&mut Self)) {
        let before = self.text.len();
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        let mut own = Self {
            text: String::new(),
            constant: std::mem::take(&mut self.constant),
        };
        lines(&mut own);
        self.constant = own.constant;
        if own.text.is_empty() {
            self.text.truncate(before);
            return;
        }
        for line in own.text.lines() {
            let _ = writeln!(self.text, "{name}{line}");
        }
    }

    /// A line of the family: what its name ends in, labels, and the value. Labels without a value are left out, which is the
    /// same to Prometheus.
    fn line(&mut self, ending: &str, labels: &[(&str, &str)], value: impl Display) {
        self.text.push_str(ending);
        let constant = self
            .constant
            .iter()
            .map(|(name, value)| (&**name, &**value));
        let labels = labels.iter().copied().chain(constant);
        let mut opened = false;
        for (name, value) in labels.filter(|(_, value)| !value.is_empty()) {
            self.text.push(if opened { ',' } else { '{' });
            opened = true;
            let _ = write!(self.text, "{name}=\"{}\"", escaped(value));
        }
        if opened {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }
}

fn escaped(value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    value.replace('\n', "\\n")
}

/// A name that the format allows: `[a-zA-Z_][a-zA-Z0-9_]*`, and not one of our own.
fn label_name(name: &str) -> String {
    let is_fine = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let name: String = name
        .chars()
        .map(|letter| if is_fine(letter) { letter } else { '_' })
        .collect();
    format!("label_{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_are_exact_as_seconds() {
        for (us, text) in [
            (0, "0"),
            (5_000, "0.005"),
            (1_000_000, "1"),
            (10_000_000, "10"),
            (123_456_789, "123.456789"),
            (1, "0.000001"),
        ] {
            assert_eq!(seconds(us), text);
        }
    }

    // the escapes of the exposition format: backslash, quote and line feed
    #[test]
    fn hostile_values_cannot_leave_their_quotes() {
        assert_eq!(escaped("a\\b\"c\nd"), "a\\\\b\\\"c\\nd");
        assert_eq!(label_name("1 a-b}"), "label_1_a_b_");
    }
}
