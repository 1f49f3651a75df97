//! Parquet: what is written and read with the feature, and what is said without it.

#[cfg(not(feature = "parquet"))]
#[test]
fn a_parquet_file_is_refused_with_the_feature_that_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("rows.parquet");
    std::fs::write(&file, b"PAR1 and all that follows").unwrap();
    let output = crate::command::output(crate::command::turnprobe("report").arg(&file));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3));
    assert!(said.contains("built with the feature `parquet`"), "{said}");
    assert!(said.contains("rows.parquet"), "{said}");
}

#[cfg(feature = "parquet")]
mod with_the_feature {
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use serde_json::Value;

    use crate::command::{output, report_json, turnprobe};

    fn data(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data")
            .join(name)
    }

    fn export(files: &[&Path]) -> (Option<i32>, String) {
        let output = output(turnprobe("export").args(files));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    }

    /// The report without what the form of a file decides.
    fn report(file: &Path) -> Value {
        let mut report = report_json("", &[file]);
        report["input"].as_object_mut().unwrap().remove("bytes");
        for file in report["input"]["files"].as_array_mut().unwrap() {
            let facts = file.as_object_mut().unwrap();
            facts.retain(|key, _| key != "name" && key != "bytes");
        }
        report
    }

    #[test]
    fn rows_that_were_written_for_excel_are_exported_as_the_times_that_they_are() {
        let dir = tempfile::tempdir().unwrap();
        for profile in ["excel", "excel-de"] {
            let csv = dir.path().join(format!("{profile}.csv"));
            let out = dir.path().join(format!("{profile}.parquet"));
            let mut probe = turnprobe("probe --lab -n 3 -i 0 -q --csv-profile");
            probe.arg(profile).arg("--output").arg(&csv);
            assert!(output(&mut probe).status.success());
            let (code, said) = export(&[&csv, &out]);
            assert_eq!(code, Some(0), "{said}");
            assert_eq!(
                report(&out)["overview"]["from"],
                report(&csv)["overview"]["from"]
            );
            assert_eq!(report(&out)["overview"]["rows"], 3);
        }
    }

    #[test]
    fn a_report_of_parquet_is_that_of_the_files_it_was_made_of() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "rollup/rows.csv.gz",
            "rollup/rollups.csv",
            "rollup/rollups.jsonl",
            "report/ours.csv",
        ] {
            let out = dir.path().join(name.replace(['/', '.'], "-") + ".parquet");
            let (code, said) = export(&[&data(name), &out]);
            assert_eq!(code, Some(0), "{said}");
            assert_eq!(report(&out), report(&data(name)), "{name}");
        }
    }

    #[test]
    fn a_parquet_file_of_a_parquet_file_and_cells_with_everything_in_them_are_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let odd = dir.path().join("odd.csv");
        let text = std::fs::read_to_string(data("rollup/rollups.csv")).unwrap();
        let label = "\"access=a \"\"b\"\", c;\nd \u{1f980},site='=1+1\"";
        std::fs::write(&odd, text.replace("\"access=Telekom\"", label)).unwrap();
        let [first, second] =
            ["first", "second"].map(|name| dir.path().join(name).with_extension("parquet"));
        for (from, to) in [(&odd, &first), (&first, &second)] {
            let (code, said) = export(&[from, to]);
            assert_eq!(code, Some(0), "{said}");
            assert!(said.contains("89 rows written"), "{said}");
        }
        let of_text = report(&odd);
        let named = of_text.to_string();
        assert!(named.contains(r#"access=a \"b\", c;"#), "{named}");
        for file in [&first, &second] {
            assert_eq!(report(file), of_text, "{}", file.display());
        }
    }

    #[test]
    fn what_cannot_be_written_whole_leaves_no_file_and_the_one_that_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let (rows, rollups) = (data("rollup/rows.csv.gz"), data("rollup/rollups.csv"));
        let torn = dir.path().join("torn.csv.gz");
        let bytes = std::fs::read(&rows).unwrap();
        std::fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
        let wrong = dir.path().join("wrong.csv");
        let text = std::fs::read_to_string(&rollups).unwrap();
        std::fs::write(&wrong, text.replacen("\"[-387,", "\"[x,", 1)).unwrap();
        let out = dir.path().join("out.parquet");
        for (files, code, told) in [
            (vec![&rows, &rollups, &out], 3, "of two kinds"),
            (vec![&torn, &out], 3, "was not written"),
            (vec![&rows, &rollups], 2, "must end in .parquet"),
        ] {
            let files: Vec<&Path> = files.into_iter().map(PathBuf::as_path).collect();
            let (found, said) = export(&files);
            assert_eq!(found, Some(code), "{said}");
            assert!(said.contains(told), "{said}");
            let left = std::fs::read_dir(dir.path()).unwrap();
            let mut left: Vec<_> = left.map(|file| file.unwrap().file_name()).collect();
            left.sort();
            assert_eq!(left, ["torn.csv.gz", "wrong.csv"], "{told}");
        }
        // a row that cannot be read is left out, told, and makes an exit code
        let (code, said) = export(&[&wrong, &out]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("1 roll-up is left out"), "{said}");
        assert!(said.contains("88 rows written"), "{said}");
        let force = Path::new("--force");
        assert_eq!(export(&[force, &rollups, &out]).0, Some(0));
        let before = std::fs::read(&out).unwrap();
        let (code, said) = export(&[&rows, &out]);
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("replace it with --force"), "{said}");
        assert_eq!(export(&[force, &torn, &out]).0, Some(3));
        assert_eq!(std::fs::read(&out).unwrap(), before);
        assert_eq!(export(&[force, &rows, &out]).0, Some(0));
        assert_ne!(std::fs::read(&out).unwrap(), before);
    }

    #[test]
    fn a_store_of_several_kinds_is_exported_table_by_table() {
        let dir = tempfile::tempdir().unwrap();
        let [store, out] = ["s.db", "out.parquet"].map(|name| dir.path().join(name));
        for series in [
            "probe --lab -q -n 4 -i 50ms --rollup 1h",
            "probe --lab -q --burst 50/s --for 1s -n 1",
        ] {
            assert!(
                output(turnprobe(series).arg("--store").arg(&store))
                    .status
                    .success()
            );
        }
        let (code, said) = export(&[&store, &out]);
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("--table NAME"), "{said}");
        let table = |name: &str| {
            let name = PathBuf::from(format!("--table={name}"));
            export(&[&name, &store, &out])
        };
        let (code, said) = table("probes");
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("4 rows written"), "{said}");
        std::fs::remove_file(&out).unwrap();
        let (code, said) = table("holds");
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains("(probes)") && said.contains("(bursts)"),
            "{said}"
        );
        // the roll-ups that a report leaves out, as it has their rows
        let (code, said) = table("rollups");
        assert_eq!(code, Some(0), "{said}");
        let report = report_json("", &[&out]);
        assert_eq!(report["overview"]["rows"], 4);
    }

    /// By the largest size of a file, which a full disk is told as, too.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_once_with_the_name_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out.parquet");
        let mut limited = std::process::Command::new("sh");
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"])
            .arg(env!("CARGO_BIN_EXE_turnprobe"))
            .arg("export")
            .args([&data("rollup/rows.csv.gz"), &out]);
        let said = limited.output().unwrap();
        let told = String::from_utf8_lossy(&said.stderr);
        assert_eq!(said.status.code(), Some(3), "{told}");
        let named = format!("{} cannot be written: ", out.display());
        assert_eq!(told.matches(&named).count(), 1, "{told}");
        assert_eq!(told.matches("os error").count(), 1, "{told}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    /// A file with these moments in nanoseconds, in a column of this type, as pandas writes it; the last row has none.
    fn nanoseconds(file: &Path, r#type: &str, moments: &[i64]) {
        let schema = format!(
            "message rows {{ optional int64 started_utc {type}; required binary Status (STRING);
             required binary tls_path (STRING); required int64 connect_us; }}"
        );
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let out = std::fs::File::create(file).unwrap();
        let mut writer = SerializedFileWriter::new(out, schema, Arc::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let rows = moments.len() + 1;
        let mut levels = vec![1; moments.len()];
        levels.push(0);
        let (words, times) = (["OK", ""], vec![12_690; rows]);
        let mut column = group.next_column().unwrap().unwrap();
        let typed = column.typed::<Int64Type>();
        typed.write_batch(moments, Some(&levels), None).unwrap();
        column.close().unwrap();
        for word in words {
            let mut column = group.next_column().unwrap().unwrap();
            let cells = vec![ByteArray::from(word); rows];
            let typed = column.typed::<ByteArrayType>();
            typed.write_batch(&cells, None, None).unwrap();
            column.close().unwrap();
        }
        let mut column = group.next_column().unwrap().unwrap();
        let typed = column.typed::<Int64Type>();
        typed.write_batch(&times, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
    }

    // date -u -d @1792872000 is 2026-10-24 20:00:00
    #[test]
    fn times_in_nanoseconds_are_read_whatever_their_type_says_of_the_zone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ns.parquet");
        let moments = [1_792_872_000_000_000_999, 1_792_872_010_999_999_999];
        for r#type in ["(TIMESTAMP(NANOS,true))", "(TIMESTAMP(NANOS,false))", ""] {
            nanoseconds(&file, r#type, &moments);
            let report = report_json("", &[&file]);
            let read = &report["input"]["files"][0];
            assert_eq!(read["rows"], 3, "{type}");
            for (end, expected) in [
                ("first", "2026-10-24T20:00:00"),
                ("last", "2026-10-24T20:00:10.999999"),
            ] {
                let found = read[end].as_str().unwrap();
                assert!(found.starts_with(expected), "{type}: {found}");
            }
            let problems = report["input"]["problems"].as_array().unwrap();
            assert_eq!(problems.len(), 1, "{problems:?}");
            let what = problems[0]["what"].as_str().unwrap();
            assert!(what.starts_with("1 line whose time is missing"), "{what}");
            let group = &report["tables"][0]["groups"][0];
            assert_eq!(group["connect"]["max_ms"], 12.69, "{type}");
        }
    }

    #[test]
    fn half_a_parquet_file_is_refused_as_such() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out.parquet");
        assert_eq!(export(&[&data("rollup/rollups.csv"), &out]).0, Some(0));
        let bytes = std::fs::read(&out).unwrap();
        std::fs::write(&out, &bytes[..bytes.len() / 2]).unwrap();
        let output = output(turnprobe("report").arg(&out));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("not a complete Parquet file"), "{said}");
    }
}
