//! The unencrypted part of a server's first flight, as far as it came.

use crate::record::{plain, suite_name};

/// Record types (RFC 8446 section 5.1).
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

/// Handshake messages (RFC 5246 section 7.4).
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_KEY_EXCHANGE: u8 = 12;
const CERTIFICATE_REQUEST: u8 = 13;
const SERVER_HELLO_DONE: u8 = 14;
/// RFC 6066 section 8.
const CERTIFICATE_STATUS: u8 = 22;

/// Extensions of a ServerHello (RFC 7301, RFC 8446 section 4.2).
const ALPN: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

/// Extensions that are kept.
const MOST_EXTENSIONS: usize = 64;

const TLS12: u16 = 0x0303;
const TLS13: u16 = 0x0304;
const FATAL: u8 = 2;
/// `curve_type` of a curve that goes by its number (RFC 8422 section 5.4).
const NAMED_CURVE: u8 = 3;

/// The `random` that makes a ServerHello a HelloRetryRequest (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
];

/// What a server said in the clear. Nothing of it is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flight {
    /// Version that the server chose, `0x0304` for TLS 1.3 (from `supported_versions`).
    pub version: Option<u16>,
    /// Cipher suite that the server chose (IANA number).
    pub suite: Option<u16>,
    /// Key exchange group that the server chose (IANA number): from the `ServerKeyExchange` of an
    /// ECDHE suite, or the `key_share` of TLS 1.3.
    pub group: Option<u16>,
    /// Bits of the prime of a finite field exchange (DHE).
    pub dh_bits: Option<u32>,
    /// Scheme of the signature on the key exchange (IANA number). TLS 1.2 only.
    pub scheme: Option<u16>,
    /// Compression method that the server chose, 0 for none.
    pub compression: Option<u8>,
    /// Types of the extensions of its hello, as many as are kept.
    pub extensions: Vec<u16>,
    /// Its hello came to its end.
    pub hello_complete: bool,
    /// Bytes of the certificate's status that the server stapled (OCSP). TLS 1.3 encrypts it.
    pub stapled: Option<usize>,
    /// Application protocol that the server chose, escaped. TLS 1.3 encrypts it.
    pub alpn: Option<String>,
    /// Every certificate that came whole, the server's own first. TLS 1.3 encrypts them.
    pub certificates: Vec<Vec<u8>>,
    /// Whether these are all: the `Certificate` message came to its end.
    pub certificates_complete: bool,
    /// The server wants another `ClientHello` (TLS 1.3 HelloRetryRequest).
    pub hello_retry: bool,
    /// The server asks for a client certificate. TLS 1.3 encrypts it.
    pub certificate_requested: bool,
    /// The flight came to its end (`ServerHelloDone`). Not sent in TLS 1.3.
    pub hello_done: bool,
    /// First fatal alert, else first warning, in the clear: level and description.
    pub alert: Option<(u8, u8)>,
    /// The server went over to encryption.
    pub encrypted: bool,
}

/// Reads what a server sent first: records of SSL 3.0 to TLS 1.3, handshake messages across their
/// boundaries. Whatever is missing, cut off or nonsense ends the reading there; what came before
/// it counts.
pub fn read_flight(bytes: &[u8]) -> Flight {
    let mut flight = Flight::default();
    let mut records = Bytes(bytes);
    let mut handshake = Vec::new();
    while let Some(record) = records.record() {
        match (record.kind, record.content) {
            (HANDSHAKE, content) => handshake.extend_from_slice(content),
            // one that was cut off after two bytes may be an encrypted one
            (ALERT, [level, description]) if record.is_whole => {
                flight.note_alert(*level, *description);
            }
            // after a HelloRetryRequest this one is for show (RFC 8446 appendix D.4)
            (CHANGE_CIPHER_SPEC, _) => {
                flight.read_messages(&handshake);
                handshake.clear();
                if !flight.hello_retry {
                    flight.encrypted = true;
                    break;
                }
            }
            // application data, and alerts that are longer than two bytes, are encrypted
            _ if record.is_whole => {
                flight.encrypted = true;
                break;
            }
            _ => break,
        }
    }
    flight.read_messages(&handshake);
    flight
}

impl Flight {
    fn note_alert(&mut self, level: u8, description: u8) {
        let keep = match self.alert {
            None => true,
            Some((before, _)) => before != FATAL && level == FATAL,
        };
        if keep {
            self.alert = Some((level, description));
        }
    }

    fn read_messages(&mut self, handshake: &[u8]) {
        let mut messages = Bytes(handshake);
        while let (Some(kind), Some(length)) = (messages.u8(), messages.u24()) {
            let (body, is_whole) = messages.take_up_to(length);
            match kind {
                SERVER_HELLO if !self.hello_complete => {
                    self.hello_complete = self.read_server_hello(Bytes(body)).is_some() && is_whole;
                }
                // after a HelloRetryRequest a second one, of the same version (RFC 8446 section 4.1.4);
                // any other would take back what the first one chose
                SERVER_HELLO if self.hello_retry => {
                    let mut second = self.clone();
                    let is_complete = second.read_server_hello(Bytes(body)).is_some() && is_whole;
                    if is_complete && second.version == self.version {
                        *self = second;
                    }
                }
                CERTIFICATE if self.version != Some(TLS13) => {
                    self.certificates_complete =
                        self.read_certificates(Bytes(body)).is_some() && is_whole;
                }
                SERVER_KEY_EXCHANGE => {
                    let _ = self.read_key_exchange(Bytes(body));
                }
                CERTIFICATE_STATUS => {
                    let mut status = Bytes(body);
                    self.stapled = status.u8().and_then(|_kind| status.u24());
                }
                CERTIFICATE_REQUEST => self.certificate_requested = true,
                SERVER_HELLO_DONE => self.hello_done = true,
                _ => {}
            }
        }
    }

    /// RFC 5246 section 7.4.1.3, RFC 8446 section 4.1.3. `None` where it was cut off.
    fn read_server_hello(&mut self, mut hello: Bytes<'_>) -> Option<()> {
        self.version = Some(hello.u16()?);
        self.hello_retry = hello.take(32)? == RETRY;
        let session_id = usize::from(hello.u8()?);
        hello.take(session_id)?;
        self.suite = Some(hello.u16()?);
        self.compression = Some(hello.u8()?);
        if hello.0.is_empty() {
            // before TLS 1.2 a hello may end here
            return Some(());
        }
        let length = usize::from(hello.u16()?);
        let (extensions, is_whole) = hello.take_up_to(length);
        let mut extensions = Bytes(extensions);
        while !extensions.0.is_empty() {
            let kind = extensions.u16()?;
            if self.extensions.len() < MOST_EXTENSIONS {
                self.extensions.push(kind);
            }
            let length = usize::from(extensions.u16()?);
            let mut value = Bytes(extensions.take(length)?);
            match kind {
                SUPPORTED_VERSIONS => self.version = value.u16().or(self.version),
                KEY_SHARE => self.group = value.u16().or(self.group),
                ALPN => {
                    let _list_length = value.u16()?;
                    let length = usize::from(value.u8()?);
                    let name = String::from_utf8_lossy(value.take(length)?);
                    self.alpn = Some(plain(&name).into_owned());
                }
                _ => {}
            }
        }
        is_whole.then_some(())
    }

    /// RFC 5246 section 7.4.2. `None` where it was cut off.
    fn read_certificates(&mut self, mut message: Bytes<'_>) -> Option<()> {
        let length = message.u24()?;
        let (list, is_whole) = message.take_up_to(length);
        let mut list = Bytes(list);
        while !list.0.is_empty() {
            let length = list.u24()?;
            self.certificates.push(list.take(length)?.to_vec());
        }
        is_whole.then_some(())
    }

    /// RFC 8422 section 5.4, RFC 5246 section 7.4.3. `None` where it was cut off or is another exchange.
    fn read_key_exchange(&mut self, mut message: Bytes<'_>) -> Option<()> {
        // a suite without a name of ours may be one on a curve; of the others we know
        let suite = suite_name(self.suite?);
        if suite.contains("DHE_") && !suite.contains("ECDHE_") && !suite.contains("PSK") {
            let length = usize::from(message.u16()?);
            self.dh_bits = Some(bits(message.take(length)?));
            // generator and public key
            for _ in 0..2 {
                let length = usize::from(message.u16()?);
                message.take(length)?;
            }
        } else if suite.contains("ECDHE") || suite.starts_with("0x") {
            if message.u8()? != NAMED_CURVE {
                return None;
            }
            self.group = Some(message.u16()?);
            let length = usize::from(message.u8()?);
            message.take(length)?;
        } else {
            return None;
        }
        if self.version == Some(TLS12) && !suite.contains("anon") {
            self.scheme = Some(message.u16()?);
        }
        Some(())
    }
}

/// Bits of a number.
fn bits(number: &[u8]) -> u32 {
    let mut significant = number.iter().skip_while(|byte| **byte == 0);
    let Some(first) = significant.next() else {
        return 0;
    };
    let rest = u32::try_from(significant.count()).unwrap_or(u32::MAX);
    rest.saturating_mul(8)
        .saturating_add(first.ilog2())
        .saturating_add(1)
}

struct TlsRecord<'a> {
    kind: u8,
    content: &'a [u8],
    is_whole: bool,
}

/// The bytes that are left. Every reader gives `None` where they end.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    /// As many bytes as there are of that length, and whether these are all.
    fn take_up_to(&mut self, length: usize) -> (&'a [u8], bool) {
        match self.take(length) {
            Some(all) => (all, true),
            None => (std::mem::take(&mut self.0), false),
        }
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    fn u24(&mut self) -> Option<usize> {
        let [high, middle, low] = self.take(3)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes([0, high, middle, low])).ok()
    }

    /// RFC 5246 section 6.2.1. The last record may be cut off. `None` at what is no record.
    fn record(&mut self) -> Option<TlsRecord<'a>> {
        let kind = self.u8()?;
        let [major, _minor] = self.u16()?.to_be_bytes();
        let length = usize::from(self.u16()?);
        if !(CHANGE_CIPHER_SPEC..=24).contains(&kind) || major != 3 {
            return None;
        }
        let (content, is_whole) = self.take_up_to(length);
        Some(TlsRecord {
            kind,
            content,
            is_whole,
        })
    }
}

#[cfg(test)]
mod tests;
