//! Answers of name servers: the walk along the chain of CNAMEs. The first byte chooses the kind of
//! address; what follows are packets, each with its length in two bytes before it, as over TCP
//! (RFC 1035 section 4.2.2). Each answers the question that the one before it left open.

use std::net::IpAddr;

use turnprobe::record::Cname;
use turnprobe::wire::dns::{ChainStep, DnsQuestion, DnsReply, Family, MAX_CNAMES, walk};

use super::Target;

const ID: u16 = 0x1234;
const NAME: &str = "tr.example";

pub const TARGET: Target = Target {
    name: "dns",
    longest: 4_096,
    seeds,
    check,
};

/// Header, question for `tr.example`, `records` as they stand in a packet.
fn packet(family: u8, kind: u8, flags: [u8; 2], counts: [u8; 2], records: &[u8]) -> Vec<u8> {
    let mut out = vec![
        0x12, 0x34, flags[0], flags[1], 0, 1, 0, counts[0], 0, counts[1], 0, 0,
    ];
    out.extend(b"\x02tr\x07example\x00\x00");
    out.extend([kind, 0, 1]);
    out.extend(records);
    let length = u16::try_from(out.len()).unwrap().to_be_bytes();
    [&[family][..], &length, &out].concat()
}

fn seeds() -> Vec<Vec<u8>> {
    // tr.example CNAME x.example
    let alias = b"\xc0\x0c\0\x05\0\x01\0\0\0\0\0\x04\x01x\xc0\x0f";
    // x.example A 192.0.2.7, AAAA 2001:db8::7, CNAME tr.example
    let v4 = b"\xc0\x28\0\x01\0\x01\0\0\0\x0a\0\x04\xc0\0\x02\x07";
    let v6 = b"\xc0\x28\0\x1c\0\x01\0\0\0\x0a\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07";
    let back = b"\xc0\x28\0\x05\0\x01\0\0\0\x0a\0\x02\xc0\x0c";
    // the SOA of example
    let soa = b"\xc0\x0f\0\x06\0\x01\0\0\0\x0a\0\x18\x01n\xc0\x0f\x01h\xc0\x0f\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05";
    let [good, refused, missing] = [[0x81, 0x80], [0x81, 0x85], [0x81, 0x83]];
    let with = |second: &[u8]| [alias, second].concat();
    let mut all = vec![
        packet(0, 1, good, [2, 0], &with(v4)),
        packet(1, 0x1c, good, [2, 0], &with(v6)),
        packet(0, 1, good, [2, 0], &with(back)),
        packet(0, 1, refused, [0, 0], b""),
        packet(0, 1, missing, [0, 1], soa),
        packet(0, 1, [0x83, 0x80], [0, 0], b""),
        packet(0, 1, [0x81, 0x82], [1, 0], alias),
    ];
    // an alias alone, then the answer to the question for x.example
    let mut second = packet(
        0,
        1,
        good,
        [1, 0],
        b"\xc0\x0c\0\x01\0\x01\0\0\0\x0a\0\x04\xc0\0\x02\x07",
    );
    second.splice(15..18, *b"\x01x");
    second[2] -= 1;
    second.remove(0);
    all.push([packet(0, 1, good, [1, 0], alias), second].concat());
    all
}

fn check(bytes: &[u8]) {
    let [family, rest @ ..] = bytes else {
        return;
    };
    let mut rest = rest;
    let family = [Family::V4, Family::V6][usize::from(family % 2)];
    let mut chain = vec![link(NAME)];
    while let [high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(behind.len());
        let (packet, after) = behind.split_at(length);
        rest = after;
        // whatever stands in a chain can be asked for
        let last = chain.last().unwrap().name.clone();
        let question = DnsQuestion::new(&last, family).unwrap();
        let asked = question.encode(ID).unwrap();
        assert!(matches!(question.judge(ID, &asked), DnsReply::Stray(_)));
        match question.judge(ID, packet) {
            DnsReply::Stray(what) | DnsReply::Malformed(what) => {
                assert!(what.len() < 1_000, "{} bytes", what.len());
            }
            DnsReply::Truncated => {}
            DnsReply::Answer(answer) => {
                let before = chain.clone();
                let step = walk(&answer, family, &mut chain);
                holds(&chain, &before, family, &step);
                if step != ChainStep::Follow {
                    return;
                }
                assert!(chain.len() > before.len(), "the same would be asked again");
            }
        }
    }
}

fn link(name: &str) -> Cname {
    Cname {
        name: name.to_owned(),
        ttl: None,
    }
}

fn holds(chain: &[Cname], before: &[Cname], family: Family, step: &ChainStep) {
    assert!(chain.len() <= MAX_CNAMES + 1);
    for (at, link) in chain.iter().enumerate() {
        assert!(link.name.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(link.name.len() <= 4 * 255);
        let is_new = |other: &Cname| !other.name.eq_ignore_ascii_case(&link.name);
        assert!(chain[..at].iter().all(is_new), "{} twice", link.name);
        // only the end of the chain may be without
        assert!(link.ttl.is_some() || at + 1 == chain.len());
    }
    let names = |links: &[Cname]| links.iter().map(|l| l.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&chain[..before.len()]), names(before));
    if let ChainStep::Addresses(addresses) = step {
        assert!(!addresses.is_empty());
        assert!(chain.last().unwrap().ttl.is_some());
        let right = |address: &IpAddr| address.is_ipv4() == (family == Family::V4);
        assert!(addresses.iter().all(right));
    }
}
