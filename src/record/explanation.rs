//! Where the time of a slow probe went, as a code of a closed list.
//!
//! Not here: the rules that choose one (`explain`).

use crate::words::words;

words! {
    /// Where the time of a slow probe went.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Explanation {
        /// Nothing took longer than it should.
        None = "none": "nothing took longer than it should",
        /// A SYN or its answer was lost; the kernel sent it again.
        LostSyn = "lost-syn": "a SYN or its answer was lost and retransmitted: the two look the same",
        /// The round trip of the path is long, or what it lets through at a time is little.
        SlowPath = "slow-path": "a round trip of 100 ms or more, or a window that is too small",
        /// The name resolution took long.
        SlowDns = "slow-dns": "the name resolution took 200 ms or more",
        /// The server took long to answer, and nothing was lost.
        SlowServer = "slow-server": "the server took 200 ms or more, and nothing was lost",
        /// A segment was lost during the TLS handshake.
        LostInTls = "lost-in-tls": "a segment was lost during the TLS handshake",
        /// This machine was late to take in what had come.
        LocalDelay = "local-delay": "this machine was 100 ms or more late in reading what had arrived",
        /// The server's bytes came late: which of two things it was cannot be told from here.
        LossOrServer = "loss-or-server": "the server's bytes came late: a lost segment or a slow server, which look the same from here",
        /// An answer over UDP came late: nothing tells the path from the relay.
        PathOrRelay = "path-or-relay": "the answer over UDP came after 100 ms or more: a long path or a slow relay, which look the same from here",
        /// The time went behind the proxy or in it: nothing tells which.
        ProxyOrBeyond = "proxy-or-beyond": "200 ms or more were spent in the proxy or beyond it, which look the same from here",
    }
}

impl Explanation {
    /// Whether it is about the way of the segments, which ends at a proxy.
    pub const fn is_of_the_way(self) -> bool {
        matches!(self, Self::LostSyn | Self::SlowPath | Self::LostInTls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back() {
        for explanation in Explanation::ALL {
            assert_eq!(
                Explanation::of_word(explanation.as_str()),
                Some(explanation)
            );
        }
        assert_eq!(Explanation::of_word("slow"), None);
    }
}
