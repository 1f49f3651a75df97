//! The proxy step of the opener: from a connection to a proxy to a tunnel through it.
//!
//! `tunnel` is the step; `http` asks for a tunnel with CONNECT, `socks` with SOCKS5, `outer` opens the TLS session to a proxy
//! that wants one. `named` says what a proxy is, `url` reads one, `veil` hides
//! who signs in.
//! Not here: which proxy is to be used (`cli`), the connect to it and its name (`open`).

mod http;
mod named;
mod outer;
mod socks;
mod tunnel;
mod url;
mod veil;

pub use named::{Credentials, Proxy, ProxyDns, ProxyScheme};
pub use outer::Outer;
pub use url::{ProxyUrlError, split_scheme};

use crate::net::stream::Connected;
use crate::record::{Cause, Failure};

/// A tunnel that was asked for.
#[derive(Debug)]
pub struct TunnelReply {
    /// What the proxy answered.
    pub reply: String,
    /// The connection behind it, or why there is none.
    pub result: Result<Connected, Failure>,
}

impl TunnelReply {
    /// None, with nothing that the proxy answered.
    pub fn failed(cause: Cause, detail: impl Into<String>) -> Self {
        Self {
            reply: String::new(),
            result: Err(Failure::new(cause, detail)),
        }
    }
}
