//! The attributes of a message, and the values that both dialects have in the same form.
//! RFC 8489 section 14; [MS-TURN] 2.2.2 has the same numbers for the three that are named here.

use std::borrow::Cow;
use std::net::SocketAddr;

use super::codes::attribute;
use super::error::Error;
use super::value::{ErrorCode, decode_address, decode_xor_address};
use super::walk::Attribute;

/// The attributes of a message in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes<'a>(Vec<Attribute<'a>>);

impl<'a> From<Vec<Attribute<'a>>> for Attributes<'a> {
    fn from(attributes: Vec<Attribute<'a>>) -> Self {
        Self(attributes)
    }
}

impl<'a> Attributes<'a> {
    /// All attributes in their order.
    pub fn attributes(&self) -> &[Attribute<'a>] {
        &self.0
    }

    /// The value of the first attribute with that number: a second one does not count.
    pub fn value(&self, kind: u16) -> Option<&'a [u8]> {
        self.0.iter().find(|a| a.kind == kind).map(|a| a.value)
    }

    /// A text; bytes that are no UTF-8 are replaced.
    pub fn text(&self, kind: u16) -> Option<Cow<'a, str>> {
        self.value(kind).map(String::from_utf8_lossy)
    }

    /// A number of four bytes.
    ///
    /// # Errors
    /// [`Error::Value`] when it is not four bytes long.
    pub fn number(&self, kind: u16) -> Result<Option<u32>, Error> {
        let decode = |value: &[u8]| value.try_into().map_err(|_| Error::Value(kind));
        let bytes = self.value(kind).map(decode).transpose()?;
        Ok(bytes.map(u32::from_be_bytes))
    }

    /// An address that is written plainly.
    ///
    /// # Errors
    /// [`Error::Value`] when it is malformed.
    pub fn address(&self, kind: u16) -> Result<Option<SocketAddr>, Error> {
        let decode = |value| decode_address(kind, value);
        self.value(kind).map(decode).transpose()
    }

    /// An address that is XORed with the bytes 4 to 20 of the header.
    ///
    /// # Errors
    /// [`Error::Value`] when it is malformed.
    pub fn xor_address(&self, kind: u16, mask: &[u8; 16]) -> Result<Option<SocketAddr>, Error> {
        let decode = |value| decode_xor_address(kind, value, mask);
        self.value(kind).map(decode).transpose()
    }

    /// ERROR-CODE.
    ///
    /// # Errors
    /// [`Error::Value`] when it is malformed.
    pub fn error_code(&self) -> Result<Option<ErrorCode<'a>>, Error> {
        let kind = attribute::ERROR_CODE;
        let decode = |value| ErrorCode::decode(kind, value);
        self.value(kind).map(decode).transpose()
    }

    /// The first attribute that has to be understood and is known to nobody. What stands behind a
    /// MESSAGE-INTEGRITY is not looked at (RFC 8489 section 14.5).
    pub fn unknown_and_required(&self) -> Option<u16> {
        let signatures = [
            attribute::MESSAGE_INTEGRITY,
            attribute::MESSAGE_INTEGRITY_SHA256,
        ];
        let kinds = self.0.iter().map(|attribute| attribute.kind);
        let mut looked_at = kinds.take_while(|kind| !signatures.contains(kind));
        looked_at.find(|kind| attribute::is_unknown_and_required(*kind))
    }
}
