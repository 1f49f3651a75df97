//! The header of a message (RFC 8489 section 5), for both dialects, and the checksum in a FINGERPRINT (section 14.7).

use super::error::Error;

/// Length of the header in bytes.
pub const HEADER: usize = 20;

/// The magic cookie in bytes 4 to 8 of each header (RFC 8489 section 5).
pub const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];

/// Ties an answer to its request: the 96 bits behind the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransactionId(pub [u8; 12]);

/// Cuts a message into header and body and checks the length, for both dialects.
pub(in crate::wire) fn split(bytes: &[u8]) -> Result<(&[u8; HEADER], &[u8]), Error> {
    let have = bytes.len();
    let Some((header, body)) = bytes.split_first_chunk::<HEADER>() else {
        return Err(Error::Short { have, need: HEADER });
    };
    if header[0] & 0xC0 != 0 {
        return Err(Error::NotStun(header[0]));
    }
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if body.len() < length {
        return Err(Error::Short {
            have,
            need: HEADER + length,
        });
    }
    if body.len() > length {
        return Err(Error::Trailing(body.len().saturating_sub(length)));
    }
    Ok((header, body))
}

/// Writes the length into a header.
pub(in crate::wire) fn set_length(bytes: &mut [u8], length: u16) {
    if let Some(field) = bytes.get_mut(2..4) {
        field.copy_from_slice(&length.to_be_bytes());
    }
}

/// Cookie and transaction: what the XORed addresses are XORed with.
impl From<TransactionId> for [u8; 16] {
    fn from(id: TransactionId) -> Self {
        let mut mask = [0; 16];
        mask[..4].copy_from_slice(&COOKIE);
        mask[4..].copy_from_slice(&id.0);
        mask
    }
}

/// The value of a FINGERPRINT that follows these bytes.
pub(super) fn fingerprint(covered: &[u8]) -> [u8; 4] {
    const XOR: u32 = 0x5354_554E;
    (crc32(covered) ^ XOR).to_be_bytes()
}

/// CRC-32 of ITU V.42, as in zip and PNG. Bit by bit: a message has some hundred bytes.
fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xEDB8_8320;
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (POLYNOMIAL & 0_u32.wrapping_sub(crc & 1))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The check value of CRC-32 in every catalogue of such codes.
    #[test]
    fn the_checksum_of_123456789_is_the_known_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
