//! DNS messages over hickory's codec: making a question, judging what came back, walking the
//! CNAME chain (RFC 1034 3.6.2, RFC 1035 4). Not here: sockets, servers, limits (`net::dns`).

mod decode;
mod name;

use std::net::IpAddr;

use hickory_resolver::proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::{DNSClass, Name, RData, Record, RecordType};

use crate::record::Cname;

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
pub struct DnsQuestion {
    name: Name,
    family: Family,
}

/// What one packet from the server is to the question.
#[derive(Debug)]
pub enum DnsReply {
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
pub enum ChainStep {
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

impl DnsQuestion {
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
    pub fn judge(&self, id: u16, packet: &[u8]) -> DnsReply {
        let [hi, lo, flags, ..] = *packet else {
            return DnsReply::Stray(format!("{} bytes", packet.len()));
        };
        if u16::from_be_bytes([hi, lo]) != id {
            return DnsReply::Stray(format!("{} bytes with another id", packet.len()));
        }
        if flags & 0x80 == 0 {
            return DnsReply::Stray("a question".to_owned());
        }
        let message = match decode::message(packet) {
            Ok(message) => message,
            // a truncated packet may end in the middle of a record
            Err(_) if flags & 0x02 != 0 => return DnsReply::Truncated,
            Err(error) => {
                return DnsReply::Malformed(format!("{} bytes, {error}", packet.len()));
            }
        };
        if !self.is_asked_by(&message) {
            return DnsReply::Stray("an answer to another question".to_owned());
        }
        if message.metadata.truncation {
            return DnsReply::Truncated;
        }
        DnsReply::Answer(Box::new(message))
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
pub fn walk(answer: &Message, family: Family, chain: &mut Vec<Cname>) -> ChainStep {
    let failure = match answer.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => None,
        ResponseCode::Refused => return ChainStep::Refused,
        // bind9 answers a circle with SERVFAIL and the circle itself
        code => Some(ChainStep::Failure(code_name(code))),
    };
    let Some(mut name) = chain.last().and_then(|link| name::from_text(&link.name)) else {
        return ChainStep::Failure("a name that cannot be followed".to_owned());
    };
    let mut seen: Vec<Name> = chain
        .iter()
        .filter_map(|link| name::from_text(&link.name))
        .collect();
    let start = chain.len();
    loop {
        let of_name = |record: &&Record| record.name == name;
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
                return ChainStep::Loop(format!("{shown} comes a second time"));
            }
            // the first name is no alias of another
            if chain.len() > MAX_CNAMES {
                return ChainStep::Loop(format!("more than {MAX_CNAMES} CNAMEs"));
            }
            chain.push(Cname {
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
            return ChainStep::Addresses(addresses);
        }
        if denies(answer) {
            return ChainStep::NxDomain;
        }
        if let Some(why) = lame(answer) {
            return ChainStep::Failure(why);
        }
        let denied = answer
            .authorities
            .iter()
            .any(|r| matches!(r.data, RData::SOA(_)));
        return if denied || chain.len() == start {
            ChainStep::NoData
        } else {
            ChainStep::Follow
        };
    }
}

/// Whether an answer says that there is no such name, whatever stands in it.
pub fn denies(answer: &Message) -> bool {
    answer.metadata.response_code == ResponseCode::NXDomain
}

/// Why a server that answered without an error has said nothing of the name: it neither serves it nor
/// asks on behalf of others (RFC 1034 4.3.1), and at most names others who may know.
fn lame(answer: &Message) -> Option<String> {
    let of_kind = |kind| move |record: &&Record| record.record_type() == kind;
    let mut authorities = answer.authorities.iter();
    let knows = !answer.answers.is_empty()
        || answer.metadata.authoritative
        || answer.metadata.recursion_available
        || authorities.any(|record| of_kind(RecordType::SOA)(&record));
    if knows {
        return None;
    }
    let zone = answer.authorities.iter().find(of_kind(RecordType::NS));
    Some(match zone {
        None => "nothing, as it serves neither the name nor recursion".to_owned(),
        Some(zone) => {
            let to = match name::to_text(&zone.name) {
                root if root == "." => "the root".to_owned(),
                zone => zone,
            };
            format!("a referral to {to}: this server does not resolve for this machine")
        }
    })
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
mod tests;
