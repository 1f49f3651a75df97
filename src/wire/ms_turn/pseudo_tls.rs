//! The hellos that look like TLS and are none. [MS-TURN] 2.1.1.
//!
//! The client sends 50 bytes and waits, the server answers 83 bytes, and plain framed MS-TURN
//! follows: no keys, no encryption. Random parts are not looked at.

/// Length of the client's hello in bytes.
pub const CLIENT_HELLO: usize = 50;

/// Length of the server's hello in bytes.
pub const SERVER_HELLO: usize = 83;

/// Record header and start of the client's hello, up to its time stamp.
const CLIENT_START: [u8; 11] = [0x16, 3, 1, 0, 0x2D, 1, 0, 0, 0x29, 3, 1];
/// Behind the random part: no session, one cipher suite, no compression.
const CLIENT_END: [u8; 7] = [0, 0, 2, 0, 0x18, 1, 0];
const SERVER_START: [u8; 11] = [0x16, 3, 1, 0, 0x4E, 2, 0, 0, 0x46, 3, 1];
/// Length of the session ID.
const SERVER_SESSION: [u8; 1] = [32];
/// Cipher suite, compression, ServerHelloDone.
const SERVER_END: [u8; 7] = [0, 0x18, 0, 0x0E, 0, 0, 0];

/// The client's hello around a time stamp and a random part.
pub fn client_hello(random: [u8; 32]) -> [u8; CLIENT_HELLO] {
    let mut hello = [0; CLIENT_HELLO];
    fill(&mut hello, &[&CLIENT_START, &random, &CLIENT_END]);
    hello
}

/// The server's hello and its end around a random part and a session ID.
pub fn server_hello(random: [u8; 32], session: [u8; 32]) -> [u8; SERVER_HELLO] {
    let mut hello = [0; SERVER_HELLO];
    fill(
        &mut hello,
        &[
            &SERVER_START,
            &random,
            &SERVER_SESSION,
            &session,
            &SERVER_END,
        ],
    );
    hello
}

/// Whether a record header announces a client's hello of this kind: real ones are longer.
pub fn announces_client_hello(record: [u8; 5]) -> bool {
    record == CLIENT_START[..5]
}

/// Whether the bytes are a client's hello of this kind.
pub fn is_client_hello(bytes: &[u8]) -> bool {
    bytes.len() == CLIENT_HELLO && bytes.starts_with(&CLIENT_START) && bytes.ends_with(&CLIENT_END)
}

/// What the start of a server's answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PseudoTlsReading {
    /// A hello of this kind as far as it came.
    More,
    /// A whole hello of this kind.
    Hello,
    /// Something else.
    Other,
}

/// Reads the start of a server's answer.
pub fn read_server_hello(bytes: &[u8]) -> PseudoTlsReading {
    let fixed = [
        (0, &SERVER_START[..]),
        (43, &SERVER_SESSION),
        (76, &SERVER_END),
    ];
    let fits = fixed.iter().all(|(at, wanted)| {
        let there = bytes.get(*at..).unwrap_or_default();
        there
            .iter()
            .zip(*wanted)
            .all(|(byte, wanted)| byte == wanted)
    });
    match bytes.len() {
        _ if !fits => PseudoTlsReading::Other,
        0..SERVER_HELLO => PseudoTlsReading::More,
        SERVER_HELLO => PseudoTlsReading::Hello,
        _ => PseudoTlsReading::Other,
    }
}

fn fill(hello: &mut [u8], parts: &[&[u8]]) {
    let bytes = parts.iter().flat_map(|part| part.iter());
    hello
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
}

#[cfg(test)]
mod tests {
    use super::*;

    // Bytes of libnice, socket/pseudossl.c.
    const LIBNICE_CLIENT: [u8; 50] = [
        0x16, 0x03, 0x01, 0x00, 0x2d, 0x01, 0x00, 0x00, 0x29, 0x03, 0x01, 0xc1, 0xfc, 0xd5, 0xa3,
        0x6d, 0x93, 0xdd, 0x7e, 0x0b, 0x45, 0x67, 0x3f, 0xec, 0x79, 0x85, 0xfb, 0xbc, 0x3f, 0xd6,
        0x60, 0xc2, 0xce, 0x84, 0x85, 0x08, 0x1b, 0x81, 0x21, 0xbc, 0xaa, 0x10, 0xfb, 0x00, 0x00,
        0x02, 0x00, 0x18, 0x01, 0x00,
    ];

    fn is_server_hello(bytes: &[u8]) -> bool {
        read_server_hello(bytes) == PseudoTlsReading::Hello
    }

    #[test]
    fn the_clients_hello_is_that_of_libnice() {
        let random = LIBNICE_CLIENT[11..43].try_into().unwrap();
        assert_eq!(client_hello(random), LIBNICE_CLIENT);
        assert!(is_client_hello(&LIBNICE_CLIENT));
        assert!(announces_client_hello(
            LIBNICE_CLIENT[..5].try_into().unwrap()
        ));
        assert!(!is_server_hello(&LIBNICE_CLIENT));
    }

    #[test]
    fn the_servers_hello_has_its_fixed_bytes_in_their_places() {
        let hello = server_hello([0xAA; 32], [0xBB; 32]);
        assert!(is_server_hello(&hello));
        assert_eq!(hello[..11], [0x16, 3, 1, 0, 0x4E, 2, 0, 0, 0x46, 3, 1]);
        assert_eq!(
            (hello[11], hello[42], hello[43], hello[44]),
            (0xAA, 0xAA, 0x20, 0xBB)
        );
        assert_eq!(hello[75..], [0xBB, 0, 0x18, 0, 0x0E, 0, 0, 0]);
    }

    #[test]
    fn every_change_of_a_fixed_byte_and_every_truncation_is_refused() {
        let hello = server_hello([1; 32], [2; 32]);
        for at in (0..11).chain([43]).chain(76..83) {
            let mut changed = hello;
            changed[at] ^= 0x80;
            assert_eq!(read_server_hello(&changed), PseudoTlsReading::Other);
            assert_eq!(read_server_hello(&changed[..=at]), PseudoTlsReading::Other);
        }
        for at in (0..11).chain(43..50) {
            let mut changed = LIBNICE_CLIENT;
            changed[at] ^= 0x80;
            assert!(!is_client_hello(&changed), "{at}");
        }
        assert!((0..83).all(|end| read_server_hello(&hello[..end]) == PseudoTlsReading::More));
        assert!(is_server_hello(&hello));
        assert_eq!(
            read_server_hello(&[&hello[..], &[2]].concat()),
            PseudoTlsReading::Other
        );
        assert!((0..50).all(|end| !is_client_hello(&LIBNICE_CLIENT[..end])));
    }
}
