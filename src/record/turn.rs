//! What is spoken, what is asked, and what came back: the words of the `transport` and `turn_*`
//! columns.

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use crate::words::words;

words! {
    /// What is spoken on the way to the relay.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Transport {
        /// TLS over TCP.
        Tls = "tls",
        /// STUN and TURN over UDP.
        Udp = "udp",
        /// STUN and TURN over plain TCP.
        Tcp = "tcp",
        /// MS-TURN over TCP behind a hello that looks like TLS and is none.
        PseudoTls = "pseudo-tls",
    }
}

impl Transport {
    /// The port of a relay's service where none is given. RFC 7065 has 3478 for TURN over TCP; the
    /// relays of Teams have it at 443.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Udp => 3478,
            Self::Tls | Self::Tcp | Self::PseudoTls => 443,
        }
    }
}

words! {
    /// A request without credentials.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Ask {
        /// TURN Allocate (RFC 8656); a 401 is the sign of success.
        Allocate = "allocate",
        /// STUN Binding (RFC 8489).
        Binding = "binding",
        /// Allocate in Microsoft's dialect; a 401 is the sign of success.
        MsAllocate = "ms-allocate",
    }
}

/// What a request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnReply {
    /// A success response.
    Success,
    /// An error response with this number, 300 to 699.
    Error(u16),
    /// Nothing within the limit.
    Silent,
    /// Something that is no STUN message, or none to this request.
    Malformed,
    /// An HTTP answer.
    Http,
    /// The end of the connection, with a FIN or a reset.
    Closed,
    /// A TLS alert.
    Alert,
    /// An ICMP error: port, host or network cannot be reached.
    Icmp,
}

impl TurnReply {
    /// The word in the `turn_reply` column.
    pub fn word(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Error(number) => return Cow::Owned(number.to_string()),
            Self::Success => "success",
            Self::Silent => "silent",
            Self::Malformed => "malformed",
            Self::Http => "http",
            Self::Closed => "closed",
            Self::Alert => "alert",
            Self::Icmp => "icmp",
        })
    }

    /// Whether it is a well-formed answer to the request, success or error: the path works.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Success | Self::Error(_))
    }

    /// The same of its word in a row.
    pub fn is_answer_word(word: &str) -> bool {
        word == "success" || word.parse::<u16>().is_ok()
    }
}

impl fmt::Display for TurnReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word())
    }
}

/// What a STUN or TURN request got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turn {
    /// What was asked; `None` when nothing was.
    pub ask: Option<Ask>,
    /// What came back; `None` when the request was not sent.
    pub reply: Option<TurnReply>,
    /// The realm for which the relay wants credentials.
    pub realm: String,
    /// What the relay says that it is.
    pub software: String,
    /// Requests sent.
    pub attempts: Option<u32>,
    /// The sender's address as the relay saw it.
    pub mapped_address: Option<SocketAddr>,
    /// Another server that the relay names; Microsoft's relays name themselves in a 401.
    pub alternate_server: Option<SocketAddr>,
    /// What came besides the answer and was ignored.
    pub ignored: Option<Ignored>,
    /// An attribute of the answer that a client has to understand and nobody knows.
    pub unknown_attribute: Option<u16>,
    /// How long the answer lay in this machine before the program took it.
    pub local_delay: Option<Duration>,
}

/// Datagrams or messages that were counted and ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ignored {
    /// Not a STUN message.
    pub garbage: u32,
    /// Well formed and with the request's own ID, and no response to it, such as the request thrown back.
    pub no_response: u32,
    /// Well formed, and to another request.
    pub wrong_id: u32,
    /// The answer once more.
    pub duplicates: u32,
}

impl Ignored {
    /// All together.
    pub fn total(self) -> u32 {
        let some = self.garbage.saturating_add(self.no_response);
        let some = some.saturating_add(self.wrong_id);
        some.saturating_add(self.duplicates)
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.garbage, "no STUN message"),
            (self.no_response, "STUN message that is no response to it"),
            (self.wrong_id, "to another request"),
            (self.duplicates, "duplicate"),
        ];
        let mut separator = "";
        for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{separator}{count} {what}")?;
            separator = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_answer_shows_that_the_path_works() {
        let answers = [TurnReply::Success, TurnReply::Error(401)];
        assert!(answers.into_iter().all(TurnReply::is_answer));
        for other in ["silent", "malformed", "http", "closed", "alert", "icmp"] {
            let reply = [
                TurnReply::Silent,
                TurnReply::Malformed,
                TurnReply::Http,
                TurnReply::Closed,
                TurnReply::Alert,
                TurnReply::Icmp,
            ]
            .into_iter()
            .find(|reply| reply.to_string() == other);
            assert_eq!(reply.map(TurnReply::is_answer), Some(false), "{other}");
        }
        assert_eq!(TurnReply::Error(300).to_string(), "300");
    }

    #[test]
    fn what_was_ignored_is_told_by_kind() {
        let ignored = Ignored {
            garbage: 1,
            no_response: 4,
            wrong_id: 0,
            duplicates: 2,
        };
        assert_eq!(
            ignored.to_string(),
            "1 no STUN message, 4 STUN message that is no response to it, 2 duplicate"
        );
        assert_eq!(ignored.total(), 7);
    }
}
