//! Every fault as a client sees it, and whom it hits.

use super::*;

#[test]
fn the_name_servers_errors_show_as_such() {
    for (fault, code) in [
        (Fault::DnsServfail, ResponseCode::ServFail),
        (Fault::DnsNxdomain, ResponseCode::NXDomain),
        (Fault::DnsRefused, ResponseCode::Refused),
    ] {
        let answer = ask(&lab(&[fault]));
        assert_eq!((answer.response_code, answer.answers.len()), (code, 0));
    }
}

#[test]
fn no_data_is_the_chain_without_an_address() {
    let answer = ask(&lab(&[Fault::DnsNoData]));
    assert_eq!(answer.response_code, ResponseCode::NoError);
    assert_eq!((answer.answers.len(), answer.authorities.len()), (3, 1));
    assert_eq!(relay(&answer), None);
}

#[test]
fn a_name_server_that_times_out_says_nothing() {
    let lab = lab(&[Fault::DnsTimeout]);
    assert!(over_udp(&lab, &query(HOST, RecordType::A), SILENCE).is_err());
    assert_eq!(lab.stats().dns_udp, 1);
}

#[test]
fn a_loop_leads_back_to_the_name_asked_for() {
    let answer = ask(&lab(&[Fault::DnsLoop]));
    let RData::CNAME(last) = &answer.answers[1].data else {
        panic!()
    };
    assert_eq!(last.0.to_ascii(), "tr.teams.microsoft.com.");
    assert_eq!(answer.answers.len(), 2);
}

#[test]
fn a_malformed_answer_has_the_right_id() {
    let bytes = over_udp(
        &lab(&[Fault::DnsMalformed]),
        &query(HOST, RecordType::A),
        LIMIT,
    )
    .unwrap();
    assert_eq!(bytes[..2], 4711_u16.to_be_bytes());
    assert!(Message::from_vec(&bytes).is_err());
}

#[test]
fn a_truncated_answer_is_complete_over_tcp() {
    let lab = lab(&[Fault::DnsTruncated]);
    let answer = ask(&lab);
    assert!(answer.truncation && answer.answers.is_empty());
    let answer = over_tcp(&lab, &query(HOST, RecordType::A));
    assert!(!answer.truncation);
    assert!(relay(&answer).unwrap().0.starts_with("a-tr-teams-frcn-03."));
}

#[test]
fn a_partial_answer_is_completed_by_the_next_query() {
    let lab = lab(&[Fault::DnsPartial]);
    let answer = ask(&lab);
    let [cname] = &answer.answers[..] else {
        panic!()
    };
    let RData::CNAME(next) = &cname.data else {
        panic!()
    };
    let answer = resolve(&lab, &next.0.to_ascii(), RecordType::A);
    assert_eq!(answer.answers.len(), 3);
    assert!(relay(&answer).is_some());
}

#[test]
fn a_refused_connection_is_refused() {
    let lab = lab(&[Fault::Refused]);
    if lab.relays()[0] == lab.relays()[1] {
        return; // one address for all: shows as reset
    }
    let (name, address) = relay(&ask(&lab)).unwrap();
    assert!(name.starts_with("a-tr-teams-frcn-03."));
    let error = TcpStream::connect((address, lab.port())).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn the_faults_of_the_handshake_show_as_such() {
    for (fault, text) in [
        (Fault::TlsAlert, "AlertReceived(HandshakeFailure)"),
        (Fault::TlsEof, "UnexpectedEof"),
        (Fault::NotTls, "InvalidMessage(InvalidContentType)"),
        (Fault::Tls13Only, "AlertReceived(ProtocolVersion)"),
        (Fault::SelfSigned, "InvalidCertificate(UnknownIssuer)"),
    ] {
        let lab = lab(&[fault]);
        assert_eq!(tls_error(handshake(&lab)), text, "{fault}");
        assert_eq!(lab.stats().handshakes, 0, "{fault}");
    }
    for (fault, start) in [
        (Fault::Expired, "InvalidCertificate(Expired"),
        (Fault::WrongHost, "InvalidCertificate(NotValidForName"),
    ] {
        let error = tls_error(handshake(&lab(&[fault])));
        assert!(error.starts_with(start), "{fault}: {error}");
    }
}

#[test]
fn a_reset_is_one_on_the_wire() {
    let lab = lab(&[Fault::Reset]);
    let mut stream = connect(&lab);
    // whether the write or the read meets it first is the system's choice
    let met = stream
        .write_all(&[0x16; 100])
        .and_then(|()| stream.read(&mut [0; 10]));
    if on_wine() && matches!(met, Ok(0)) {
        // of a connection that was reset Wine may read an end
        return;
    }
    let kind = met.unwrap_err().kind();
    assert!(
        matches!(
            kind,
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
        ) || kind == io::ErrorKind::ConnectionAborted,
        "{kind:?}"
    );
}

#[test]
fn a_stalling_relay_sends_its_first_flight_and_no_more() {
    let lab = lab(&[Fault::TlsStall]);
    let mut stream = connect(&lab);
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let mut client = client(&lab, &version::TLS12);
    let error = loop {
        match client.complete_io(&mut stream) {
            Ok(_) => assert!(client.is_handshaking()),
            Err(error) => break error,
        }
    };
    assert!(matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    ));
    assert_eq!(client.peer_certificates().unwrap().len(), 2);
}

#[test]
fn a_silent_relay_takes_everything_and_says_nothing_over_tcp_and_udp() {
    let lab = lab(&[Fault::Silent]);
    let mut stream = connect(&lab);
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    stream.write_all(&[0x16; 100]).unwrap();
    let kind = stream.read(&mut [0; 10]).unwrap_err().kind();
    assert!(matches!(
        kind,
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    ));
    let id = stun::TransactionId(*b"twelve bytes");
    assert!(over_relay_udp(&lab, &stun::binding_request(id)).is_err());
}

#[test]
fn tls_1_3_only_still_speaks_1_3() {
    let lab = lab(&[Fault::Tls13Only]);
    handshake_on(connect(&lab), client(&lab, &version::TLS13)).unwrap();
}

#[test]
fn a_quarter_of_the_probes_is_hit() {
    let lab = shared_lab(&[Fault::DnsServfail], 25);
    let failed = (0..40)
        .filter(|_| ask(&lab).response_code == ResponseCode::ServFail)
        .count();
    assert_eq!(failed, 10);
    let lab = shared_lab(&[Fault::TlsEof], 25);
    let outcomes: Vec<_> = (0..8).map(|_| handshake(&lab).is_ok()).collect();
    assert_eq!(outcomes, [true, true, true, false, true, true, true, false]);
}

// At 50 % with one fault of each level: of 40 probes 10 fail at the name server, 10 at the relays.
#[test]
fn the_share_holds_for_all_probes_when_both_levels_have_faults() {
    let lab = shared_lab(&[Fault::DnsServfail, Fault::TlsEof], 50);
    let (mut dns, mut tls) = (0, 0);
    for _ in 0..40 {
        match relay(&ask(&lab)) {
            None => dns += 1,
            Some((_, address)) => {
                let stream = connect_to(SocketAddr::new(address, lab.port()));
                tls += usize::from(handshake_on(stream, client(&lab, &version::TLS12)).is_err());
            }
        }
    }
    assert_eq!((dns, tls), (10, 10));
}
