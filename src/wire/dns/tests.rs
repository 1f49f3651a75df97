//! Questions, judgements and the walk, by packets typed by hand.

use super::*;

/// An answer of bind9 to `tr.example A`, typed by hand from RFC 1035's layout:
/// tr.example CNAME(0) x.example, x.example A(10) 192.0.2.7.
const ANSWER: &[u8] = &[
    0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, // header
    2, b't', b'r', 7, b'e', b'x', b'a', b'm', b'p', b'l', b'e', 0, 0, 1, 0, 1, // question
    0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, 4, 1, b'x', 0xc0, 15, // CNAME
    0xc0, 40, 0, 1, 0, 1, 0, 0, 0, 10, 0, 4, 192, 0, 2, 7, // A
];

fn question() -> DnsQuestion {
    DnsQuestion::new("TR.example", Family::V4).unwrap()
}

fn start() -> Vec<Cname> {
    vec![Cname {
        name: "tr.example".to_owned(),
        ttl: None,
    }]
}

#[test]
fn a_question_is_encoded_as_rfc_1035_lays_it_out() {
    let mut expected = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
    expected.extend_from_slice(&ANSWER[12..28]);
    let question = DnsQuestion::new("tr.example", Family::V4).unwrap();
    assert_eq!(question.encode(0x1234).unwrap(), expected);
}

#[test]
fn the_chain_is_walked_with_every_ttl() {
    let DnsReply::Answer(answer) = question().judge(0x1234, ANSWER) else {
        panic!("no answer")
    };
    let mut chain = start();
    let step = walk(&answer, Family::V4, &mut chain);
    assert_eq!(
        step,
        ChainStep::Addresses(vec!["192.0.2.7".parse().unwrap()])
    );
    let links: Vec<_> = chain.iter().map(|l| (l.name.as_str(), l.ttl)).collect();
    assert_eq!(links, [("tr.example", Some(0)), ("x.example", Some(10))]);
}

#[test]
fn an_answer_that_ends_at_the_first_alias_is_followed_but_a_denied_one_is_not() {
    let DnsReply::Answer(mut answer) = question().judge(0x1234, ANSWER) else {
        panic!()
    };
    answer.answers.truncate(1);
    assert_eq!(walk(&answer, Family::V4, &mut start()), ChainStep::Follow);
    answer.metadata.response_code = ResponseCode::NXDomain;
    assert_eq!(walk(&answer, Family::V4, &mut start()), ChainStep::NxDomain);
    answer.answers.clear();
    answer.metadata.response_code = ResponseCode::NoError;
    assert_eq!(walk(&answer, Family::V4, &mut start()), ChainStep::NoData);
}

#[test]
fn a_circle_is_a_loop_whatever_the_case_of_its_names() {
    let DnsReply::Answer(mut answer) = question().judge(0x1234, ANSWER) else {
        panic!()
    };
    answer.answers.truncate(1);
    let mut back = answer.answers[0].clone();
    back.name = Name::from_ascii("x.example.").unwrap();
    back.data = RData::CNAME(hickory_resolver::proto::rr::rdata::CNAME(
        Name::from_ascii("TR.EXAMPLE.").unwrap(),
    ));
    answer.answers.push(back);
    assert!(matches!(
        walk(&answer, Family::V4, &mut start()),
        ChainStep::Loop(_)
    ));
}

#[test]
fn a_failure_at_the_end_of_a_chain_keeps_the_chain_and_a_circle_in_it_is_a_loop() {
    let DnsReply::Answer(mut answer) = question().judge(0x1234, ANSWER) else {
        panic!()
    };
    answer.metadata.response_code = ResponseCode::ServFail;
    answer.answers.truncate(1);
    let mut chain = start();
    let step = walk(&answer, Family::V4, &mut chain);
    assert_eq!(step, ChainStep::Failure("SERVFAIL".to_owned()));
    assert_eq!((chain.len(), chain[0].ttl), (2, Some(0)));
    let mut back = answer.answers[0].clone();
    back.data = RData::CNAME(hickory_resolver::proto::rr::rdata::CNAME(back.name.clone()));
    answer.answers = vec![back];
    assert!(matches!(
        walk(&answer, Family::V4, &mut start()),
        ChainStep::Loop(_)
    ));
}

#[test]
fn thirty_two_cnames_are_followed_and_the_thirty_third_is_a_loop() {
    let DnsReply::Answer(mut answer) = question().judge(0x1234, ANSWER) else {
        panic!()
    };
    let [alias, address] = [0, 1].map(|at| answer.answers[at].clone());
    let name = |n: usize| match n {
        0 => Name::from_ascii("tr.example.").unwrap(),
        n => Name::from_ascii(format!("n{n}.example.")).unwrap(),
    };
    for (cnames, is_loop) in [(32, false), (33, true)] {
        answer.answers.clear();
        for n in 0..cnames {
            let mut record = alias.clone();
            record.name = name(n);
            record.data = RData::CNAME(hickory_resolver::proto::rr::rdata::CNAME(name(n + 1)));
            answer.answers.push(record);
        }
        let mut end = address.clone();
        end.name = name(cnames);
        answer.answers.push(end);
        let step = walk(&answer, Family::V4, &mut start());
        assert_eq!(
            matches!(step, ChainStep::Loop(_)),
            is_loop,
            "{cnames}: {step:?}"
        );
    }
}

#[test]
fn foreign_packets_are_strays_and_broken_ones_are_malformed() {
    let stray = |packet: &[u8]| matches!(question().judge(0x1234, packet), DnsReply::Stray(_));
    assert!(stray(b""));
    assert!(stray(b"xy"));
    assert!(matches!(
        question().judge(0x4321, ANSWER),
        DnsReply::Stray(_)
    ));
    let mut other = ANSWER.to_vec();
    other[13] = b'q';
    assert!(stray(&other));
    let mut query = ANSWER.to_vec();
    query[2] = 0x01;
    assert!(stray(&query));
    assert!(matches!(
        question().judge(0x1234, &ANSWER[..50]),
        DnsReply::Malformed(_)
    ));
    let mut cut = ANSWER[..50].to_vec();
    cut[2] |= 0x02;
    assert!(matches!(
        question().judge(0x1234, &cut),
        DnsReply::Truncated
    ));
}

#[test]
fn no_truncation_of_an_answer_panics_or_passes_for_whole() {
    for end in 0..ANSWER.len() {
        assert!(!matches!(
            question().judge(0x1234, &ANSWER[..end]),
            DnsReply::Answer(_)
        ));
    }
}

/// The answer with another record behind it, of which only the header's count says the section.
fn with(section: usize, record: &[u8]) -> Vec<u8> {
    let mut packet = [ANSWER, record].concat();
    packet[7 + 2 * section] += 1;
    packet
}

fn walked(packet: &[u8]) -> (ChainStep, Vec<Option<u32>>) {
    let DnsReply::Answer(answer) = question().judge(0x1234, packet) else {
        panic!("no answer")
    };
    let mut chain = start();
    let step = walk(&answer, Family::V4, &mut chain);
    (step, chain.iter().map(|link| link.ttl).collect())
}

#[test]
fn what_is_broken_behind_the_answers_does_not_spoil_them() {
    let good = walked(ANSWER);
    // an OPT whose owner is no root, an A of three bytes, a name that points at itself, a count too high
    for record in [
        &b"\x01x\0\0\x29\x10\0\0\0\0\0\0\0"[..],
        b"\xc0\x0c\0\x01\0\x01\0\0\0\x0a\0\x03\x01\x02\x03",
        b"\xc0\x48\0\x01\0\x01\0\0\0\x0a\0\x04\x01\x02\x03\x04",
        b"",
    ] {
        for section in [1, 2] {
            assert_eq!(walked(&with(section, record)), good, "{section} {record:?}");
        }
    }
    // a record of another kind that says nothing readable, among the answers
    assert_eq!(
        walked(&with(0, b"\xc0\x0c\0\x2e\0\x01\0\0\0\x0a\0\x01\xff")),
        good
    );
}

#[test]
fn a_record_of_another_class_is_none() {
    let mut chaos = ANSWER.to_vec();
    chaos[28 + 16 + 5] = 3;
    assert_eq!(walked(&chaos), (ChainStep::Follow, vec![Some(0), None]));
    let mut chaos = ANSWER.to_vec();
    chaos[28 + 5] = 3;
    assert_eq!(walked(&chaos), (ChainStep::NoData, vec![None]));
}

#[test]
fn a_ttl_with_the_top_bit_set_is_zero() {
    for (top, ttl) in [(0x80, 0), (0xff, 0), (0x7f, 0x7f00_000a)] {
        let mut packet = ANSWER.to_vec();
        packet[28 + 16 + 6] = top;
        assert_eq!(walked(&packet).1, [Some(0), Some(ttl)]);
    }
}

/// An answer without records but these authorities of type NS, with flags.
fn referral(flags: [u8; 2], zones: &[&[u8]]) -> Vec<u8> {
    let mut packet = ANSWER[..28].to_vec();
    packet[2..4].copy_from_slice(&flags);
    packet[7] = 0;
    packet[9] = u8::try_from(zones.len()).unwrap();
    for zone in zones {
        packet.extend([zone, &b"\0\x02\0\x01\0\0\0\x0a\0\x04\x01a\xc0\x0f"[..]].concat());
    }
    packet
}

#[test]
fn a_referral_says_nothing_of_the_name() {
    let root = referral([0x81, 0], &[b"\0"]);
    let ChainStep::Failure(why) = walked(&root).0 else {
        panic!("no failure")
    };
    assert_eq!(
        why,
        "a referral to the root: this server does not resolve for this machine"
    );
    let below = walked(&referral([0x81, 0], &[b"\xc0\x0f"])).0;
    assert!(
        matches!(&below, ChainStep::Failure(why) if why.contains("to example:")),
        "{below:?}"
    );
    let nothing = walked(&referral([0x81, 0], &[])).0;
    assert!(matches!(nothing, ChainStep::Failure(_)));
    // one that serves the name, or asks on behalf of others, has said that there is nothing
    assert_eq!(walked(&referral([0x85, 0], &[b"\0"])).0, ChainStep::NoData);
    assert_eq!(
        walked(&referral([0x81, 0x80], &[b"\0"])).0,
        ChainStep::NoData
    );
}
