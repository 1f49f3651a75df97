//! The phases that statistics are made of.

use crate::words::words;

words! {
    /// What statistics are made of.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Metric {
        /// Name resolution.
        Dns = "dns",
        /// TCP connect; to the proxy where there is one.
        Connect = "connect",
        /// The tunnel through a proxy.
        Proxy = "proxy",
        /// TLS handshake.
        Tls = "tls",
        /// TURN request to reply.
        Turn = "turn",
        /// The whole probe.
        Total = "total",
    }
}

impl Metric {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();
}
