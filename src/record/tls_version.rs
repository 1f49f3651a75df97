//! Versions of SSL and TLS in the words of the table of versions, and whose order counts.

use crate::words::words;

words! {
    /// A version of the protocol.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum ProtocolVersion {
        /// Netscape's; RFC 6176 forbids it.
        Ssl2 = "SSL 2.0",
        /// RFC 6101; RFC 7568 forbids it.
        Ssl3 = "SSL 3.0",
        /// RFC 2246; RFC 8996 forbids it.
        Tls10 = "TLS 1.0",
        /// RFC 4346; RFC 8996 forbids it.
        Tls11 = "TLS 1.1",
        /// RFC 5246.
        Tls12 = "TLS 1.2",
        /// RFC 8446.
        Tls13 = "TLS 1.3",
    }
}

impl ProtocolVersion {
    /// Its number on the wire.
    pub const fn number(self) -> u16 {
        match self {
            Self::Ssl2 => 0x0002,
            Self::Ssl3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    /// The version of a number on the wire.
    pub fn of_number(number: u16) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|version| version.number() == number)
    }

    /// Whether it should be off everywhere (RFC 6176, 7568, 8996).
    pub fn is_outdated(self) -> bool {
        self < Self::Tls12
    }
}

words! {
    /// Whose order of suites counts.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Order {
        /// The server takes what stands first in its own list.
        Server = "server",
        /// The server takes what stands first in the client's hello.
        Client = "client",
        /// Neither alone: some suites are preferred only where the client prefers them.
        Mixed = "mixed",
    }
}
