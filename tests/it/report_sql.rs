//! Queries for DuckDB over files that other programs have saved again: right, or refused by name with the reason.

use std::path::Path;

use crate::command::{Said, file, has, report, run};

const HEAD: &str = "started_utc,remotehost,Status,failed_phase,cause,run_id,label,dns_us,connect_us,tls_us,turn_us,total_us";

/// A row with this outcome and this time of the connect.
fn row(second: u32, status: &str, connect: &str) -> String {
    format!(
        "2026-11-02 10:00:{second:02}.000000Z,tr.example,{status},,,r,,2000,{connect},30000,,42000\n"
    )
}

fn plain() -> String {
    format!(
        "{HEAD}\n{}{}",
        row(0, "OK", "10000"),
        row(10, "OK", "12000")
    )
}

fn query(line: &str, files: &[&Path]) -> Said {
    report(&format!("--sql duckdb {line}"), files)
}

#[test]
fn the_separator_and_the_letters_of_the_names_are_those_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    for (text, separator) in [
        (plain(), "delim = ','"),
        (plain().replace(',', ";"), "delim = ';'"),
        (plain().replace(',', "\t"), "delim = '\t'"),
        (
            plain().replacen(HEAD, &HEAD.to_uppercase(), 1),
            "delim = ','",
        ),
        // the header once more
        (format!("{}{}", plain(), plain()), "delim = ','"),
    ] {
        let path = file(dir.path(), "it.csv", text);
        let said = query("", &[&path]).ended(0);
        has(&said.stdout, separator);
        has(&said.stdout, "lower(trim(\"Status\")) <> 'status'");
    }
}

#[test]
fn a_file_that_duckdb_would_read_in_another_way_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let with = |more: &str| format!("{}{more}", plain());
    let utf16 = |text: String| -> Vec<u8> {
        let text = format!("\u{feff}{text}");
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let other_header = HEAD.replace("label,dns_us", "dns_us,label");
    for (name, bytes, told) in [
        ("it.csv", utf16(plain()), "it is in UTF-16"),
        (
            "it.csv",
            format!("sep=;\n{}", plain().replace(',', ";")).into_bytes(),
            "its first line names the separator",
        ),
        (
            "it.csv",
            with(&format!("{other_header}\n")).into_bytes(),
            "1 other header stands within the file",
        ),
        (
            "it.csv",
            plain().replace('\n', "\r\r\n").into_bytes(),
            "lines of it end in two CR before the LF",
        ),
        (
            "it.csv",
            with(&row(20, "OK", "13500").replace('\n', "\r\n")).into_bytes(),
            "some of its lines end in LF and others in CRLF",
        ),
        (
            "it.csv",
            vec![0x1f, 0x8b, 8, 0],
            "it is compressed, and its name does not end in .gz, by which DuckDB goes: rename it",
        ),
        (
            "it.csv.gz",
            plain().into_bytes(),
            "it is not compressed, and its name ends in .gz, by which DuckDB goes: rename it",
        ),
        // thousands, and what stands for nothing
        (
            "it.csv",
            with(&row(20, "OK", "13.500")).into_bytes(),
            "its column connect_us has cells such as `13.500`",
        ),
        (
            "it.csv",
            with(&row(20, "OK", "NA")).into_bytes(),
            "its column connect_us has cells such as `NA`",
        ),
        (
            "it.csv",
            with(&row(20, "OK", "abc")).into_bytes(),
            "1 cell of the column connect_us cannot be read",
        ),
        // counted by a query, and left out by a report
        (
            "it.csv",
            with(&row(20, "conect-timeout", "")).into_bytes(),
            "1 row with an unknown word in the column Status",
        ),
        (
            "it.csv",
            with("2026-11-02 10:00:20Z,tr.example\n").into_bytes(),
            "1 line with 2 instead of 12 fields",
        ),
        (
            "it.csv",
            b"{\"started_utc\":\"2026-11-02 10:00:00Z\",\"Status\":\"OK\",\"connect_us\":5,\"tls_path\":\"\"}\n".to_vec(),
            "its name does not end as what it holds",
        ),
        (
            "it.jsonl",
            b"{\"started_utc\":\"2026-11-02 10:00:00Z\",\"STATUS\":\"OK\",\"connect_us\":5,\"tls_path\":\"\"}\n".to_vec(),
            "the key STATUS is spelled as Status",
        ),
        ("it.jsonl", plain().into_bytes(), "its name does not end as what it holds"),
    ] {
        let path = file(dir.path(), name, bytes);
        let said = query("--metric connect", &[&path]).ended(3);
        has(&said.stderr, name);
        has(&said.stderr, told);
        assert_eq!(said.stdout, "", "{told}");
    }
    let comma = file(dir.path(), "comma.csv", plain());
    let semicolon = file(dir.path(), "semicolon.csv", plain().replace(',', ";"));
    let said = query("", &[&comma, &semicolon]).ended(3);
    has(&said.stderr, "different separators");
}

#[test]
fn times_that_duckdb_cannot_read_are_refused_where_a_query_needs_them() {
    let dir = tempfile::tempdir().unwrap();
    for at in [
        "02.11.2026 10:00:00",
        "1793613600",
        "2026-11-02 11:00:00 +0100",
    ] {
        let text = plain().replace("2026-11-02 10:00:00.000000Z", at);
        let path = file(dir.path(), "it.csv", text);
        query("--by region", &[&path]).ended(0);
        for line in ["--by hour", "--since 2026-11-01"] {
            let said = query(line, &[&path]).ended(3);
            has(
                &said.stderr,
                &format!("its column started_utc has cells such as `{at}`"),
            );
        }
    }
    let path = file(dir.path(), "it.csv", plain());
    query("--by hour --since 2026-11-01", &[&path]).ended(0);
}

#[test]
fn lists_of_roll_ups_must_have_commas_for_duckdb() {
    let dir = tempfile::tempdir().unwrap();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/rollup/rollups.csv");
    let text = std::fs::read_to_string(data).unwrap();
    query("", &[Path::new(data)]).ended(0);
    let (head, first) = text.split_once('[').unwrap();
    let (list, rest) = first.split_once(']').unwrap();
    let spaced = format!("{head}[{}]{rest}", list.replace(',', " "));
    let path = file(dir.path(), "r.csv", spaced);
    let said = query("", &[&path]).ended(3);
    has(&said.stderr, "has cells such as `[-");
}

/// What a power cut left of a row, beside the file: a report reads it, a query cannot.
#[test]
fn a_pattern_that_finds_torn_ends_names_the_files_without_them() {
    let dir = tempfile::tempdir().unwrap();
    let one = file(dir.path(), "probes-1.csv", plain());
    let torn = file(dir.path(), "probes-1.csv.torn", "\"2026-11-02 10:0\n");
    let pattern = dir.path().join("probes-*.csv*");
    let said = query("", &[&pattern]).ended(0);
    said.err_has("1 torn end of a file is left out");
    has(&said.stdout, &one.display().to_string());
    assert!(!said.stdout.contains("torn"), "{}", said.stdout);
    assert!(!said.stdout.contains("probes-*"), "{}", said.stdout);
    std::fs::remove_file(torn).unwrap();
    let said = query("", &[&pattern]).ended(0);
    has(&said.stdout, "probes-*.csv*");
}

#[test]
fn a_zone_that_a_query_has_no_use_for_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "it.csv", plain());
    let zone = "--time-zone Europe/Berlin";
    let said = query(zone, &[&path]).ended(2);
    said.err_has("--time-zone does nothing with --sql duckdb");
    let by_region = format!("--by region,transport {zone}");
    let said = query(&by_region, &[&path]).ended(2);
    said.err_has("--time-zone does nothing with --sql duckdb");
    let said = run(&format!("report --sql sqlite {by_region}")).ended(2);
    said.err_has("--time-zone does nothing with --sql sqlite");
    // why it cannot be the zone of these is told
    let said = query(&format!("--by region,hour {zone}"), &[&path]).ended(2);
    said.err_has("--by hour with --sql uses UTC");
    query("--by region,day --time-zone utc", &[&path]).ended(0);
    query(&format!("{zone} --since 2026-11-02T00:00"), &[&path]).ended(0);
}

#[test]
fn an_empty_text_in_the_place_of_a_number_in_json_is_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let text = "{\"started_utc\":\"2026-11-02 10:00:00Z\",\"Status\":\"OK\",\"failed_phase\":\"\",\"connect_us\":\"\"}\n";
    let path = file(dir.path(), "it.jsonl", text);
    let said = query("--metric connect --since 2026-11-01", &[&path]).ended(0);
    has(&said.stdout, "CAST(NULLIF(\"connect_us\", '') AS BIGINT)");
    has(
        &said.stdout,
        "CAST(NULLIF(\"started_utc\", '') AS TIMESTAMPTZ)",
    );
}
