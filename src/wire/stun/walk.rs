//! The walk over the attributes of a message, with and without padding. RFC 8489 section 14.

use super::error::Error;
use crate::record::Counter as _;

/// One attribute as it stands in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its number.
    pub kind: u16,
    /// Its value without padding.
    pub value: &'a [u8],
    /// Where it starts, in bytes behind the header.
    pub offset: usize,
}

/// What lies between one attribute and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Up to three bytes of any value, so that each attribute starts at a multiple of four: the RFC.
    Four,
    /// Nothing: some implementations of MS-TURN.
    None,
}

/// All attributes of a message's body.
///
/// # Errors
/// [`Error::Attributes`] when the walk does not end exactly at the end of the body.
pub fn walk(body: &[u8], padding: Padding) -> Result<Vec<Attribute<'_>>, Error> {
    let align = match padding {
        Padding::Four => 4,
        Padding::None => 1,
    };
    let mut attributes = Vec::new();
    let mut offset = 0;
    while offset < body.len() {
        let rest = body.get(offset..).unwrap_or_default();
        let [k0, k1, l0, l1, values @ ..] = rest else {
            return Err(Error::Attributes);
        };
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        let value = values.get(..length).ok_or(Error::Attributes)?;
        attributes.push(Attribute {
            kind: u16::from_be_bytes([*k0, *k1]),
            value,
            offset,
        });
        offset.raise(length.next_multiple_of(align).saturating_add(4));
    }
    // the padding of the last attribute may not reach past the end
    if offset == body.len() {
        Ok(attributes)
    } else {
        Err(Error::Attributes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PADDED: [u8; 16] = [0, 1, 0, 1, 7, 0, 0, 0, 0, 2, 0, 2, 8, 9, 0, 0];
    const EXACT: [u8; 11] = [0, 1, 0, 1, 7, 0, 2, 0, 2, 8, 9];

    fn values(body: &[u8], padding: Padding) -> Result<Vec<(u16, Vec<u8>)>, Error> {
        Ok(walk(body, padding)?
            .iter()
            .map(|a| (a.kind, a.value.to_vec()))
            .collect())
    }

    #[test]
    fn padded_and_exact_bodies_hold_the_same_attributes() {
        let wanted = Ok(vec![(1, vec![7]), (2, vec![8, 9])]);
        assert_eq!(values(&PADDED, Padding::Four), wanted);
        assert_eq!(values(&PADDED, Padding::None), Err(Error::Attributes));
        assert_eq!(values(&EXACT, Padding::None), wanted);
        assert_eq!(values(&EXACT, Padding::Four), Err(Error::Attributes));
    }

    #[test]
    fn an_attribute_that_reaches_past_the_end_is_an_error() {
        assert_eq!(
            values(&[0, 1, 0, 5, 1, 2, 3, 4], Padding::None),
            Err(Error::Attributes)
        );
        assert_eq!(values(&[0, 1, 0], Padding::None), Err(Error::Attributes));
        assert_eq!(values(&[], Padding::Four), Ok(vec![]));
    }
}
