//! The interface that carries what is sent to an address: whose address stands on the packets, what it is like.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use crate::judge::diagnose::facts::TunnelSign;

/// This end of the way to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// The address that packets to it leave from.
    pub local: IpAddr,
    /// The interface that has the address; `None` where the system does not say, or several share it.
    pub interface: Option<Interface>,
}

/// An interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// The largest packet that it takes, in bytes.
    pub mtu: Option<u32>,
    /// Why it is taken for a tunnel, if it is.
    pub tunnel: Option<TunnelSign>,
    /// The product that a tunnel is of; empty where none is known.
    pub product: &'static str,
}

/// This end of the way to an address; `None` where there is no way. Nothing is sent.
pub fn carrier(remote: IpAddr) -> Option<Carrier> {
    let local = source(remote)?;
    Some(Carrier {
        local,
        interface: system::interface(local),
    })
}

/// Interfaces that are tunnels, are up and have an address; `None` where the system does not say.
pub fn tunnels() -> Option<Vec<Interface>> {
    let mut all = system::interfaces()?;
    all.retain(|interface| interface.tunnel.is_some());
    Some(all)
}

/// Whether there is a way to an address at all.
pub fn has_way(remote: IpAddr) -> bool {
    source(remote).is_some()
}

/// The address that packets to another one leave from.
fn source(remote: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match remote {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((remote, 443)).ok()?;
    Some(socket.local_addr().ok()?.ip().to_canonical())
}

/// Whether this machine has an address beyond loopback and what holds on one link only; `None` where the system does
/// not say.
pub fn has_address() -> Option<bool> {
    let all = system::addresses()?;
    Some(all.iter().any(|address| match address {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local() && !v4.is_unspecified(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local() && !v6.is_unspecified(),
    }))
}

#[cfg(target_os = "linux")]
mod system {
    use std::net::IpAddr;
    use std::path::Path;

    use super::Interface;
    use crate::judge::diagnose::facts::TunnelSign;

    fn all() -> Option<Vec<(String, IpAddr)>> {
        let all = nix::ifaddrs::getifaddrs().ok()?.filter_map(|interface| {
            let address = interface.address?;
            let v4 = address.as_sockaddr_in().map(|v4| IpAddr::from(v4.ip()));
            let ip = v4.or_else(|| address.as_sockaddr_in6().map(|v6| IpAddr::from(v6.ip())))?;
            Some((interface.interface_name, ip))
        });
        Some(all.collect())
    }

    pub fn addresses() -> Option<Vec<IpAddr>> {
        Some(all()?.into_iter().map(|(_, address)| address).collect())
    }

    pub fn interface(local: IpAddr) -> Option<Interface> {
        let mut names: Vec<_> = all()?
            .into_iter()
            .filter(|(_, address)| *address == local)
            .map(|(name, _)| name)
            .collect();
        names.dedup();
        // of two that share the address nobody knows which one it is
        let [name] = names.as_slice() else {
            return None;
        };
        Some(described(Path::new("/sys/class/net"), name))
    }

    pub fn interfaces() -> Option<Vec<Interface>> {
        let mut names: Vec<_> = all()?.into_iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        let all = Path::new("/sys/class/net");
        Some(names.iter().map(|name| described(all, name)).collect())
    }

    /// By what the kernel shows of it as files.
    fn described(all: &Path, name: &str) -> Interface {
        let folder = all.join(name);
        let read = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
        let mtu = read("mtu").and_then(|text| text.trim().parse().ok());
        let kind: Option<u32> = read("type").and_then(|text| text.trim().parse().ok());
        let is_wireguard =
            read("uevent").is_some_and(|text| text.lines().any(|line| line == "DEVTYPE=wireguard"));
        // ARPHRD_PPP, ARPHRD_TUNNEL, ARPHRD_TUNNEL6, ARPHRD_SIT and ARPHRD_IPGRE of linux/if_arp.h
        let is_tunnel = matches!(kind, Some(512 | 768 | 769 | 776 | 778));
        let tunnel = if folder.join("tun_flags").exists() || is_wireguard || is_tunnel {
            Some(TunnelSign::Type)
        } else {
            TunnelSign::of_name(name)
        };
        Interface {
            name: name.to_owned(),
            mtu,
            product: TunnelSign::product(name),
            tunnel,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_interface_is_known_by_what_the_kernel_shows_of_it() {
            let all = tempfile::tempdir().unwrap();
            let put = |name: &str, files: &[(&str, &str)]| {
                let folder = all.path().join(name);
                std::fs::create_dir(&folder).unwrap();
                for (file, text) in files {
                    std::fs::write(folder.join(file), text).unwrap();
                }
            };
            put(
                "eth0",
                &[
                    ("mtu", "1500\n"),
                    ("type", "1\n"),
                    ("uevent", "INTERFACE=eth0\n"),
                ],
            );
            // a tap says that it is Ethernet
            put(
                "office",
                &[
                    ("mtu", "1400\n"),
                    ("type", "1\n"),
                    ("tun_flags", "0x1002\n"),
                ],
            );
            put("far", &[("uevent", "DEVTYPE=wireguard\nINTERFACE=far\n")]);
            put("line", &[("type", "512\n")]);
            let of = |name: &str| described(all.path(), name);
            assert_eq!((of("eth0").mtu, of("eth0").tunnel), (Some(1500), None));
            assert_eq!(
                (of("office").mtu, of("office").tunnel),
                (Some(1400), Some(TunnelSign::Type))
            );
            assert_eq!(of("far").tunnel, Some(TunnelSign::Type));
            assert_eq!(of("line").tunnel, Some(TunnelSign::Type));
            assert_eq!(of("tun7").tunnel, Some(TunnelSign::Name));
        }
    }
}

#[cfg(windows)]
mod system {
    use std::net::IpAddr;

    use super::Interface;
    use crate::judge::diagnose::facts::TunnelSign;

    pub fn addresses() -> Option<Vec<IpAddr>> {
        let adapters = ipconfig::get_adapters().ok()?;
        let up = adapters
            .iter()
            .filter(|adapter| adapter.oper_status() == ipconfig::OperStatus::IfOperStatusUp);
        Some(
            up.flat_map(|adapter| adapter.ip_addresses().to_vec())
                .collect(),
        )
    }

    pub fn interfaces() -> Option<Vec<Interface>> {
        let adapters = ipconfig::get_adapters().ok()?;
        let up = adapters
            .iter()
            .filter(|adapter| adapter.oper_status() == ipconfig::OperStatus::IfOperStatusUp);
        Some(up.map(described).collect())
    }

    pub fn interface(local: IpAddr) -> Option<Interface> {
        let adapters = ipconfig::get_adapters().ok()?;
        let adapter = adapters
            .iter()
            .find(|adapter| adapter.ip_addresses().contains(&local))?;
        Some(described(adapter))
    }

    fn described(adapter: &ipconfig::Adapter) -> Interface {
        let kind = match adapter.if_type() {
            ipconfig::IfType::Ppp => 23,
            ipconfig::IfType::Tunnel => 131,
            _ => 0,
        };
        Interface {
            name: adapter.friendly_name().to_owned(),
            mtu: None,
            tunnel: TunnelSign::of_adapter(kind, adapter.description()),
            product: TunnelSign::product(adapter.description()),
        }
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
mod system {
    use std::net::IpAddr;

    use super::Interface;

    pub fn addresses() -> Option<Vec<IpAddr>> {
        None
    }

    pub fn interfaces() -> Option<Vec<Interface>> {
        None
    }

    pub fn interface(_local: IpAddr) -> Option<Interface> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_carried_by_loopback_and_nobody_has_a_way_to_everybody() {
        let carrier = carrier(Ipv4Addr::LOCALHOST.into()).unwrap();
        assert_eq!(carrier.local, IpAddr::from(Ipv4Addr::LOCALHOST));
        if cfg!(target_os = "linux") {
            let interface = carrier.interface.unwrap();
            assert_eq!((interface.name.as_str(), interface.tunnel), ("lo", None));
            assert!(interface.mtu.is_some());
        }
        assert!(!has_way(Ipv4Addr::BROADCAST.into()));
    }
}
