//! Transports, requests and faults of TURN on the command line, against the lab.

use crate::command::{Rows, has, on_wine, output, own_addresses, run, run_into, turnprobe};

/// Each fault over each transport: cause and `turn_reply`.
#[test]
fn every_turn_fault_of_the_lab_has_its_cause_over_every_transport() {
    let ok = ("", "401");
    let silent = ("turn-silent", "silent");
    let garbage = ("turn-malformed", "malformed");
    let closed = ("turn-closed", "closed");
    let http = ("turn-http", "http");
    #[rustfmt::skip]
    let cases = [
        ("turn-silent", ("", "silent"), silent, silent, silent),
        ("turn-wrong-id", ok, ok, ok, ok),
        ("turn-garbage", garbage, garbage, garbage, garbage),
        ("turn-duplicate", ok, ok, ok, ok),
        (
            "turn-300",
            ("turn-try-alternate", "300"),
            ("turn-try-alternate", "300"),
            ("turn-try-alternate", "300"),
            ("turn-try-alternate", "300"),
        ),
        (
            "turn-500",
            ("turn-server-error", "500"),
            ("turn-server-error", "500"),
            ("turn-server-error", "500"),
            ("turn-server-error", "500"),
        ),
        ("turn-http", http, garbage, http, http),
        ("turn-close", closed, silent, closed, closed),
        // there is no alert outside TLS
        ("turn-alert", ("turn-alert", "alert"), silent, closed, closed),
        ("silent", ("tls-timeout", ""), silent, silent, ("tls-timeout", "")),
        // nor is there a handshake that could fail
        ("tls-alert", ("tls-alert", ""), ok, ok, ("tls-alert", "")),
        ("tls-eof", ("tls-eof", ""), ok, ok, ("tls-eof", "")),
        ("not-tls", ("tls-not-tls", ""), ok, ok, ("tls-not-tls", "")),
        ("udp-loss", ok, silent, ok, ok),
    ];
    for (fault, tls, udp, tcp, pseudo) in cases {
        let said = run(&format!(
            "probe --lab -n 1 --format csv -q --transport tls,udp,tcp,pseudo-tls --ask allocate \
             --turn-timeout 400ms --tls-timeout 400ms --lab-fault {fault}"
        ));
        let rows = Rows::of(&said.stdout);
        assert_eq!(
            rows.column("transport"),
            ["tls", "udp", "tcp", "pseudo-tls"]
        );
        assert_eq!(rows.column("slot"), ["0"; 4]);
        let wanted = [tls, udp, tcp, pseudo];
        assert_eq!(
            rows.column("cause"),
            wanted.map(|w| w.0),
            "{fault}: {}",
            said.stdout
        );
        assert_eq!(rows.column("turn_reply"), wanted.map(|w| w.1), "{fault}");
        // an error of the relay's is an answer
        let heard =
            |(cause, reply): &(&str, &str)| cause.is_empty() || reply.parse::<u16>().is_ok();
        let heard = wanted.iter().any(heard);
        assert_eq!(said.code, Some(i32::from(!heard)), "{fault}");
    }
}

#[test]
fn a_relay_that_answers_with_errors_alone_was_heard_unless_the_user_says_otherwise() {
    let line = "probe --lab -n 2 -i 0 -q --transport udp --lab-fault turn-500";
    assert_eq!(run(line).code, Some(0));
    assert_eq!(run(&format!("{line} --max-failed 50")).code, Some(1));
}

#[test]
fn what_is_ignored_is_counted() {
    let line = "probe --lab -n 1 --format csv -q --transport udp --lab-fault";
    for fault in ["turn-wrong-id", "turn-duplicate"] {
        let said = run(&format!("{line} {fault}"));
        let rows = Rows::of(&said.stdout);
        assert_eq!(rows.column("turn_ignored"), ["1"], "{fault}");
        assert_eq!(rows.column("turn_attempts"), ["1"], "{fault}");
    }
}

#[test]
fn a_relay_that_nobody_serves_is_known_by_icmp() {
    if !own_addresses() {
        return;
    }
    let said = run("probe --lab -n 1 --format csv -q --transport udp --lab-fault refused");
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.column("cause"), ["turn-port-unreachable"]);
    assert_eq!(rows.column("turn_reply"), ["icmp"]);
}

#[test]
fn every_question_is_answered_over_udp_tcp_and_tls() {
    for (ask, reply) in [
        ("allocate", "401"),
        ("binding", "success"),
        ("ms-allocate", "401"),
    ] {
        let said = run(&format!(
            "probe --lab -n 1 --format csv -q --transport udp,tcp --transport tls --ask {ask}"
        ));
        let rows = Rows::of(&said.stdout);
        assert_eq!(rows.column("transport"), ["udp", "tcp", "tls"]);
        assert_eq!(rows.column("turn_ask"), [ask; 3]);
        assert_eq!(rows.column("turn_reply"), [reply; 3]);
        assert_eq!(rows.column("Status"), ["OK"; 3]);
        let mapped = rows.column("mapped_address");
        assert!(
            mapped
                .iter()
                .all(|cell| cell.starts_with("127.0.0.1:") == (ask == "binding"))
        );
    }
}

#[test]
fn uris_choose_transport_and_question() {
    let relay = "a.teams.microsoft.com";
    for (target, transport, ask) in [
        (format!("turn:{relay}"), "udp", "allocate"),
        (format!("turns:{relay}?transport=tcp"), "tls", "allocate"),
        (format!("turn:{relay}?transport=tcp"), "tcp", "allocate"),
        (format!("tcp://{relay}"), "tcp", "allocate"),
        (format!("stun:{relay}"), "udp", "binding"),
        (format!("udp://{relay}"), "udp", "allocate"),
        (format!("tls://{relay}"), "tls", ""),
        (relay.to_owned(), "tls", ""),
    ] {
        let said = run(&format!("probe --lab -n 1 --format csv -q {target}"));
        let rows = Rows::of(&said.stdout);
        assert_eq!(rows.column("transport"), [transport], "{target}");
        assert_eq!(rows.column("turn_ask"), [ask], "{target}");
        assert_eq!(rows.column("remotehost"), [relay], "{target}");
        assert_eq!(rows.column("Status"), ["OK"], "{target}");
    }
}

#[test]
fn plain_tls_rows_have_nothing_of_turn() {
    let said = run("probe --lab -n 2 -i 0 --format csv -q");
    let rows = Rows::of(&said.stdout);
    for column in [
        "turn_us",
        "turn_ask",
        "turn_reply",
        "turn_realm",
        "turn_software",
        "turn_attempts",
        "mapped_address",
        "alternate_server",
        "turn_ignored",
    ] {
        assert_eq!(rows.column(column), [""; 2], "{column}");
    }
}

#[test]
fn lines_and_summary_are_80_columns_wide_and_set_udp_against_tcp() {
    let said = run("probe --lab -n 4 -i 0 --transport tls,udp,tcp,pseudo-tls").ended(0);
    let text = &said.stdout;
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert_eq!(
        text.lines().filter(|line| line.ends_with(" OK")).count(),
        16,
        "{text}"
    );
    has(text, "(lab) over tls, udp, tcp, pseudo-tls ---");
    for head in [
        "\ntls            n",
        "\nudp            n",
        "\ntcp            n",
        "\npseudo-tls     n",
        "\nTCP, UDP       n",
    ] {
        assert!(text.contains(head), "no {head:?} in {text}");
    }
    assert_eq!(
        failures(text),
        ["tls 0", "tcp 0", "udp 0", "unanswered 0"],
        "{text}"
    );
    // in the lab the difference is the lab's own
    assert!(!text.contains("To the same addresses"), "{text}");
    // an answer with an error has its round trip, and is no loss
    let said = run("probe --lab -n 4 -i 0 --transport udp,tls --lab-fault turn-500");
    let text = &said.stdout;
    assert_eq!(failures(text), ["tls 0", "udp 4", "unanswered 0"], "{text}");
    assert!(!text.contains("gets through"), "{text}");
    assert!(text.contains("\nturn           4"), "{text}");
}

/// The counts of the line that sets the failures of TLS and UDP against each other.
fn failures(text: &str) -> Vec<String> {
    let found = text.lines().find_map(|line| line.strip_prefix("Failed: "));
    let line = found.unwrap_or_else(|| panic!("no failures in {text}"));
    let line = line.replace("udp without an answer:", "unanswered");
    let parts = line
        .split([',', ';'])
        .map(|part| part.split(" of ").next().unwrap());
    parts.map(|part| part.trim().to_owned()).collect()
}

#[test]
fn udp_that_fails_everywhere_is_told_plainly() {
    let line =
        "probe --lab -n 3 -i 0 --transport tls,udp --turn-timeout 100ms --lab-fault turn-silent";
    let said = run(line);
    let text = said.stdout.replace('\n', " ");
    assert!(
        text.contains(
            "Failed: tls 0 of 3, udp 3 of 3 (100 %); udp without an answer: 3 of 3 (100 %)."
        ),
        "{text}"
    );
    has(
        &text,
        "UDP gets through to no relay, but tls does: media has to go over TCP.",
    );
    assert_eq!(said.code, Some(0), "TLS worked");
    let said = run("probe --lab -n 2 -i 0 --transport tls,udp --lab-fault tls-alert");
    let text = said.stdout.replace('\n', " ");
    assert!(
        text.contains("UDP gets through; over tls something answers, but no handshake completes."),
        "{text}"
    );
}

#[test]
fn plain_tcp_that_gets_through_where_udp_does_not_is_told_plainly() {
    let said =
        run("probe --lab -n 3 -i 0 --transport udp,tcp --turn-timeout 400ms --lab-fault udp-loss");
    let text = said.stdout.replace('\n', " ");
    let wanted = "UDP gets through to no relay, but tcp does: media has to go over TCP.";
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn plain_tcp_goes_to_443_and_options_of_a_handshake_do_nothing_there() {
    let rows = |target: &str| {
        let mut command = turnprobe("probe -n 1 --format csv -q --connect-timeout 300ms");
        command.args(["--address", "127.0.0.1", target]);
        let said = String::from_utf8(output(&mut command).stdout).unwrap();
        let rows = Rows::of(&said);
        [
            rows.column("transport")[0].to_owned(),
            rows.column("Port")[0].to_owned(),
        ]
    };
    assert_eq!(rows("turn:a.example?transport=tcp"), ["tcp", "443"]);
    assert_eq!(rows("turn:a.example:9?transport=tcp"), ["tcp", "9"]);
    for option in ["--tls 1.3", "--alpn a", "--sni b", "--tls-timeout 1s"] {
        let said = run(&format!("probe --lab -n 1 --transport tcp {option}"));
        assert_eq!(said.code, Some(2), "{option}");
        let wanted = format!(
            "{} does nothing with --transport tcp",
            option.split(' ').next().unwrap()
        );
        said.err_has(&wanted);
    }
    let said = run("probe --lab -n 1 --transport tcp --congestion reno --receive-buffer 65536 -q");
    if cfg!(target_os = "linux") {
        assert_eq!(said.code, Some(0), "{}", said.stderr);
    }
}

#[test]
fn the_list_shows_what_turn_found() {
    let said = run("probe --lab -n 1 --format list -q --transport udp");
    let names: Vec<_> = said
        .stdout
        .lines()
        .filter_map(|line| line.split_once(" :"))
        .map(|(name, _)| name.trim())
        .collect();
    assert_eq!((names[0], names[21]), ("datetime", "totaltimems"));
    for name in ["transport", "turn_us", "turn_reply", "mapped_address"] {
        assert!(names.contains(&name), "{name}: {}", said.stdout);
    }
    said.out_has("turn_reply                     : 401");
}

#[test]
fn a_file_of_an_older_version_is_continued_in_its_columns() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("old.csv");
    // the header before the columns of TURN, and one row of then
    let schema: Vec<serde_json::Value> =
        serde_json::from_str(&run("schema --format json").stdout).unwrap();
    let names: Vec<_> = schema.iter().map(|c| c["name"].as_str().unwrap()).collect();
    let end = names
        .iter()
        .position(|name| *name == "in_teams_range")
        .unwrap();
    let old: Vec<_> = names[..=end]
        .iter()
        .filter(|name| **name != "cert_sans")
        .collect();
    let header: Vec<_> = old.iter().map(|name| format!("\"{name}\"")).collect();
    let cell = |name: &&&str| {
        if ***name == *"world" {
            "\"lab\""
        } else {
            "\"\""
        }
    };
    let row: Vec<_> = old.iter().map(cell).collect();
    let text = format!("{}\n{}\n", header.join(","), row.join(","));
    std::fs::write(&file, &text).unwrap();
    let said = run_into(&file, "probe --lab -n 1 --transport tls,udp -q").ended(0);
    assert!(
        said.stderr.contains("turn_reply"),
        "the left out are named: {}",
        said.stderr
    );
    let now = std::fs::read_to_string(&file).unwrap();
    assert!(now.starts_with(&text), "the old part is untouched");
    let rows = Rows::in_file(&file);
    assert_eq!(rows.header.len(), old.len());
    assert_eq!(rows.column("transport"), ["", "tls", "udp"]);
}

#[test]
fn a_source_port_is_used_and_a_used_up_one_is_a_row() {
    if on_wine() {
        return;
    }
    let free = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = free.local_addr().unwrap().port();
    let line = format!("probe --lab -n 1 --format csv -q --transport udp --source-port {port}");
    let rows = |said: &str| {
        let rows = Rows::of(said);
        [
            rows.column("cause")[0].to_owned(),
            rows.column("local_port")[0].to_owned(),
        ]
    };
    assert_eq!(rows(&run(&line).stdout), ["turn-no-local-port", ""]);
    drop(free);
    assert_eq!(rows(&run(&line).stdout), ["", &port.to_string()]);
}

#[test]
fn several_ports_of_a_relay_are_rows_of_their_own() {
    // nobody is there: what counts is where each went
    let said = {
        let mut command =
            turnprobe("probe 127.0.0.1 --transport udp --ports 1,3-4 -n 1 --format csv -q");
        String::from_utf8(output(command.arg("--turn-timeout").arg("200ms")).stdout).unwrap()
    };
    let rows = Rows::of(&said);
    assert_eq!(rows.column("Port"), ["1", "3", "4"]);
    assert_eq!(rows.column("slot"), ["0"; 3]);
    assert_eq!(rows.column("Status").len(), 3);
}

#[test]
fn the_manual_lists_every_cause_with_its_meaning() {
    let manual = concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/reference.md");
    let text = std::fs::read_to_string(manual).unwrap();
    for cause in turnprobe::record::Cause::ALL {
        let row = format!("| `{}` | {} |", cause.as_str(), cause.meaning());
        assert!(text.contains(&row), "no {row}");
    }
}
