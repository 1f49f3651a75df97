//! The proxy step of the opener: from a connection to a proxy to a tunnel through it.
//!
//! `http` asks for a tunnel with CONNECT, `socks` with SOCKS5, `outer` opens the TLS session to a proxy that wants one.
//! Not here: which proxy is to be used (`cli`), the connect to it and its name (`open`).

mod http;
mod outer;
mod socks;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::time::timeout;

pub use outer::Outer;

use super::open::Opener;
use super::stream::{Connected, Stream};
use super::{Destination, plain_error};
use crate::clock;
use crate::record::{Cause, Failure};
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

/// A tunnel that was asked for.
#[derive(Debug)]
pub(super) struct Opened {
    /// What the proxy answered.
    pub reply: String,
    /// The connection behind it, or why there is none.
    pub result: Result<Connected, Failure>,
}

/// What asking for a tunnel came to so far.
struct Asked {
    reply: String,
    result: Result<Connected, Failure>,
}

impl Asked {
    fn failed(cause: Cause, detail: impl Into<String>) -> Self {
        Self {
            reply: String::new(),
            result: Err(Failure::new(cause, detail)),
        }
    }
}

impl Opener {
    /// The proxy phase: from the connection to the proxy to the end of the tunnel, within one limit.
    pub(super) async fn tunnel(
        &self,
        proxy: &Proxy,
        connected: Connected,
        to: &Destination,
    ) -> (std::time::Duration, Opened) {
        let limit = self.plan.limits.proxy;
        let start = clock::now();
        let progress = Arc::default();
        let asking = self.ask_proxy(proxy, connected, to, &progress);
        let asked = match timeout(limit, asking).await {
            Ok(asked) => asked,
            Err(_) => http::overdue(proxy.scheme, limit, &progress),
        };
        let took = clock::now().saturating_duration_since(start);
        let Asked { reply, result } = asked;
        (took, Opened { reply, result })
    }

    async fn ask_proxy(
        &self,
        proxy: &Proxy,
        connected: Connected,
        to: &Destination,
        progress: &Arc<http::Progress>,
    ) -> Asked {
        let stream = match Stream::new(connected) {
            Ok(stream) => stream,
            Err(error) => return Asked::failed(Cause::ProxyLocalError, plain_error(&error)),
        };
        match proxy.scheme {
            ProxyScheme::Http => http::ask(stream, proxy, to, progress).await,
            ProxyScheme::Https => match self.inside_tls(stream, proxy).await {
                Ok(stream) => {
                    progress.secured();
                    http::ask(stream, proxy, to, progress).await
                }
                Err(failure) => Asked::failed(failure.cause, failure.detail),
            },
            ProxyScheme::Socks5 | ProxyScheme::Socks5h => {
                socks::ask(stream.into_tcp(), proxy, to).await
            }
        }
    }
}

impl Proxy {
    /// Its address with its port.
    pub(super) fn at(&self, address: IpAddr) -> SocketAddr {
        SocketAddr::new(address, self.port)
    }
}
