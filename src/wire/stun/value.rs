//! Values inside attributes: addresses, plain and XORed, and the error code.
//! RFC 8489 sections 14.1, 14.2 and 14.8.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::error::Error;

const IPV4: u8 = 0x01;
const IPV6: u8 = 0x02;

/// An error that a server reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorCode<'a> {
    /// 300 to 699.
    pub code: u16,
    /// Reason phrase; bytes that are no UTF-8 are replaced.
    pub reason: Cow<'a, str>,
}

impl<'a> ErrorCode<'a> {
    /// Reads the value of an ERROR-CODE attribute; `kind` is only for the error.
    ///
    /// # Errors
    /// [`Error::Value`] when it is shorter than four bytes, its class is not 3 to 6 or its number
    /// over 99.
    pub fn decode(kind: u16, value: &'a [u8]) -> Result<Self, Error> {
        let [_, _, class, number, reason @ ..] = value else {
            return Err(Error::Value(kind));
        };
        let class = class & 0x07;
        if !(3..=6).contains(&class) || *number > 99 {
            return Err(Error::Value(kind));
        }
        let code = u16::from(class)
            .saturating_mul(100)
            .saturating_add(u16::from(*number));
        // some servers fill it up with zero bytes that they count as part of it
        let end = reason.iter().rposition(|byte| *byte != 0);
        let reason = reason.get(..end.map_or(0, |last| last.saturating_add(1)));
        Ok(Self {
            code,
            reason: String::from_utf8_lossy(reason.unwrap_or_default()),
        })
    }

    /// The value of an ERROR-CODE attribute.
    pub fn encode(code: u16, reason: &str) -> Vec<u8> {
        let class = u8::try_from(code / 100).unwrap_or(0) & 0x07;
        let number = u8::try_from(code % 100).unwrap_or(0);
        let mut value = vec![0, 0, class, number];
        value.extend_from_slice(reason.as_bytes());
        value
    }
}

/// Reads an address that is written plainly: one zero byte, family, port, address.
///
/// # Errors
/// [`Error::Value`] when the family is unknown or the length does not fit it.
pub fn decode_address(kind: u16, value: &[u8]) -> Result<SocketAddr, Error> {
    decode_xor_address(kind, value, &[0; 16])
}

/// Reads an address that is XORed with the bytes 4 to 20 of the header.
///
/// # Errors
/// As [`decode_address`].
pub fn decode_xor_address(kind: u16, value: &[u8], mask: &[u8; 16]) -> Result<SocketAddr, Error> {
    let malformed = Error::Value(kind);
    let [_, family, p0, p1, address @ ..] = value else {
        return Err(malformed);
    };
    let port = u16::from_be_bytes([p0 ^ mask[0], p1 ^ mask[1]]);
    let address = match *family {
        IPV4 => {
            let mut octets: [u8; 4] = address.try_into().map_err(|_| malformed)?;
            octets
                .iter_mut()
                .zip(mask)
                .for_each(|(octet, mask)| *octet ^= mask);
            IpAddr::V4(Ipv4Addr::from(octets))
        }
        IPV6 => {
            let mut octets: [u8; 16] = address.try_into().map_err(|_| malformed)?;
            octets
                .iter_mut()
                .zip(mask)
                .for_each(|(octet, mask)| *octet ^= mask);
            IpAddr::V6(Ipv6Addr::from(octets))
        }
        _ => return Err(malformed),
    };
    Ok(SocketAddr::new(address, port))
}

/// The value of an address attribute; `mask` is all zero for one that is not XORed.
pub fn encode_address(address: SocketAddr, mask: &[u8; 16]) -> Vec<u8> {
    let mut masked = address.port().to_be_bytes().to_vec();
    let family = match address.ip() {
        IpAddr::V4(ip) => {
            masked.extend(ip.octets());
            IPV4
        }
        IpAddr::V6(ip) => {
            masked.extend(ip.octets());
            IPV6
        }
    };
    // the port is XORed with the first two bytes of the mask, and the address starts over
    let mask = mask[..2].iter().chain(mask);
    let masked = masked.iter().zip(mask).map(|(byte, mask)| byte ^ mask);
    [0, family].into_iter().chain(masked).collect()
}
