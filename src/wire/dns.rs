//! DNS messages over hickory's codec: making a question, judging what came back, walking the
//! CNAME chain (RFC 1034 3.6.2, RFC 1035 4). Not here: sockets, servers, limits (`net::dns`).

mod name;

use std::net::IpAddr;

use hickory_resolver::proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::{DNSClass, Name, RData, RecordType};

use crate::record::Link;

/// CNAME records that a chain may have before it counts as endless.
pub const MAX_CNAMES: usize = 32;

/// Kind of address that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// A records.
    V4,
    /// AAAA records.
    V6,
}

impl Family {
    fn record_type(self) -> RecordType {
        match self {
            Self::V4 => RecordType::A,
            Self::V6 => RecordType::AAAA,
        }
    }
}

/// A question: one name, one kind of address.
#[derive(Debug, Clone)]
pub struct Question {
    name: Name,
    family: Family,
}

/// What one packet from the server is to the question.
#[derive(Debug)]
pub enum Reply {
    /// Not an answer to this question, with what it was: wait on.
    Stray(String),
    /// From the right server with the right number, but unusable.
    Malformed(String),
    /// Cut off by the server: ask again over TCP.
    Truncated,
    /// An answer.
    Answer(Box<Message>),
}

/// Where a chain stands after an answer was walked.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// The addresses at its end.
    Addresses(Vec<IpAddr>),
    /// It ends at a name about which nothing was said: ask for that one.
    Follow,
    /// The name at its end has no address of this kind.
    NoData,
    /// The name at its end does not exist.
    NxDomain,
    /// It runs in a circle, or too far.
    Loop(String),
    /// The server refuses to answer.
    Refused,
    /// The server reports another error, by its name.
    Failure(String),
}

impl Question {
    /// A question for the addresses of a name.
    ///
    /// # Errors
    ///
    /// When the text is no DNS name.
    pub fn new(name: &str, family: Family) -> Result<Self, String> {
        let name = name::from_text(name).ok_or_else(|| "is no DNS name".to_owned())?;
        Ok(Self { name, family })
    }

    /// The packet that asks it. No EDNS, as the systems' own stub resolvers do: a longer answer
    /// comes over TCP, and servers that know no EDNS answer too.
    ///
    /// # Errors
    ///
    /// When the name cannot be encoded.
    pub fn encode(&self, id: u16) -> Result<Vec<u8>, String> {
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.add_query(Query::query(self.name.clone(), self.family.record_type()));
        message.to_vec().map_err(|error| error.to_string())
    }

    /// Judges a packet that came from the server.
    pub fn judge(&self, id: u16, packet: &[u8]) -> Reply {
        let [hi, lo, flags, ..] = *packet else {
            return Reply::Stray(format!("{} bytes", packet.len()));
        };
        if u16::from_be_bytes([hi, lo]) != id {
            return Reply::Stray(format!("{} bytes with another id", packet.len()));
        }
        if flags & 0x80 == 0 {
            return Reply::Stray("a question".to_owned());
        }
        let message = match Message::from_vec(packet) {
            Ok(message) => message,
            // a truncated packet may end in the middle of a record
            Err(_) if flags & 0x02 != 0 => return Reply::Truncated,
            Err(error) => {
                return Reply::Malformed(format!("{} bytes, {error}", packet.len()));
            }
        };
        if !self.is_asked_by(&message) {
            return Reply::Stray("an answer to another question".to_owned());
        }
        if message.metadata.truncation {
            return Reply::Truncated;
        }
        Reply::Answer(Box::new(message))
    }

    /// Whether the message repeats this question. Servers may leave the question out of an error.
    fn is_asked_by(&self, message: &Message) -> bool {
        match message.queries.as_slice() {
            [] => message.metadata.response_code != ResponseCode::NoError,
            [query] => {
                query.name() == &self.name
                    && query.query_type() == self.family.record_type()
                    && query.query_class() == DNSClass::IN
            }
            _ => false,
        }
    }
}

/// Follows the chain through an answer, from its last name on, and adds what it passes, also of
/// an answer that reports a failure at its end.
pub fn walk(answer: &Message, family: Family, chain: &mut Vec<Link>) -> Step {
    let failure = match answer.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => None,
        ResponseCode::Refused => return Step::Refused,
        // bind9 answers a circle with SERVFAIL and the circle itself
        code => Some(Step::Failure(code_name(code))),
    };
    let Some(mut name) = chain.last().and_then(|link| name::from_text(&link.name)) else {
        return Step::Failure("a name that cannot be followed".to_owned());
    };
    let mut seen: Vec<Name> = chain
        .iter()
        .filter_map(|link| name::from_text(&link.name))
        .collect();
    let start = chain.len();
    loop {
        let of_name = |record: &&hickory_resolver::proto::rr::Record| record.name == name;
        let alias = answer
            .answers
            .iter()
            .filter(of_name)
            .find_map(|record| match &record.data {
                RData::CNAME(target) => Some((target.0.clone(), record.ttl)),
                _ => None,
            });
        if let Some((target, ttl)) = alias {
            if let Some(link) = chain.last_mut() {
                link.ttl = Some(ttl);
            }
            let shown = name::to_text(&target);
            if seen.contains(&target) {
                return Step::Loop(format!("{shown} comes a second time"));
            }
            // the first name is no alias of another
            if chain.len() > MAX_CNAMES {
                return Step::Loop(format!("more than {MAX_CNAMES} CNAMEs"));
            }
            chain.push(Link {
                name: shown,
                ttl: None,
            });
            seen.push(target.clone());
            name = target;
            continue;
        }
        if let Some(failure) = failure {
            return failure;
        }
        let mut addresses = Vec::new();
        for record in answer.answers.iter().filter(of_name) {
            let address = match (&record.data, family) {
                (RData::A(a), Family::V4) => IpAddr::V4(a.0),
                (RData::AAAA(a), Family::V6) => IpAddr::V6(a.0),
                _ => continue,
            };
            if let Some(link) = chain.last_mut() {
                // the first record's; a second question for the other kind leaves it
                link.ttl.get_or_insert(record.ttl);
            }
            addresses.push(address);
        }
        if !addresses.is_empty() {
            return Step::Addresses(addresses);
        }
        if answer.metadata.response_code == ResponseCode::NXDomain {
            return Step::NxDomain;
        }
        // RFC 1034 4.3.1: a server that neither knows nor asks on behalf of others
        let lame = answer.answers.is_empty()
            && answer.authorities.is_empty()
            && !answer.metadata.authoritative
            && !answer.metadata.recursion_available;
        if lame {
            return Step::Failure(
                "nothing, as it serves neither the name nor recursion".to_owned(),
            );
        }
        let denied = answer
            .authorities
            .iter()
            .any(|r| matches!(r.data, RData::SOA(_)));
        return if denied || chain.len() == start {
            Step::NoData
        } else {
            Step::Follow
        };
    }
}

/// The mnemonic of a response code (IANA "DNS RCODEs").
fn code_name(code: ResponseCode) -> String {
    match code {
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        other => format!("RCODE {}", u16::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer of bind9 to `tr.example A`, typed by hand from RFC 1035's layout:
    /// tr.example CNAME(0) x.example, x.example A(10) 192.0.2.7.
    const ANSWER: &[u8] = &[
        0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, // header
        2, b't', b'r', 7, b'e', b'x', b'a', b'm', b'p', b'l', b'e', 0, 0, 1, 0, 1, // question
        0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, 4, 1, b'x', 0xc0, 15, // CNAME
        0xc0, 40, 0, 1, 0, 1, 0, 0, 0, 10, 0, 4, 192, 0, 2, 7, // A
    ];

    fn question() -> Question {
        Question::new("TR.example", Family::V4).unwrap()
    }

    fn start() -> Vec<Link> {
        vec![Link {
            name: "tr.example".to_owned(),
            ttl: None,
        }]
    }

    #[test]
    fn a_question_is_encoded_as_rfc_1035_lays_it_out() {
        let mut expected = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
        expected.extend_from_slice(&ANSWER[12..28]);
        let question = Question::new("tr.example", Family::V4).unwrap();
        assert_eq!(question.encode(0x1234).unwrap(), expected);
    }

    #[test]
    fn the_chain_is_walked_with_every_ttl() {
        let Reply::Answer(answer) = question().judge(0x1234, ANSWER) else {
            panic!("no answer")
        };
        let mut chain = start();
        let step = walk(&answer, Family::V4, &mut chain);
        assert_eq!(step, Step::Addresses(vec!["192.0.2.7".parse().unwrap()]));
        let links: Vec<_> = chain.iter().map(|l| (l.name.as_str(), l.ttl)).collect();
        assert_eq!(links, [("tr.example", Some(0)), ("x.example", Some(10))]);
    }

    #[test]
    fn an_answer_that_ends_at_the_first_alias_is_followed_but_a_denied_one_is_not() {
        let Reply::Answer(mut answer) = question().judge(0x1234, ANSWER) else {
            panic!()
        };
        answer.answers.truncate(1);
        assert_eq!(walk(&answer, Family::V4, &mut start()), Step::Follow);
        answer.metadata.response_code = ResponseCode::NXDomain;
        assert_eq!(walk(&answer, Family::V4, &mut start()), Step::NxDomain);
        answer.answers.clear();
        answer.metadata.response_code = ResponseCode::NoError;
        assert_eq!(walk(&answer, Family::V4, &mut start()), Step::NoData);
    }

    #[test]
    fn a_circle_is_a_loop_whatever_the_case_of_its_names() {
        let Reply::Answer(mut answer) = question().judge(0x1234, ANSWER) else {
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
            Step::Loop(_)
        ));
    }

    #[test]
    fn a_failure_at_the_end_of_a_chain_keeps_the_chain_and_a_circle_in_it_is_a_loop() {
        let Reply::Answer(mut answer) = question().judge(0x1234, ANSWER) else {
            panic!()
        };
        answer.metadata.response_code = ResponseCode::ServFail;
        answer.answers.truncate(1);
        let mut chain = start();
        let step = walk(&answer, Family::V4, &mut chain);
        assert_eq!(step, Step::Failure("SERVFAIL".to_owned()));
        assert_eq!((chain.len(), chain[0].ttl), (2, Some(0)));
        let mut back = answer.answers[0].clone();
        back.data = RData::CNAME(hickory_resolver::proto::rr::rdata::CNAME(back.name.clone()));
        answer.answers = vec![back];
        assert!(matches!(
            walk(&answer, Family::V4, &mut start()),
            Step::Loop(_)
        ));
    }

    #[test]
    fn thirty_two_cnames_are_followed_and_the_thirty_third_is_a_loop() {
        let Reply::Answer(mut answer) = question().judge(0x1234, ANSWER) else {
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
            assert_eq!(matches!(step, Step::Loop(_)), is_loop, "{cnames}: {step:?}");
        }
    }

    #[test]
    fn foreign_packets_are_strays_and_broken_ones_are_malformed() {
        let stray = |packet: &[u8]| matches!(question().judge(0x1234, packet), Reply::Stray(_));
        assert!(stray(b""));
        assert!(stray(b"xy"));
        assert!(matches!(question().judge(0x4321, ANSWER), Reply::Stray(_)));
        let mut other = ANSWER.to_vec();
        other[13] = b'q';
        assert!(stray(&other));
        let mut query = ANSWER.to_vec();
        query[2] = 0x01;
        assert!(stray(&query));
        assert!(matches!(
            question().judge(0x1234, &ANSWER[..50]),
            Reply::Malformed(_)
        ));
        let mut cut = ANSWER[..50].to_vec();
        cut[2] |= 0x02;
        assert!(matches!(question().judge(0x1234, &cut), Reply::Truncated));
    }

    #[test]
    fn no_truncation_of_an_answer_panics_or_passes_for_whole() {
        for end in 0..ANSWER.len() {
            assert!(!matches!(
                question().judge(0x1234, &ANSWER[..end]),
                Reply::Answer(_)
            ));
        }
    }
}
