//! The router that packets to an address go to first: Linux' tables of routes, and what Windows says of its adapters.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Flags of a route that is in use, and of one through a router (linux/route.h).
const UP: u32 = 0x1;
const BY_ROUTER: u32 = 0x2;

/// The router on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Its address; none where the way leads straight out of the interface, as a tunnel's does.
    pub address: Option<IpAddr>,
    /// The interface.
    pub interface: String,
}

/// A route of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TableRoute {
    interface: String,
    network: IpAddr,
    prefix: u32,
    router: Option<IpAddr>,
    metric: u32,
}

/// The router on the way to an address; `None` where the system does not say, or has no way.
#[cfg(target_os = "linux")]
pub fn gateway(remote: IpAddr) -> Option<Gateway> {
    let routes = match remote {
        IpAddr::V4(_) => of_v4(&std::fs::read_to_string("/proc/net/route").ok()?),
        IpAddr::V6(_) => of_v6(&std::fs::read_to_string("/proc/net/ipv6_route").ok()?),
    };
    let route = best(routes, remote)?;
    Some(Gateway {
        address: route.router,
        interface: route.interface,
    })
}

/// The same by what the adapters are set up with: Windows says no more without privileges.
#[cfg(windows)]
pub fn gateway(remote: IpAddr) -> Option<Gateway> {
    let carrier = super::carrier(remote)?;
    let adapters = ipconfig::get_adapters().ok()?;
    let adapter = adapters
        .iter()
        .find(|adapter| adapter.ip_addresses().contains(&carrier.local))?;
    let mut routers = adapter.gateways().iter().copied();
    Some(Gateway {
        address: routers.find(|router| router.is_ipv4() == remote.is_ipv4()),
        interface: adapter.friendly_name().to_owned(),
    })
}

/// Not known how on this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn gateway(_remote: IpAddr) -> Option<Gateway> {
    None
}

/// `/proc/net/route`: numbers as the machine holds them in memory, in hexadecimal.
fn of_v4(table: &str) -> Vec<TableRoute> {
    let routes = table.lines().skip(1).filter_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [interface, network, router, flags, _, _, metric, mask, ..] = fields[..] else {
            return None;
        };
        let address = |hex: &str| {
            Some(Ipv4Addr::from(
                u32::from_str_radix(hex, 16).ok()?.to_ne_bytes(),
            ))
        };
        let flags = u32::from_str_radix(flags, 16).ok()?;
        if flags & UP == 0 {
            return None;
        }
        let router = (flags & BY_ROUTER != 0).then(|| address(router)).flatten();
        Some(TableRoute {
            interface: interface.to_owned(),
            network: address(network)?.into(),
            prefix: address(mask)?.to_bits().count_ones(),
            router: router.map(IpAddr::from),
            metric: metric.parse().ok()?,
        })
    });
    routes.collect()
}

/// `/proc/net/ipv6_route`: addresses byte by byte, numbers in hexadecimal.
fn of_v6(table: &str) -> Vec<TableRoute> {
    let routes = table.lines().filter_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [
            network,
            prefix,
            _,
            _,
            router,
            metric,
            _,
            _,
            flags,
            interface,
        ] = fields[..]
        else {
            return None;
        };
        let address = |hex: &str| Some(Ipv6Addr::from(u128::from_str_radix(hex, 16).ok()?));
        let flags = u32::from_str_radix(flags, 16).ok()?;
        if flags & UP == 0 || interface == "lo" {
            return None;
        }
        let router = (flags & BY_ROUTER != 0).then(|| address(router)).flatten();
        Some(TableRoute {
            interface: interface.to_owned(),
            network: address(network)?.into(),
            prefix: u32::from_str_radix(prefix, 16).ok()?,
            router: router.map(IpAddr::from),
            metric: u32::from_str_radix(metric, 16).ok()?,
        })
    });
    routes.collect()
}

/// The route that the kernel takes: the narrowest network, then the lowest metric.
fn best(routes: Vec<TableRoute>, remote: IpAddr) -> Option<TableRoute> {
    let fitting = routes
        .into_iter()
        .filter(|route| match (route.network, remote) {
            (IpAddr::V4(network), IpAddr::V4(remote)) => {
                let shift = 32_u32.saturating_sub(route.prefix);
                network.to_bits().checked_shr(shift).unwrap_or(0)
                    == remote.to_bits().checked_shr(shift).unwrap_or(0)
            }
            (IpAddr::V6(network), IpAddr::V6(remote)) => {
                let shift = 128_u32.saturating_sub(route.prefix);
                network.to_bits().checked_shr(shift).unwrap_or(0)
                    == remote.to_bits().checked_shr(shift).unwrap_or(0)
            }
            _ => false,
        });
    fitting.min_by_key(|route| (std::cmp::Reverse(route.prefix), route.metric))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a kernel of 64 bits, little-endian, wrote it.
    const V4: &str = "\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
tun0\t00007034\t00000000\t0001\t0\t0\t50\t0000FCFF\t0\t0\t0
gone0\t00007034\t00000000\t0000\t0\t0\t0\tFFFFFFFF\t0\t0\t0
";

    const V6: &str = "\
20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe80000000000000021122fffe334455 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
";

    fn way(routes: Vec<TableRoute>, remote: &str) -> Option<(String, Option<String>)> {
        let route = best(routes, remote.parse().unwrap())?;
        Some((
            route.interface,
            route.router.map(|router| router.to_string()),
        ))
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn the_narrowest_network_wins_and_then_the_lowest_metric() {
        let told =
            |name: &str, router: Option<&str>| Some((name.to_owned(), router.map(str::to_owned)));
        assert_eq!(way(of_v4(V4), "8.8.8.8"), told("eth0", Some("192.168.0.1")));
        assert_eq!(way(of_v4(V4), "192.168.0.77"), told("eth0", None));
        // 52.112.0.0/14 goes into the tunnel
        assert_eq!(way(of_v4(V4), "52.115.255.1"), told("tun0", None));
        assert_eq!(
            way(of_v4(V4), "52.116.0.1"),
            told("eth0", Some("192.168.0.1"))
        );
    }

    #[test]
    fn routes_of_ipv6_are_read_and_what_is_no_table_gives_none() {
        let router = Some("fe80::211:22ff:fe33:4455".to_owned());
        assert_eq!(
            way(of_v6(V6), "2603:1063::1"),
            Some(("eth0".to_owned(), router))
        );
        assert_eq!(
            way(of_v6(V6), "2001:db8::7"),
            Some(("eth0".to_owned(), None))
        );
        assert_eq!(way(of_v4("garbage\nx y z\n"), "8.8.8.8"), None);
        assert_eq!(way(of_v6("x"), "::1"), None);
    }
}
