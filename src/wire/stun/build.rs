//! Messages to be sent. RFC 8489 sections 5 and 14.

use std::net::SocketAddr;

use super::codes::attribute;
use super::error::Error;
use super::header::{COOKIE, HEADER, TransactionId, fingerprint, mask, set_length};
use super::value::{ErrorCode, encode_address};

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

#[cfg(test)]
mod tests {
    use super::*;

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
