//! Files of held connections and of their samples: the same rules as for probes.

use crate::command::{Rows, output, run, turnprobe};

const HOLD: &str = "probe --lab --hold 1s -q";

#[test]
fn every_sample_has_its_row() {
    let dir = tempfile::tempdir().unwrap();
    let (rows, samples) = (dir.path().join("h.csv"), dir.path().join("s.csv"));
    for _ in 0..2 {
        let mut command = turnprobe(HOLD);
        command.args(["--label", "access=Telekom", "-o"]).arg(&rows);
        command.arg("--samples").arg(&samples);
        assert!(output(&mut command).status.success());
    }
    let (rows, samples) = (Rows::in_file(&rows), Rows::in_file(&samples));
    assert_eq!(rows.rows.len(), 2, "appended");
    let counted = rows.column("samples");
    let counted: usize = counted.iter().map(|n| n.parse::<usize>().unwrap()).sum();
    assert_eq!(samples.rows.len(), counted);
    // each run counts its own; a busy machine may miss some
    let sequence: Vec<u64> = samples
        .column("sequence")
        .iter()
        .map(|n| n.parse().unwrap())
        .collect();
    let again = sequence.windows(2).filter(|two| two[1] <= two[0]).count();
    assert_eq!(again, 1, "{sequence:?}");
    assert_eq!(samples.column("label")[0], "access=Telekom");
    let at = samples.column("at_utc");
    assert!(at.iter().all(|at| at.ends_with('Z')));
    for name in ["run_id", "host", "remotehost", "remoteip", "Port"] {
        let of_rows: std::collections::BTreeSet<_> = rows.column(name).into_iter().collect();
        let of_samples: std::collections::BTreeSet<_> = samples.column(name).into_iter().collect();
        assert_eq!(of_rows, of_samples, "{name}");
    }
    if cfg!(target_os = "linux") {
        for name in ["rtt_us", "retransmits", "in_flight", "bytes_acked", "cwnd"] {
            let cells = samples.column(name);
            assert!(cells.iter().all(|cell| !cell.is_empty()), "{name}");
        }
    }
}

#[test]
fn rows_of_another_kind_never_share_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for ending in ["csv", "jsonl"] {
        let (held, samples) = (path(&format!("h.{ending}")), path(&format!("s.{ending}")));
        let probes = path(&format!("p.{ending}"));
        let mut command = turnprobe(&format!("{HOLD} --samples"));
        command.arg(&samples).arg("-o").arg(&held);
        assert!(output(&mut command).status.success());
        let mut probe = turnprobe("probe --lab -n 1 -q -o");
        assert!(output(probe.arg(&probes)).status.success());
        for (line, file) in [
            (format!("{HOLD} -o"), &probes),
            (format!("{HOLD} -o"), &samples),
            (format!("{HOLD} --samples"), &held),
            ("probe --lab -n 1 -q -o".to_owned(), &held),
            ("probe --lab --burst 1/s --for 1s -q -o".to_owned(), &held),
            (
                "probe --lab --burst 1/s --for 1s -q --packets".to_owned(),
                &samples,
            ),
        ] {
            let before = std::fs::read(file).unwrap();
            let output = output(turnprobe(&line).arg(file));
            assert_eq!(output.status.code(), Some(3), "{line} {}", file.display());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let why = match ending {
                "csv" => " has the unknown column \"",
                _ => " holds other rows, with the field \"",
            };
            assert!(said.contains(why), "{line}: {said}");
            assert_eq!(std::fs::read(file).unwrap(), before);
        }
    }
}

#[test]
fn json_lines_hold_numbers_and_excel_gets_its_semicolons() {
    let said = run(&format!("{HOLD} --format jsonl"));
    let row: serde_json::Value = said.json();
    assert!(row["held_us"].is_u64() && row["failed_phase"].is_null());
    assert_eq!(row["ended_by"], "done");
    let line = "--format csv --csv-profile excel-de --columns slot,ended_by";
    let said = run(&format!("{HOLD} {line}"));
    let head = "\u{feff}\"slot\";\"ended_by\"";
    assert!(said.stdout.starts_with(head), "{}", said.stdout);
    let said = run(&format!("{HOLD} --format list --columns slot,ended_by"));
    assert_eq!(
        said.stdout.replace("\r\n", "\n"),
        "slot     : 0\nended_by : done\n"
    );
}

#[test]
fn a_new_file_is_begun_each_day() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = turnprobe(&format!("{HOLD} --roll day -o"));
    command.arg(dir.path().join("h.csv")).arg("--samples");
    let output = output(command.arg(dir.path().join("s.csv")));
    assert!(output.status.success());
    let names: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in ["h-20", "s-20"] {
        assert!(names.iter().any(|n| n.starts_with(name)), "{names:?}");
    }
}
