//! What comes of asking a proxy for a tunnel.

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
