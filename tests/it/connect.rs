//! The connect phase.

#[cfg(target_os = "linux")]
use turnprobe::net::{Limits, Plan};

#[cfg(target_os = "linux")]
use crate::rows::{PATIENT, Row, ms, plan};
use crate::rows::{probe, target};
use crate::servers::closed::ClosedTcp;
use crate::servers::tls::{Offer, named, names};

#[test]
fn a_closed_port_is_refused_and_the_refusal_has_its_time() {
    let (names, closed) = (names(), ClosedTcp::new());
    let row = probe(names.plan(), target("relay.test", closed.port()));
    row.assert_failed("connect-refused", &["refused"]);
    let [dns, connect, tls] = row.cells(["dns_us", "connect_us", "tls_us"]);
    assert!(!dns.is_empty() && !connect.is_empty() && tls.is_empty());
    assert_eq!(
        row.cells(["remoteip", "Port", "failed_phase"]),
        ["127.0.0.1", &closed.port().to_string(), "connect"]
    );
    assert_eq!(
        row.cells(["tls_version", "Thumbprint", "trust_public"]),
        [""; 3]
    );
    assert_eq!(row.cells(["bytes_sent", "bytes_received"]), [""; 2]);
}

#[test]
fn a_good_probe_has_all_three_phases_and_the_kernels_numbers() {
    let (names, relay) = (names(), Offer::good().start());
    let (plan, target) = named(&names, &relay);
    let row = probe(plan, target);
    row.assert_ok();
    for column in ["dns_us", "connect_us", "tls_us", "total_us"] {
        let took: u64 = row.cell(column).parse().unwrap();
        assert!(took > 0, "{column}");
    }
    assert_eq!(row.cell("local_ip"), "127.0.0.1");
    if cfg!(target_os = "linux") {
        assert_eq!(row.cell("tcp_syn_retransmits"), "0");
        let mss: u32 = row.cell("tcp_mss").parse().unwrap();
        assert!(mss >= 536, "{mss}"); // RFC 9293 section 3.7.1: never smaller
    }
    assert_eq!(relay.accepted(), 1);
}

/// A listener whose queue is full: further SYNs get no answer. Linux drops them; other systems
/// may refuse.
#[cfg(target_os = "linux")]
fn into_a_full_queue(limit: u64) -> Row {
    use std::net::{Ipv4Addr, SocketAddr, TcpStream};

    use socket2::{Domain, Socket, Type};

    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let fillers: Vec<_> = (0..8)
        .map(|_| TcpStream::connect_timeout(&address, ms(100)))
        .take_while(Result::is_ok)
        .collect();
    assert!(fillers.len() < 8, "the queue does not fill");
    let limits = Limits {
        connect: ms(limit),
        ..PATIENT
    };
    probe(
        Plan { limits, ..plan() },
        target("127.0.0.1", address.port()),
    )
}

#[cfg(target_os = "linux")]
#[test]
fn a_syn_without_an_answer_is_a_timeout_at_the_limit() {
    let row = into_a_full_queue(300);
    row.assert_failed("connect-timeout", &["300 ms"]);
    let took: u64 = row.cell("connect_us").parse().unwrap();
    assert!((300_000..10_000_000).contains(&took), "{took}");
    assert_eq!(row.cell("tcp_syn_retransmits"), "0");
    // of a connection that never was there is nothing else to tell
    assert_eq!(row.cells(["tcp_rtt_us", "tcp_mss", "local_ip"]), [""; 3]);
}

#[cfg(target_os = "linux")]
#[test]
fn lost_syns_that_were_sent_again_are_counted() {
    // the first one is sent again after a second (RFC 6298 section 2.1)
    let row = into_a_full_queue(1_600);
    row.assert_failed("connect-timeout", &["1600 ms"]);
    let again: u32 = row.cell("tcp_syn_retransmits").parse().unwrap();
    assert!(again >= 1, "{again}");
}
