//! Hellos of SSL 2.0, which has a format of its own.

use super::offers::SUITES_SSL2;

/// Messages (Hickman's draft of 1995, section 5).
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 4;
/// With this bit the header is two bytes long, without it three.
const SHORT: u8 = 0x80;

/// A hello with all suites.
pub(super) fn hello(challenge: [u8; 16]) -> Vec<u8> {
    let mut body = vec![CLIENT_HELLO, 0, 2];
    for length in [SUITES_SSL2.len().saturating_mul(3), 0, challenge.len()] {
        body.extend(u16::try_from(length).unwrap_or_default().to_be_bytes());
    }
    for suite in SUITES_SSL2 {
        body.extend_from_slice(&suite.to_be_bytes()[1..]);
    }
    body.extend(challenge);
    let [high, low] = u16::try_from(body.len()).unwrap_or_default().to_be_bytes();
    [vec![SHORT | high, low], body].concat()
}

/// What a server's hello says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerHello {
    pub(super) certificate: Vec<u8>,
    pub(super) suites: Vec<u32>,
}

/// A server's hello of SSL 2.0 that came whole.
pub(super) fn server_hello(bytes: &[u8]) -> Option<ServerHello> {
    let (length, body) = match bytes {
        [high, low, body @ ..] if high & SHORT != 0 => {
            (u16::from_be_bytes([high & !SHORT, *low]), body)
        }
        [high, low, _padding, body @ ..] => (u16::from_be_bytes([high & 0x3F, *low]), body),
        _ => return None,
    };
    let body = body.get(..usize::from(length))?;
    let [
        SERVER_HELLO,
        _hit,
        _kind,
        0,
        2,
        c0,
        c1,
        s0,
        s1,
        _,
        _,
        rest @ ..,
    ] = body
    else {
        return None;
    };
    let [certificate, suites] =
        [[*c0, *c1], [*s0, *s1]].map(|length| usize::from(u16::from_be_bytes(length)));
    let (certificate, rest) = rest.split_at_checked(certificate)?;
    let (suites, _) = rest.split_at_checked(suites)?;
    let suites = suites.chunks_exact(3);
    Some(ServerHello {
        certificate: certificate.to_vec(),
        suites: suites
            .map(|suite| {
                suite
                    .iter()
                    .fold(0, |number, byte| number << 8 | u32::from(*byte))
            })
            .collect(),
    })
}

/// Whether the bytes can be the start of a server's message of SSL 2.0.
pub(super) fn may_be(bytes: &[u8]) -> bool {
    match bytes {
        [_, _, kind, ..] => bytes[0] & SHORT != 0 && matches!(*kind, 0 | SERVER_HELLO),
        [first, ..] => first & SHORT != 0,
        [] => false,
    }
}
