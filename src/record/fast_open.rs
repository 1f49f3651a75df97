//! What became of TCP Fast Open (RFC 7413).

use crate::words::words;

words! {
    /// What became of TCP Fast Open on one connection.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum FastOpen {
        /// A cookie was asked for; whether one came, the next connection to the address tells.
        CookieAsked = "cookie-asked": "a cookie was asked for; the next probe of the address tells",
        /// The cookie that an earlier connection asked for did not come: the server offers none, or
        /// the option was stripped.
        NoCookie = "no-cookie": "no cookie came: the server offers none, or it was stripped",
        /// Data went out in the SYN and was acknowledged by its answer: it gets through.
        DataAcked = "data-acked": "data in the SYN was acknowledged: it gets through",
        /// Data went out in the SYN and its answer did not acknowledge it: it was sent again.
        DataNotAcked = "data-not-acked": "data in the SYN was not acknowledged and sent again",
        /// The SYN with the option got no answer, a plain one did.
        SynLost = "syn-lost": "the SYN with the option got no answer, a plain one did",
    }
}
