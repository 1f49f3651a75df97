//! Where the time of a slow probe went, as a code of a closed list.
//!
//! Not here: the rules that choose one (`explain`).

use std::time::Duration;

use crate::words::words;

/// A name resolution that takes so long is slow, and so is a server that needs so much beyond the round trips: twice the
/// longest trip that is not.
pub const SLOW_WAIT: Duration = Duration::from_millis(200);

/// A round trip of so much is long: Microsoft's limit between client and edge.
pub const LONG_TRIP: Duration = Duration::from_millis(100);

words! {
    /// Where the time of a slow probe went.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Explanation {
        None = "none": "nothing took longer than it should",
        LostSyn = "lost-syn": "a SYN or its answer was lost and retransmitted: the two look the same",
        SlowPath = "slow-path": "a round trip of 100 ms or more, or a window that is too small",
        SlowDns = "slow-dns": "the name resolution took 200 ms or more",
        SlowServer = "slow-server": "the server took 200 ms or more, and nothing was lost",
        LostInTls = "lost-in-tls": "a segment was lost during the TLS handshake, or came a round trip or more behind later ones",
        LocalDelay = "local-delay": "this machine was 100 ms or more late in reading what had arrived",
        LossOrServer = "loss-or-server": "the server's bytes came late: a lost segment, a slow server or a slow line, which look the same from here",
        PathOrRelay = "path-or-relay": "an answer over UDP came after 100 ms or more, or one to a SYN 100 ms later than the path takes: the path or the other end, which look the same from here",
        ProxyOrBeyond = "proxy-or-beyond": "200 ms or more were spent in the proxy or beyond it, which look the same from here",
    }
}

impl Explanation {
    /// Whether it is about the way of the segments, which ends at a proxy.
    pub const fn is_of_the_way(self) -> bool {
        matches!(
            self,
            Self::LostSyn | Self::SlowPath | Self::LostInTls | Self::PathOrRelay
        )
    }
}
