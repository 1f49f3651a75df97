//! What a row says of each way in which a held connection goes on and ends.

use crate::command::{number, on_wine, one_row, run, run_into};
use crate::servers::held::{Ending, Manner, relay};

/// The row of a connection with these options, and the exit code.
fn held(options: &str) -> (impl Fn(&str) -> String + use<>, Option<i32>) {
    one_row(&format!("probe --format csv -q {options}"))
}

/// Whether this system tells what the columns of the kernel need.
fn kernel_tells() -> bool {
    cfg!(target_os = "linux")
}

#[test]
fn a_connection_to_the_lab_is_held_to_its_end() {
    let (cell, code) = held("--lab --hold 2s");
    assert_eq!(code, Some(0));
    for (column, value) in [
        ("Status", "OK"),
        ("cause", ""),
        ("failed_phase", ""),
        ("detail", ""),
        ("ended_by", "done"),
        ("seconds", "2"),
        ("interval_us", "20000"),
        ("ignored", "0"),
        ("slot", "0"),
        ("world", "lab"),
        ("remotehost", "tr.teams.microsoft.com"),
        ("region", "francecentral"),
        ("in_teams_range", "true"),
        ("tls_version", "TLSv1.2"),
    ] {
        assert_eq!(cell(column), value, "{column}");
    }
    // what a busy machine cannot send in time is not sent, and told
    assert_eq!(number(&cell, "sent") + number(&cell, "missed"), 100);
    assert!(number(&cell, "held_us") >= 2_000_000);
    // what the lab answers within the last second counts
    assert!(number(&cell, "answered") > 0);
    assert!(number(&cell, "answered") <= number(&cell, "sent"));
    assert!(number(&cell, "answer_min_us") <= number(&cell, "answer_max_us"));
    for column in ["dns_us", "connect_us", "tls_us"] {
        assert!(number(&cell, column) > 0, "{column}");
    }
    // a request is a record of 5 + 8 + 20 + 16 bytes with AES-GCM, 8 less with ChaCha20
    assert!(number(&cell, "bytes_sent") >= 41 * number(&cell, "sent"));
    if kernel_tells() {
        assert!(number(&cell, "samples") > 10);
        assert!(number(&cell, "rtt_min_us") <= number(&cell, "rtt_max_us"));
        assert!(number(&cell, "cwnd") > 0);
        for column in ["retransmits", "timeouts", "stalls", "stalled_us"] {
            number(&cell, column);
        }
    }
}

#[test]
fn a_relay_that_answers_nothing_is_no_failure_and_its_kernel_has_a_round_trip() {
    let relay = relay(Manner::IsSilent, 1_000, Ending::Fin);
    let line = format!("127.0.0.1:{} --hold 1s", relay.port());
    let (cell, code) = held(&line);
    assert_eq!((cell("Status").as_str(), code), ("OK", Some(0)));
    assert_eq!(
        (cell("answered"), cell("ended_by")),
        ("0".into(), "done".into())
    );
    for column in ["answer_min_us", "answer_p50_us", "answer_max_us"] {
        assert_eq!(cell(column), "", "{column}");
    }
    assert!(number(&cell, "sent") > 0);
    if kernel_tells() {
        assert!(number(&cell, "rtt_min_us") > 0);
    }
    assert_eq!(relay.accepted(), 1);
}

#[test]
fn how_and_when_the_relay_ends_the_connection_is_a_result() {
    for (ending, by, detail) in [
        (Ending::CloseNotify, "relay-closed", "close_notify"),
        (Ending::Fin, "relay-closed", "FIN without close_notify"),
        (Ending::Reset, "relay-reset", "reset"),
        (Ending::Alert, "relay-alert", "bad_record_mac"),
        (Ending::NoTls, "broken", ""),
    ] {
        if on_wine() && ending == Ending::Reset {
            continue; // it may read an end instead
        }
        let relay = relay(Manner::Answers, 10, ending);
        let line = format!("127.0.0.1:{} --hold 20s", relay.port());
        let (cell, code) = held(&line);
        assert_eq!(cell("ended_by"), by, "{ending:?}: {}", cell("detail"));
        assert_eq!((cell("Status").as_str(), code), ("OK", Some(0)));
        assert!(cell("detail").contains(detail), "{}", cell("detail"));
        // a reset may come before the last answer was read
        let answered = number(&cell, "answered");
        let least = if ending == Ending::Reset { 1 } else { 10 };
        assert!((least..=10).contains(&answered), "{ending:?}: {answered}");
        let sent = number(&cell, "sent");
        assert!((10..500).contains(&sent), "{sent}");
        let held = number(&cell, "held_us");
        // nine intervals to the tenth request, and far from the end
        assert!((180_000..15_000_000).contains(&held), "{held}");
    }
}

#[test]
fn what_is_no_stun_inside_is_ignored_and_the_connection_held() {
    for fault in ["turn-garbage", "turn-http"] {
        let (cell, code) = held(&format!("--lab --hold 1s --lab-fault {fault}"));
        assert_eq!((cell("ended_by").as_str(), code), ("done", Some(0)));
        assert_eq!(
            (cell("answered"), cell("ignored")),
            ("0".into(), "1".into())
        );
    }
    let (cell, _) = held("--lab --hold 1s --lab-fault turn-500");
    assert!(number(&cell, "answered") > 0, "an error is an answer, too");
    let (cell, _) = held("--lab --hold 1s --lab-fault turn-duplicate");
    // with the last answer the end is there, whatever comes behind it
    let ignored = number(&cell, "ignored");
    assert!(ignored > 0 && ignored <= number(&cell, "answered"));
}

#[test]
fn a_relay_that_never_stops_sending_is_left_and_the_row_says_so() {
    let relay = relay(Manner::Answers, 10, Ending::Flood);
    let target = format!("127.0.0.1:{}", relay.port());
    let (cell, code) = held(&format!("{target} --hold 60s"));
    assert_eq!((cell("ended_by").as_str(), code), ("flooded", Some(0)));
    assert_eq!(cell("Status"), "OK");
    // 32 MiB, and 1 KiB for each of the requests
    let received = number(&cell, "bytes_received");
    let explained = (32 << 20) + 1024 * number(&cell, "sent");
    assert!(
        (explained..explained + (1 << 20)).contains(&received),
        "{received}"
    );
    assert!(number(&cell, "held_us") < 59_000_000);
    assert_eq!(number(&cell, "answered"), 10);
    let detail = cell("detail");
    assert!(detail.contains(" bytes came, and "), "{detail}");
    // the same for a reader, and from the file
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hold.csv");
    let said = run_into(&file, &format!("probe {target} --hold 60s"));
    said.out_has("ended: 1 flooded");
    let report = run(&format!("report {}", file.display())).stdout;
    assert!(report.contains("1 flooded"), "{report}");
    let said = run(&format!("probe {target} --hold 60s")).stdout;
    assert!(said.contains(" s of 1 min, flooded"), "{said}");
}

#[test]
fn a_relay_that_chats_is_held_to_the_end() {
    let relay = relay(Manner::Answers, 10, Ending::Chatter(2 << 20));
    let (cell, code) = held(&format!("127.0.0.1:{} --hold 6s", relay.port()));
    let received = number(&cell, "bytes_received");
    assert_eq!((cell("ended_by").as_str(), code), ("done", Some(0)));
    assert!(received > 2 << 20, "{received}");
    assert!(number(&cell, "sent") > 10);
}

#[test]
fn a_row_fails_only_when_there_was_no_connection() {
    for (fault, cause, phase) in [
        ("dns-nxdomain", "dns-nxdomain", "dns"),
        ("tls-alert", "tls-alert", "tls"),
        ("tls13-only", "tls-version", "tls"),
    ] {
        let (cell, code) = held(&format!("--lab --hold 1s --lab-fault {fault}"));
        assert_eq!((cell("Status").as_str(), code), (cause, Some(1)), "{fault}");
        assert_eq!(
            (cell("cause"), cell("failed_phase")),
            (cause.into(), phase.into())
        );
        assert_ne!(cell("detail"), "", "{fault}");
        for column in ["held_us", "ended_by", "sent", "rtt_p50_us", "stalls"] {
            assert_eq!(cell(column), "", "{fault}: {column}");
        }
        assert_eq!(cell("connect_us").is_empty(), phase == "dns", "{fault}");
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let (cell, code) = held(&format!("{address} --hold 1s"));
    assert_eq!((cell("cause").as_str(), code), ("connect-refused", Some(1)));
}

#[test]
fn options_of_tls_keep_their_meaning() {
    let (cell, code) = held("--lab --hold 1s --lab-fault tls13-only --tls 1.3 --sni relay.test");
    assert_eq!((cell("tls_version").as_str(), code), ("TLSv1.3", Some(0)));
    let relay = relay(Manner::Answers, 1_000, Ending::Fin);
    let line = "--address 127.0.0.1 --source-port 52100-52199 --hold 1s";
    let (cell, _) = held(&format!("relay.test:{} {line}", relay.port()));
    let found = ["remotehost", "remoteip", "dns_us"].map(&cell);
    assert_eq!(found, ["relay.test", "127.0.0.1", ""]);
    assert!((52_100..52_200).contains(&number(&cell, "local_port")));
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_a_held_connection_in_order() {
    use std::io::Read as _;

    use crate::command::{Rows, turnprobe};

    let dir = tempfile::tempdir().unwrap();
    let samples = dir.path().join("s.csv");
    let mut child = crate::command::start(
        turnprobe("probe --lab --hold 60s --format csv --samples").arg(&samples),
    );
    while std::fs::read_to_string(&samples).map_or(0, |text| text.lines().count()) < 20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let (mut rows, mut summary) = (String::new(), String::new());
    let stdout = child.stdout.take().unwrap();
    { stdout }.read_to_string(&mut rows).unwrap();
    let stderr = child.stderr.take().unwrap();
    { stderr }.read_to_string(&mut summary).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let rows = Rows::of(&rows);
    assert_eq!(rows.column("ended_by"), ["interrupted"]);
    assert_eq!(rows.column("Status"), ["OK"]);
    assert!(rows.column("sent")[0].parse::<u64>().unwrap() > 0);
    assert!(summary.contains("interrupted ---"), "{summary}");
    assert!(summary.contains("ended: 1 interrupted"), "{summary}");
    let taken = Rows::in_file(&samples).rows.len();
    assert_eq!(rows.column("samples"), [taken.to_string()]);
}
