//! DNS messages by hand (RFC 1035 section 4), so that nothing here is as our codec has it.

/// A record of an answer.
#[derive(Clone)]
pub struct Rr {
    owner: Vec<u8>,
    kind: u16,
    ttl: u32,
    data: Vec<u8>,
}

pub const A: u16 = 1;
pub const NS: u16 = 2;
pub const CNAME: u16 = 5;
pub const SOA: u16 = 6;
pub const AAAA: u16 = 28;

/// A name of plain labels.
pub fn name(text: &str) -> Vec<u8> {
    let labels: Vec<_> = text.split('.').map(str::as_bytes).collect();
    labels_of(&labels)
}

/// A name of whatever labels.
pub fn labels_of(labels: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for label in labels {
        out.push(u8::try_from(label.len()).unwrap());
        out.extend_from_slice(label);
    }
    out.push(0);
    out
}

fn rr(owner: Vec<u8>, kind: u16, ttl: u32, data: Vec<u8>) -> Rr {
    Rr {
        owner,
        kind,
        ttl,
        data,
    }
}

pub fn cname(owner: &str, ttl: u32, target: &str) -> Rr {
    rr(name(owner), CNAME, ttl, name(target))
}

/// A CNAME between names in their form on the wire.
pub fn raw_cname(owner: Vec<u8>, ttl: u32, target: Vec<u8>) -> Rr {
    rr(owner, CNAME, ttl, target)
}

/// The address 127.0.0.1 for a name.
pub fn a(owner: &str, ttl: u32) -> Rr {
    raw_a(name(owner), ttl, 1)
}

/// The address 127.0.0.LAST.
pub fn raw_a(owner: Vec<u8>, ttl: u32, last: u8) -> Rr {
    rr(owner, A, ttl, vec![127, 0, 0, last])
}

/// An address of TEST-NET-1 (RFC 5737).
pub fn stranger(owner: &str, ttl: u32, last: u8) -> Rr {
    rr(name(owner), A, ttl, vec![192, 0, 2, last])
}

/// The address ::1.
pub fn aaaa(owner: &str, ttl: u32) -> Rr {
    let mut address = vec![0; 16];
    address[15] = 1;
    rr(name(owner), AAAA, ttl, address)
}

pub fn soa(zone: &str) -> Rr {
    let mut data = [name("ns"), name("hostmaster")].concat();
    data.extend_from_slice(&[0; 20]);
    rr(name(zone), SOA, 60, data)
}

/// A name server of a zone.
pub fn ns(zone: Vec<u8>) -> Rr {
    rr(zone, NS, 518_400, name("a.root-servers.test"))
}

/// A record of another kind, to fill an answer.
pub fn filler(owner: &str, length: usize) -> Rr {
    // a private-use type (RFC 6895 section 3.1)
    rr(name(owner), 65_300, 60, vec![0xAA; length])
}

/// A question as it came.
#[derive(Debug, Clone)]
pub struct Query {
    pub bytes: Vec<u8>,
    pub over_tcp: bool,
}

impl Query {
    fn end_of_name(&self) -> usize {
        let mut at = 12;
        while self.bytes[at] != 0 {
            at += 1 + usize::from(self.bytes[at]);
        }
        at + 1
    }

    /// The name asked for, on the wire.
    pub fn name(&self) -> &[u8] {
        &self.bytes[12..self.end_of_name()]
    }

    pub fn kind(&self) -> u16 {
        let end = self.end_of_name();
        u16::from_be_bytes([self.bytes[end], self.bytes[end + 1]])
    }

    /// Whether it asks for the name, in whatever case, and the type.
    pub fn asks(&self, text: &str, kind: u16) -> bool {
        self.name().eq_ignore_ascii_case(&name(text)) && self.kind() == kind
    }

    /// Whether anything comes after the question, such as an OPT record (RFC 6891).
    pub fn has_more(&self) -> bool {
        self.bytes.len() > self.end_of_name() + 4 || self.bytes[6..12] != [0; 6]
    }

    /// An answer without an error.
    pub fn answer(&self, answers: &[Rr], authority: &[Rr]) -> Vec<u8> {
        self.reply(0, answers, authority)
    }

    /// An answer with a response code.
    pub fn reply(&self, rcode: u8, answers: &[Rr], authority: &[Rr]) -> Vec<u8> {
        let mut out = self.bytes[..2].to_vec();
        out.extend_from_slice(&[0x81, 0x80 | rcode, 0, 1]);
        for section in [answers, authority] {
            out.extend_from_slice(&u16::try_from(section.len()).unwrap().to_be_bytes());
        }
        out.extend_from_slice(&[0, 0]);
        out.extend_from_slice(&self.bytes[12..self.end_of_name() + 4]);
        for rr in answers.iter().chain(authority) {
            out.extend_from_slice(&rr.owner);
            out.extend_from_slice(&rr.kind.to_be_bytes());
            out.extend_from_slice(&[0, 1]);
            out.extend_from_slice(&rr.ttl.to_be_bytes());
            out.extend_from_slice(&u16::try_from(rr.data.len()).unwrap().to_be_bytes());
            out.extend_from_slice(&rr.data);
        }
        out
    }

    /// An answer that says of itself that it is cut off.
    pub fn truncated(&self) -> Vec<u8> {
        let mut out = self.answer(&[], &[]);
        out[2] |= 0x02;
        out
    }
}
