//! Why nothing was answered reaches whoever reads, wherever rows go.

use crate::command::{Rows, has, run, run_into};
#[cfg(target_os = "linux")]
use crate::command::{finished, start, turnprobe};
use crate::servers::closed::ClosedTcp;
#[cfg(target_os = "linux")]
use crate::servers::closed::ClosedUdp;
use crate::servers::dns::DnsServer;
use crate::servers::stun::{ALLOCATE_ERROR, BINDING_SUCCESS, error, message};
#[cfg(target_os = "linux")]
use crate::servers::tls::Offer;
use crate::servers::udp::UdpRelay;

/// Linux answers a datagram to a port where nobody listens with ICMP.
#[cfg(target_os = "linux")]
const REFUSED: &str = "ICMP message";

#[test]
#[cfg(target_os = "linux")]
fn a_burst_and_a_watch_that_nobody_answers_say_why_with_a_file_and_without() {
    let dir = tempfile::tempdir().unwrap();
    let nobody = ClosedUdp::new();
    let at = nobody.address();
    for (name, line) in [
        ("b.csv", format!("probe --burst 20/s --for 1s {at}")),
        (
            "w.csv",
            format!("probe --watch --interval 200ms -d 2s {at}"),
        ),
    ] {
        let file = dir.path().join(name);
        let said = run_into(&file, &line).ended(1);
        has(&said.stdout, "1 turn-port-unreachable: ");
        has(&said.stdout, REFUSED);
        run(&line).ended(1).out_has(REFUSED);
        let quiet = run_into(&file, &format!("{line} -q")).ended(1);
        assert_eq!(quiet.stdout, "", "{line}");
        // the outages of a watch are told as well
        let others = quiet.stderr.lines();
        let others = others.filter(|line| !line.starts_with("turnprobe: note: outage "));
        assert_eq!(others.count(), 1, "{}", quiet.stderr);
        quiet.err_has(&format!(
            "{at}: no probe worked and no relay answered a request: 1 turn-port-unreachable: "
        ));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_outage_of_a_watch_is_told_with_what_came_back() {
    let nobody = ClosedUdp::new();
    let line = format!("probe --watch --interval 200ms -d 3s {}", nobody.address());
    let said = run(&line).ended(1).stdout;
    let began = said.lines().find(|line| line.contains("no answer yet"));
    has(began.unwrap(), "ICMP message");
}

#[test]
fn a_connection_that_cannot_be_held_and_a_name_that_is_missing_say_why() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("h.csv");
    let closed = ClosedTcp::new();
    let line = format!("probe --hold 1s 127.0.0.1:{}", closed.port());
    let said = run_into(&file, &line).ended(1).stdout;
    has(&said, "1 connection, 0 held");
    has(&said, "not held: 1 connect-refused: ");
    let server = DnsServer::start(|query| vec![query.reply(3, &[], &[])]);
    for mode in ["--hold 1s", "--burst 20/s --for 1s", "-n 1"] {
        let line = format!("probe {mode} --resolver {} nobody.test", server.address());
        let quiet = run_into(
            &dir.path().join(format!("{}.csv", mode.len())),
            &format!("{line} -q"),
        );
        let quiet = quiet.ended(1);
        quiet.err_has(
            "no probe worked and no relay answered a request: 1 dns-nxdomain: nobody.test does not exist, says 127.0.0.1:",
        );
        let said = run_into(&file.with_extension(mode.len().to_string() + ".csv"), &line).ended(1);
        has(&said.stdout, "dns-nxdomain");
    }
}

#[test]
fn what_was_answered_says_nothing_in_a_quiet_run() {
    let dir = tempfile::tempdir().unwrap();
    let said = run_into(&dir.path().join("p.csv"), "probe --lab -n 1 -q").ended(0);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
}

/// 192.0.2.7:3478 as ALTERNATE-SERVER has it (RFC 8489 section 14.1).
const OTHER: [u8; 8] = [0, 1, 0x0D, 0x96, 192, 0, 2, 7];

#[test]
fn what_an_answer_says_beside_its_time_stands_below_the_line() {
    let unknown = [0, 0, 0, 0];
    let relay = UdpRelay::start(move |request, _| {
        let unauthorized = error(401, "no");
        let attributes: [(u16, &[u8]); 5] = [
            (0x0009, &unauthorized),
            (0x0014, b"realm"),
            (0x0015, b"nonce"),
            (0x8023, &OTHER),
            (0x7777, &unknown),
        ];
        vec![message(ALLOCATE_ERROR, request, &attributes)]
    });
    let port = relay.port();
    let said = run(&format!("probe -n 1 udp://127.0.0.1:{port}")).ended(0);
    said.out_has("the relay names another server: 192.0.2.7:3478");
    said.out_has("attribute 0x7777 unknown: a client must discard this answer");
    let elsewhere = UdpRelay::start(move |request, _| {
        let attributes: [(u16, &[u8]); 2] = [(0x0009, &error(300, "no")), (0x8023, &OTHER)];
        vec![message(ALLOCATE_ERROR, request, &attributes)]
    });
    let port = elsewhere.port();
    run(&format!("probe -n 1 udp://127.0.0.1:{port}")).out_has("it names 192.0.2.7:3478");
}

#[test]
fn a_binding_tells_the_address_that_this_end_was_seen_as() {
    let relay = UdpRelay::start(|request, _| {
        // plain MAPPED-ADDRESS (RFC 8489 section 14.1): 198.51.100.9:4660
        let seen = [0, 1, 0x12, 0x34, 198, 51, 100, 9];
        vec![message(BINDING_SUCCESS, request, &[(0x0001, &seen)])]
    });
    let dir = tempfile::tempdir().unwrap();
    let line = format!("probe -n 1 --ask binding udp://127.0.0.1:{}", relay.port());
    let said = run_into(&dir.path().join("p.csv"), &line).ended(0);
    said.out_has("this end seen as 198.51.100.9\n");
    let rows = Rows::in_file(&dir.path().join("p.csv"));
    assert_eq!(rows.column("mapped_address"), ["198.51.100.9:4660"]);
}

/// A file of roots that is not there: `trust_os` stays empty, which no row explains.
#[cfg(target_os = "linux")]
#[test]
fn notes_are_told_and_logged_once_also_by_a_quiet_run() {
    let relay = Offer::good().start();
    let dir = tempfile::tempdir().unwrap();
    for quiet in ["", "-q"] {
        let log = dir.path().join(format!("log{quiet}"));
        let at = relay.port();
        let line = format!("probe 127.0.0.1:{at} --sni localhost -n 2 -i 100ms {quiet} --log");
        let mut command = turnprobe(&line);
        command.arg(&log).env("SSL_CERT_FILE", "/nosuch");
        command.arg("-o").arg(dir.path().join("rows.csv"));
        let said = finished(start(command)).ended(0);
        for text in [said.stderr, std::fs::read_to_string(log).unwrap()] {
            assert_eq!(text.matches("trust_os stays empty").count(), 1, "{text}");
        }
    }
}
