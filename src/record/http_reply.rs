//! What a HEAD got that was sent inside TLS.
//!
//! Not here: how it is sent (`net::tls`).

use std::borrow::Cow;

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HttpReply {
    /// An HTTP answer with this status.
    Http(u16),
    /// Nothing within the limit.
    Silence,
    /// The end of the session (`close_notify`).
    Closed,
    /// The end of the connection without the session's.
    Cut,
    /// A reset.
    Reset,
    /// Anything else: bytes that are no HTTP, an alert.
    Other,
}

impl HttpReply {
    const WORDS: [(Self, &str); 5] = [
        (Self::Silence, "silence"),
        (Self::Closed, "closed"),
        (Self::Cut, "cut"),
        (Self::Reset, "reset"),
        (Self::Other, "other"),
    ];

    /// The word in the `http_reply` column.
    pub fn word(self) -> Cow<'static, str> {
        if let Self::Http(status) = self {
            return Cow::Owned(format!("http {status}"));
        }
        let word = Self::WORDS.iter().find(|(reply, _)| *reply == self);
        Cow::Borrowed(word.map_or("other", |(_, word)| *word))
    }

    /// The reply of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        if let Some(status) = word.strip_prefix("http ") {
            let status = status.parse().ok()?;
            return (100..=999).contains(&status).then_some(Self::Http(status));
        }
        let known = Self::WORDS.iter().find(|(_, known)| *known == word);
        known.map(|(reply, _)| *reply)
    }

    /// What it says of who answers.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Http(_) => "TLS, and HTTP inside it: unlike a relay",
            Self::Silence | Self::Closed => "TLS, but no HTTP: like a relay",
            Self::Cut | Self::Reset => "TLS, but no HTTP: the connection broke off",
            Self::Other => "TLS, but no HTTP: something else was answered",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        use HttpReply::{Closed, Cut, Http, Other, Reset, Silence};
        for reply in [Http(100), Http(404), Silence, Closed, Cut, Reset, Other] {
            assert_eq!(HttpReply::of_word(&reply.word()), Some(reply));
        }
        for word in ["", "http", "http 99", "http 1000", "http x", "Silence"] {
            assert_eq!(HttpReply::of_word(word), None, "{word}");
        }
    }
}
