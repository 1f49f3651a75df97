//! Files of bursts and packets: the same rules as for probes, and never each other's rows.

use crate::command::{Rows, output, run, start, turnprobe};

const BURST: &str = "probe --lab --burst 50/s --for 1s --answer-timeout 5s";

#[test]
fn every_packet_has_its_row() {
    let dir = tempfile::tempdir().unwrap();
    let (bursts, packets) = (dir.path().join("b.csv"), dir.path().join("p.csv"));
    for _ in 0..2 {
        let mut command = turnprobe(BURST);
        command.args(["--lab-fault", "udp-loss", "--lab-fault-share", "20"]);
        command
            .arg("-o")
            .arg(&bursts)
            .arg("--packets")
            .arg(&packets);
        assert!(output(&mut command).status.success());
    }
    let (bursts, packets) = (Rows::in_file(&bursts), Rows::in_file(&packets));
    assert_eq!(bursts.rows.len(), 2, "appended");
    let sent: usize = bursts
        .column("sent")
        .iter()
        .map(|n| n.parse::<usize>().unwrap())
        .sum();
    let lost: usize = bursts
        .column("lost")
        .iter()
        .map(|n| n.parse::<usize>().unwrap())
        .sum();
    assert_eq!(packets.rows.len(), sent);
    let rtts = packets.column("rtt_us");
    assert_eq!(rtts.iter().filter(|rtt| rtt.is_empty()).count(), lost);
    let arrivals = packets.column("arrival");
    for (rtt, arrival) in rtts.iter().zip(&arrivals) {
        assert_eq!(rtt.is_empty(), arrival.is_empty());
    }
    assert_eq!(packets.column("sequence")[0], "0");
    assert!(
        packets
            .column("sent_utc")
            .iter()
            .all(|at| at.ends_with('Z'))
    );
    let runs: std::collections::BTreeSet<_> = packets.column("run_id").into_iter().collect();
    let of_bursts: std::collections::BTreeSet<_> = bursts.column("run_id").into_iter().collect();
    assert_eq!(runs, of_bursts);
}

#[test]
fn rows_of_another_kind_never_share_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for ending in ["csv", "jsonl"] {
        let (probes, bursts) = (
            path(&format!("probes.{ending}")),
            path(&format!("bursts.{ending}")),
        );
        let packets = path(&format!("packets.{ending}"));
        let mut probe = turnprobe("probe --lab -n 1 -q -o");
        assert!(output(probe.arg(&probes)).status.success());
        let mut burst = turnprobe(&format!("{BURST} -q --packets"));
        burst.arg(&packets).arg("-o").arg(&bursts);
        assert!(output(&mut burst).status.success());
        for (line, file) in [
            (format!("{BURST} -q -o"), &probes),
            (format!("{BURST} -q -o"), &packets),
            (format!("{BURST} -q --packets"), &bursts),
            (format!("{BURST} -q --packets"), &probes),
            ("probe --lab -n 1 -q -o".to_owned(), &bursts),
            ("probe --lab -n 1 -q -o".to_owned(), &packets),
        ] {
            let before = std::fs::read(file).unwrap();
            let output = output(turnprobe(&line).arg(file));
            assert_eq!(output.status.code(), Some(3), "{line} {}", file.display());
            assert_eq!(std::fs::read(file).unwrap(), before);
        }
    }
}

#[test]
fn a_torn_row_of_a_burst_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bursts.csv");
    let into = |line: &str| {
        let output = output(turnprobe(line).arg("-o").arg(&file));
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), said)
    };
    assert_eq!(into(&format!("{BURST} -q")).0, Some(0));
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(
        &file,
        [&whole[..], b"\"2026-11-22 00:00:00Z\",\"torn"].concat(),
    )
    .unwrap();
    let (code, said) = into(&format!("{BURST} -q"));
    assert_eq!(code, Some(0));
    assert!(said.contains("2026-11-22 00:00:00Z"), "{said}");
    assert_eq!(Rows::in_file(&file).rows.len(), 2);
}

#[test]
fn a_second_run_on_a_file_of_bursts_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bursts.csv");
    let mut first = turnprobe("probe --lab --watch -i 100ms -q -o");
    let mut first = start(first.arg(&file));
    // the header stands there once the file is locked
    while std::fs::read_to_string(&file).map_or(0, |text| text.lines().count()) < 1 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let mut second = turnprobe(&format!("{BURST} -q -o"));
    let output = output(second.arg(&file));
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("in use"), "{said}");
}

#[test]
fn json_lines_hold_numbers_and_excel_gets_its_semicolons() {
    let said = run(&format!("{BURST} --format jsonl -q"));
    let row: serde_json::Value = said.json();
    assert!(row["rtt_p50_us"].is_u64() && row["hops"].is_null());
    assert_eq!(row["dns_ttls"], serde_json::json!([0, 0, 0, 10]));
    let said = run(&format!(
        "{BURST} --format csv -q --csv-profile excel-de --columns slot,sent"
    ));
    assert!(
        said.stdout.starts_with("\u{feff}\"slot\";\"sent\""),
        "{}",
        said.stdout
    );
    let said = run(&format!("{BURST} --format list -q --columns mode,lost"));
    assert_eq!(
        said.stdout.replace("\r\n", "\n"),
        "mode : burst\nlost : 0\n"
    );
}

#[test]
fn a_burst_keeps_to_the_source_ports_and_refuses_what_it_cannot_use() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("b.csv");
    let mut command = turnprobe(BURST);
    command.args(["--source-port", "52000-52009", "-o"]);
    assert!(output(command.arg(&file)).status.success());
    let port = Rows::in_file(&file).column("local_port")[0].parse::<u16>();
    assert!((52_000..52_010).contains(&port.unwrap()));
    for option in ["--ask binding", "--ports 3478-3481", "--alpn stun.turn"] {
        let said = run(&format!("{BURST} {option}"));
        assert_eq!(said.code, Some(2), "{option}: {}", said.stderr);
    }
}
