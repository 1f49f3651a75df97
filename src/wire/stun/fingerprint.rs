//! The checksum in a FINGERPRINT (RFC 8489 section 14.7).

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
