//! What the system knows of a neighbour on the same link: its table of hardware addresses. An address there is no answer:
//! it may be old, or set by hand.

use std::net::IpAddr;

use crate::judge::diagnose::facts::NeighbourFacts;

/// What the system knows of it; `None` where it does not say, or never asked. Of IPv6 Linux says it by netlink only.
#[cfg(target_os = "linux")]
pub fn neighbour(address: IpAddr, interface: &str) -> Option<NeighbourFacts> {
    let table = std::fs::read_to_string("/proc/net/arp").ok()?;
    of_table(&table, address, interface)
}

/// The same of Windows' table.
#[cfg(windows)]
pub fn neighbour(address: IpAddr, _interface: &str) -> Option<NeighbourFacts> {
    crate::sys::is_neighbour_known(address).map(|is_known| {
        if is_known {
            NeighbourFacts::Known
        } else {
            NeighbourFacts::Silent
        }
    })
}

/// Not known how on this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn neighbour(_address: IpAddr, _interface: &str) -> Option<NeighbourFacts> {
    None
}

/// A line of `/proc/net/arp` is the address, the kind of hardware, flags, the hardware address, a mask and the
/// interface; without flags the address is asked for and not known (arp(7), `ATF_COM`).
fn of_table(table: &str, address: IpAddr, interface: &str) -> Option<NeighbourFacts> {
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [known, _, flags, _, _, device] = fields[..] else {
            return None;
        };
        if known.parse::<IpAddr>().ok()? != address || device != interface {
            return None;
        }
        let flags = u32::from_str_radix(flags.strip_prefix("0x")?, 16).ok()?;
        Some(if flags & 0x2 == 0 {
            NeighbourFacts::Silent
        } else {
            NeighbourFacts::Known
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
IP address       HW type     Flags       HW address            Mask     Device
10.77.0.2        0x1         0x2         6a:11:22:33:44:55     *        eth0
10.77.0.9        0x1         0x0         00:00:00:00:00:00     *        eth0
10.77.0.9        0x1         0x6         6a:11:22:33:44:56     *        eth1
";

    #[test]
    fn a_neighbour_without_a_hardware_address_is_silent_on_its_interface() {
        let of = |address: &str, interface| of_table(TABLE, address.parse().unwrap(), interface);
        assert_eq!(of("10.77.0.2", "eth0"), Some(NeighbourFacts::Known));
        assert_eq!(of("10.77.0.9", "eth0"), Some(NeighbourFacts::Silent));
        assert_eq!(of("10.77.0.9", "eth1"), Some(NeighbourFacts::Known));
        assert_eq!(of("10.77.0.3", "eth0"), None);
        assert_eq!(of_table("", "10.77.0.2".parse().unwrap(), "eth0"), None);
    }
}
