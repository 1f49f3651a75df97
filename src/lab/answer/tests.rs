//! Answers as values, without sockets.

use super::*;
use crate::lab::world::{LoopbackAddresses, relays};

fn names() -> LabNames {
    LabNames::new(&relays(LoopbackAddresses::Own)).unwrap()
}

fn query(name: &str, kind: RecordType) -> Message {
    let mut message = Message::query();
    message.metadata.id = 4711;
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    message
}

fn lines(records: &[Record]) -> Vec<String> {
    records
        .iter()
        .map(|r| format!("{} {} {}", r.name, r.ttl, r.data))
        .collect()
}

// Chain and TTLs of the reference.
#[test]
fn the_chain_is_that_of_the_reference() {
    let answer = names()
        .answer(&query("TR.teams.microsoft.com.", RecordType::A), 3, None)
        .unwrap();
    let wanted = [
        "TR.teams.microsoft.com. 0 worldaz.tr.teams.microsoft.com.",
        "worldaz.tr.teams.microsoft.com. 0 worldaz.tr.teams.trafficmanager.net.",
        "worldaz.tr.teams.trafficmanager.net. 0 a-tr-teasc-euwe-04.westeurope.cloudapp.azure.com.",
        "a-tr-teasc-euwe-04.westeurope.cloudapp.azure.com. 10 127.0.0.24",
    ];
    assert_eq!(lines(&answer.answers), wanted);
    assert!(answer.recursion_available && answer.recursion_desired);
    assert_eq!(
        (answer.id, answer.response_code),
        (4711, ResponseCode::NoError)
    );
}

#[test]
fn other_types_get_the_chain_and_the_soa_of_the_region() {
    for kind in [RecordType::AAAA, RecordType::HTTPS, RecordType::TXT] {
        let answer = names()
            .answer(&query("tr.teams.microsoft.com.", kind), 3, None)
            .unwrap();
        assert_eq!(answer.answers.len(), 3);
        assert_eq!(answer.response_code, ResponseCode::NoError);
        let [soa] = &answer.authorities[..] else {
            panic!()
        };
        assert_eq!(soa.record_type(), RecordType::SOA);
        assert_eq!(soa.name.to_ascii(), "westeurope.cloudapp.azure.com.");
        assert_eq!(soa.ttl, 36);
    }
}

#[test]
fn every_name_of_teams_starts_the_chain_and_those_of_the_chain_shorten_it() {
    let count = |name| {
        names()
            .answer(&query(name, RecordType::A), 0, None)
            .unwrap()
            .answers
            .len()
    };
    assert_eq!(count("eu.tr.teams.microsoft.com."), 4);
    assert_eq!(count("gateway-eu.az.relay.teams.cloud.microsoft."), 4);
    assert_eq!(count("worldaz.tr.teams.microsoft.com."), 3);
    assert_eq!(count("worldaz.tr.teams.trafficmanager.net."), 2);
    assert_eq!(
        count("b-tr-teasc-euno-05.northeurope.cloudapp.azure.com."),
        1
    );
}

#[test]
fn a_relays_own_name_has_its_own_address_whoever_is_next() {
    let name = "b-tr-teasc-euno-05.NORTHEUROPE.cloudapp.azure.com.";
    let answer = names()
        .answer(&query(name, RecordType::A), 7, None)
        .unwrap();
    assert_eq!(lines(&answer.answers), [format!("{name} 10 127.0.0.22")]);
    let answer = names()
        .answer(&query(name, RecordType::AAAA), 7, None)
        .unwrap();
    assert_eq!(
        answer.authorities[0].name.to_ascii(),
        "northeurope.cloudapp.azure.com."
    );
}

#[test]
fn strange_names_do_not_exist() {
    for name in [
        "example.org.",
        ".",
        "teams.microsoft.com.",
        "x.cloudapp.azure.com.",
    ] {
        let answer = names()
            .answer(&query(name, RecordType::A), 0, None)
            .unwrap();
        assert_eq!(answer.response_code, ResponseCode::NXDomain);
        assert!(answer.answers.is_empty());
        assert_eq!(answer.authorities.len(), 1, "{name}");
    }
}

#[test]
fn what_is_no_plain_query_is_rejected() {
    let good = query("tr.teams.microsoft.com.", RecordType::A);
    assert!(rejection(&good).is_none());
    let mut two = good.clone();
    two.add_query(good.queries[0].clone());
    assert_eq!(
        rejection(&two).unwrap().response_code,
        ResponseCode::FormErr
    );
    let mut chaos = good.clone();
    chaos.queries[0].set_query_class(DNSClass::CH);
    assert_eq!(
        rejection(&chaos).unwrap().response_code,
        ResponseCode::Refused
    );
    let mut status = good;
    status.metadata.op_code = OpCode::Status;
    assert_eq!(
        rejection(&status).unwrap().response_code,
        ResponseCode::NotImp
    );
    assert_eq!(format_error(&[1, 2, 3]), None);
    assert_eq!(format_error(&[0xFF; 12]), None);
    let error = format_error(&[0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0]).unwrap();
    let error = Message::from_vec(&error).unwrap();
    assert_eq!(
        (error.id, error.response_code),
        (0x1234, ResponseCode::FormErr)
    );
}

#[test]
fn an_answer_that_is_too_long_for_udp_is_truncated() {
    let request = query("tr.teams.microsoft.com.", RecordType::A);
    let mut answer = names().answer(&request, 0, None).unwrap();
    for _ in 0..40 {
        let record = answer.answers[3].clone();
        answer.add_answer(record);
    }
    let udp = encode(&request, &answer, QueryTransport::Udp).unwrap();
    assert!(Message::from_vec(&udp).unwrap().truncation && udp.len() <= 512);
    assert!(
        encode(&request, &answer, QueryTransport::Tcp)
            .unwrap()
            .len()
            > 512
    );
    let mut large = request;
    large
        .set_edns(Edns::new())
        .edns
        .as_mut()
        .unwrap()
        .set_max_payload(4096);
    assert!(encode(&large, &answer, QueryTransport::Udp).unwrap().len() > 512);
}

#[test]
fn the_malformed_answer_has_the_right_id_and_cannot_be_decoded() {
    for edns in [None, Some(Edns::new())] {
        let mut request = query("tr.teams.microsoft.com.", RecordType::A);
        request.edns = edns;
        let bytes = malformed(&request).unwrap();
        assert_eq!(bytes[..2], 4711_u16.to_be_bytes());
        assert_eq!(bytes[12..36], request.to_vec().unwrap()[12..36]);
        assert!(Message::from_vec(&bytes).is_err());
    }
}
