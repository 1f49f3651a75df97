//! Name servers of interfaces in the order in which Windows asks them. Not here: how Windows is asked
//! for them (`windows`).

use crate::arrange::Arrange as _;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use super::address::PORT;
use super::setup::Setup;

/// What Windows waits for the first server before it asks the next one.
const PATIENCE: Duration = Duration::from_secs(1);

/// An interface that is up.
#[derive(Debug, Clone)]
pub struct DnsInterface {
    /// Its metrics for IPv4 and IPv6: the lower one goes first.
    pub metrics: (u32, u32),
    /// Its number for addresses that hold on one link only.
    pub scope: u32,
    /// Its name servers in their order.
    pub servers: Vec<IpAddr>,
}

/// The setup that stands for these interfaces.
pub fn setup(mut interfaces: Vec<DnsInterface>) -> Setup {
    interfaces.arrange_by_key(DnsInterface::metric);
    let mut servers = Vec::new();
    for interface in &interfaces {
        for server in interface.addresses() {
            if !servers.contains(&server) {
                servers.push(server);
            }
        }
    }
    Setup {
        servers,
        patience: Some(PATIENCE),
        keeps_to_last: true,
        ..Setup::default()
    }
}

impl DnsInterface {
    fn metric(&self) -> u32 {
        self.metrics.0.min(self.metrics.1)
    }

    fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        let usable = self.servers.iter().filter(|server| !is_filler(**server));
        usable.map(|server| match server {
            IpAddr::V6(address) if address.is_unicast_link_local() => {
                SocketAddrV6::new(*address, PORT, 0, self.scope).into()
            }
            server => SocketAddr::new(*server, PORT),
        })
    }
}

/// `fec0:0:0:ffff::1` to `::3` stand where an interface has no server for IPv6; site-local addresses are
/// no longer in use (RFC 3879).
fn is_filler(server: IpAddr) -> bool {
    matches!(server, IpAddr::V6(address) if address.segments()[0] & 0xffc0 == 0xfec0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_stand_in_the_order_of_the_metrics_each_once_and_fillers_are_left_out() {
        let interface = |metrics, scope, servers: &[&str]| DnsInterface {
            metrics,
            scope,
            servers: servers.iter().map(|text| text.parse().unwrap()).collect(),
        };
        let lan = interface((25, 25), 7, &["192.0.2.1", "192.0.2.2", "fe80::1"]);
        let vpn = interface((1, 5000), 9, &["10.0.0.53", "192.0.2.2"]);
        let idle = interface((75, 75), 3, &["fec0:0:0:ffff::1", "fec0:0:0:ffff::2"]);
        let setup = setup(vec![idle, lan, vpn]);
        let servers: Vec<_> = setup.servers.iter().map(ToString::to_string).collect();
        assert_eq!(
            servers,
            [
                "10.0.0.53:53",
                "192.0.2.2:53",
                "192.0.2.1:53",
                "[fe80::1%7]:53"
            ]
        );
        assert_eq!(setup.share(Duration::from_secs(5), 4), PATIENCE);
        assert!(setup.keeps_to_last);
    }
}
