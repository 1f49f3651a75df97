//! The queries of `report --sql duckdb` over files that other programs have saved again, in DuckDB.

use std::path::Path;

use crate::engines::{Cells, python, rows, turnprobe};
use crate::namespace::run;

const HEAD: &str = "datetime,remotehost,Status,failed_phase,cause,run_id,region,dns_us,connect_us,tls_us,turn_us,total_us,proxy_us";

/// Six rows: three that worked, whatever letters and blanks their word has, one that was lost, and two of which nothing is known.
const ROWS: [&str; 6] = [
    "2026-11-02 10:00:00Z,tr.example,OK,,,r,eu,2000,10000,30000,,42000,",
    "2026-11-02 10:00:10Z,tr.example,ok,,,r,eu,2001,11000,30001,,43002,",
    "2026-11-02 10:00:20Z,tr.example, Ok ,,,r,eu,2002,12000,30002,,44004,",
    "2026-11-02 10:00:30Z,tr.example,connect-timeout,connect,connect-timeout,r,eu,2003,10000000,,,,",
    "2026-11-02 10:00:40Z,tr.example,,,,r,eu,2004,13000,30003,,45007,",
    "2026-11-02 10:00:50Z,tr.example, ,,,r,eu,2005,14000,30004,,46009,",
];

/// What DuckDB finds: probes, failed, and n, least and most of each time.
fn found(file: &Path) -> Vec<[String; 6]> {
    let query = file.with_extension("sql");
    let text = turnprobe(&["report", "--sql", "duckdb", "--by", "region"], Some(file));
    std::fs::write(&query, text).unwrap();
    let said = run(python().arg("duckdb").arg(&query));
    let sets = rows(std::str::from_utf8(&said.stdout).unwrap());
    assert_eq!(sets.len(), 1);
    let cells = |row: &Cells| {
        let names = ["metric", "probes", "failed", "n", "min_us", "max_us"];
        names.map(|name| row[name].clone())
    };
    sets[0].iter().map(cells).collect()
}

#[test]
#[ignore = "needs DuckDB (PyPI); .ci/run runs it"]
fn duckdb_finds_the_same_in_a_file_however_it_was_saved() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("it.csv");
    let plain = format!("{HEAD}\n{}\n", ROWS.join("\n"));
    let quoted: String = plain
        .lines()
        .map(|line| format!("\"{}\"\r\n", line.replace(',', "\",\"")))
        .collect();
    let (front, behind) = ROWS.split_at(2);
    let (front, behind) = (front.join("\n"), behind.join("\n"));
    let floating = plain.replace(",30000,", ",30000.0,");
    for (form, text) in [
        ("as it is", plain.clone()),
        ("quoted", quoted),
        ("German Excel", plain.replace(',', ";")),
        ("tabs", plain.replace(',', "\t")),
        ("capitals", plain.replacen(HEAD, &HEAD.to_uppercase(), 1)),
        ("two files", format!("{HEAD}\n{front}\n{HEAD}\n{behind}\n")),
        ("floating numbers", floating),
        ("an empty line", format!("{HEAD}\n{front}\n\n{behind}\n")),
    ] {
        std::fs::write(&file, text).unwrap();
        // the connect of the lost row failed, and its total is none; nothing counts of rows without an outcome
        let expected = [
            ["connect", "4", "1", "3", "10000", "12000"],
            ["dns", "4", "1", "4", "2000", "2003"],
            ["tls", "4", "1", "3", "30000", "30002"],
            ["total", "4", "1", "3", "42000", "44004"],
        ];
        assert_eq!(found(&file), expected, "{form}");
    }
}
