//! What `export` writes, as pyarrow and DuckDB read it.

use std::path::Path;
use std::process::Command;

use crate::engines::python;
use crate::namespace::run;

#[test]
#[ignore = "needs DuckDB and pyarrow (PyPI); .ci/run runs it"]
fn parquet_has_every_cell_of_the_csv_with_the_right_type() {
    let dir = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let time = "TIMESTAMP WITH TIME ZONE";
    for (name, rows, types) in [
        ("rollup/rows.csv.gz", 6_000, vec!["BIGINT", time, "VARCHAR"]),
        (
            "rollup/rollups.csv",
            89,
            vec!["BIGINT", "BIGINT[]", time, "VARCHAR"],
        ),
    ] {
        let out = dir.path().join("out.parquet");
        let mut program = Command::new(env!("CARGO_BIN_EXE_turnprobe"));
        run(program
            .args(["export", "--force"])
            .arg(data.join(name))
            .arg(&out));
        let said = run(python().arg("parquet").arg(data.join(name)).arg(&out));
        let found: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
        assert_eq!(
            found,
            serde_json::json!({"rows": rows, "types": types}),
            "{name}"
        );
    }
}

#[test]
#[ignore = "needs DuckDB and pyarrow (PyPI); .ci/run runs it"]
fn parquet_of_another_program_is_read_or_its_compression_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rollup/rollups.csv");
    let ours = dir.path().join("ours.parquet");
    run(Command::new(env!("CARGO_BIN_EXE_turnprobe"))
        .arg("export")
        .args([&source, &ours]));
    let report = |file: &Path| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_turnprobe"));
        program.args(["report", "--format", "json"]).arg(file);
        program.output().unwrap()
    };
    let overview = |json: &[u8]| {
        let report: serde_json::Value = serde_json::from_slice(json).unwrap();
        report["overview"].clone()
    };
    let of_csv = overview(&report(&source).stdout);
    for codec in ["none", "snappy", "zstd", "gzip", "brotli", "lz4"] {
        let theirs = dir.path().join(format!("{codec}.parquet"));
        run(python().arg("codec").args([&ours, &theirs]).arg(codec));
        let done = report(&theirs);
        let said = String::from_utf8_lossy(&done.stderr);
        if matches!(codec, "none" | "snappy") {
            assert_eq!(done.status.code(), Some(0), "{codec}: {said}");
            assert!(of_csv["rows"].as_u64() > Some(0));
            assert_eq!(overview(&done.stdout), of_csv, "{codec}");
        } else {
            assert_eq!(done.status.code(), Some(3), "{codec}: {said}");
            let named = said.contains(&format!("compressed with {codec}"));
            assert!(named && said.contains("Snappy"), "{codec}: {said}");
        }
    }
}
