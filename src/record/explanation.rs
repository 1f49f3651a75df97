//! Where the time of a slow probe went, as a code of a closed list.
//!
//! Not here: the rules that choose one (`explain`).

/// Where the time of a slow probe went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Explanation {
    /// Nothing took longer than it should.
    None,
    /// A SYN or its answer was lost; the kernel sent it again.
    LostSyn,
    /// The round trip of the path is long, or what it lets through at a time is little.
    SlowPath,
    /// The name resolution took long.
    SlowDns,
    /// The server took long to answer, and nothing was lost.
    SlowServer,
    /// A segment was lost during the TLS handshake.
    LostInTls,
    /// This machine was late to take in what had come.
    LocalDelay,
}

impl Explanation {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::LostSyn,
        Self::SlowPath,
        Self::SlowDns,
        Self::SlowServer,
        Self::LostInTls,
        Self::LocalDelay,
    ];

    /// The word in the `explain` column.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::LostSyn => "lost-syn",
            Self::SlowPath => "slow-path",
            Self::SlowDns => "slow-dns",
            Self::SlowServer => "slow-server",
            Self::LostInTls => "lost-in-tls",
            Self::LocalDelay => "local-delay",
        }
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::None => "nothing took longer than it should",
            Self::LostSyn => "a SYN or its answer was lost and sent again: the two look alike",
            Self::SlowPath => "a round trip of 100 ms or more, or a window that is too small",
            Self::SlowDns => "the name resolution took 200 ms or more",
            Self::SlowServer => "the server took 200 ms or more, and nothing was lost",
            Self::LostInTls => "a segment was lost during the TLS handshake",
            Self::LocalDelay => "this machine took in what had come 100 ms late or more",
        }
    }

    /// The explanation of a code in a file.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back() {
        for explanation in Explanation::ALL {
            assert_eq!(Explanation::of_code(explanation.code()), Some(explanation));
        }
        assert_eq!(Explanation::of_code("slow"), None);
    }
}
