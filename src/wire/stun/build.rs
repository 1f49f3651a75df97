//! Messages to be sent, and the FINGERPRINT. RFC 8489 sections 5, 14 and 14.7.

use std::net::SocketAddr;

use super::message::mask;
use super::value::{ErrorCode, encode_address};
use super::{COOKIE, Error, HEADER, TransactionId, attribute};

/// Puts a message together, attribute by attribute.
#[derive(Debug, Clone)]
pub struct Builder {
    bytes: Vec<u8>,
    id: TransactionId,
    padding: u8,
    too_long: bool,
}

impl Builder {
    /// A message of that kind (see [`kind`](super::kind)) without attributes.
    pub fn new(kind: u16, id: TransactionId) -> Self {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(COOKIE);
        bytes.extend(id.0);
        Self {
            bytes,
            id,
            padding: 0,
            too_long: false,
        }
    }

    /// Appends an attribute and its padding.
    pub fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        self.too_long |= !append(&mut self.bytes, kind, value);
        self.bytes
            .resize(self.bytes.len().next_multiple_of(4), self.padding);
        self
    }

    /// Appends ERROR-CODE.
    pub fn error_code(self, code: u16, reason: &str) -> Self {
        self.attribute(attribute::ERROR_CODE, &ErrorCode::encode(code, reason))
    }

    /// Appends XOR-MAPPED-ADDRESS.
    pub fn xor_mapped_address(self, address: SocketAddr) -> Self {
        let value = encode_address(address, &mask(self.id));
        self.attribute(attribute::XOR_MAPPED_ADDRESS, &value)
    }

    /// Appends FINGERPRINT, which must be the last attribute.
    pub fn fingerprint(mut self) -> Self {
        // the checksum covers a header that counts the fingerprint already
        let length = self.bytes.len().saturating_sub(HEADER).saturating_add(8);
        set_length(&mut self.bytes, u16::try_from(length).unwrap_or(u16::MAX));
        let value = fingerprint(&self.bytes);
        self.attribute(attribute::FINGERPRINT, &value)
    }

    /// The message.
    ///
    /// # Errors
    /// [`Error::TooLong`] when a value or the whole is longer than 65,535 bytes.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        let length =
            u16::try_from(self.bytes.len().saturating_sub(HEADER)).map_err(|_| Error::TooLong)?;
        if self.too_long {
            return Err(Error::TooLong);
        }
        let mut bytes = self.bytes;
        set_length(&mut bytes, length);
        Ok(bytes)
    }

    /// The message, where the attributes are known to be short.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.finish().unwrap_or_default()
    }

    /// Bytes of the padding: any are allowed, and the RFC's samples use spaces.
    #[cfg(test)]
    pub(super) fn padding(mut self, padding: u8) -> Self {
        self.padding = padding;
        self
    }
}

/// The value of a FINGERPRINT that follows these bytes.
pub(super) fn fingerprint(covered: &[u8]) -> [u8; 4] {
    const XOR: u32 = 0x5354_554E;
    (crc32(covered) ^ XOR).to_be_bytes()
}

/// Appends an attribute without padding; `false` when its value is too long to say so.
pub(in crate::wire) fn append(bytes: &mut Vec<u8>, kind: u16, value: &[u8]) -> bool {
    let Ok(length) = u16::try_from(value.len()) else {
        return false;
    };
    bytes.extend(kind.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.extend_from_slice(value);
    true
}

/// Writes the length into a header.
pub(in crate::wire) fn set_length(bytes: &mut [u8], length: u16) {
    if let Some(field) = bytes.get_mut(2..4) {
        field.copy_from_slice(&length.to_be_bytes());
    }
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

    #[test]
    fn what_does_not_fit_into_16_bits_is_an_error() {
        let new = || Builder::new(super::super::kind::BINDING, TransactionId([0; 12]));
        assert_eq!(
            new().attribute(1, &vec![0; 65_536]).finish(),
            Err(Error::TooLong)
        );
        assert_eq!(
            new().attribute(1, &vec![0; 65_532]).finish(),
            Err(Error::TooLong)
        );
        let big = new().attribute(1, &vec![0; 65_528]);
        assert!(big.clone().finish().is_ok());
        assert_eq!(big.fingerprint().finish(), Err(Error::TooLong));
    }
}
