//! What asking for a tunnel came to.

use crate::net::stream::Connected;
use crate::record::{Cause, Failure};

/// What it came to.
#[derive(Debug)]
pub struct Asked {
    /// What the proxy answered.
    pub reply: String,
    /// The connection behind it, or why there is none.
    pub result: Result<Connected, Failure>,
}

impl Asked {
    /// No tunnel.
    pub fn failed(cause: Cause, detail: impl Into<String>) -> Self {
        Self {
            reply: String::new(),
            result: Err(Failure::new(cause, detail)),
        }
    }
}
