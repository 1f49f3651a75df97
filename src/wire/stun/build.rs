//! Messages to be sent, in both dialects. RFC 8489 sections 5 and 14.

use std::net::SocketAddr;

use super::codes::attribute;
use super::error::Error;
use super::header::{HEADER, fingerprint, set_length};
use super::value::{ErrorCode, encode_address};

/// Puts a message together, attribute by attribute.
#[derive(Debug, Clone)]
pub struct Builder {
    bytes: Vec<u8>,
    transaction: [u8; 16],
    align: usize,
    padding: u8,
    too_long: bool,
}

impl Builder {
    /// A message of that kind (see [`kind`](super::kind)) without attributes.
    pub fn new(kind: u16, id: impl Into<[u8; 16]>) -> Self {
        let transaction = id.into();
        let mut bytes = Vec::with_capacity(256);
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(transaction);
        Self {
            bytes,
            transaction,
            align: 4,
            padding: 0,
            too_long: false,
        }
    }

    /// Leaves the padding out from here on, as some implementations of Microsoft's dialect do.
    pub fn unpadded(mut self) -> Self {
        self.align = 1;
        self
    }

    /// Appends an attribute and its padding.
    pub fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        let Ok(length) = u16::try_from(value.len()) else {
            self.too_long = true;
            return self;
        };
        self.bytes.extend(kind.to_be_bytes());
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend_from_slice(value);
        let whole = self.bytes.len().next_multiple_of(self.align);
        self.bytes.resize(whole, self.padding);
        self
    }

    /// Appends an address that is written plainly.
    pub fn address(self, kind: u16, address: SocketAddr) -> Self {
        self.attribute(kind, &encode_address(address, &[0; 16]))
    }

    /// Appends ERROR-CODE.
    pub fn error_code(self, code: u16, reason: &str) -> Self {
        self.attribute(attribute::ERROR_CODE, &ErrorCode::encode(code, reason))
    }

    /// Appends XOR-MAPPED-ADDRESS.
    pub fn xor_mapped_address(self, address: SocketAddr) -> Self {
        let value = encode_address(address, &self.transaction);
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
    pub(in crate::wire) fn bytes(self) -> Vec<u8> {
        self.finish().unwrap_or_default()
    }

    /// Bytes of the padding: any are allowed, and the RFC's samples use spaces.
    #[cfg(test)]
    pub(super) fn padding(mut self, padding: u8) -> Self {
        self.padding = padding;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::TransactionId;
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
