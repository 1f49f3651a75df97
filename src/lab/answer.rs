//! What the lab's name server answers: query to answer, with hickory's codec. No sockets, no time.

use hickory_resolver::proto::ProtoError;
use hickory_resolver::proto::op::{
    Edns, Message, MessageType, Metadata, OpCode, Query, ResponseCode,
};
use hickory_resolver::proto::rr::rdata::{A, CNAME, SOA};
use hickory_resolver::proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::fault::Fault;
use super::world::{self, LabRelay};

const TTL_CNAME: u32 = 0;
const TTL_A: u32 = 10;
const TTL_SOA: u32 = 36;

/// The largest answer over UDP to a client that does not say that it takes more (RFC 1035 4.2.1).
const PLAIN_UDP: usize = 512;
/// The largest answer over UDP at all, as most servers have it since 2020.
const LARGEST_UDP: u16 = 1232;

/// How a query came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueryTransport {
    Udp,
    Tcp,
}

/// What a name is to the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KnownName {
    /// A name of Teams: the chain starts here, and with it a probe.
    Start,
    /// The second name of the chain.
    Entry,
    /// The third name of the chain.
    Balancer,
    /// The relay of that number.
    Relay(usize),
    /// None of the lab's.
    Unknown,
}

/// The names of the world in the codec's form.
pub(super) struct LabNames {
    entry: Name,
    balancer: Name,
    zones: Vec<Name>,
    relays: Vec<(Name, LabRelay)>,
    hosts: Name,
    mailbox: Name,
}

impl LabNames {
    pub(super) fn new(relays: &[LabRelay]) -> Result<Self, ProtoError> {
        let named = |relay: &LabRelay| Ok((Name::from_ascii(&relay.name)?, relay.clone()));
        Ok(Self {
            entry: Name::from_ascii(world::ENTRY)?,
            balancer: Name::from_ascii(world::BALANCER)?,
            zones: world::TEAMS_ZONES
                .iter()
                .map(Name::from_ascii)
                .collect::<Result<_, _>>()?,
            relays: relays
                .iter()
                .map(named)
                .collect::<Result<_, ProtoError>>()?,
            hosts: Name::from_ascii("ns1-04.azure-dns.com.")?,
            mailbox: Name::from_ascii("azuredns-hostmaster.microsoft.com.")?,
        })
    }

    /// What the name is.
    pub(super) fn asked(&self, name: &Name) -> KnownName {
        if *name == self.entry {
            return KnownName::Entry;
        }
        if *name == self.balancer {
            return KnownName::Balancer;
        }
        if let Some(number) = self.relays.iter().position(|(relay, _)| relay == name) {
            return KnownName::Relay(number);
        }
        if self
            .zones
            .iter()
            .any(|zone| zone.zone_of(name) && zone != name)
        {
            return KnownName::Start;
        }
        KnownName::Unknown
    }

    /// The answer to a query, whose chain ends at that relay; `None`: there is no answer.
    pub(super) fn answer(
        &self,
        request: &Message,
        relay: usize,
        fault: Option<Fault>,
    ) -> Option<Message> {
        let mut answer = response(request);
        let [query] = request.queries.as_slice() else {
            return None;
        };
        let (_, relay_data) = self.relays.get(relay)?;
        let name = query.name();
        match fault {
            Some(Fault::DnsTimeout) => return None,
            Some(Fault::DnsServfail) => answer.metadata.response_code = ResponseCode::ServFail,
            Some(Fault::DnsRefused) => answer.metadata.response_code = ResponseCode::Refused,
            Some(Fault::DnsNxdomain) => self.no_such_name(&mut answer, name),
            Some(Fault::DnsTruncated) => return Some(answer.truncate()),
            Some(Fault::DnsLoop) => {
                answer.add_answer(cname(name, &self.entry));
                answer.add_answer(cname(&self.entry, name));
            }
            Some(Fault::DnsPartial) => {
                answer.add_answer(cname(name, &self.entry));
            }
            Some(Fault::DnsNoData) => {
                self.chain(&mut answer, query, relay);
                self.no_data(&mut answer, relay_data);
            }
            Some(Fault::Refused) => {
                let nobody = LabRelay {
                    address: world::REFUSED,
                    ..relay_data.clone()
                };
                let name = self.chain(&mut answer, query, relay);
                answer.add_answer(address(name, &nobody));
            }
            _ => self.healthy(&mut answer, query, relay),
        }
        Some(answer)
    }

    fn healthy(&self, answer: &mut Message, query: &Query, relay: usize) {
        let asked = self.asked(query.name());
        let relay = if let KnownName::Relay(number) = asked {
            number
        } else {
            relay
        };
        let Some((_, relay_data)) = self.relays.get(relay) else {
            return;
        };
        match (asked, query.query_type()) {
            (KnownName::Unknown, _) => self.no_such_name(answer, query.name()),
            (KnownName::Start | KnownName::Entry | KnownName::Balancer, RecordType::CNAME) => {
                self.chain(answer, query, relay);
                answer.answers.truncate(1);
            }
            (_, RecordType::A) => {
                let name = self.chain(answer, query, relay);
                answer.add_answer(address(name, relay_data));
            }
            _ => {
                self.chain(answer, query, relay);
                self.no_data(answer, relay_data);
            }
        }
    }

    /// The CNAMEs from the name in the question to the relay; the relay's name.
    fn chain(&self, answer: &mut Message, query: &Query, relay: usize) -> Name {
        let Some((end, _)) = self.relays.get(relay) else {
            return query.name().clone();
        };
        let hops: &[&Name] = match self.asked(query.name()) {
            KnownName::Start => &[&self.entry, &self.balancer, end],
            KnownName::Entry => &[&self.balancer, end],
            KnownName::Balancer => &[end],
            KnownName::Relay(_) | KnownName::Unknown => &[],
        };
        // the first name is written as it was asked for, letter case and all
        let mut name = query.name().clone();
        for hop in hops {
            answer.add_answer(cname(&name, hop));
            name = (*hop).clone();
        }
        name
    }

    fn no_data(&self, answer: &mut Message, relay: &LabRelay) {
        if let Ok(zone) = Name::from_ascii(world::zone(relay.region)) {
            answer.add_authority(self.soa(zone));
        }
    }

    fn no_such_name(&self, answer: &mut Message, name: &Name) {
        answer.metadata.response_code = ResponseCode::NXDomain;
        answer.add_authority(self.soa(name.base_name()));
    }

    fn soa(&self, zone: Name) -> Record {
        let soa = SOA::new(
            self.hosts.clone(),
            self.mailbox.clone(),
            1,
            3600,
            300,
            2_419_200,
            60,
        );
        Record::from_rdata(zone, TTL_SOA, RData::SOA(soa))
    }
}

/// The answer to a query that is no plain one; `None` when it is one.
pub(super) fn rejection(request: &Message) -> Option<Message> {
    let code = if request.op_code != OpCode::Query {
        ResponseCode::NotImp
    } else if request.queries.len() != 1 {
        ResponseCode::FormErr
    } else if request
        .queries
        .iter()
        .any(|query| query.query_class() != DNSClass::IN)
    {
        ResponseCode::Refused
    } else {
        return None;
    };
    let mut answer = response(request);
    answer.metadata.response_code = code;
    Some(answer)
}

/// The answer to bytes that cannot be decoded, when at least their header is one of a query.
pub(super) fn format_error(bytes: &[u8]) -> Option<Vec<u8>> {
    let [id0, id1, flags, ..] = bytes.first_chunk::<12>()?;
    if flags & 0x80 != 0 {
        return None;
    }
    // response, recursion available, FORMERR
    Some(vec![
        *id0,
        *id1,
        0x80 | (flags & 0x79),
        0x81,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ])
}

/// An answer with the right id and question whose record is a name that points at itself.
pub(super) fn malformed(request: &Message) -> Option<Vec<u8>> {
    let mut bytes = response(request).truncate().to_vec().ok()?;
    bytes.truncate(bytes.len() - request.edns.as_ref().map_or(0, |_| 11));
    let here = u16::try_from(bytes.len()).ok()?;
    let counts = bytes.get_mut(2..12)?;
    counts.copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    bytes.extend((0xC000 | here).to_be_bytes());
    bytes.extend([0, 1, 0, 1, 0, 0, 0, 10, 0, 4, 127]);
    Some(bytes)
}

/// The bytes of an answer; over UDP one that is too long becomes a truncated one.
pub(super) fn encode(
    request: &Message,
    answer: &Message,
    carrier: QueryTransport,
) -> Option<Vec<u8>> {
    let bytes = answer.to_vec().ok()?;
    let edns = request.edns.as_ref();
    let limit = edns.map_or(PLAIN_UDP, |edns| {
        usize::from(edns.max_payload().min(LARGEST_UDP)).max(PLAIN_UDP)
    });
    match carrier {
        QueryTransport::Udp if bytes.len() > limit => answer.truncate().to_vec().ok(),
        _ => Some(bytes),
    }
}

/// An empty answer: id, question and RD of the query, RA.
fn response(request: &Message) -> Message {
    let mut answer = Message::new(request.id, MessageType::Response, request.op_code);
    answer.metadata = Metadata::response_from_request(&request.metadata);
    answer.metadata.recursion_available = true;
    answer.add_queries(request.queries.iter().cloned());
    if request.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(LARGEST_UDP);
        answer.set_edns(edns);
    }
    answer
}

fn cname(from: &Name, to: &Name) -> Record {
    Record::from_rdata(from.clone(), TTL_CNAME, RData::CNAME(CNAME(to.clone())))
}

fn address(name: Name, relay: &LabRelay) -> Record {
    Record::from_rdata(name, TTL_A, RData::A(A(relay.address)))
}

#[cfg(test)]
mod tests;
