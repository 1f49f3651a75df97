//! The relays as a client sees them.

use super::*;

#[test]
fn both_flights_of_a_distant_relay_take_a_round_trip_each() {
    let lab = Lab::start(LabOptions::default(), &Wall::system()).unwrap();
    let stream = connect_to(lab.relays()[1]);
    let start = clock::now();
    handshake_on(stream, client(&lab, &version::TLS12)).unwrap();
    // northeurope; where all relays share an address, the last one handed out: any of them
    let round_trip = if lab.relays()[0] == lab.relays()[1] {
        18
    } else {
        33
    };
    assert!(
        start.elapsed() >= Duration::from_millis(2 * round_trip),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn a_full_tls_1_2_handshake_comes_out_at_every_relay() {
    let lab = lab(&[]);
    for address in lab.relays() {
        let tls = handshake_on(connect_to(*address), client(&lab, &version::TLS12)).unwrap();
        let suite = tls.conn.negotiated_cipher_suite().unwrap().suite();
        assert_eq!(
            suite,
            rustls::CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
        );
        assert_eq!(tls.conn.peer_certificates().unwrap().len(), 2);
        assert_eq!(tls.conn.handshake_kind(), Some(rustls::HandshakeKind::Full));
        close(tls);
    }
    assert_eq!((lab.stats().connections, lab.stats().handshakes), (12, 12));
}

#[test]
fn no_session_is_resumed() {
    let lab = lab(&[]);
    let config = {
        let mut roots = RootCertStore::empty();
        roots.add(lab.roots().remove(0)).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_protocol_versions(&[&version::TLS12]).unwrap();
        Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
    };
    for _ in 0..2 {
        let name = ServerName::try_from(HOST).unwrap();
        let client = ClientConnection::new(Arc::clone(&config), name).unwrap();
        let tls = handshake_on(connect(&lab), client).unwrap();
        assert_eq!(tls.conn.handshake_kind(), Some(rustls::HandshakeKind::Full));
    }
}

#[test]
fn the_certificate_is_the_same_in_every_run() {
    let leaf = || {
        let tls = handshake(&lab(&[])).unwrap();
        tls.conn
            .peer_certificates()
            .unwrap()
            .first()
            .unwrap()
            .clone()
            .into_owned()
    };
    assert_eq!(leaf(), leaf());
    assert_eq!(lab(&[]).roots(), lab(&[]).roots());
}

#[test]
fn asking_for_tls_1_3_is_refused() {
    let lab = lab(&[]);
    let error = tls_error(handshake_on(connect(&lab), client(&lab, &version::TLS13)));
    assert!(error.contains("ProtocolVersion"), "{error}");
}

#[test]
fn stun_and_turn_are_answered_inside_tls_back_to_back() {
    let lab = lab(&[]);
    let mut tls = handshake(&lab).unwrap();
    let id = stun::TransactionId(*b"twelve bytes");
    let both = [stun::binding_request(id), stun::allocate_request(id)].concat();
    tls.write_all(&both).unwrap();
    for kind in [stun::kind::BINDING_SUCCESS, stun::kind::ALLOCATE_ERROR] {
        let mut bytes = vec![0; 20];
        tls.read_exact(&mut bytes).unwrap();
        let length = stun::stream_length(*bytes.first_chunk().unwrap()).unwrap();
        bytes.resize(length, 0);
        tls.read_exact(&mut bytes[20..]).unwrap();
        let answer = stun::Message::decode(&bytes).unwrap();
        assert_eq!((answer.kind(), answer.id()), (kind, id));
    }
    // what is neither is ignored, and the end is orderly
    tls.write_all(&[0xFF; 30]).unwrap();
    close(tls);
}

#[test]
fn a_client_that_closes_without_close_notify_gets_one_and_a_fin() {
    let lab = lab(&[]);
    let mut tls = handshake(&lab).unwrap();
    tls.sock.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(tls.read(&mut [0; 10]).unwrap(), 0);
}

#[test]
fn both_dialects_are_answered_over_udp() {
    let lab = lab(&[]);
    let id = stun::TransactionId(*b"twelve bytes");
    let bytes = over_relay_udp(&lab, &stun::binding_request(id)).unwrap();
    let mapped = stun::Message::decode(&bytes)
        .unwrap()
        .mapped_address()
        .unwrap()
        .unwrap();
    assert!(mapped.ip().is_loopback());
    let id = ms_turn::MsTurnTransactionId(*b"sixteen bytes!!!");
    let bytes = over_relay_udp(&lab, &ms_turn::allocate_request(id, 4)).unwrap();
    let answer = ms_turn::MsTurnMessage::decode(&bytes).unwrap();
    assert_eq!(answer.error_code().unwrap().unwrap().code, 401);
    assert_eq!(answer.alternate_server(), Ok(Some(lab.relays()[2])));
    assert!(over_relay_udp(&lab, b"something else").is_err());
    assert_eq!(lab.stats().datagrams, 3);
}

#[test]
fn turn_is_answered_in_the_clear_where_tls_is_spoken_too() {
    for fault in [&[][..], &[Fault::TlsAlert], &[Fault::Expired]] {
        let lab = lab(fault);
        let mut stream = connect(&lab);
        let id = stun::TransactionId(*b"twelve bytes");
        for (request, kind) in [
            (stun::binding_request(id), stun::kind::BINDING_SUCCESS),
            (stun::allocate_request(id), stun::kind::ALLOCATE_ERROR),
        ] {
            stream.write_all(&request).unwrap();
            let mut bytes = vec![0; 20];
            stream.read_exact(&mut bytes).unwrap();
            let length = stun::stream_length(*bytes.first_chunk().unwrap()).unwrap();
            bytes.resize(length, 0);
            stream.read_exact(&mut bytes[20..]).unwrap();
            let answer = stun::Message::decode(&bytes).unwrap();
            assert_eq!((answer.kind(), answer.id()), (kind, id), "{fault:?}");
        }
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(stream.read(&mut [0; 10]).unwrap(), 0);
        assert_eq!(lab.stats().handshakes, 0);
    }
}

#[test]
fn ms_turn_is_answered_behind_pseudo_tls() {
    let lab = lab(&[]);
    let mut stream = connect(&lab);
    stream
        .write_all(&pseudo_tls::client_hello([7; 32]))
        .unwrap();
    let mut hello = [0; pseudo_tls::SERVER_HELLO];
    stream.read_exact(&mut hello).unwrap();
    let read = pseudo_tls::read_server_hello(&hello);
    assert_eq!(read, pseudo_tls::PseudoTlsReading::Hello);
    let id = ms_turn::MsTurnTransactionId([9; 16]);
    for _ in 0..2 {
        let request = ms_turn::allocate_request(id, ms_turn::VERSION);
        stream.write_all(&frame::encode(&request).unwrap()).unwrap();
        let mut header = [0; frame::HEADER];
        stream.read_exact(&mut header).unwrap();
        let (_, length) = frame::decode(header).unwrap();
        let mut answer = vec![0; length];
        stream.read_exact(&mut answer).unwrap();
        let answer = ms_turn::MsTurnMessage::decode(&answer).unwrap();
        assert_eq!(answer.id(), id);
        assert_eq!(
            answer.alternate_server(),
            Ok(Some(stream.peer_addr().unwrap()))
        );
    }
    stream.write_all(b"no frame").unwrap();
    assert_eq!(stream.read(&mut [0; 10]).unwrap(), 0);
}

// A segment for every record, or Nagle's algorithm, would wait for the 40 ms of a delayed ACK.
#[test]
fn no_handshake_waits_for_a_delayed_acknowledgement() {
    let lab = lab(&[]);
    let once = |_| {
        let stream = connect(&lab);
        let start = clock::now();
        handshake_on(stream, client(&lab, &version::TLS12)).unwrap();
        start.elapsed()
    };
    let fastest = (0..10).map(once).min().unwrap();
    assert!(fastest < Duration::from_millis(40), "{fastest:?}");
}

#[test]
fn relays_that_share_an_address_answer_all_the_same() {
    let sockets = bind::on_one_address().unwrap();
    let options = LabOptions {
        faults: vec![Fault::Refused],
        fault_share: 50,
        delays: true,
    };
    let lab = Lab::start_on(sockets, options, &Wall::system()).unwrap();
    let outcomes: Vec<_> = (0..4).map(|_| handshake(&lab).is_ok()).collect();
    assert_eq!(outcomes, [true, false, true, false]);
    let (name, address) = relay(&ask(&lab)).unwrap();
    assert!(name.starts_with("a-tr-teams-frcn-08."));
    assert!(
        lab.relays()
            .iter()
            .all(|relay| relay.ip() == address && address.is_loopback())
    );
}
