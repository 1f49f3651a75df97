//! A proxy as it is named: what is spoken with it, where it is, who signs in.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::target::Host;
use crate::words::words;

words! {
    /// What is spoken with a proxy: the scheme of its URL.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum ProxyScheme {
        /// CONNECT (RFC 9110 section 9.3.6).
        Http = "http",
        /// The same inside TLS.
        Https = "https",
        /// SOCKS5 (RFC 1928); names are resolved here.
        Socks5 = "socks5",
        /// SOCKS5; the proxy resolves names.
        Socks5h = "socks5h",
    }
}

words! {
    /// Who resolves the relay's name when a path leads through a proxy.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum ProxyDns {
        /// This machine.
        Local = "local",
        /// The proxy.
        Remote = "remote",
    }
}

/// A proxy that paths lead through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// What is spoken with it.
    pub scheme: ProxyScheme,
    /// Where it is.
    pub host: Host,
    /// Its port.
    pub port: u16,
    /// Who signs in; nobody without them.
    pub credentials: Option<Credentials>,
    /// Who resolves the relay's name.
    pub dns: ProxyDns,
}

/// Who signs in at a proxy. They are never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// `http://host:port`: what is told of it.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme.as_str())?;
        match self.host {
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            _ => self.host.fmt(f)?,
        }
        write!(f, ":{}", self.port)
    }
}

impl Proxy {
    /// Its address with its port.
    pub fn at(&self, address: IpAddr) -> SocketAddr {
        SocketAddr::new(address, self.port)
    }
}

impl ProxyScheme {
    /// Who resolves the relay's name where nobody says it: `socks5` does it here, as everywhere else where the two
    /// schemes are known.
    pub fn usual_dns(self) -> ProxyDns {
        match self {
            Self::Socks5 => ProxyDns::Local,
            Self::Http | Self::Https | Self::Socks5h => ProxyDns::Remote,
        }
    }
}
