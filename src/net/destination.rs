//! Where a path ends, and what it leads through.

use std::net::{IpAddr, SocketAddr};

use crate::target::{Host, Target};

/// What a path leads through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leads {
    /// Nothing.
    Straight,
    /// The plan's proxy; nothing where it has none.
    ThroughProxy,
}

/// The way to an address of a target, before its port is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The relay's address, where it is known here: a proxy may resolve the name itself.
    pub relay: Option<IpAddr>,
    /// The proxy that it leads through.
    pub proxy: Option<IpAddr>,
}

impl Route {
    /// The way straight to an address.
    pub fn direct(relay: IpAddr) -> Self {
        Self {
            relay: Some(relay),
            proxy: None,
        }
    }

    /// A port of the target.
    pub fn to(self, target: &Target, port: u16) -> Destination {
        Destination {
            host: target.host.clone(),
            address: self.relay,
            port,
            proxy: self.proxy,
        }
    }
}

/// Where a path ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// What was asked for.
    pub host: Host,
    /// The relay's address, where it is known here.
    pub address: Option<IpAddr>,
    /// The relay's port.
    pub port: u16,
    /// Address of the proxy that the path leads through.
    pub proxy: Option<IpAddr>,
}

impl Destination {
    /// The relay's address and port, where they are known here.
    pub fn remote(&self) -> Option<SocketAddr> {
        self.address
            .map(|address| SocketAddr::new(address, self.port))
    }

    /// Another port of it.
    pub fn with_port(&self, port: u16) -> Self {
        Self {
            port,
            ..self.clone()
        }
    }

    /// The relay as a proxy is asked for it: `name:443`, `[v6]:443`.
    pub fn authority(&self) -> String {
        match (self.remote(), &self.host) {
            (Some(remote), _) => remote.to_string(),
            (None, host) => format!("{host}:{}", self.port),
        }
    }
}

/// An address that is reached directly, whatever its name.
impl From<SocketAddr> for Destination {
    fn from(remote: SocketAddr) -> Self {
        Self {
            host: Host::Address(remote.ip()),
            address: Some(remote.ip()),
            port: remote.port(),
            proxy: None,
        }
    }
}
