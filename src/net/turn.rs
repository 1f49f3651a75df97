//! The turn phase without its sockets: a request, what comes back sorted, and what it means.

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

use crate::record::{Ask, Cause, Failure, Ignored, Turn, TurnReply, alert_name};
use crate::wire::answer::{self, Answer, Transaction};
use crate::wire::stream::{Framing, MessageStream, NextMessage, clear_length};
use crate::wire::tls_hello::{FirstBytes, classify};
use crate::wire::{ms_turn, stun};

/// Bytes that are kept of what is no STUN message.
const KEPT: usize = 512;
/// Bytes on a connection in which the answer must be: one has a few hundred.
pub const MOST_BYTES: u64 = 1 << 20;
/// So many bytes tell HTTP from other text, and a TLS alert has so many.
const TELLING: usize = 7;

/// A phase that was tried.
#[derive(Debug)]
pub struct Exchange {
    /// From the request to what ended the wait.
    pub took: Duration,
    /// What came of it.
    pub turn: Turn,
    /// Whether it is what a relay should say.
    pub result: Result<(), Failure>,
}

/// What ended the wait for an answer.
#[derive(Debug)]
pub enum WaitEnd {
    /// An answer to the request.
    Answer(Box<Answer>),
    /// The limit.
    Limit(Duration),
    /// So many bytes without the answer, far more than it has.
    Flood(u64),
    /// Bytes on a stream that no message begins with.
    NotStun(Vec<u8>),
    /// The other end closed the connection.
    Closed,
    /// The other end reset the connection.
    Reset(String),
    /// A TLS alert.
    Alert(u8),
    /// TLS cannot go on with what came.
    Broken(String),
    /// An error that came back from the path.
    Path(Failure),
    /// The request was never sent.
    Unsent(Failure),
}

/// A request, and what came back that is no answer to it.
#[derive(Debug)]
pub struct ClientTransaction {
    ask: Ask,
    id: Transaction,
    bytes: Vec<u8>,
    ignored: Ignored,
    /// The start of the first garbage.
    garbage: Vec<u8>,
    /// The request that gave an allocation back.
    released: Option<Transaction>,
}

impl ClientTransaction {
    /// A request of its own transaction, for one try.
    ///
    /// # Errors
    ///
    /// An exchange that never began, when the system gives no random numbers.
    pub fn new(ask: Ask) -> Result<Self, Box<Exchange>> {
        let mut random = [0; 12];
        if SystemRandom::new().fill(&mut random).is_err() {
            return Err(Box::new(Exchange {
                took: Duration::ZERO,
                turn: Turn {
                    ask: Some(ask),
                    attempts: Some(0),
                    ..Turn::default()
                },
                result: Err(Failure::new(
                    Cause::TurnLocalError,
                    "the system gives no random numbers",
                )),
            }));
        }
        // Microsoft's own tool has the RFC's cookie in its transactions too: both dialects then
        // write addresses alike
        let [c0, c1, c2, c3] = stun::COOKIE;
        let mut id = [c0, c1, c2, c3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        if let Some(rest) = id.get_mut(4..) {
            rest.copy_from_slice(&random);
        }
        let bytes = match ask {
            Ask::Allocate => stun::allocate_request(stun::TransactionId(random)),
            Ask::Binding => stun::binding_request(stun::TransactionId(random)),
            Ask::MsAllocate => {
                ms_turn::allocate_request(ms_turn::MsTurnTransactionId(id), ms_turn::VERSION)
            }
        };
        Ok(Self {
            ask,
            id,
            bytes,
            ignored: Ignored::default(),
            garbage: Vec::new(),
            released: None,
        })
    }

    /// The request as it is sent.
    pub fn request(&self) -> &[u8] {
        &self.bytes
    }

    /// The answer, if this message is it; everything else is counted.
    pub fn sort(&mut self, message: &[u8]) -> Option<Box<Answer>> {
        match answer::read(message) {
            Ok(answer) if answer.id != self.id => self.ignored.wrong_id += 1,
            Ok(answer) if self.is_response(answer.kind) => return Some(Box::new(answer)),
            Ok(_) => {
                self.ignored.no_response += 1;
                self.keep(message);
            }
            Err(_) => self.garbage(message),
        }
        None
    }

    /// What gives an allocation back that nobody should have got: it would be kept for minutes.
    pub fn release(&mut self, answer: &Answer) -> Option<Vec<u8>> {
        let is_open = self.ask == Ask::Allocate && answer.kind == stun::kind::ALLOCATE_SUCCESS;
        // its answer is no duplicate of this one's: another transaction
        let other = Self::new(Ask::Allocate).ok().filter(|_| is_open)?;
        let id = other.id.last_chunk::<12>()?;
        self.released = Some(other.id);
        Some(stun::release_request(stun::TransactionId(*id)))
    }

    /// Counts what comes behind the answer; `false` when it belongs to the release, which is no
    /// part of what is measured.
    pub fn sort_late(&mut self, message: &[u8]) -> bool {
        let id = message.get(4..20);
        if id.is_some() && id == self.released.as_ref().map(|id| &id[..]) {
            return false;
        }
        if self.sort(message).is_some() {
            self.ignored.duplicates += 1;
        }
        true
    }

    /// What came that is no response to any request.
    fn wrong(&self) -> u32 {
        self.ignored
            .garbage
            .saturating_add(self.ignored.no_response)
    }

    fn garbage(&mut self, bytes: &[u8]) {
        self.ignored.garbage += 1;
        self.keep(bytes);
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.garbage.is_empty() {
            self.garbage = bytes
                .get(..bytes.len().min(KEPT))
                .unwrap_or_default()
                .to_vec();
        }
    }

    /// Whether it is a response to the method asked for.
    fn is_response(&self, kind: u16) -> bool {
        use stun::kind as k;
        match self.ask {
            Ask::Binding => [k::BINDING_SUCCESS, k::BINDING_ERROR].contains(&kind),
            Ask::Allocate | Ask::MsAllocate => {
                [k::ALLOCATE_SUCCESS, k::ALLOCATE_ERROR].contains(&kind)
            }
        }
    }

    /// Judges how it ended, after so many requests.
    pub fn conclude(self, took: Duration, attempts: u32, end: WaitEnd) -> Exchange {
        let mut turn = Turn {
            ask: Some(self.ask),
            attempts: Some(attempts),
            ignored: Some(self.ignored),
            ..Turn::default()
        };
        let (reply, result) = match end {
            WaitEnd::Answer(answer) => {
                let judged = self.judge(&answer);
                turn.realm = answer.realm.unwrap_or_default();
                turn.software = answer.software.unwrap_or_default();
                turn.mapped_address = answer.mapped_address;
                turn.alternate_server = answer.alternate_server;
                turn.unknown_attribute = answer.unknown;
                judged
            }
            WaitEnd::Limit(limit) => self.at_the_limit(limit),
            WaitEnd::Flood(bytes) => {
                let ignored = self.ignored;
                let said = format!("no answer in {bytes} bytes; ignored: {ignored}");
                failed(TurnReply::Malformed, Cause::TurnMalformed, said)
            }
            WaitEnd::NotStun(bytes) => not_stun(&bytes),
            WaitEnd::Closed => failed(
                TurnReply::Closed,
                Cause::TurnClosed,
                "the other end closed the connection",
            ),
            WaitEnd::Reset(said) => failed(TurnReply::Closed, Cause::TurnReset, said),
            WaitEnd::Alert(alert) => {
                let name = alert_name(alert).into_owned();
                failed(TurnReply::Alert, Cause::TurnAlert, name)
            }
            WaitEnd::Broken(said) => failed(TurnReply::Malformed, Cause::TurnMalformed, said),
            WaitEnd::Path(failure) => (Some(TurnReply::Icmp), Err(failure)),
            WaitEnd::Unsent(failure) => {
                turn.attempts = Some(0);
                turn.ignored = None;
                (None, Err(failure))
            }
        };
        turn.reply = reply;
        Exchange { took, turn, result }
    }

    fn judge(&self, answer: &Answer) -> JudgedReply {
        let Some((code, reason)) = &answer.error else {
            let result = match self.ask {
                Ask::Binding => Ok(()),
                // RFC 8656 section 7.3: the relayed address is what an allocation is
                Ask::Allocate if !answer.is_relayed => Err(Failure::new(
                    Cause::TurnMalformed,
                    "a success without a relayed address, which is no allocation",
                )),
                Ask::Allocate | Ask::MsAllocate => Err(Failure::new(
                    Cause::TurnOpen,
                    "an allocation without credentials",
                )),
            };
            return (Some(TurnReply::Success), result);
        };
        let said = if reason.is_empty() {
            code.to_string()
        } else {
            format!("{code}: {reason}")
        };
        let result = match (self.ask, code) {
            (Ask::Allocate | Ask::MsAllocate, 401) => {
                match (answer.realm.is_some(), answer.has_nonce) {
                    (true, true) => Ok(()),
                    (false, false) => {
                        Err(Failure::new(Cause::TurnNoRealm, "neither realm nor nonce"))
                    }
                    (true, false) => Err(Failure::new(Cause::TurnNoRealm, "no nonce")),
                    (false, true) => Err(Failure::new(Cause::TurnNoRealm, "no realm")),
                }
            }
            (_, 300) => {
                let other = answer.alternate_server;
                let other = other.map_or_else(
                    || ", and it names none".to_owned(),
                    |other| format!(", it names {other}"),
                );
                Err(Failure::new(Cause::TurnTryAlternate, said + &other))
            }
            (_, 500..=599) => Err(Failure::new(Cause::TurnServerError, said)),
            _ => Err(Failure::new(Cause::TurnError, said)),
        };
        (Some(TurnReply::Error(*code)), result)
    }

    fn at_the_limit(&self, limit: Duration) -> JudgedReply {
        let within = format!("within {} ms", limit.as_millis());
        if self.wrong() > 0 {
            let what = described(&self.garbage);
            let said = format!(
                "no answer {within}; ignored: {}, first {what}",
                self.ignored
            );
            return failed(TurnReply::Malformed, Cause::TurnMalformed, said);
        }
        let said = match self.ignored.total() {
            0 => format!("no answer {within}"),
            _ => format!("no answer {within}; ignored: {}", self.ignored),
        };
        failed(TurnReply::Silent, Cause::TurnSilent, said)
    }
}

/// The request on a stream.
#[derive(Debug)]
pub struct StreamTransaction {
    pub talk: ClientTransaction,
    stream: MessageStream,
}

impl StreamTransaction {
    /// A request whose answer comes in this framing.
    pub fn new(talk: ClientTransaction, framing: Framing) -> Self {
        Self {
            talk,
            stream: MessageStream::new(framing),
        }
    }

    /// Takes bytes in; the end, if they bring it.
    pub fn take(&mut self, bytes: &[u8]) -> Option<WaitEnd> {
        self.stream.push(bytes);
        loop {
            match self.stream.take() {
                NextMessage::More => return None,
                NextMessage::Message(message) => {
                    let wrong = self.talk.wrong();
                    if let Some(answer) = self.talk.sort(&message) {
                        return Some(WaitEnd::Answer(answer));
                    }
                    // where lengths cannot be trusted there is no next message
                    if self.talk.wrong() > wrong {
                        return Some(WaitEnd::NotStun(message));
                    }
                }
                NextMessage::Data => self.talk.garbage(&[]),
                NextMessage::Broken if self.stream.rest().len() < TELLING => return None,
                NextMessage::Broken => return Some(WaitEnd::NotStun(self.stream.rest().to_vec())),
            }
        }
    }

    /// What an end means when bytes are there that make no message yet.
    pub fn ended(&self, end: WaitEnd) -> WaitEnd {
        match (self.stream.rest(), end) {
            ([], end) => end,
            (rest, WaitEnd::Limit(_) | WaitEnd::Closed) => WaitEnd::NotStun(rest.to_vec()),
            (_, end) => end,
        }
    }
}

/// What came back and whether it is what a relay should say.
type JudgedReply = (Option<TurnReply>, Result<(), Failure>);

fn failed(reply: TurnReply, cause: Cause, detail: impl Into<String>) -> JudgedReply {
    (Some(reply), Err(Failure::new(cause, detail)))
}

fn not_stun(bytes: &[u8]) -> JudgedReply {
    match classify(bytes) {
        FirstBytes::Http(line) => failed(TurnReply::Http, Cause::TurnHttp, line),
        FirstBytes::Alert { description, .. } => {
            let name = alert_name(description).into_owned();
            failed(TurnReply::Alert, Cause::TurnAlert, name)
        }
        _ => failed(TurnReply::Malformed, Cause::TurnMalformed, described(bytes)),
    }
}

/// Bytes that are no answer, for a reader.
fn described(bytes: &[u8]) -> String {
    match classify(bytes) {
        FirstBytes::Empty => "data that was not asked for".to_owned(),
        FirstBytes::Tls => "a TLS record".to_owned(),
        FirstBytes::Binary(hex) => match answer::read(bytes) {
            // what it lacks says nothing where it never was the start of a message
            Err(error @ stun::Error::Short { .. }) => {
                let error = clear_length(bytes).err().unwrap_or(error);
                format!("bytes {hex}: {error}")
            }
            Err(error) => format!("bytes {hex}: {error}"),
            Ok(answer) => {
                let kind = answer.kind;
                format!(
                    "bytes {hex}: a STUN message of type {kind:#06x}, no response to the request"
                )
            }
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
