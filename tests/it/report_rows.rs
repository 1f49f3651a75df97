//! `turnprobe report` on rows that are easily told wrong: answered with an error, left out by a filter,
//! of series side by side, of many values, there twice.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command::{
    finished, has, is, output, page, report as run_report, report_json, start, turnprobe,
};

/// What a row is made of; seconds are of 2026-11-22 10:00 UTC.
#[derive(Clone)]
struct Row {
    second: u64,
    host: String,
    region: String,
    transport: &'static str,
    cause: &'static str,
    reply: &'static str,
    connect_us: u64,
    thumbprint: String,
}

impl Row {
    fn at(second: u64) -> Self {
        Self {
            second,
            host: "pc1".to_owned(),
            region: "ukwest".to_owned(),
            transport: "tls",
            cause: "",
            reply: "",
            connect_us: 20_000,
            thumbprint: "AB".to_owned(),
        }
    }

    fn host(self, host: &str) -> Self {
        let host = host.to_owned();
        Self { host, ..self }
    }

    fn region(self, region: &str) -> Self {
        let region = region.to_owned();
        Self { region, ..self }
    }

    fn failed(self, cause: &'static str, reply: &'static str) -> Self {
        let transport = if reply.is_empty() { "tls" } else { "udp" };
        Self {
            transport,
            cause,
            reply,
            ..self
        }
    }
}

const HEAD: &str = "started_utc,remotehost,Port,Status,Thumbprint,host,transport,region,run_id,slot,cause,failed_phase,connect_us,turn_us,turn_reply";

fn csv(rows: &[Row]) -> String {
    let mut out = format!("{HEAD}\n");
    for row in rows {
        let start: chrono::DateTime<chrono::Utc> = "2026-11-22T10:00:00.25Z".parse().unwrap();
        let at = start + chrono::Duration::seconds(i64::try_from(row.second).unwrap());
        let status = if row.cause.is_empty() {
            "OK"
        } else {
            row.cause
        };
        let (connect, turn) = match row.transport {
            "udp" => (String::new(), "25000"),
            _ => (row.connect_us.to_string(), ""),
        };
        let _ = writeln!(
            out,
            "{},tr.teams.microsoft.com,443,{status},{},{},{},{},r,{},{},{},{connect},{turn},{}",
            at.format("%Y-%m-%d %H:%M:%S%.6fZ"),
            row.thumbprint,
            row.host,
            row.transport,
            row.region,
            row.second,
            row.cause,
            row.cause.split('-').next().unwrap(),
            row.reply,
        );
    }
    out
}

fn file(dir: &Path, name: &str, rows: &[Row]) -> PathBuf {
    crate::command::file(dir, name, csv(rows))
}

fn notes(report: &Value) -> String {
    report["input"]["notes"].to_string()
}

fn table<'a>(report: &'a Value, by: &str) -> &'a Value {
    let found = tables(report, by).next();
    found.unwrap()
}

/// The tables of each transport.
fn tables<'a>(report: &'a Value, by: &str) -> impl Iterator<Item = &'a Value> {
    let tables = report["tables"].as_array().unwrap();
    tables.iter().filter(move |table| table["by"][0] == by)
}

/// Of a hundred rows over UDP 30 are answered with an error.
fn answered_with_errors() -> Vec<Row> {
    (0..100)
        .map(|second| match second % 10 {
            0..3 => Row::at(second).failed("turn-error", "500"),
            _ => Row {
                transport: "udp",
                reply: "401",
                ..Row::at(second)
            },
        })
        .collect()
}

// Wilson's interval of 70 of 100 and of 100 of 100, by hand: 60.42 to 78.11 %, 96.3 to 100 %
#[test]
fn an_answer_with_an_error_fails_the_row_and_leaves_the_relay_available() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "p.csv", &answered_with_errors());
    let report = report_json("", &[&path]);
    let all = &report["overview"];
    is(all, json!({"ok": 70, "answered": 100}));
    let low = all["ok_low_percent"].as_f64().unwrap();
    assert!((low - 60.42).abs() < 0.01, "{low}");
    let series = &report["series"][0];
    is(series, json!({"ok": 70, "answered": 100}));
    is(series, json!({"answered_percent": 100.0, "outages": 0}));
    assert_eq!(series["availability_percent"], Value::Null);
    let said = run_report("", &[&path]).stdout;
    let told = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        "Succeeded 70 % (60.42 % to 78.11 %) (70 rows)",
        "Failed 30 (30 %; 30 answered with an error: the path worked)",
        "answered 100 % (96.3 % to 100 %), rows 100, ok 70, answered with an error 30",
    ] {
        assert!(told.contains(wanted), "{wanted}: {said}");
    }
    let page = page("", &path).replace('\u{a0}', " ");
    assert!(page.contains("<strong>70 %</strong><span>95 % interval 60.42 % to 78.11 %</span>"));
    assert!(page.contains("30 of the failures were an answer with an error, so the path worked"));
    assert!(page.contains("Answered is the share of rows that the relay answered"));
    let markdown = run_report("--format markdown", &[&path]).stdout;
    has(
        &markdown,
        "| udp | 100 % (96.3 % to 100 %) | 100 | 70 | 30 |",
    );
}

// 20 rows: 5 of this computer alone, 4 with an alert or a certificate that cannot be used, 1 silence, 10 OK; of the
// 11 that tell something 10 were answered: 90.91 %
#[test]
fn what_failed_here_and_what_something_answered_are_no_outages() {
    let rows: Vec<Row> = (0..20)
        .map(|second| match second {
            2..=4 => Row::at(second).failed("connect-no-local-port", ""),
            6..=7 => Row::at(second).failed("connect-local-error", ""),
            9..=10 => Row::at(second).failed("tls-certificate", ""),
            12..=13 => Row::at(second).failed("tls-alert", ""),
            15 => Row::at(second).failed("connect-timeout", ""),
            _ => Row::at(second),
        })
        .map(|row| Row {
            transport: "tls",
            ..row
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "p.csv", &rows);
    let report = report_json("", &[&path]);
    let all = &report["overview"];
    let count = |name: &str| all[name].as_u64().unwrap();
    assert_eq!(
        ["ok", "failed", "answered", "failed_here", "undecided"].map(count),
        [10, 10, 10, 5, 4]
    );
    let series = &report["series"][0];
    // one row may be lost by chance
    is(series, json!({"outages": 0, "lost_probes": 1}));
    let answered = series["answered_percent"].as_f64().unwrap();
    assert!((answered - 1000.0 / 11.0).abs() < 1e-9, "{answered}");
    let said = run_report("", &[&path]).stdout;
    let told = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        "4 of the failures were a TLS alert or an unusable certificate, so something answered",
        "5 of the failures were the measuring computer's own, which says nothing about the relays",
        "failed here 5",
    ] {
        assert!(told.contains(wanted), "{wanted}: {said}");
    }
}

// exit codes: 3 when nothing could be read, 1 when some of it could not, 0 for a header alone
#[test]
fn a_compressed_file_that_is_damaged_behind_its_header_was_not_read() {
    use std::io::Write as _;

    let dir = tempfile::tempdir().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(format!("{HEAD}\n").as_bytes()).unwrap();
    packed.flush().unwrap();
    let cut = packed.get_ref().clone();
    let whole = packed.finish().unwrap();
    let path = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let (cut, whole) = (path("cut.csv.gz", &cut), path("whole.csv.gz", &whole));
    assert_eq!(run_report("", &[&cut]).code, Some(3));
    assert_eq!(run_report("", &[&cut, &whole]).code, Some(1));
    assert_eq!(run_report("", &[&whole]).code, Some(0));
}

// an hour of a row a second; each two minutes one is of westeurope, and that of second 1200 fails
#[test]
fn what_a_filter_leaves_out_is_no_gap_and_no_outage() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..3_600)
        .map(|second| match (second, second % 120) {
            (1_200, _) => Row::at(second)
                .region("westeurope")
                .failed("connect-timeout", ""),
            (_, 0) => Row::at(second).region("westeurope"),
            _ => Row::at(second),
        })
        .collect();
    let path = file(dir.path(), "p.csv", &rows);
    let report = report_json("--where region=westeurope --outage 1s", &[&path]);
    assert_eq!(report["overview"]["rows"], 30);
    assert_eq!(report["overview"]["gaps"], 0, "{}", report["overview"]);
    let series = &report["series"][0];
    is(series, json!({"rows": 30, "gaps": 0}));
    // it ends with the next answer, a second later, and not with the next one of the region
    let outage = &series["longest_outages"][0];
    is(outage, json!({"seconds": 1.0, "rows": 1}));
    assert!(
        notes(&report).contains("gaps are stretches without any row"),
        "{}",
        notes(&report)
    );
    // other hosts are other series: nothing of them is told, nor needs to be
    let report = report_json("--where host=pc1", &[&path]);
    assert!(!notes(&report).contains("gaps are"), "{}", notes(&report));
}

// pc1 probes from 0 to 99 and from 1000 to 1099 s, pc2 from 50 to 149 and from 900 to 999 s: nobody
// from 149 to 900
#[test]
fn the_gaps_of_all_are_those_in_which_no_series_measured() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows: Vec<Row> = Vec::new();
    for (host, from) in [("pc1", 0), ("pc2", 50), ("pc2", 900), ("pc1", 1_000)] {
        rows.extend((from..from + 100).map(|second| Row::at(second).host(host)));
    }
    rows.sort_by_key(|row| row.second);
    let path = file(dir.path(), "p.csv", &rows);
    let report = report_json("", &[&path]);
    let all = &report["overview"];
    is(all, json!({"gaps": 1, "gaps_s": 751.0}));
    assert_eq!(all["longest_gaps"][0]["from"], "2026-11-22T10:02:29.250Z");
    let series = &report["series"];
    assert_eq!(
        (&series[0]["gaps_s"], &series[1]["gaps_s"]),
        (&901.0.into(), &751.0.into())
    );
    let said = run_report("", &[&path]).stdout;
    let wanted = "1 (no series measured for 12 min 31 s)";
    assert!(said.contains(wanted), "{said}");
}

#[test]
fn gaps_that_are_not_listed_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..8)
        .flat_map(|night| (0..20).map(move |second| Row::at(night * 3_600 + second)))
        .collect();
    let path = file(dir.path(), "p.csv", &rows);
    let said = run_report("", &[&path]).stdout;
    let gaps = said
        .lines()
        .find(|line| line.starts_with("  Gaps "))
        .unwrap();
    assert!(gaps.contains(" 7 (nothing was measured for "), "{gaps}");
    let said = run_report("--top 5", &[&path]).stdout;
    let gaps = &said[said.find("Gaps: when nothing was measured").unwrap()..];
    assert!(gaps.contains("and 2 more; --top 0 shows all"), "{said}");
}

// 200 hosts and 500 thumbprints: 12,000 combinations, and two transports
#[test]
fn many_values_of_one_column_take_nothing_from_the_tables_of_others() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..12_000)
        .map(|n| Row {
            thumbprint: format!("{:04X}", n * 7 % 500),
            transport: if n % 2 == 0 { "tls" } else { "udp" },
            ..Row::at(n).host(&format!("pc{:03}", n % 200))
        })
        .collect();
    let path = file(dir.path(), "p.csv", &rows);
    let report = report_json("", &[&path]);
    for (by, groups) in [
        // each second of 200 computers and of 500 certificates
        ("host", 100),
        ("certificate", 250),
        ("transport", 2),
        ("target", 1),
    ] {
        let mut transports = Vec::new();
        for found in tables(&report, by) {
            assert_eq!(found["groups"].as_array().unwrap().len(), groups, "{by}");
            assert_eq!(found["overflow"], Value::Null, "{by}");
            transports.push(found["transport"].as_str());
        }
        let expected = match by {
            "transport" => vec![None],
            _ => vec![Some("tls"), Some("udp")],
        };
        assert_eq!(transports, expected, "{by}");
    }
    assert_eq!(table(&report, "transport")["groups"][1]["n"], 6_000);
    let series = report["series"].as_array().unwrap();
    assert_eq!(series.len(), 200);
    assert!(series.iter().all(|series| series["rows"] == 60));
    // a cap is one of a table, and is told
    let report = report_json("--max-groups 150", &[&path]);
    assert_eq!(table(&report, "host")["overflow"], Value::Null);
    let rest = &table(&report, "certificate")["overflow"];
    assert_eq!(rest["n"], 6_000 / 250 * 100);
    let wanted = "the table by certificate has 150 groups, the most that it may have: 2400 rows \
                  with other values went to (other); --max-groups allows more";
    assert!(notes(&report).contains(wanted), "{}", notes(&report));
}

#[test]
fn rows_that_two_short_files_share_are_named_and_an_error_under_strict() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..60).map(Row::at).collect();
    let a = file(dir.path(), "a.csv", &rows);
    let b = file(dir.path(), "b.csv", &rows[20..]);
    let report = report_json("", &[&a, &b]);
    let problem = &report["input"]["problems"][0];
    is(problem, json!({"file": b.to_str().unwrap(), "line": 2}));
    assert_eq!(problem["count"], 40);
    let what = problem["what"].as_str().unwrap();
    let wanted = format!("40 rows were there in {}, with the same time", a.display());
    assert!(what.starts_with(&wanted), "{what}");
    assert_eq!(run_report("--strict", &[&a, &b]).code, Some(1));
    // one after the other they share nothing
    let c = file(dir.path(), "c.csv", &rows[..20]);
    assert_eq!(run_report("--strict", &[&b, &c]).code, Some(0));
}

#[test]
fn headers_within_a_file_are_named_with_their_lines_and_an_error_under_strict() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..10).map(Row::at).collect();
    let path = dir.path().join("p.csv");
    let text = csv(&rows[..5]) + &csv(&rows[5..]);
    std::fs::write(&path, &text).unwrap();
    let report = report_json("", &[&path]);
    let problem = &report["input"]["problems"][0];
    is(problem, json!({"line": 7, "count": 1}));
    assert!(
        problem["what"]
            .as_str()
            .unwrap()
            .contains("1 header is repeated"),
        "{problem}"
    );
    let other = "datetime,remoteip,Status\n2026-11-22 10:00:30Z,52.112.0.1,OK\n";
    std::fs::write(&path, csv(&rows) + other).unwrap();
    let report = report_json("", &[&path]);
    let problem = &report["input"]["problems"][0];
    assert_eq!(
        (&problem["line"], &report["input"]["rows"]),
        (&12.into(), &11.into())
    );
    assert!(
        problem["what"].as_str().unwrap().contains("1 other header"),
        "{problem}"
    );
    let said = run_report("--strict", &[&path]).ended(1);
    said.out_has("1 other header");
}

#[test]
fn hours_and_days_are_whole_and_in_order_in_markdown() {
    let dir = tempfile::tempdir().unwrap();
    // later days have more rows
    let rows: Vec<Row> = (0..15)
        .flat_map(|day| (0..=day).map(move |n| Row::at(day * 86_400 + n * 3_000)))
        .collect();
    let path = file(dir.path(), "p.csv", &rows);
    let said = run_report("--format markdown", &[&path]).stdout;
    let of = |title: &str| -> Vec<String> {
        let section = said
            .split("\n### ")
            .find(|part| part.starts_with(title))
            .unwrap();
        let lines = section.lines().filter(|line| line.starts_with("| "));
        let first = |line: &str| line.split('|').nth(1).unwrap().trim().to_owned();
        lines.skip(1).map(first).collect()
    };
    let days: Vec<String> = (0..15)
        .map(|day| {
            (chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap() + chrono::Days::new(day))
                .to_string()
        })
        .collect();
    assert_eq!(of("By day"), days);
    let hours = of("By hour");
    // from 10:00 to 21:40
    assert_eq!(hours.len(), 12);
    assert!(hours.is_sorted(), "{hours:?}");
}

// 12 regions, r00 with the most connects
#[test]
fn both_charts_show_the_same_regions_and_fold_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows: Vec<Row> = Vec::new();
    for n in 0..1_200 {
        let region = (0..12).find(|region| n % 12 < 12 - region).unwrap_or(0);
        let region = (n * 5 + region) % 12;
        rows.push(Row {
            region: format!("r{region:02}"),
            ..Row::at(n)
        });
        if region < 8 {
            rows.push(Row {
                region: format!("r{region:02}"),
                ..Row::at(n).host("pc2")
            });
        }
    }
    let path = file(dir.path(), "p.csv", &rows);
    let report = report_json("", &[&path]);
    let names = |list: &Value| -> Vec<String> {
        let list = list.as_array().unwrap();
        list.iter()
            .map(|one| one["region"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut wanted: Vec<String> = (0..8).map(|region| format!("r{region:02}")).collect();
    wanted.push("(other)".to_owned());
    assert_eq!(names(&report["timeline"]["regions"]), wanted);
    assert_eq!(names(&report["distribution"]), wanted);
    assert_eq!(report["timeline"]["other_regions"], 4);
    let sum: u64 = (report["distribution"].as_array().unwrap().iter())
        .map(|curve| curve["n"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, rows.len() as u64);
    let last = report["distribution"][0]["cumulative"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(last["up_to_percent"], 100.0);
    assert!(last["connect_ms"].as_f64().unwrap() > 0.0);
    let page = page("", &path).replace('\u{a0}', " ");
    // the legends of the first picture and of the distribution, the small picture's title and heading, and a row of
    // both tables of numbers
    assert_eq!(page.matches("4 other regions combined").count(), 6);
}

#[test]
fn days_that_the_heat_map_drops_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..410).map(|day| Row::at(day * 86_400)).collect();
    let path = file(dir.path(), "p.csv", &rows);
    let report = report_json("", &[&path]);
    assert_eq!(report["heat"]["days"].as_array().unwrap().len(), 400);
    assert_eq!(report["heat"]["capped"], true);
    assert!(
        notes(&report).contains("the latest 400 days"),
        "{}",
        notes(&report)
    );
    assert!(page("", &path).contains("Only the latest 400 days with rows are shown."));
    // one row a day is a rate, too
    let said = run_report("", &[&path]).stdout;
    assert!(said.contains("1 row a day"), "{said}");
}

#[test]
fn a_page_without_tls_is_told_by_its_url() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("http.csv");
    let row = |second: u32, scheme: &str| {
        format!(
            "\"2026-11-22 10:00:{second:02}Z\",\"{scheme}://intranet/\",\"200\",\"12\",\"5\",\"12\"\n"
        )
    };
    let head = "\"Timestamp\",\"url\",\"Status\",\"Duration\",\"httpbytes\",\"avg10\"\n";
    let text = format!("{head}{}{}", row(1, "http"), row(2, "https"));
    std::fs::write(&path, text).unwrap();
    let report = report_json("", &[&path]);
    let keys: Vec<_> = (table(&report, "transport")["groups"]
        .as_array()
        .unwrap()
        .iter())
    .map(|group| group["key"][0].as_str().unwrap().to_owned())
    .collect();
    assert_eq!(keys, ["http", "https"]);
}

/// Rows of a probe whose time went somewhere are counted by where it went.
#[test]
fn explanations_are_counted_in_every_form() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("slow.csv");
    let codes = ["none", "lost-syn", "", "lost-syn", "slow-dns"];
    let mut text = "\"started_utc\",\"remoteip\",\"Status\",\"transport\",\"explain\"\n".to_owned();
    for (second, code) in codes.iter().enumerate() {
        let _ = writeln!(
            text,
            "\"2026-11-22 13:46:0{second}.000000Z\",\"192.0.2.1\",\"OK\",\"tls\",\"{code}\""
        );
    }
    std::fs::write(&path, text).unwrap();
    let said = |arguments: &str| {
        let output = output(turnprobe(&format!("report {arguments}")).arg(&path));
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let table = said("");
    let table: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for line in [["lost-syn", "2", "40", "%"], ["slow-dns", "1", "20", "%"]] {
        assert!(table.iter().any(|found| *found == line), "{table:?}");
    }
    assert!(
        !table.iter().any(|found| found.first() == Some(&"none")),
        "{table:?}"
    );
    assert!(said("--format markdown").contains("| lost-syn | 2 | 40 % |"));
    let json: serde_json::Value = serde_json::from_str(&said("--format json")).unwrap();
    let expected = serde_json::json!([
        {"name": "lost-syn", "count": 2},
        {"name": "slow-dns", "count": 1}
    ]);
    assert_eq!(json["overview"]["explained"], expected);
    let page = dir.path().join("page.html");
    said(&format!("--html {}", page.display()));
    let page = std::fs::read_to_string(&page).unwrap();
    assert!(page.contains("where the time went") && page.contains("lost-syn"));
}

#[test]
fn a_query_is_of_no_file_whose_rows_would_all_be_lost_ones_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let whole = crate::command::file(dir.path(), "whole.csv", csv(&[Row::at(0), Row::at(60)]));
    let text = "datetime,remotehost,cause,connect_us\n2026-11-22 10:00:00Z,tr.teams.microsoft.com,,20000\n";
    let subset = crate::command::file(dir.path(), "subset.csv", text);
    let query = |files: &[&Path]| run_report("--sql duckdb --metric connect", files);
    query(&[&whole]).ended(0);
    let refused = query(&[&whole, &subset]).ended(3);
    has(&refused.stderr, "subset.csv: there is no column Status");
}

#[test]
fn of_several_labels_of_a_run_one_is_enough_to_choose_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = "started_utc,remotehost,Port,Status,label,transport,connect_us\n".to_owned();
    for (second, label) in [
        "access=DSL site=Bonn",
        "site=Bonn access=5G",
        "site=Bonn-Ost",
        "",
    ]
    .iter()
    .enumerate()
    {
        let at = format!("2026-11-22T10:00:0{second}Z");
        let _ = writeln!(text, "{at},relay,443,OK,{label},tls,20000");
    }
    let path = crate::command::file(dir.path(), "rows.csv", text);
    for (wanted, rows) in [
        ("site=bonn", 2),
        ("access=DSL", 1),
        ("site=Bonn access=5G", 1),
        ("access", 0),
        ("", 1),
    ] {
        let mut command = turnprobe("report --format json --where");
        command.arg(format!("label={wanted}"));
        let said = finished(start(command.arg(&path)));
        assert_eq!(said.json()["overview"]["rows"], rows, "{wanted}");
    }
}
