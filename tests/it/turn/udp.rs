//! The turn phase over UDP.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;

use turnprobe::net::{LocalEnd, Plan, Question, SourcePorts};
use turnprobe::record::{Ask, Transport};

use super::{asking, impatient};
use crate::rows::{Row, plan, probe, probe_all, target};
use crate::servers::closed::ClosedUdp;
use crate::servers::stun::{
    ALLOCATE_ERROR, ALLOCATE_SUCCESS, BINDING_ERROR, BINDING_SUCCESS, error, message,
    ms_unauthorized, to_another, unauthorized,
};
use crate::servers::tls::{Offer, names};
use crate::servers::udp::UdpRelay;

/// 192.0.2.7:3478 as XOR-RELAYED-ADDRESS could have it.
const RELAYED: [u8; 8] = [0, 1, 0x0D, 0x96, 192, 0, 2, 7];

fn ask(
    ask: Ask,
    answer: impl Fn(&[u8], SocketAddr) -> Vec<Vec<u8>> + Send + 'static,
) -> (Row, Vec<Vec<u8>>) {
    let relay = UdpRelay::start(answer);
    let row = probe(asking(Transport::Udp, ask), relay.target());
    (row, relay.requests())
}

/// A request whose limit is met.
fn ask_in_vain(answer: impl Fn(&[u8], SocketAddr) -> Vec<Vec<u8>> + Send + 'static) -> Row {
    let relay = UdpRelay::start(answer);
    let row = probe(impatient(Transport::Udp, Ask::Allocate), relay.target());
    let took: u64 = row.cell("turn_us").parse().unwrap();
    assert!(took >= 200_000, "{took}");
    row
}

#[test]
fn a_401_with_realm_and_nonce_is_ok_and_only_one_request_was_sent() {
    let (row, requests) = ask(Ask::Allocate, |request, _| vec![unauthorized(request)]);
    row.assert_ok();
    assert_eq!(
        row.cells([
            "transport",
            "turn_ask",
            "turn_reply",
            "turn_realm",
            "turn_software"
        ]),
        ["udp", "allocate", "401", "example.org", "by hand"]
    );
    assert_eq!(row.cells(["turn_attempts", "turn_ignored"]), ["1", "0"]);
    assert_eq!(row.cell("local_ip"), "127.0.0.1");
    assert_eq!(row.cells(["bytes_sent", "bytes_received"]), ["28", "100"]);
    // what belongs to TCP and TLS has no place in a datagram
    assert_eq!(
        row.cells([
            "connect_us",
            "tls_us",
            "tcp_rtt_us",
            "tls_version",
            "trust_public",
            "CN"
        ]),
        [""; 6]
    );
    let [request] = &requests[..] else {
        panic!("{requests:?}")
    };
    // RFC 8656 section 7.1: REQUESTED-TRANSPORT 17 and nothing else
    assert_eq!(request[..8], [0, 3, 0, 8, 0x21, 0x12, 0xA4, 0x42]);
    assert_eq!(request[20..], [0, 0x19, 0, 4, 17, 0, 0, 0]);
}

#[test]
fn a_binding_shows_this_end_as_the_relay_saw_it() {
    let (row, requests) = ask(Ask::Binding, |request, peer| {
        let SocketAddr::V4(peer) = peer else { panic!() };
        let port = peer.port() ^ 0x2112;
        let ip = peer.ip().to_bits() ^ 0x2112_A442;
        let value = [&[0, 1][..], &port.to_be_bytes(), &ip.to_be_bytes()].concat();
        vec![message(BINDING_SUCCESS, request, &[(0x0020, &value)])]
    });
    row.assert_ok();
    let own = format!("127.0.0.1:{}", row.cell("local_port"));
    assert_eq!(
        row.cells(["turn_reply", "mapped_address"]),
        ["success", &own]
    );
    assert_eq!(requests[0].len(), 20);
}

#[test]
fn microsofts_dialect_is_asked_and_read() {
    let (row, requests) = ask(Ask::MsAllocate, |request, _| vec![ms_unauthorized(request)]);
    row.assert_ok();
    assert_eq!(
        row.cells(["turn_ask", "turn_reply", "turn_realm", "alternate_server"]),
        ["ms-allocate", "401", "\"rtcmedia\"", "52.114.242.1:3478"]
    );
    // [MS-TURN] 2.2.2: the Magic Cookie first, then MS-Version
    let wanted = [
        0, 0x0F, 0, 4, 0x72, 0xC6, 0x4B, 0xC6, 0x80, 8, 0, 4, 0, 0, 0, 6,
    ];
    assert_eq!(requests[0][20..], wanted);
    // a relay may answer in the other dialect
    let (row, _) = ask(Ask::MsAllocate, |request, _| vec![unauthorized(request)]);
    row.assert_ok();
    assert_eq!(row.cell("turn_realm"), "example.org");
}

// RFC 8489 sections 6.3.3 and 6.3.4: no client would use it, and the path works all the same
#[test]
fn an_answer_that_a_client_must_discard_counts_and_is_told() {
    const SAID: &str = "attribute 0x7fff unknown: a client must discard this answer";
    let unknown = (0x7FFF, &[0; 4][..]);
    let (row, _) = ask(Ask::Binding, move |request, _| {
        let mapped = (0x0001, &[0, 1, 0, 80, 192, 0, 2, 8][..]);
        vec![message(BINDING_SUCCESS, request, &[unknown, mapped])]
    });
    row.assert_ok();
    assert_eq!(
        row.cells(["turn_reply", "mapped_address", "detail"]),
        ["success", "192.0.2.8:80", SAID]
    );
    let (row, _) = ask(Ask::Allocate, move |request, _| {
        let value = error(508, "full");
        vec![message(
            ALLOCATE_ERROR,
            request,
            &[(0x0009, &value), unknown],
        )]
    });
    row.assert_failed("turn-server-error", &["508: full; ", SAID]);
}

#[test]
fn an_error_without_its_number_is_told_from_one_that_is_malformed() {
    for (value, said) in [
        (None, "attribute 0x0009 is missing"),
        (Some([0; 2]), "attribute 0x0009 is malformed"),
    ] {
        let row = ask_in_vain(move |request, _| {
            let attributes: Vec<_> = value.iter().map(|value| (0x0009, &value[..])).collect();
            vec![message(ALLOCATE_ERROR, request, &attributes)]
        });
        row.assert_failed("turn-malformed", &[said]);
    }
}

#[test]
fn every_other_answer_is_a_failure_that_was_heard() {
    for (kind, code, asked, cause) in [
        (ALLOCATE_ERROR, 300, Ask::Allocate, "turn-try-alternate"),
        (ALLOCATE_ERROR, 403, Ask::Allocate, "turn-error"),
        (ALLOCATE_ERROR, 486, Ask::MsAllocate, "turn-error"),
        (ALLOCATE_ERROR, 508, Ask::Allocate, "turn-server-error"),
        (ALLOCATE_ERROR, 401, Ask::Allocate, "turn-no-realm"),
        (BINDING_ERROR, 401, Ask::Binding, "turn-error"),
        (BINDING_ERROR, 500, Ask::Binding, "turn-server-error"),
    ] {
        let (row, _) = ask(asked, move |request, _| {
            let value = error(code, "no");
            let other = [0, 1, 0x0D, 0x96, 192, 0, 2, 7];
            vec![message(
                kind,
                request,
                &[(0x0009, &value), (0x8023, &other)],
            )]
        });
        row.assert_failed(cause, &[]);
        assert_eq!(
            row.cells(["turn_reply", "alternate_server", "failed_phase"]),
            [code.to_string().as_str(), "192.0.2.7:3478", "turn"]
        );
        assert!(!row.cell("turn_us").is_empty());
    }
}

#[test]
fn an_allocation_that_nobody_should_have_got_is_given_back() {
    let relay = UdpRelay::start(|request, _| match request[1] {
        3 => vec![message(ALLOCATE_SUCCESS, request, &[(0x0016, &RELAYED)])],
        // RFC 8656 section 18: a success response to a Refresh
        _ => vec![message(0x0104, request, &[])],
    });
    let row = probe(asking(Transport::Udp, Ask::Allocate), relay.target());
    row.assert_failed("turn-open", &["without credentials"]);
    assert_eq!(row.cells(["turn_reply", "turn_attempts"]), ["success", "1"]);
    // giving it back is no part of the measurement, and neither is the answer to that
    assert_eq!(
        row.cells(["turn_ignored", "bytes_sent", "bytes_received"]),
        ["0", "28", "32"]
    );
    while relay.requests().len() < 2 {
        std::thread::yield_now();
    }
    // RFC 8656 section 7.2 and 18: Refresh with LIFETIME 0
    let release = &relay.requests()[1];
    assert_eq!(release[..8], [0, 4, 0, 8, 0x21, 0x12, 0xA4, 0x42]);
    assert_eq!(release[20..], [0, 0x0D, 0, 4, 0, 0, 0, 0]);
}

#[test]
fn garbage_and_answers_to_other_requests_do_not_end_the_wait() {
    let (row, _) = ask(Ask::Allocate, |request, _| {
        let right = unauthorized(request);
        vec![
            to_another(right.clone()),
            b"hello".to_vec(),
            vec![0; 1500],
            request.to_vec(),
            right,
        ]
    });
    row.assert_ok();
    assert_eq!(row.cells(["turn_reply", "turn_ignored"]), ["401", "4"]);
}

#[test]
fn duplicates_are_counted() {
    let (row, _) = ask(Ask::Allocate, |request, _| vec![unauthorized(request); 3]);
    row.assert_ok();
    assert_eq!(row.cells(["turn_reply", "turn_ignored"]), ["401", "2"]);
}

#[test]
fn silence_garbage_and_wrong_answers_alone_are_told_apart() {
    let row = ask_in_vain(|_, _| vec![]);
    row.assert_failed("turn-silent", &["no answer within 200 ms"]);
    assert_eq!(row.cells(["turn_reply", "turn_ignored"]), ["silent", "0"]);
    let row = ask_in_vain(|_, _| vec![b"SSH-2.0-x\r\n".to_vec()]);
    row.assert_failed("turn-malformed", &["1 no STUN message", "SSH-2.0-x"]);
    assert_eq!(
        row.cells(["turn_reply", "turn_ignored"]),
        ["malformed", "1"]
    );
    let row = ask_in_vain(|request, _| vec![to_another(unauthorized(request))]);
    row.assert_failed("turn-silent", &["1 to another request"]);
    assert_eq!(row.cells(["turn_reply", "turn_ignored"]), ["silent", "1"]);
}

#[test]
fn every_truncation_of_the_answer_is_garbage() {
    let row = ask_in_vain(|request, _| {
        let whole = unauthorized(request);
        (0..whole.len()).map(|end| whole[..end].to_vec()).collect()
    });
    row.assert_failed("turn-malformed", &["100 no STUN message"]);
}

#[test]
fn a_closed_port_is_known_at_once() {
    // Wine does not tell
    if crate::command::on_wine() {
        return;
    }
    let closed = ClosedUdp::new();
    let target = target("127.0.0.1", closed.address().port());
    let row = probe(asking(Transport::Udp, Ask::Allocate), target);
    row.assert_failed("turn-port-unreachable", &["port unreachable"]);
    assert_eq!(row.cells(["turn_reply", "turn_attempts"]), ["icmp", "1"]);
}

#[test]
fn each_port_and_each_transport_is_a_row_of_the_same_slot_and_the_name_is_resolved_once() {
    let (names, tls) = (names(), Offer::good().start());
    let relays = [1, 2].map(|_| UdpRelay::start(|request, _| vec![unauthorized(request)]));
    let ports = relays.iter().map(UdpRelay::port).collect();
    let plan = Plan {
        transports: vec![Transport::Tls, Transport::Udp],
        udp_ports: ports,
        question: Question::Usual,
        ..names.plan()
    };
    let rows = probe_all(plan, target("relay.test", tls.port()));
    let cells = |column: &str| {
        rows.iter()
            .map(|row| row.cell(column).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(cells("transport"), ["tls", "udp", "udp"]);
    assert_eq!(cells("slot"), ["0", "0", "0"]);
    let ports = [tls.port(), relays[0].port(), relays[1].port()].map(|p| p.to_string());
    assert_eq!(cells("Port"), ports);
    assert_eq!(cells("turn_reply"), ["", "401", "401"]);
    assert_eq!(cells("remoteip"), ["127.0.0.1"; 3]);
    assert_eq!(cells("dns_queries"), ["1"; 3]);
    assert_eq!(names.queries().len(), 1);
    let ids: Vec<_> = relays
        .iter()
        .map(|relay| relay.requests()[0][4..20].to_vec())
        .collect();
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_source_port_is_kept_and_a_used_up_range_is_a_failed_row() {
    let free = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    let from = |port| Plan {
        local_end: LocalEnd {
            ports: Some(Arc::new(SourcePorts::new(port, port))),
            ..LocalEnd::default()
        },
        ..asking(Transport::Udp, Ask::Allocate)
    };
    let relay = UdpRelay::start(|request, _| vec![unauthorized(request)]);
    let row = probe(from(port), relay.target());
    row.assert_failed(
        "turn-no-local-port",
        &[&format!("local port {port} is in use")],
    );
    assert_eq!(row.cells(["turn_reply", "turn_attempts"]), ["", "0"]);
    drop(free);
    let row = probe(from(port), relay.target());
    row.assert_ok();
    assert_eq!(row.cell("local_port"), port.to_string());
}

#[test]
fn tcp_has_its_source_port_too() {
    let taken = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let from = |port| Plan {
        local_end: LocalEnd {
            ports: Some(Arc::new(SourcePorts::new(port, port))),
            ..LocalEnd::default()
        },
        ..plan()
    };
    let relay = Offer::good().start();
    let row = probe(from(port), relay.target());
    row.assert_failed("connect-no-local-port", &["is in use"]);
    drop(taken);
    let row = probe(from(port), relay.target());
    row.assert_ok();
    assert_eq!(row.cell("local_port"), port.to_string());
}

#[test]
fn a_flood_of_garbage_does_not_keep_the_limit_from_firing() {
    let relay = UdpRelay::start(|_, peer| {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        // from another port: the connected socket does not even see these
        (0..100).for_each(|_| drop(socket.send_to(b"stranger", peer)));
        vec![vec![0xFF; 1400]; 2000]
    });
    let row = probe(impatient(Transport::Udp, Ask::Binding), relay.target());
    row.assert_failed("turn-malformed", &["no STUN message"]);
    let took: u64 = row.cell("turn_us").parse().unwrap();
    assert!((200_000..20_000_000).contains(&took), "{took}");
}
