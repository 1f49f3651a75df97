//! Messages out of a stream of bytes that come in any pieces.
//!
//! Over TCP and inside TLS messages of both dialects stand back to back (RFC 8656 section 12.5);
//! behind the pseudo-TLS hello each has the four bytes of [MS-TURN] 2.1.4 before it.

use super::ms_turn::frame;
use super::stun::{self, COOKIE, Error, HEADER};

/// The longest message that is waited for in the clear: an answer has a few hundred bytes.
const LONGEST_IN_THE_CLEAR: usize = 4096;

/// What separates one message from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Nothing: a message says how long it is.
    BackToBack,
    /// The same in the clear, where anybody may answer: what no message can begin with is told from
    /// its first bytes, not by waiting for the length that it seems to have.
    InTheClear,
    /// A header that tells messages from data.
    Framed,
}

/// What the bytes that came so far begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextMessage {
    /// Too little to say.
    More,
    /// A whole message.
    Message(Vec<u8>),
    /// Whole data that is no message: of a relayed peer, which an asker without an allocation
    /// cannot have.
    Data,
    /// Neither; the stream cannot be followed any further.
    Broken,
}

/// Bytes that came and were not taken yet: a message at most, as far as it is read in order.
#[derive(Debug, Clone)]
pub struct MessageStream {
    framing: Framing,
    arrived: Vec<u8>,
}

impl MessageStream {
    /// A stream of which nothing came yet.
    pub fn new(framing: Framing) -> Self {
        Self {
            framing,
            arrived: Vec::new(),
        }
    }

    /// Takes bytes in.
    pub fn push(&mut self, bytes: &[u8]) {
        self.arrived.extend_from_slice(bytes);
    }

    /// What came and was not taken.
    pub fn rest(&self) -> &[u8] {
        &self.arrived
    }

    /// Takes the next whole message, if there is one.
    pub fn take(&mut self) -> NextMessage {
        let (skip, length, is_message) = match self.framing {
            Framing::BackToBack => match self.arrived.first() {
                None => return NextMessage::More,
                // no channel was ever bound: only messages, whose first two bits are zero
                Some(first) if first & 0xC0 != 0 => return NextMessage::Broken,
                Some(_) => {
                    let Some(start) = self.arrived.first_chunk::<4>() else {
                        return NextMessage::More;
                    };
                    match stun::stream_length(*start) {
                        Some(length) => (0, length, true),
                        None => return NextMessage::Broken,
                    }
                }
            },
            Framing::InTheClear => match clear_length(&self.arrived) {
                Ok(None) => return NextMessage::More,
                Ok(Some(length)) => (0, length, true),
                Err(_) => return NextMessage::Broken,
            },
            Framing::Framed => {
                match self.arrived.first() {
                    None => return NextMessage::More,
                    Some(first) if frame::decode([*first, 0, 0, 0]).is_none() => {
                        return NextMessage::Broken;
                    }
                    Some(_) => {}
                }
                let Some(header) = self.arrived.first_chunk::<{ frame::HEADER }>() else {
                    return NextMessage::More;
                };
                match frame::decode(*header) {
                    Some((content, length)) => (
                        frame::HEADER,
                        length,
                        content == frame::FrameContent::Control,
                    ),
                    None => return NextMessage::Broken,
                }
            }
        };
        let end = skip.saturating_add(length);
        if self.arrived.len() < end {
            return NextMessage::More;
        }
        let unit: Vec<u8> = self.arrived.drain(..end).skip(skip).collect();
        if is_message {
            NextMessage::Message(unit)
        } else {
            NextMessage::Data
        }
    }
}

/// How many bytes the message at the start of a stream in the clear takes, of which so many came;
/// `None` as long as that cannot be told. Its length need not be a multiple of four: Microsoft's
/// dialect may leave the padding out. The cookie stands in our own transactions of both dialects.
///
/// # Errors
///
/// Why no message begins like this: text, ChannelData of a channel that nobody bound, a TLS record,
/// no cookie, or a length that no answer has.
pub fn clear_length(start: &[u8]) -> Result<Option<usize>, Error> {
    const TLS_RECORDS: std::ops::RangeInclusive<u8> = 20..=24;
    let Some(first) = start.first() else {
        return Ok(None);
    };
    if first & 0xC0 != 0 || TLS_RECORDS.contains(first) {
        return Err(Error::NotStun(*first));
    }
    let cookie = start.get(4..).unwrap_or_default();
    if !cookie
        .iter()
        .zip(COOKIE)
        .all(|(byte, wanted)| *byte == wanted)
    {
        return Err(Error::NoCookie);
    }
    let Some([_, _, high, low]) = start.first_chunk::<4>() else {
        return Ok(None);
    };
    let length = HEADER + usize::from(u16::from_be_bytes([*high, *low]));
    if length > LONGEST_IN_THE_CLEAR {
        return Err(Error::Oversized(length));
    }
    Ok(Some(length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(stream: &mut MessageStream) -> Vec<NextMessage> {
        let mut units = Vec::new();
        loop {
            match stream.take() {
                NextMessage::More => return units,
                NextMessage::Broken => {
                    units.push(NextMessage::Broken);
                    return units;
                }
                unit => units.push(unit),
            }
        }
    }

    #[test]
    fn what_is_no_message_breaks_the_stream_at_its_first_byte() {
        for (framing, start) in [
            (Framing::BackToBack, b'H'),
            (Framing::BackToBack, 0xFF),
            (Framing::InTheClear, b'H'),
            (Framing::InTheClear, 0xFF),
            (Framing::InTheClear, 0x15),
            (Framing::InTheClear, 0x16),
            // ChannelData
            (Framing::InTheClear, 0x40),
            (Framing::Framed, b'H'),
            (Framing::Framed, 0x15),
        ] {
            let mut stream = MessageStream::new(framing);
            assert_eq!(stream.take(), NextMessage::More);
            stream.push(&[start]);
            assert_eq!(stream.take(), NextMessage::Broken, "{start:#x}");
            assert_eq!(stream.rest(), [start]);
        }
    }

    #[test]
    fn in_the_clear_a_message_is_known_by_its_cookie_and_by_a_length_that_an_answer_has() {
        // as many bytes of it as it takes to tell
        #[rustfmt::skip]
        let cases = [
            (&[1, 0x13, 0x0F, 0xEC, 0x21, 0x12, 0xA4, 0x42][..], Ok(Some(4096))),
            (&[1, 0x13, 0x0F, 0xED], Err(Error::Oversized(4097))),
            (&[1, 0x13, 0xFF, 0xFF], Err(Error::Oversized(65_555))),
            (&[1, 0x13, 0, 4, 0x21, 0x12, 0xA4, 0x41], Err(Error::NoCookie)),
            (&[1, 0x13, 0, 4, 0x22], Err(Error::NoCookie)),
            (&[0, 0, 0, 0, 0], Err(Error::NoCookie)),
        ];
        for (start, wanted) in cases {
            for cut in 0..start.len() {
                let told = clear_length(&start[..cut]);
                assert!(told.is_ok(), "{:02x?}: {told:?}", &start[..cut]);
            }
            assert_eq!(clear_length(start), wanted, "{start:02x?}");
        }
    }

    #[test]
    fn data_is_told_from_messages() {
        let mut stream = MessageStream::new(Framing::Framed);
        stream.push(&[3, 0, 0, 2, 7, 7, 2, 0, 0, 1, 9]);
        assert_eq!(
            all(&mut stream),
            [NextMessage::Data, NextMessage::Message(vec![9])]
        );
    }

    fn framing() -> impl Strategy<Value = Framing> {
        prop::sample::select(vec![
            Framing::BackToBack,
            Framing::InTheClear,
            Framing::Framed,
        ])
    }

    proptest! {
        #[test]
        fn messages_come_out_whole_however_the_stream_is_cut(
            bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..5),
            piece in 1_usize..40,
            framing in framing(),
        ) {
            let framed = framing == Framing::Framed;
            let messages: Vec<Vec<u8>> = bodies
                .iter()
                .map(|body| {
                    let id = stun::TransactionId(*b"twelve bytes");
                    stun::Builder::new(stun::kind::BINDING, id).attribute(0x8022, body).finish().unwrap()
                })
                .collect();
            let bytes: Vec<u8> = messages
                .iter()
                .flat_map(|m| if framed { frame::encode(m).unwrap() } else { m.clone() })
                .collect();
            let mut stream = MessageStream::new(framing);
            let mut read = Vec::new();
            for piece in bytes.chunks(piece) {
                stream.push(piece);
                read.extend(all(&mut stream));
            }
            let wanted: Vec<_> = messages.into_iter().map(NextMessage::Message).collect();
            prop_assert_eq!(read, wanted);
            prop_assert_eq!(stream.rest(), b"");
        }

        #[test]
        fn any_bytes_are_taken_without_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            framing in framing(),
        ) {
            let mut stream = MessageStream::new(framing);
            stream.push(&bytes);
            all(&mut stream);
        }
    }
}
