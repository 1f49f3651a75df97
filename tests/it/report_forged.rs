//! Reports of rows that nobody measured: every number as large as a number can be.

use crate::command::{file, finished, report_json, run, run_into, start, turnprobe};

/// The report of a text as a file, in JSON.
fn report(text: &str) -> serde_json::Value {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path(), "rows.csv", text);
    for format in ["table", "markdown", "csv"] {
        let mut command = turnprobe(&format!("report --format {format} --html"));
        command.arg(dir.path().join("page.html")).arg(&file);
        let said = finished(start(&mut command));
        assert_eq!(said.code, Some(0), "{format}: {}", said.stderr);
    }
    report_json("", &[file])
}

#[test]
fn a_slot_that_no_schedule_reaches_is_named_and_no_slot_is_missed_by_it() {
    let mut text = "started_utc,run_id,slot,Status,connect_us\n".to_owned();
    for (second, slot) in [(0, 0), (1, u64::MAX), (2, 2), (3, 3)] {
        let at = format!("2026-11-22 13:46:0{second}.000000Z");
        text += &[&at, "run", &slot.to_string(), "OK", "30000\n"].join(",");
    }
    let report = report(&text);
    assert_eq!(report["overview"]["missed_slots"], 1);
    assert_eq!(report["overview"]["rows"], 4);
    let problem = &report["input"]["problems"][0];
    assert_eq!(problem["line"], 3);
    assert_eq!(
        problem["what"],
        "1 row has an impossible number in the column slot, such as 18446744073709551615 after 0: no \
         schedule gets there in that time; that cell is left out"
    );
}

/// Rows of this kind with every whole number replaced.
fn forged(line: &str, number: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("rows.csv");
    run_into(&file, line).ended(0);
    let mut reader = csv::Reader::from_path(&file).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    for row in rows.iter().cycle().take(4) {
        let forge = |cell| {
            if str::parse::<u64>(cell).is_ok() {
                number
            } else {
                cell
            }
        };
        writer.write_record(row.iter().map(forge)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn numbers_at_their_ends_are_reported_without_a_panic() {
    for line in [
        "probe --lab -n 2 -i 0 --transport tls,udp",
        "probe --lab --burst 50/s --for 1s",
        "probe --lab --hold 1s",
    ] {
        for number in [
            "18446744073709551615",
            "9223372036854775807",
            "9223372036854775808",
            "4294967295",
        ] {
            let report = report(&forged(line, number));
            assert_eq!(report["input"]["rows"], 4, "{line}");
        }
    }
    let samples = tempfile::tempdir().unwrap();
    let file = samples.path().join("samples.csv");
    run(&format!(
        "probe --lab --hold 1s --samples {}",
        file.display()
    ))
    .ended(0);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = text.lines();
    let head = lines.next().unwrap().to_owned();
    let row = lines.next().unwrap();
    let cells: Vec<_> = row.split(',').collect();
    for number in [0, u64::MAX] {
        let forge = |cell: &&str| match cell.trim_matches('"').parse::<u64>() {
            Ok(_) => format!("\"{number}\""),
            Err(_) => (*cell).to_owned(),
        };
        let forged: Vec<_> = cells.iter().map(forge).collect();
        report(&format!("{head}\n{row}\n{}\n{row}\n", forged.join(",")));
    }
}
