//! STUN and TURN against coturn, over UDP, plain TCP and inside TLS: its own clients and Wireshark's dissector say what our rows say.

use std::process::Command;

use crate::authority::self_signed;
use crate::namespace::{Namespace, run, wait_for_text, wait_until};
use crate::probe::{Row, probe, probe_once};
use crate::servers::{RELAYS, coturn_with};

const SUBJECT: &str = "/CN=tr.teams.microsoft.com";
const TARGET: &str = "10.0.1.3";

fn coturn(purpose: &str, options: &[&str]) -> Namespace {
    let mut namespace = Namespace::with_relays(purpose);
    self_signed(namespace.dir(), "turn", SUBJECT, &["-newkey", "rsa:2048"]);
    coturn_with(&mut namespace, &RELAYS[2], options);
    namespace.wait_for(&format!("{TARGET}:3478"));
    namespace
}

fn ask(namespace: &Namespace, transport: &str, ask: &str) -> Row {
    let args = [TARGET, "--transport", transport, "--ask", ask];
    probe_once(namespace, &args)
}

#[test]
#[ignore = "needs root and coturn; .ci/run runs it"]
fn a_binding_shows_the_address_that_coturns_own_client_sees() {
    let namespace = coturn("turn-binding", &[]);
    // "IPv4. UDP reflexive addr: 127.0.0.1:38031"
    let said = namespace.output("turnutils_stunclient", &[TARGET]);
    let seen = said
        .split_once("UDP reflexive addr: ")
        .and_then(|(_, rest)| rest.lines().next())
        .unwrap();
    let (seen, _port) = seen.trim().rsplit_once(':').unwrap();
    for transport in ["udp", "tcp", "tls"] {
        let row = ask(&namespace, transport, "binding");
        assert_eq!(
            (row["Status"].as_str(), row["turn_reply"].as_str()),
            ("OK", "success")
        );
        let mapped = format!("{seen}:{}", row["local_port"]);
        assert_eq!(row["mapped_address"], mapped, "{transport}");
        assert!(row["turn_software"].starts_with("Coturn"), "{row:?}");
    }
}

#[test]
#[ignore = "needs root and coturn; .ci/run runs it"]
fn an_allocate_without_credentials_gets_the_401_for_the_realm_where_coturns_client_logs_in() {
    let namespace = coturn("turn-allocate", &[]);
    // with credentials it gets in: "success", "Received relay addr"; over UDP, as its TLS side may
    // hang for a minute
    let login = ["-v", "-u", "nobody", "-w", "nothing", "-n", "1", "-y"];
    let said = namespace.output("turnutils_uclient", &[&login[..], &[TARGET]].concat());
    assert!(said.contains("Received relay addr"), "{said}");
    for transport in ["udp", "tcp", "tls"] {
        for dialect in ["allocate", "ms-allocate"] {
            let row = ask(&namespace, transport, dialect);
            assert_eq!(
                (
                    row["Status"].as_str(),
                    row["turn_reply"].as_str(),
                    row["turn_realm"].as_str()
                ),
                ("OK", "401", "rtcmedia"),
                "{transport} {dialect}: {row:?}"
            );
            assert_eq!(
                (row["turn_ignored"].as_str(), row["turn_attempts"].as_str()),
                ("0", "1")
            );
        }
    }
}

#[test]
#[ignore = "needs root and coturn; .ci/run runs it"]
fn turn_over_plain_tcp_is_answered_at_3478_and_where_coturn_speaks_tls_too() {
    let namespace = coturn("turn-tcp", &[]);
    // its own client over TCP: "success", "Received relay addr"
    let login = ["-t", "-v", "-u", "nobody", "-w", "nothing", "-n", "1", "-y"];
    let said = namespace.output("turnutils_uclient", &[&login[..], &[TARGET]].concat());
    assert!(said.contains("Received relay addr"), "{said}");
    let tls = probe_once(&namespace, &[TARGET]);
    assert_eq!(
        (tls["Status"].as_str(), tls["Port"].as_str()),
        ("OK", "443")
    );
    for (target, port) in [
        (format!("turn:{TARGET}:3478?transport=tcp"), "3478"),
        (format!("turn:{TARGET}?transport=tcp"), "443"),
    ] {
        let row = probe_once(&namespace, &[&target]);
        assert_eq!(
            ["Status", "transport", "Port", "turn_reply", "turn_realm"].map(|name| &row[name]),
            ["OK", "tcp", port, "401", "rtcmedia"],
            "{row:?}"
        );
        assert_eq!(row["tls_us"], "", "{row:?}");
        // the kernel's own numbers, as for every connection
        assert!(!row["tcp_rtt_us"].is_empty() && !row["tcp_end_rtt_us"].is_empty());
    }
}

#[test]
#[ignore = "needs root, coturn and tshark; .ci/run runs it"]
fn wireshark_finds_our_request_over_plain_tcp_well_formed_and_its_end_an_orderly_one() {
    let mut namespace = coturn("turn-tcp-wireshark", &[]);
    let file = namespace.dir().join("stun.pcap");
    let log = namespace.dir().join("tshark.log");
    let path = file.to_str().unwrap();
    let capture = ["-i", "lo", "-f", "tcp port 3478", "-q", "-w", path];
    namespace.start("tshark", &capture, &log);
    wait_for_text(&log, "Capture started");
    let row = probe_once(&namespace, &[&format!("turn:{TARGET}:3478?transport=tcp")]);
    let fields = [
        "tcp.srcport",
        "tcp.flags.fin",
        "tcp.flags.reset",
        "stun.type",
        "stun.att.realm",
        "_ws.malformed",
    ];
    let is_set = |flag: &String| ["1", "True"].contains(&flag.as_str());
    let ours = |packet: &Vec<String>| packet[0] == row["local_port"];
    wait_until("our FIN is in the file", || {
        let packets = dissected(&namespace, &fields);
        packets
            .iter()
            .any(|packet| ours(packet) && is_set(&packet[1]))
    });
    let packets = dissected(&namespace, &fields);
    let messages: Vec<_> = packets.iter().filter(|p| !p[3].is_empty()).collect();
    let kinds: Vec<_> = messages.iter().map(|p| p[3].as_str()).collect();
    assert_eq!(kinds, ["0x0003", "0x0113"]);
    assert_eq!(messages[1][4], row["turn_realm"]);
    for packet in &packets {
        assert!(packet[5].is_empty(), "malformed: {packet:?}");
        // coturn itself ends with one
        assert!(!ours(packet) || !is_set(&packet[2]), "a reset: {packet:?}");
    }
}

/// A field of each packet as Wireshark reads it; several values have commas between them.
fn dissected(namespace: &Namespace, fields: &[&str]) -> Vec<Vec<String>> {
    let file = namespace.dir().join("stun.pcap");
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(file).args(["-T", "fields"]);
    for field in fields {
        tshark.args(["-e", field]);
    }
    let text = String::from_utf8(run(&mut tshark).stdout).unwrap();
    text.lines()
        .map(|line| line.split('\t').map(ToOwned::to_owned).collect())
        .collect()
}

#[test]
#[ignore = "needs root, coturn and tshark; .ci/run runs it"]
fn wireshark_finds_our_requests_well_formed_and_reads_the_answers_as_we_do() {
    let mut namespace = coturn("turn-wireshark", &[]);
    let file = namespace.dir().join("stun.pcap");
    let log = namespace.dir().join("tshark.log");
    let capture = [
        "-i",
        "lo",
        "-f",
        "udp port 3478",
        "-q",
        "-w",
        file.to_str().unwrap(),
    ];
    namespace.start("tshark", &capture, &log);
    wait_for_text(&log, "Capture started");
    let rows: Vec<Row> = ["binding", "allocate", "ms-allocate"]
        .iter()
        .map(|what| ask(&namespace, "udp", what))
        .collect();
    let fields = [
        "udp.srcport",
        "stun.type",
        "stun.id",
        "_ws.malformed",
        "_ws.expert.severity",
        "stun.att.type",
        "stun.att.error.class",
        "stun.att.error",
        "stun.att.realm",
        "stun.att.software",
        "stun.att.ipv4",
        "stun.att.port",
        "udp.length",
    ];
    // written a moment after the packets came
    wait_until("all packets are in the file", || {
        dissected(&namespace, &fields).len() == 6
    });
    let packets = dissected(&namespace, &fields);
    for (row, pair) in rows.iter().zip(packets.chunks(2)) {
        let [request, answer] = pair else {
            panic!("{pair:?}")
        };
        assert_eq!(request[0], row["local_port"]);
        assert_eq!(request[2], answer[2], "the transaction");
        for packet in pair {
            assert_eq!(packet[3], "", "malformed: {packet:?}");
        }
        let length = |packet: &[String]| packet[12].parse::<u32>().unwrap() - 8;
        assert_eq!(length(request).to_string(), row["bytes_sent"]);
        assert_eq!(length(answer).to_string(), row["bytes_received"]);
        assert_eq!(answer[9], row["turn_software"]);
        assert_eq!(answer[8], row["turn_realm"]);
        let error = match (answer[6].as_str(), answer[7].as_str()) {
            ("", "") => "success".to_owned(),
            (class, number) => format!("{class}{number:0>2}"),
        };
        assert_eq!(error, row["turn_reply"]);
    }
    let ids: std::collections::HashSet<_> = packets.iter().map(|packet| &packet[2]).collect();
    assert_eq!(ids.len(), 3, "each request has its own transaction");
    let kinds: Vec<_> = packets.iter().map(|packet| packet[1].as_str()).collect();
    assert_eq!(
        kinds,
        ["0x0001", "0x0101", "0x0003", "0x0113", "0x0003", "0x0113"]
    );
    // the address is the first of the answer to the binding
    let first = |cell: &str| cell.split(',').next().unwrap().to_owned();
    let mapped = format!("{}:{}", first(&packets[1][10]), first(&packets[1][11]));
    assert_eq!(rows[0]["mapped_address"], mapped);
    // REQUESTED-TRANSPORT; Magic Cookie and MS-Version
    assert_eq!(
        (packets[2][5].as_str(), packets[4][5].as_str()),
        ("0x0019", "0x000f,0x8008")
    );
}

#[test]
#[ignore = "needs root and coturn; .ci/run runs it"]
fn a_relay_that_is_open_or_sends_elsewhere_has_its_cause() {
    let namespace = coturn("turn-open", &["--no-auth"]);
    for row in probe(&namespace, &[TARGET, "--transport", "udp", "-n", "1"]) {
        assert_eq!(
            (row["cause"].as_str(), row["turn_reply"].as_str()),
            ("turn-open", "success")
        );
    }
    drop(namespace);
    let namespace = coturn("turn-secure", &["--secure-stun"]);
    let row = ask(&namespace, "udp", "binding");
    assert_eq!(
        (row["cause"].as_str(), row["turn_reply"].as_str()),
        ("turn-error", "401")
    );
    drop(namespace);
    let namespace = coturn("turn-elsewhere", &["--alternate-server=10.0.1.9:3478"]);
    let row = ask(&namespace, "udp", "allocate");
    assert_eq!(
        (
            row["cause"].as_str(),
            row["turn_reply"].as_str(),
            row["alternate_server"].as_str()
        ),
        ("turn-try-alternate", "300", "10.0.1.9:3478")
    );
}

#[test]
#[ignore = "needs root and nftables; .ci/run runs it"]
fn what_a_firewall_does_to_udp_is_told_by_its_cause() {
    let namespace = coturn("turn-firewall", &[]);
    let limit = ["--turn-timeout", "500ms", "--transport", "udp"];
    for (verdict, cause, reply) in [
        ("drop", "turn-silent", "silent"),
        ("reject", "turn-port-unreachable", "icmp"),
        (
            "reject with icmp type admin-prohibited",
            "turn-host-unreachable",
            "icmp",
        ),
    ] {
        let rules = format!(
            "add table ip t; flush table ip t; add chain ip t i {{ type filter hook input priority 0; }}; \
             add rule ip t i udp dport 3478 {verdict}"
        );
        namespace.output("nft", &[&rules]);
        let row = probe_once(&namespace, &[&[TARGET], &limit[..]].concat());
        assert_eq!(
            (row["cause"].as_str(), row["turn_reply"].as_str()),
            (cause, reply),
            "{verdict}"
        );
        // TCP is not touched: this is the question behind "media goes over TCP"
        assert_eq!(probe_once(&namespace, &[TARGET])["Status"], "OK");
    }
}
