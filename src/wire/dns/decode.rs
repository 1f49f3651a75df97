//! A message with what the walk looks at, read as stub resolvers read it: what else a record holds
//! cannot spoil an answer.

use hickory_resolver::proto::op::{Header, Message};
use hickory_resolver::proto::rr::{DNSClass, Name, RData, Record, RecordType};
use hickory_resolver::proto::serialize::binary::{
    BinDecodable as _, BinDecoder, DecodeError, Restrict,
};

/// Reads header, questions, answers and authorities. Records of other kinds and classes are passed
/// over unread, authorities end with the first that cannot be read, and nothing is taken from the
/// additional section.
pub fn message(packet: &[u8]) -> Result<Message, String> {
    let mut decoder = BinDecoder::new(packet);
    let header = Header::read(&mut decoder).map_err(|error| error.to_string())?;
    let metadata = header.metadata;
    let mut message = Message::new(metadata.id, metadata.message_type, metadata.op_code);
    message.metadata = metadata;
    let questions = usize::from(header.counts.queries);
    message.queries =
        Message::read_queries(&mut decoder, questions).map_err(|error| error.to_string())?;
    for _ in 0..header.counts.answers {
        let record = record(&mut decoder).map_err(|error| error.to_string())?;
        message.answers.extend(record);
    }
    for _ in 0..header.counts.authorities {
        let Ok(record) = record(&mut decoder) else {
            break;
        };
        message.authorities.extend(record);
    }
    Ok(message)
}

/// A record (RFC 1035 3.2.1); none of one that is passed over.
fn record(decoder: &mut BinDecoder<'_>) -> Result<Option<Record>, DecodeError> {
    let owner = Name::read(decoder)?;
    let kind = RecordType::read(decoder)?;
    let class = decoder.read_u16()?.unverified(/* compared below */);
    let ttl = decoder.read_u32()?.unverified(/* judged below */);
    let length = decoder.read_u16()?.unverified(/* the decoder ends with the packet */);
    let is_wanted = matches!(
        kind,
        RecordType::A | RecordType::AAAA | RecordType::CNAME | RecordType::SOA | RecordType::NS
    );
    if !is_wanted || class != u16::from(DNSClass::IN) {
        decoder.read_slice(length.into())?;
        return Ok(None);
    }
    // fails unless the data has this length
    let data = RData::read(decoder, kind, Restrict::new(length))?;
    // RFC 2181 section 8: a TTL with the top bit set is zero
    let ttl = if ttl > i32::MAX.unsigned_abs() {
        0
    } else {
        ttl
    };
    Ok(Some(Record::from_rdata(owner, ttl, data)))
}
