//! Which kinds of address this machine has a route for. Nothing is sent: a UDP socket that is
//! connected only looks for its route.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use crate::wire::dns::Family;

/// Addresses of the relays that most runs go to.
const FAR_V4: IpAddr = IpAddr::V4(Ipv4Addr::new(52, 112, 0, 1));
const FAR_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2603, 0x1063, 0, 0, 0, 0, 0, 1));

/// IPv6 where there is a route for it and none for IPv4.
pub fn preferred() -> Family {
    if leads_to(FAR_V4) {
        return Family::V4;
    }
    choose(leads_to(FAR_V6), near)
}

/// Without a way out for IPv4; a machine without any may have networks of its own.
fn choose(has_far_v6: bool, near: impl FnOnce() -> (bool, bool)) -> Family {
    if has_far_v6 || near() == (false, true) {
        Family::V6
    } else {
        Family::V4
    }
}

fn leads_to(address: IpAddr) -> bool {
    let any: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((any, 0)).is_ok_and(|socket| socket.connect((address, 443)).is_ok())
}

/// Whether this machine is in an IPv4 network, and in an IPv6 one, besides loopback and what holds
/// on one link only.
#[cfg(target_os = "linux")]
fn near() -> (bool, bool) {
    let Ok(interfaces) = nix::ifaddrs::getifaddrs() else {
        return (false, false);
    };
    let (mut v4, mut v6) = (false, false);
    for address in interfaces.filter_map(|interface| interface.address) {
        if let Some(address) = address.as_sockaddr_in() {
            let ip = address.ip();
            v4 |= !ip.is_loopback() && !ip.is_link_local();
        } else if let Some(address) = address.as_sockaddr_in6() {
            let ip = address.ip();
            v6 |= !ip.is_loopback() && !ip.is_unicast_link_local();
        }
    }
    (v4, v6)
}

#[cfg(not(target_os = "linux"))]
fn near() -> (bool, bool) {
    (false, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_way_out_for_ipv4_the_kind_is_that_of_the_way_out_or_of_the_only_network() {
        let unasked = || panic!("not asked");
        assert_eq!(choose(true, unasked), Family::V6);
        for (near, family) in [
            ((false, false), Family::V4),
            ((true, false), Family::V4),
            ((false, true), Family::V6),
            ((true, true), Family::V4),
        ] {
            assert_eq!(choose(false, || near), family, "{near:?}");
        }
    }

    #[test]
    fn a_route_to_loopback_is_found_and_none_to_everybody() {
        assert!(leads_to(Ipv4Addr::LOCALHOST.into()));
        // no socket may send there unless it asks to
        assert!(!leads_to(Ipv4Addr::BROADCAST.into()));
    }
}
