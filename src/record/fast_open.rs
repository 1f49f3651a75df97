//! What became of TCP Fast Open (RFC 7413).

/// What became of TCP Fast Open on one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FastOpen {
    /// A cookie was asked for; whether one came, the next connection to the address tells.
    CookieAsked,
    /// The cookie that an earlier connection asked for did not come: the server offers none, or
    /// the option was stripped.
    NoCookie,
    /// Data went out in the SYN and was acknowledged by its answer: it gets through.
    DataAcked,
    /// Data went out in the SYN and its answer did not acknowledge it: it was sent again.
    DataNotAcked,
    /// The SYN with the option got no answer, a plain one did.
    SynLost,
}

impl FastOpen {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::CookieAsked,
        Self::NoCookie,
        Self::DataAcked,
        Self::DataNotAcked,
        Self::SynLost,
    ];

    /// The word in the `fast_open` column.
    pub fn code(self) -> &'static str {
        match self {
            Self::CookieAsked => "cookie-asked",
            Self::NoCookie => "no-cookie",
            Self::DataAcked => "data-acked",
            Self::DataNotAcked => "data-not-acked",
            Self::SynLost => "syn-lost",
        }
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::CookieAsked => "a cookie was asked for; the next probe of the address tells",
            Self::NoCookie => "no cookie came: the server offers none, or it was stripped",
            Self::DataAcked => "data in the SYN was acknowledged: it gets through",
            Self::DataNotAcked => "data in the SYN was not acknowledged and sent again",
            Self::SynLost => "the SYN with the option got no answer, a plain one did",
        }
    }
}
