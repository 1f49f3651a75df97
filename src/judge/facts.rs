//! What is known about a certificate chain before any conclusion.

use std::time::Duration;

use crate::record::Trust;

/// The parts of a subject or an issuer that tell whose it is, as they stand in the certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// Organizations (O).
    pub organizations: Vec<String>,
    /// Organizational units (OU).
    pub units: Vec<String>,
    /// Common names (CN).
    pub common_names: Vec<String>,
}

impl Name {
    /// The words that name it in a text.
    pub fn told(&self) -> &str {
        let parts = [&self.common_names, &self.organizations, &self.units];
        let first = parts
            .into_iter()
            .flatten()
            .find(|text| !text.trim().is_empty());
        first.map_or("a nameless issuer", String::as_str)
    }
}

/// Whether a path leads to a root.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// None does.
    #[default]
    Never,
    /// One does, at a moment at which the server's certificate is valid: now, if it is.
    Yes,
    /// The server's certificate is valid now, but one above it is over.
    Before,
    /// The server's certificate is valid now, but one above it is not valid yet.
    Later,
}

/// Whether a certificate is valid now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Validity {
    /// It is, or its dates cannot be read.
    #[default]
    Valid,
    /// It is over.
    Expired,
    /// It has not begun.
    NotYetValid,
}

/// A certificate that is known here and was needed for a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The certificates that were missing, by name.
    pub missing: String,
    /// Whether the server did send one of that name, which is over.
    pub sent_is_over: bool,
}

/// What is known of a chain by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathFacts {
    /// The name that was asked for.
    pub asked: String,
    /// Whether the public roots are those of the real world.
    pub is_real: bool,
    /// A path to the public roots.
    pub public: Reach,
    /// A path to them or to Microsoft's own, with certificates that are known here.
    pub repair: Option<Repair>,
    /// Whether the server's certificate is valid now.
    pub validity: Validity,
    /// Whether the server's certificate is for the name that was asked for; `None` if it cannot be told.
    pub fits_name: Option<bool>,
    /// Why the public roots' verifier does not take the chain, where its verdict is `other` and it said so; else empty.
    pub public_why: &'static str,
    /// Whether the server's certificate is its own issuer.
    pub is_own_issuer: bool,
    /// The issuers from the server's certificate on, as far as the chain leads.
    pub issuers: Vec<Name>,
    /// Subjects and issuers of all certificates.
    pub names: Vec<Name>,
}

/// Times to the same address over TCP and over UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearness {
    /// The connect of this connection.
    pub connect: Duration,
    /// The shortest round trip of a request over UDP so far.
    pub udp: Duration,
}

impl Nearness {
    /// Whether whoever took the connection is much nearer than whoever answers over UDP: the connect took less than
    /// half as long, and at least 10 ms less.
    pub fn is_telling(self) -> bool {
        self.connect < self.udp / 2
            && self.udp.saturating_sub(self.connect) >= Duration::from_millis(10)
    }
}

/// What is known of it beside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// How near the other end is, where UDP was measured too.
    pub nearness: Option<Nearness>,
    /// Whether a path leads to the system's store; `None` if it could not tell.
    pub system: Option<bool>,
    /// What is remarkable about that path.
    pub system_note: &'static str,
    /// The system's verdict, dates and name included; `None` if there is none.
    pub verdict: Option<Trust>,
    /// Why the system does not take the chain, where that verdict is `other` and it said so; else empty.
    pub why: &'static str,
    /// Whether the address is one of Microsoft's.
    pub is_microsofts: bool,
    /// Whether the chain came as a whole.
    pub is_whole: bool,
}
