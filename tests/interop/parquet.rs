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
