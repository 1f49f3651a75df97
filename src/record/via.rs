//! The proxy that a path led through.

use std::net::IpAddr;
use std::sync::Arc;

/// A proxy, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// What it is: `http://host:port`, never with credentials.
    pub proxy: Arc<str>,
    /// Its address, once it was resolved.
    pub address: Option<IpAddr>,
    /// What it answered to the request for a tunnel: the status of HTTP, a word of SOCKS; empty when it did not answer.
    pub reply: String,
}
