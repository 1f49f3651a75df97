//! Our hellos as another parser reads them, and what servers said to them.

use proptest::prelude::*;
use tls_parser::{
    TlsExtension, TlsMessage, TlsMessageHandshake, parse_tls_client_hello_extensions,
    parse_tls_plaintext,
};

use super::*;
use crate::record::{ProtocolVersion, suites};
use crate::wire::tls_hello::FirstBytes;

/// Random bytes that are always the same.
fn random() -> impl FnMut() -> u8 {
    let mut state = 7_u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    }
}

fn of_13(shares: &[u16]) -> Hello {
    Hello {
        shares: shares.to_vec(),
        ..Hello::new(
            ProtocolVersion::Tls13,
            SUITES_13,
            GROUPS_13,
            Some("relay.example"),
        )
    }
}

/// Version and suites as tls-parser reads them, and its extensions.
fn read(bytes: &[u8], check: impl Fn(u16, Vec<u16>, Vec<TlsExtension<'_>>)) {
    let (rest, record) = parse_tls_plaintext(bytes).unwrap();
    assert!(rest.is_empty(), "one record");
    let [TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello))] = record.msg.as_slice()
    else {
        panic!("{record:?}");
    };
    let extensions = hello.ext.map_or(Vec::new(), |ext| {
        parse_tls_client_hello_extensions(ext).unwrap().1
    });
    check(
        hello.version.0,
        hello.ciphers.iter().map(|suite| suite.0).collect(),
        extensions,
    );
}

#[test]
fn another_parser_reads_our_hello_of_every_version_as_it_is_meant() {
    use ProtocolVersion::{Ssl3, Tls10, Tls11, Tls12};
    for version in [Ssl3, Tls10, Tls11, Tls12] {
        let hello = Hello::new(version, usual_suites(), CURVES, Some("relay.example"));
        read(&hello.bytes(random()), |number, suites, extensions| {
            assert_eq!(
                (number, suites.as_slice()),
                (version.number(), usual_suites())
            );
            // SSL 3.0 has none
            assert_eq!(extensions.is_empty(), version == Ssl3);
            let has = |wanted: fn(&TlsExtension<'_>) -> bool| extensions.iter().any(wanted);
            assert_eq!(
                has(|e| matches!(e, TlsExtension::SNI(names) if names[0].1 == b"relay.example")),
                version != Ssl3
            );
            assert_eq!(
                has(|e| matches!(e, TlsExtension::SignatureAlgorithms(_))),
                version == Tls12
            );
        });
    }
}

#[test]
fn tls_1_3_is_asked_for_without_a_key_and_with_valid_ones() {
    read(&of_13(&[]).bytes(random()), |number, suites, extensions| {
        assert_eq!((number, suites.as_slice()), (0x0303, SUITES_13));
        let versions = extensions.iter().find_map(|e| match e {
            TlsExtension::SupportedVersions(versions) => {
                Some(versions.iter().map(|v| v.0).collect::<Vec<_>>())
            }
            _ => None,
        });
        assert_eq!(versions.unwrap(), [0x0304]);
        // an empty list, not a missing one: then the server asks for the group that it wants
        assert!(
            extensions
                .iter()
                .any(|e| matches!(e, TlsExtension::KeyShare([0, 0])))
        );
    });
    read(
        &of_13(&[29, 23, 24, 25, 4588]).bytes(random()),
        |_, _, extensions| {
            let shares = extensions.iter().find_map(|e| match e {
                TlsExtension::KeyShare(shares) => Some(*shares),
                _ => None,
            });
            let mut shares = &shares.unwrap()[2..];
            let mut sizes = Vec::new();
            while let [g0, g1, l0, l1, rest @ ..] = shares {
                let length = usize::from(u16::from_be_bytes([*l0, *l1]));
                sizes.push((u16::from_be_bytes([*g0, *g1]), length));
                shares = &rest[length..];
            }
            // RFC 8446 section 4.2.8.2; FIPS 203 table 3 and 32 bytes of X25519
            assert_eq!(
                sizes,
                [(29, 32), (23, 65), (24, 97), (25, 133), (4588, 1184 + 32)]
            );
        },
    );
}

#[test]
fn odd_hellos_differ_from_the_plain_one_only_as_they_should() {
    let plain = of_13(&[29]);
    let greasy = Hello {
        shape: HelloShape::Grease,
        ..plain.clone()
    };
    read(&greasy.bytes(random()), |_, suites, extensions| {
        let is_grease = |number: u16| number & 0x0F0F == 0x0A0A && number >> 8 == number & 0xFF;
        assert!(is_grease(suites[0]) && suites[1..] == *SUITES_13);
        let greased = extensions
            .iter()
            .filter(|e| matches!(e, TlsExtension::Grease(..)))
            .count();
        assert_eq!(greased, 2);
    });
    let split = Hello {
        shape: HelloShape::Split,
        ..plain.clone()
    };
    let (whole, split) = (plain.bytes(random()), split.bytes(random()));
    // the same message behind a second header
    let first = usize::from(u16::from_be_bytes([split[3], split[4]]));
    let (record, rest) = split.split_at(5 + first);
    assert_eq!([&record[5..], &rest[5..]].concat(), whole[5..]);
    assert!(
        of_13(&[4588]).bytes(random()).len() > 1460,
        "more than a segment"
    );
}

#[test]
fn every_suite_but_signals_is_in_exactly_one_list_and_each_hello_fits_a_segment() {
    let lists = [usual_suites(), rare_suites(), SUITES_13];
    for (number, name) in suites() {
        let times = lists
            .iter()
            .flat_map(|list| list.iter())
            .filter(|suite| **suite == number)
            .count();
        let is_signal = name.ends_with("_SCSV") || number == 0;
        assert_eq!(times, usize::from(!is_signal), "{name}");
    }
    for list in [usual_suites(), rare_suites()] {
        let hello = Hello::new(
            ProtocolVersion::Tls12,
            list,
            CURVES,
            Some("tr.teams.microsoft.com"),
        );
        assert!(hello.bytes(random()).len() < 1200);
    }
}

fn flight(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/data/flights/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

fn of_12() -> Hello {
    Hello::new(ProtocolVersion::Tls12, usual_suites(), CURVES, None)
}

#[test]
fn a_flight_answers_a_hello_that_offered_it_and_no_other() {
    let bytes = flight("tls12-ecdhe-rsa.bin");
    let HelloReply::Chosen(chosen) = HelloReply::of(&of_12(), &bytes, Ending::Enough) else {
        panic!("not taken");
    };
    assert_eq!(
        (chosen.version, chosen.flight.suite, chosen.flight.group),
        (ProtocolVersion::Tls12, Some(0xC030), Some(29))
    );
    assert!(is_complete(&of_12(), &bytes));
    // a version that was never offered
    let lower = Hello::new(ProtocolVersion::Tls11, usual_suites(), CURVES, None);
    let refused = HelloReply::of(&lower, &bytes, Ending::Enough);
    assert_eq!(
        refused,
        HelloReply::Refused(HelloRefusal::NotOffered(0x0303, 0xC030))
    );
    // a suite that was never offered
    let other = Hello {
        suites: vec![0x009C],
        ..of_12()
    };
    let refused = HelloReply::of(&other, &bytes, Ending::Enough);
    assert_eq!(
        refused,
        HelloReply::Refused(HelloRefusal::NotOffered(0x0303, 0xC030))
    );
}

#[test]
fn the_prime_and_the_scheme_of_a_finite_field_exchange_are_read() {
    let HelloReply::Chosen(chosen) =
        HelloReply::of(&of_12(), &flight("tls12-dhe-rsa.bin"), Ending::Enough)
    else {
        panic!("not taken");
    };
    // openssl s_server takes a group as strong as its key of 2048 bits, and signs with rsa_pss_rsae_sha256
    assert_eq!(
        (chosen.flight.dh_bits, chosen.flight.scheme),
        (Some(2048), Some(0x0804))
    );
}

#[test]
fn a_retry_request_names_version_suite_and_group() {
    let bytes = flight("tls13-retry.bin");
    let first = 5 + usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
    assert!(
        is_complete(&of_13(&[]), &bytes[..first]) && !is_complete(&of_13(&[]), &bytes[..first - 1])
    );
    let HelloReply::Chosen(chosen) = HelloReply::of(&of_13(&[]), &bytes[..first], Ending::Enough)
    else {
        panic!("not taken");
    };
    assert_eq!(
        (chosen.version, chosen.flight.group),
        (ProtocolVersion::Tls13, Some(24))
    );
}

#[test]
fn each_way_to_refuse_is_told_apart() {
    let refused = |bytes: &[u8], ending| match HelloReply::of(&of_12(), bytes, ending) {
        HelloReply::Refused(refusal) => refusal.to_string(),
        HelloReply::Chosen(chosen) => panic!("{chosen:?}"),
    };
    #[rustfmt::skip]
    let cases = [
        (&b""[..], Ending::Eof, "EOF"),
        (b"", Ending::Reset, "reset"),
        (b"", Ending::Limit, "silence"),
        (b"\x15\x03\x01\x00\x02\x02\x46", Ending::Enough, "alert protocol_version"),
        (b"\x15\x03\x01\x00\x02\x02\xC8", Ending::Enough, "alert 200"),
        (b"\x15\x03\x01\x00\x02\x01\x00", Ending::Eof, "EOF"),
        (b"\x16\x03\x03\x00\x51\x02", Ending::Limit, "an answer that broke off"),
        (b"HTTP/1.1 400 Bad Request\r\n", Ending::Eof, "HTTP: HTTP/1.1 400 Bad Request"),
        (b"\x00\x01", Ending::Flood, "bytes: 0001"),
    ];
    for (bytes, ending, wanted) in cases {
        assert_eq!(refused(bytes, ending), wanted);
    }
    assert_eq!(
        refused(&flight("tls10-ecdhe-rsa.bin"), Ending::Enough),
        "an answer in TLS 1.0 with TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
    );
}

// Hickman's draft, section 5.6: header, type, session id hit, type of certificate, version, three lengths
#[test]
fn a_hello_of_ssl_2_is_read_and_its_suites_are_named() {
    let ask = Hello::new(ProtocolVersion::Ssl2, &[], &[], None);
    let sent = ask.bytes(random());
    assert_eq!(
        (sent[0], usize::from(sent[1]), sent[2]),
        (0x80, sent.len() - 2, 1)
    );
    let body = [
        &[4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 4][..],
        b"DER",
        &[1, 0, 0x80, 7, 0, 0xC0],
        b"conn",
    ]
    .concat();
    let bytes = [&[0x80, u8::try_from(body.len()).unwrap()][..], &body].concat();
    assert!(is_complete(&ask, &bytes) && !is_complete(&ask, &bytes[..bytes.len() - 1]));
    let HelloReply::Chosen(chosen) = HelloReply::of(&ask, &bytes, Ending::Enough) else {
        panic!("not taken");
    };
    let names: Vec<_> = chosen
        .ssl2_suites
        .iter()
        .map(|suite| ssl2_suite_name(*suite))
        .collect();
    assert_eq!(
        names,
        [
            "SSL_CK_RC4_128_WITH_MD5",
            "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"
        ]
    );
    assert_eq!(chosen.flight.certificates, [b"DER".to_vec()]);
    // the same bytes answer no hello of TLS
    let refused = HelloReply::of(&of_12(), &bytes, Ending::Enough);
    assert!(matches!(
        refused,
        HelloReply::Refused(HelloRefusal::NotTls(FirstBytes::Binary(_)))
    ));
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_a_refusal_and_never_a_suite_that_was_not_offered(
        bytes in proptest::collection::vec(any::<u8>(), 0..400), start in 0..4_usize
    ) {
        let start: &[u8] = [&b""[..], b"\x16\x03\x03", b"\x16\x03\x03\x00\x60\x02\x00\x00\x5c\x03\x03", b"\x80\x40\x04"][start];
        let bytes = [start, &bytes].concat();
        for hello in [of_12(), of_13(&[]), Hello::new(ProtocolVersion::Ssl2, &[], &[], None)] {
            let _ = is_complete(&hello, &bytes);
            if let HelloReply::Chosen(chosen) = HelloReply::of(&hello, &bytes, Ending::Eof) {
                prop_assert!(hello.versions.contains(&chosen.version));
                prop_assert!(chosen.flight.suite.is_none_or(|suite| hello.suites.contains(&suite)));
            }
        }
    }
}
