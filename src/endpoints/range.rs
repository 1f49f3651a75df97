//! Networks of addresses, and those of the relays.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A network of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    network: IpAddr,
    prefix: u8,
}

impl Range {
    /// A network by its first address and the length of its prefix in bits.
    pub const fn new(network: IpAddr, prefix: u8) -> Self {
        Self { network, prefix }
    }

    /// Whether the address lies in the network. An IPv4-mapped IPv6 address counts as IPv4, as does one that a translator of
    /// IPv6 to IPv4 stands behind, in the well-known prefix 64:ff9b::/96 (RFC 6052 section 2.1).
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, translated(address.to_canonical())) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix.min(32));
                let cut = |bits: u32| bits.checked_shr(shift).unwrap_or(0);
                cut(network.to_bits()) == cut(address.to_bits())
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix.min(128));
                let cut = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
                cut(network.to_bits()) == cut(address.to_bits())
            }
            _ => false,
        }
    }
}

/// The IPv4 address behind a translator.
fn translated(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.segments() {
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)).into()
            }
            _ => address,
        },
        IpAddr::V4(_) => address,
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

/// A text that is no network.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no range of addresses such as 52.112.0.0/14")]
pub struct NoRange(pub String);

impl FromStr for Range {
    type Err = NoRange;

    fn from_str(text: &str) -> Result<Self, NoRange> {
        let wrong = || NoRange(text.to_owned());
        let (network, prefix) = match text.split_once('/') {
            Some((network, prefix)) => (network, Some(prefix)),
            None => (text, None),
        };
        let network: IpAddr = network.parse().map_err(|_| wrong())?;
        let longest = if network.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            // no sign, as `parse` would take one
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| wrong())?
            }
            Some(_) => return Err(wrong()),
        };
        if prefix > longest {
            return Err(wrong());
        }
        Ok(Self { network, prefix })
    }
}

/// Ranges of relays: what Microsoft lets its clients reach over UDP at the ports of media, and over
/// everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges {
    pub(super) media: Cow<'static, [Range]>,
    pub(super) others: Cow<'static, [Range]>,
}

/// The ports of media over UDP.
pub const MEDIA_PORTS: RangeInclusive<u16> = 3478..=3481;

impl Ranges {
    /// Whether a relay's address at this port lies in the ranges for what is spoken there.
    pub fn contains(&self, relay: SocketAddr, is_udp: bool) -> bool {
        let ranges = if is_udp && MEDIA_PORTS.contains(&relay.port()) {
            &self.media
        } else {
            &self.others
        };
        ranges.iter().any(|range| range.contains(relay.ip()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6052 section 2.4: 192.0.2.33 is 64:ff9b::192.0.2.33
    #[test]
    fn an_address_behind_a_translator_is_that_of_ipv4() {
        let range: Range = "192.0.2.0/24".parse().unwrap();
        assert!(range.contains("64:ff9b::192.0.2.33".parse().unwrap()));
        assert!(!range.contains("64:ff9b::192.0.3.33".parse().unwrap()));
        assert!(!range.contains("2001:db8::192.0.2.33".parse().unwrap()));
    }

    #[test]
    fn a_range_is_read_and_shown_as_it_is_written() {
        for text in ["52.112.0.0/14", "2603:1063::/38", "0.0.0.0/0"] {
            assert_eq!(text.parse::<Range>().unwrap().to_string(), text);
        }
        let one: Range = "52.238.119.141".parse().unwrap();
        assert_eq!(one.to_string(), "52.238.119.141/32");
    }

    #[test]
    fn what_is_no_range_is_named() {
        for text in [
            "52.112.0.0/33",
            "2603::/129",
            "52.112.0.0/",
            "52.112.0.0/+4",
            "52.112.0/14",
            "relay/14",
            "",
            "52.112.0.0/14/2",
            "52.112.0.0/999",
        ] {
            let said = text.parse::<Range>().unwrap_err().to_string();
            assert!(said.contains(&format!("`{text}`")), "{said}");
        }
    }
}
