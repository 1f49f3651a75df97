//! Reports of files that other programs have saved again, of what End2End's programs say of a row, and
//! of rows that do not go together.

use std::fmt::Write as _;
use std::path::Path;

use csv::QuoteStyle;
use serde_json::{Value, json};

use crate::command::{file, has, is, report, report_json, run_into};

fn json(line: &str, file: &Path) -> Value {
    report_json(line, &[file])
}

/// What a report says of the rows, whatever it says of the file.
fn of_the_rows(file: &Path) -> Value {
    let mut report = json("", file);
    let is_encoding = |problem: &Value| problem["what"].to_string().contains("Windows-1252");
    let problems = report["input"]["problems"].as_array().unwrap();
    assert!(problems.iter().all(is_encoding), "{problems:?}");
    report["input"] = Value::Null;
    report
}

/// Header and rows of a file of ours.
fn ours() -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/report/ours.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    (header, reader.records().map(Result::unwrap).collect())
}

/// The rows with each cell changed, by the name of its column.
fn written(separator: u8, quotes: QuoteStyle, change: impl Fn(&str, &str) -> String) -> String {
    let (header, rows) = ours();
    let mut out = csv::WriterBuilder::new()
        .delimiter(separator)
        .quote_style(quotes)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    out.write_record(&header).unwrap();
    for row in rows {
        let cells = header
            .iter()
            .zip(&row)
            .map(|(name, cell)| change(name, cell));
        out.write_record(cells).unwrap();
    }
    String::from_utf8(out.into_inner().unwrap()).unwrap()
}

/// The same with quotes where they must be.
fn saved(separator: u8, change: impl Fn(&str, &str) -> String) -> String {
    written(separator, QuoteStyle::Necessary, change)
}

/// Whether a column of ours holds whole numbers.
fn is_number(name: &str) -> bool {
    let of_a_kind = name.ends_with("_us") || name.ends_with("ms");
    of_a_kind || ["Port", "slot", "tcp_syn_retransmits", "turn_reply"].contains(&name)
}

fn grouped(cell: &str, mark: &str) -> String {
    let mut out = String::new();
    for (place, digit) in cell.chars().enumerate() {
        if place > 0 && (cell.len() - place).is_multiple_of(3) {
            out.push_str(mark);
        }
        out.push(digit);
    }
    out
}

fn flag<'a>(cell: &'a str, yes: &'a str, no: &'a str) -> &'a str {
    match cell {
        "true" => yes,
        "false" => no,
        cell => cell,
    }
}

#[test]
fn what_other_programs_save_again_reads_as_before() {
    let dir = tempfile::tempdir().unwrap();
    let plain = file(
        dir.path(),
        "plain.csv",
        saved(b',', |_, cell| cell.to_owned()),
    );
    let expected = of_the_rows(&plain);
    assert!(expected["overview"]["rows"].as_u64() > Some(90));
    let digits = |cell: &str| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
    // pandas: a column of numbers with an empty cell is one of floating numbers
    let pandas = saved(b',', |name, cell| {
        if digits(cell) && is_number(name) {
            format!("{cell}.0")
        } else {
            flag(cell, "True", "False").to_owned()
        }
    });
    // Excel, with thousands in the columns of times
    let excel = |mark: &'static str, yes: &'static str, no: &'static str| {
        move |name: &str, cell: &str| {
            if digits(cell) && name.ends_with("_us") {
                grouped(cell, mark)
            } else {
                flag(cell, yes, no).to_owned()
            }
        }
    };
    let windows_1252 = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    // Windows PowerShell: Import-Csv | Export-Csv -Encoding Unicode
    let quoted = written(b',', QuoteStyle::Always, |_, cell| cell.to_owned());
    let quoted = format!("#TYPE System.Management.Automation.PSCustomObject\r\n{quoted}");
    let utf16 = format!("\u{feff}{quoted}");
    let utf16: Vec<u8> = utf16.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // DuckDB: times without a zone
    let duckdb = saved(b',', |name, cell| match name {
        "datetime" | "started_utc" => cell.trim_end_matches('Z').to_owned(),
        _ => cell.to_owned(),
    });
    #[rustfmt::skip]
    let files = [
        ("pandas.csv", pandas.into_bytes()),
        ("excel-us.csv", format!("\u{feff}{}", saved(b',', excel(",", "TRUE", "FALSE"))).into_bytes()),
        ("excel-de.csv", windows_1252(&saved(b';', excel(".", "WAHR", "FALSCH")))),
        ("excel-fr.csv", saved(b';', excel("\u{202f}", "VRAI", "FAUX")).into_bytes()),
        ("powershell.csv", utf16),
        ("duckdb.csv", duckdb.replace("\r\n", "\n").into_bytes()),
    ];
    for (name, bytes) in files {
        let again = of_the_rows(&file(dir.path(), name, bytes));
        assert_eq!(again, expected, "{name}");
    }
}

#[test]
fn times_without_seconds_are_told_and_make_no_clock_that_was_set() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = "datetime;remotehost;Status;run_id;slot;lag_us;connect_us\n".to_owned();
    for slot in 0..400 {
        let minute = slot / 60;
        let _ = writeln!(
            text,
            "28.11.2026 10:{minute:02};relay;OK;run;{slot};100;20000"
        );
    }
    let report = json("", &file(dir.path(), "excel.csv", text));
    assert_eq!(
        report["clocks"]["set"].as_u64().unwrap_or(0),
        0,
        "{}",
        report["clocks"]
    );
    assert_eq!(report["overview"]["span_s"], 360.0);
    let notes = report["input"]["notes"].to_string();
    assert!(notes.contains("400 times have no seconds"), "{notes}");
}

#[test]
fn an_answer_that_came_late_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut text =
        "Timestamp,httpbytes,url,avg10,Status,Duration,Message,httpstatuscode\n".to_owned();
    // of ten rows two are late by the limit, one by the average, one has failed
    let states = [
        "OK", "SLOWABS", "OK", "SLOWAVG", "FAIL", "OK", "SLOWABS", "OK", "OK", "OK",
    ];
    for (second, state) in states.iter().enumerate() {
        let took = match *state {
            "FAIL" => "-1",
            "OK" => "50",
            _ => "1500",
        };
        let _ = writeln!(
            text,
            "17.01.2019 12:42:{second:02},7886,https://a/,90,{state},{took},,200"
        );
    }
    let report = json("--strict", &file(dir.path(), "http.csv", text));
    let overview = &report["overview"];
    is(overview, json!({"ok": 9, "failed": 1}));
    assert_eq!(report["series"][0]["lost_probes"], 1);
    let total = &report["tables"][0]["groups"][0]["total"];
    // (6 * 50 + 3 * 1500) / 9
    is(total, json!({"n": 9, "mean_ms": 4800.0 / 9.0}));
}

#[test]
fn a_row_of_udp_without_an_answer_has_no_round_trip() {
    let dir = tempfile::tempdir().unwrap();
    let head = "remoteudpport,minroundtrip,successrttcount,remoteip,answerreceived,averagertt,maxroundtrip";
    let text = format!(
        "{head}\n3478,14,5,192.0.2.1,WAHR,16,24\n3478,0,5,192.0.2.1,FALSCH,1,1\n3478,9999,0,192.0.2.1,FALSCH,0,0\n"
    );
    let report = json("--strict", &file(dir.path(), "udp.csv", text));
    // the second was answered five times, and not when it looked for the distance
    assert_eq!(report["overview"]["ok"], 2);
    let turn = &report["tables"][0]["groups"][0]["turn"];
    is(turn, json!({"n": 2, "max_ms": 16.0}));
    // without the column, the count of answers tells
    let head = head.replace("answerreceived,", "");
    let text = format!("{head}\n3478,14,5,192.0.2.1,16,24\n3478,9999,0,192.0.2.1,0,0\n");
    let report = json("--strict", &file(dir.path(), "count.csv", text));
    assert_eq!(report["overview"]["ok"], 1);
}

#[test]
fn rows_of_the_lab_and_real_ones_are_not_put_together_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let lab = dir.path().join("lab.csv");
    assert_eq!(run_into(&lab, "probe --lab -n 3 -i 0").code, Some(0));
    let real = file(
        dir.path(),
        "real.csv",
        saved(b',', |_, cell| cell.to_owned()),
    );
    let said = report("", &[&lab, &real]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
    said.err_has("3 rows of the lab and ");
    said.err_has("--world real or --world lab");

    let said = report("--world lab", &[&lab, &real]).ended(0);
    for mark in [
        "in the lab\n",
        "Measured in the lab",
        "All 3 lab probes",
        "Measured in ",
    ] {
        assert!(said.stdout.contains(mark), "{mark}: {}", said.stdout);
    }
    let csv = report("--world lab --format csv", &[&lab, &real]).stdout;
    assert!(csv.contains("\"the lab\""), "{csv}");
    let said = report("--world real --format json", &[&lab, &real]);
    let report: Value = said.json();
    assert_eq!(report["overview"]["world"], "real");
    assert_eq!(
        report["input"]["rows_used"].as_u64().unwrap() + 3,
        report["input"]["rows"].as_u64().unwrap()
    );
}

#[test]
fn rows_of_the_lab_are_known_by_their_relays_where_no_column_tells() {
    let dir = tempfile::tempdir().unwrap();
    let lab = dir.path().join("lab.csv");
    run_into(&lab, "probe --lab -n 3 -i 0 --columns reference").ended(0);
    let head = std::fs::read_to_string(&lab).unwrap();
    assert!(!head.contains("world"));
    assert_eq!(json("", &lab)["overview"]["world"], "lab");
    // a server of the user's own on loopback is no relay of the lab
    let own = "datetime,remotehost,remoteip,Status\n2021-02-12 13:46:01Z,localhost,127.0.0.1,OK\n";
    let own = file(dir.path(), "own.csv", own);
    assert_eq!(json("", &own)["overview"]["world"], Value::Null);
}

#[test]
fn local_times_beside_utc_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let head = "datetime,remotehost,remoteip,Port,Status,connecttimems";
    let local = file(
        dir.path(),
        "local.csv",
        format!("{head}\n12.02.2021 14:46:01,a,52.112.1.1,443,OK,22\n"),
    );
    let utc = file(
        dir.path(),
        "utc.csv",
        format!("{head}\n2021-02-12 13:46:02Z,a,52.112.1.1,443,OK,22\n"),
    );
    let said = report("--time-zone Europe/Berlin", &[&local, &utc]);
    let text = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    has(&text, "local times and UTC in one report: 1 time in");
    has(&text, "are read as Europe/Berlin, 1 other is in UTC");
    let alone = report("", &[&utc]).stdout;
    assert!(!alone.contains("local times"), "{alone}");
}

#[test]
fn a_file_with_a_type_line_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("typed.csv");
    assert_eq!(run_into(&path, "probe --lab -n 1").code, Some(0));
    let text = format!(
        "#TYPE System.Object\r\n{}",
        std::fs::read_to_string(&path).unwrap()
    );
    std::fs::write(&path, &text).unwrap();
    let said = run_into(&path, "probe --lab -n 1").ended(3);
    said.err_has("begins with a #TYPE line");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

// twenty rows with all columns, and the same as End2End-TCP has them: without the computer, in milliseconds
#[test]
fn rows_that_are_there_again_without_their_computer_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let (mut full, mut plain) = (
        "started_utc,host,remotehost,remoteip,Port,Status,dns_us,connect_us,tls_us\n".to_owned(),
        "datetime,remotehost,remoteip,Port,Status,dns_us,connect_us,tls_us\n".to_owned(),
    );
    for second in 0..20_u32 {
        let at = format!("2026-11-22 10:00:{second:02}");
        let [dns, connect, tls] = [3_000 + second * 997, 20_000 + second * 1_003, 50_000];
        let round = |us: u32| (us + 500) / 1_000 * 1_000;
        let _ = writeln!(
            full,
            "{at}.250000Z,pc1,relay.test,192.0.2.7,443,OK,{dns},{connect},{tls}"
        );
        let [dns, connect, tls] = [dns, connect, tls].map(round);
        let _ = writeln!(
            plain,
            "{at}Z,relay.test,192.0.2.7,443,OK,{dns},{connect},{tls}"
        );
    }
    let told = |one: &str, other: &str| {
        let files = [
            file(dir.path(), "a.csv", one),
            file(dir.path(), "b.csv", other),
        ];
        let said = report("--format json", &[&files[0], &files[1]]).json();
        said["input"]["problems"].to_string()
    };
    let words = "only one of the two files names the computer";
    has(&told(&full, &plain), words);
    has(&told(&plain, &full), words);
    // another computer at the same seconds
    let other = plain.replace(",443,OK,", ",443,OK,1");
    assert!(!told(&full, &other).contains(words));
}
