//! Metrics for monitoring systems: what Prometheus reads, a node exporter's file holds, and a collector of OpenTelemetry is
//! sent. The right values are added up here from the rows of the same run; requests are decoded by OpenTelemetry's own types.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric, number_data_point};
use prost::Message as _;

use crate::command::{Rows, finished, has, run, start, turnprobe};

const PHASES: [&str; 4] = ["dns", "connect", "tls", "turn"];

const SERIES: &str =
    "probe --lab -n 24 -i 20ms --transport tls,udp --lab-fault not-tls --lab-fault-share 30 -q";

/// Lines of the exposition format by name and labels.
fn lines(page: &str) -> BTreeMap<String, f64> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    let parse = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    lines.map(parse).collect()
}

/// The sum of all lines that have the name and each of these labels.
fn sum(lines: &BTreeMap<String, f64>, name: &str, labels: &[(&str, &str)]) -> f64 {
    let has = |line: &str| {
        let label = |(key, value): &(&str, &str)| line.contains(&format!("{key}=\"{value}\""));
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('{'))
            && labels.iter().all(label)
    };
    let found = lines.iter().filter(|(line, _)| has(line));
    found.map(|(_, value)| value).sum()
}

/// What the rows say of a phase over a transport: its completed times in microseconds.
fn times(rows: &Rows, phase: &str, transport: &str) -> Vec<u64> {
    let transports = rows.column("transport");
    let failed = rows.column("failed_phase");
    let times = rows.column(&format!("{phase}_us"));
    let all = times.iter().zip(transports).zip(failed);
    all.filter(|((time, is), failed)| !time.is_empty() && *is == transport && *failed != phase)
        .map(|((time, _), _)| time.parse().unwrap())
        .collect()
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6
}

#[test]
fn a_node_exporters_file_holds_the_counts_and_times_of_the_rows() {
    let dir = tempfile::tempdir().unwrap();
    let (csv, prom) = (dir.path().join("rows.csv"), dir.path().join("teams.prom"));
    let mut command = turnprobe(&format!("{SERIES} --label access=DSL"));
    command.arg("--output").arg(&csv);
    finished(start(command.arg("--metrics-textfile").arg(&prom))).ended(0);
    let rows = Rows::in_file(&csv);
    let page = std::fs::read_to_string(&prom).unwrap();
    let lines = lines(&page);
    for transport in ["tls", "udp"] {
        let of = [
            ("transport", transport),
            ("label_access", "DSL"),
            ("label_world", "lab"),
        ];
        let is_of = |is: &&&str| **is == transport;
        let n = rows.column("transport").iter().filter(is_of).count();
        assert!(is_near(
            sum(&lines, "turnprobe_probes_total", &of),
            n as f64
        ));
        let causes = rows.column("cause");
        let failed = rows.column("transport");
        let failed = failed.iter().zip(&causes);
        let failed = failed.filter(|(is, cause)| **is == transport && !cause.is_empty());
        let n = failed.count() as f64;
        assert!(is_near(
            sum(&lines, "turnprobe_probe_failures_total", &of),
            n
        ));
        for phase in PHASES {
            let of = [("transport", transport), ("phase", phase)];
            let times = times(&rows, phase, transport);
            let total: u64 = times.iter().sum();
            let name = |part: &str| format!("turnprobe_phase_duration_seconds{part}");
            assert!(
                is_near(sum(&lines, &name("_count"), &of), times.len() as f64),
                "{phase}"
            );
            assert!(
                is_near(sum(&lines, &name("_sum"), &of), total as f64 / 1e6),
                "{phase}"
            );
            for (le, us) in [("0.025", 25_000), ("0.05", 50_000), ("0.2", 200_000)] {
                let up_to = times.iter().filter(|time| **time <= us).count();
                let of = [&of[..], &[("le", le)]].concat();
                assert!(
                    is_near(sum(&lines, &name("_bucket"), &of), up_to as f64),
                    "{phase} {le}"
                );
            }
        }
    }
    let by_cause = [("cause", "tls-not-tls"), ("transport", "tls")];
    assert!(
        sum(&lines, "turnprobe_probe_failures_total", &by_cause) > 0.0,
        "{page}"
    );
    // what the last row said, by the names of blackbox_exporter
    let started = rows.column("started_utc");
    let transports = rows.column("transport");
    let of_tls = (0..started.len()).filter(|row| transports[*row] == "tls");
    let last = of_tls.max_by_key(|row| started[*row]).unwrap();
    let is_ok = rows.column("Status")[last] == "OK";
    assert!(is_near(
        sum(&lines, "probe_success", &[("transport", "tls")]),
        f64::from(u8::from(is_ok))
    ));
    assert!(page.contains("version=\"TLS 1.2\""), "{page}");
    let expiry = rows
        .column("NotAfter")
        .into_iter()
        .find(|cell| !cell.is_empty())
        .unwrap();
    let expiry = chrono::NaiveDateTime::parse_from_str(expiry, "%Y-%m-%d %H:%M:%SZ").unwrap();
    let expiry = expiry.and_utc().timestamp() as f64;
    assert!(is_near(
        sum(
            &lines,
            "probe_ssl_earliest_cert_expiry",
            &[("transport", "tls")]
        ),
        expiry
    ));
    // nothing is left beside it
    let names = std::fs::read_dir(dir.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["rows.csv", "teams.prom"]);
}

#[test]
fn bursts_count_their_packets_and_held_connections_lose_none() {
    let dir = tempfile::tempdir().unwrap();
    let (csv, prom) = (dir.path().join("x.csv"), dir.path().join("x.prom"));
    let of = |options: &str| {
        let mut command = turnprobe(&format!("probe --lab -n 1 -q {options}"));
        if options.contains("burst") {
            command.arg("--output").arg(&csv);
        }
        finished(start(command.arg("--metrics-textfile").arg(&prom))).ended(0);
        std::fs::read_to_string(&prom).unwrap()
    };
    let burst = of("--burst 50/s --for 2s");
    let udp = [("transport", "udp burst")];
    let rows = Rows::in_file(&csv);
    for column in ["sent", "lost"] {
        let right: f64 = rows.column(column)[0].parse().unwrap();
        let name = format!("turnprobe_packets_{column}_total");
        assert!(is_near(sum(&lines(&burst), &name, &udp), right), "{burst}");
    }
    let hold = of("--hold 1s");
    let tls = [("transport", "tls held")];
    assert!(
        is_near(sum(&lines(&hold), "turnprobe_probes_total", &tls), 1.0),
        "{hold}"
    );
    assert!(!hold.contains("turnprobe_packets_"), "{hold}");
}

/// A port that nobody listens at.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn ask(port: u16, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn a_page_is_served_while_the_series_runs_and_every_other_request_is_refused() {
    let port = free_port();
    let mut child = start(turnprobe(&format!(
        "probe --lab -i 50ms -q --format csv --metrics {port}"
    )));
    // the first answer comes once the program listens and has a row
    let mut page = String::new();
    for _ in 0..200 {
        page = ask(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap_or_default();
        if page.contains("turnprobe_probes_total{") {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let (head, body) = page.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
    assert!(head.contains(&format!("Content-Length: {}", body.len())));
    assert!(lines(body).len() > 10);
    for (request, status) in [
        ("GET / HTTP/1.1\r\n\r\n", "200"),
        ("GET /x HTTP/1.1\r\n\r\n", "404"),
        ("POST /metrics HTTP/1.1\r\n\r\n", "405"),
        ("\u{1}\u{2}\r\n\r\n", "400"),
    ] {
        let answer = ask(port, request).unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
    let head = ask(port, "HEAD /metrics HTTP/1.1\r\n\r\n").unwrap();
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    // some who say nothing, one who does not read and one who does not stop keep nobody else away
    let _silent = [(); 2].map(|()| TcpStream::connect(("127.0.0.1", port)).unwrap());
    let mut deaf = TcpStream::connect(("127.0.0.1", port)).unwrap();
    deaf.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").unwrap();
    let long = format!("GET /metrics HTTP/1.1\r\nX: {}", "a".repeat(100_000));
    let _ = ask(port, &long);
    assert!(
        ask(port, "GET /metrics HTTP/1.1\r\n\r\n")
            .unwrap()
            .contains(" 200 OK")
    );
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A collector that answers with these status lines in turn, the last one from then on, and hands over what it is sent.
fn collector(statuses: &'static [&'static str]) -> (u16, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (send, received) = channel();
    std::thread::spawn(move || {
        for (at, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let (head, body) = read_request(&mut stream);
            let status = statuses[at.min(statuses.len() - 1)];
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
            if send.send((head, body)).is_err() {
                break;
            }
        }
    });
    (port, received)
}

fn read_request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut all = Vec::new();
    let mut piece = [0; 4096];
    loop {
        if let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&all[..end]).to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if all.len() >= end + 4 + length {
                return (head, all[end + 4..].to_vec());
            }
        }
        let n = stream.read(&mut piece).unwrap();
        assert!(n > 0, "the request ended early");
        all.extend_from_slice(&piece[..n]);
    }
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> &'a str {
    let found = attributes.iter().find(|pair| pair.key == key);
    match found.and_then(|pair| pair.value.as_ref()) {
        Some(AnyValue {
            value: Some(any_value::Value::StringValue(text)),
        }) => text,
        _ => "",
    }
}

fn metric<'a>(metrics: &'a [Metric], name: &str) -> &'a Data {
    let found = metrics.iter().find(|metric| metric.name == name).unwrap();
    found.data.as_ref().unwrap()
}

#[test]
#[allow(clippy::cast_possible_truncation)] // few and short
fn a_collector_is_sent_what_the_rows_come_to_and_reads_it_with_its_own_types() {
    let dir = tempfile::tempdir().unwrap();
    let csv = dir.path().join("rows.csv");
    let (port, received) = collector(&["200 OK"]);
    let mut command = turnprobe(&format!(
        "{SERIES} --otlp http://127.0.0.1:{port} --label access=DSL"
    ));
    command
        .arg("--output")
        .arg(&csv)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b")
        .env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY");
    finished(start(command)).ended(0);
    // the last one has all
    let (head, body) = received.try_iter().last().unwrap();
    assert!(head.starts_with("post /v1/metrics http/1.1"), "{head}");
    has(&head, "content-type: application/x-protobuf");
    assert!(head.contains("api-key: a b"), "{head}");
    let request = ExportMetricsServiceRequest::decode(&body[..]).unwrap();
    let of_resource = &request.resource_metrics[0];
    let resource = &of_resource.resource.as_ref().unwrap().attributes;
    assert_eq!(text(resource, "service.name"), "turnprobe");
    assert_eq!(text(resource, "deployment.environment"), "test");
    assert_eq!(text(resource, "access"), "DSL");
    assert!(!text(resource, "host.name").is_empty());
    let metrics = &of_resource.scope_metrics[0].metrics;
    let rows = Rows::in_file(&csv);

    let Data::Sum(probes) = metric(metrics, "turnprobe.probes") else {
        panic!()
    };
    assert!(probes.is_monotonic && probes.aggregation_temporality == 2);
    let count = probes.data_points.iter().map(|point| match point.value {
        Some(number_data_point::Value::AsInt(n)) => n,
        _ => panic!(),
    });
    assert_eq!(
        usize::try_from(count.sum::<i64>()).unwrap(),
        rows.rows.len()
    );

    let Data::ExponentialHistogram(found) = metric(metrics, "turnprobe.phase.duration") else {
        panic!()
    };
    assert_eq!(found.aggregation_temporality, 2);
    for phase in PHASES {
        let times = times(&rows, phase, "tls");
        let points: Vec<_> = found
            .data_points
            .iter()
            .filter(|point| text(&point.attributes, "phase") == phase)
            .filter(|point| text(&point.attributes, "transport") == "tls")
            .collect();
        assert!(points.iter().all(|point| point.scale == 6));
        assert_eq!(
            points.iter().map(|point| point.count).sum::<u64>(),
            times.len() as u64
        );
        let total: f64 = points.iter().map(|point| point.sum.unwrap()).sum();
        assert!(is_near(total, times.iter().sum::<u64>() as f64 / 1e6));
        // each value lies in the bucket that the specification gives it: base^i < value <= base^(i+1), base = 2^(1/64)
        let mut right: BTreeMap<i32, u64> = BTreeMap::new();
        for us in times {
            let bucket = ((us as f64 / 1e6).log2() * 64.0).ceil() as i32 - 1;
            *right.entry(bucket).or_default() += 1;
        }
        let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
        for point in points {
            let buckets = point.positive.as_ref().unwrap();
            for (at, count) in (buckets.offset..).zip(&buckets.bucket_counts) {
                if *count > 0 {
                    *counts.entry(at).or_default() += count;
                }
            }
        }
        assert_eq!(counts, right, "{phase}");
    }
}

#[test]
fn a_collector_that_is_away_ends_nothing_and_is_told_once() {
    let (port, received) = collector(&[
        "503 Service Unavailable",
        "503 Service Unavailable",
        "200 OK",
    ]);
    let mut command = turnprobe(&format!(
        "probe --lab -n 60 -i 50ms -q --otlp http://127.0.0.1:{port}"
    ));
    command
        .env("OTEL_METRIC_EXPORT_INTERVAL", "200")
        .env("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .env_remove("http_proxy");
    let said = finished(start(command)).ended(0);
    assert_eq!(
        said.stderr
            .matches("does not work: it answered with HTTP 503")
            .count(),
        1,
        "{}",
        said.stderr
    );
    said.err_has("works again after 2 failed attempts");
    let (head, body) = received.try_iter().last().unwrap();
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&body[..])
        .read_to_end(&mut plain)
        .unwrap();
    assert!(ExportMetricsServiceRequest::decode(&plain[..]).is_ok());
    // nobody there at all
    let said = run(&format!(
        "probe --lab -n 2 -i 50ms -q --otlp http://127.0.0.1:{}",
        free_port()
    ))
    .ended(0);
    said.err_has("the last metrics did not reach the collector");
}

#[test]
fn metrics_that_have_no_place_are_refused_before_the_first_probe() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing").join("x.prom");
    #[rustfmt::skip]
    let cases = [
        (format!("--metrics {port}"), 3, "another program listens there"),
        ("--metrics relay".to_owned(), 2, "write a port such as 9464"),
        ("--metrics-textfile x.txt".to_owned(), 2, ".prom"),
        (format!("--metrics-textfile {}", missing.display()), 3, "no such directory"),
        ("--otlp localhost:4318".to_owned(), 2, "http://localhost:4318"),
    ];
    for (options, code, word) in cases {
        let said = run(&format!("probe --lab -n 1 {options}"));
        assert_eq!(said.code, Some(code), "{options}: {}", said.stderr);
        assert!(said.stderr.contains(word), "{options}: {}", said.stderr);
    }
}

#[test]
fn an_error_that_a_relay_answered_has_its_round_trip() {
    let dir = tempfile::tempdir().unwrap();
    let prom = dir.path().join("teams.prom");
    let mut command = turnprobe(
        "probe --lab -n 9 -i 0 --transport udp --lab-fault turn-500 -q --metrics-textfile",
    );
    finished(start(command.arg(&prom))).ended(0);
    let lines = lines(&std::fs::read_to_string(&prom).unwrap());
    let count = "turnprobe_phase_duration_seconds_count";
    assert!(is_near(sum(&lines, count, &[("phase", "turn")]), 9.0));
    assert!(is_near(
        sum(&lines, "turnprobe_probe_failures_total", &[]),
        9.0
    ));
}

#[test]
fn a_target_that_is_an_address_of_ipv6_stands_in_brackets() {
    let dir = tempfile::tempdir().unwrap();
    let prom = dir.path().join("teams.prom");
    let mut command = turnprobe("probe [::1]:1 -n 1 -q --metrics-textfile");
    finished(start(command.arg(&prom)));
    let page = std::fs::read_to_string(&prom).unwrap();
    assert!(page.contains("target=\"[::1]:1\""), "{page}");
}
