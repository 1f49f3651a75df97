//! STUN messages by hand (RFC 8489 section 5, [MS-TURN] 2.2.1), so that nothing here is as our codec
//! has it.

pub const ALLOCATE_SUCCESS: u16 = 0x0103;
pub const ALLOCATE_ERROR: u16 = 0x0113;
pub const BINDING_SUCCESS: u16 = 0x0101;
pub const BINDING_ERROR: u16 = 0x0111;

/// A message with the transaction of a request, its attributes padded to four bytes.
pub fn message(kind: u16, request: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    with_padding(kind, request, attributes, 4)
}

/// The same without padding, as some implementations of MS-TURN write it.
pub fn unpadded(kind: u16, request: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    with_padding(kind, request, attributes, 1)
}

fn with_padding(kind: u16, request: &[u8], attributes: &[(u16, &[u8])], align: usize) -> Vec<u8> {
    let mut body = Vec::new();
    for (number, value) in attributes {
        body.extend(number.to_be_bytes());
        body.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        body.extend_from_slice(value);
        body.resize(body.len().next_multiple_of(align), 0);
    }
    let mut bytes = kind.to_be_bytes().to_vec();
    bytes.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(&request[4..20]);
    bytes.extend(body);
    bytes
}

/// The value of ERROR-CODE (RFC 8489 section 14.8).
pub fn error(code: u16, reason: &str) -> Vec<u8> {
    let mut value = vec![
        0,
        0,
        (code / 100).try_into().unwrap(),
        (code % 100).try_into().unwrap(),
    ];
    value.extend_from_slice(reason.as_bytes());
    value
}

/// The 401 that an Allocate without credentials should get (RFC 8489 section 9.2.4).
pub fn unauthorized(request: &[u8]) -> Vec<u8> {
    message(
        ALLOCATE_ERROR,
        request,
        &[
            (0x0009, &error(401, "Unauthorized")),
            (0x0014, b"example.org"),
            (0x0015, b"f//499k954d6OL34oL9FSTvy64sA"),
            (0x8022, b"by hand"),
        ],
    )
}

/// Microsoft's 401 without padding: realm and nonce the other way round, the Magic Cookie first.
pub fn ms_unauthorized(request: &[u8]) -> Vec<u8> {
    unpadded(
        ALLOCATE_ERROR,
        request,
        &[
            (0x000F, &[0x72, 0xC6, 0x4B, 0xC6]),
            (0x8008, &[0, 0, 0, 6]),
            (
                0x0009,
                &error(
                    401,
                    "The request did not contain a Message-Integrity attribute.",
                ),
            ),
            (0x0014, b"the-nonce"),
            (0x0015, b"\"rtcmedia\""),
            (0x000E, &[0, 1, 0x0D, 0x96, 52, 114, 242, 1]),
        ],
    )
}

/// The same message to another request.
pub fn to_another(mut message: Vec<u8>) -> Vec<u8> {
    message[19] ^= 0x55;
    message
}
