//! Addresses of name servers as text, also those of one link with their interface.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

use dns_lookup::{AddrInfoHints, SockType, getaddrinfo};

/// `AI_NUMERICHOST`: nobody is asked. The same number on Linux, the BSDs, macOS and Windows.
const NUMERIC: i32 = 4;

/// The port of name servers.
pub const PORT: u16 = 53;

/// An address with or without port, an IPv6 address with a port in brackets; after it, behind a `%`, the
/// interface of an address that holds on one link only.
pub fn server(text: &str) -> Option<SocketAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, PORT));
    }
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let (host, port) = match text.strip_prefix('[') {
        None => (text, PORT),
        Some(rest) => match rest.split_once(']')? {
            (host, "") => (host, PORT),
            (host, port) => (host, port.strip_prefix(':')?.parse().ok()?),
        },
    };
    if let Ok(address) = host.parse::<Ipv6Addr>() {
        return Some(SocketAddr::new(address.into(), port));
    }
    let (address, zone) = host.split_once('%')?;
    let address: Ipv6Addr = address.parse().ok()?;
    let scope = match zone.parse() {
        Ok(scope) => scope,
        Err(_) => scope_of(host)?,
    };
    Some(SocketAddrV6::new(address, port, 0, scope).into())
}

/// The number of the interface that stands behind an address.
fn scope_of(host: &str) -> Option<u32> {
    match numeric(host)? {
        SocketAddr::V6(address) => Some(address.scope_id()).filter(|scope| *scope != 0),
        SocketAddr::V4(_) => None,
    }
}

/// An address in any form that the system reads, such as `127.1`.
pub fn numeric(host: &str) -> Option<SocketAddr> {
    let hints = AddrInfoHints {
        flags: NUMERIC,
        socktype: SockType::DGram.into(),
        ..AddrInfoHints::default()
    };
    let mut found = getaddrinfo(Some(host), None, Some(hints)).ok()?;
    let mut address = found.next()?.ok()?.sockaddr;
    address.set_port(PORT);
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_with_port_and_interface() {
        for (text, read) in [
            ("192.0.2.53", "192.0.2.53:53"),
            ("192.0.2.53:5353", "192.0.2.53:5353"),
            ("2001:db8::1", "[2001:db8::1]:53"),
            ("[2001:db8::1]", "[2001:db8::1]:53"),
            ("[2001:db8::1]:5353", "[2001:db8::1]:5353"),
            ("fe80::1%7", "[fe80::1%7]:53"),
            ("[fe80::1%7]", "[fe80::1%7]:53"),
            ("[fe80::1%7]:5353", "[fe80::1%7]:5353"),
        ] {
            let server = server(text).map(|server| server.to_string());
            assert_eq!(server.as_deref(), Some(read), "{text}");
        }
        for text in [
            "",
            "name",
            "192.0.2",
            "fe80::1%",
            "fe80::1%nowhere0",
            "[fe80::1",
            "[::1]53",
            "[::1]:x",
            "192.0.2.53%7",
        ] {
            assert_eq!(server(text), None, "{text}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_interface_is_found_by_its_name() {
        let named = |text| server(text).map(|server| server.to_string());
        assert_eq!(named("fe80::1%lo").as_deref(), Some("[fe80::1%1]:53"));
        assert_eq!(named("[fe80::1%lo]:54").as_deref(), Some("[fe80::1%1]:54"));
    }
}
