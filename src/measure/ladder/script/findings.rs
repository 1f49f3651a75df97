//! What follows from the answers.

use super::step::NoAnswer;
use crate::record::{Order, ProtocolVersion};
use crate::wire::tls_ask::HelloRefusal;
use crate::wire::tls_hello::Flight;

/// All that is known of a relay.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Each version that was asked for, in the order of asking.
    pub told: Vec<VersionFindings>,
    /// Application protocols by their names.
    pub alpn: Vec<(&'static str, Alpn)>,
    /// What a hello without a name gets.
    pub without_name: Option<NameAnswer>,
    /// What a hello with a name that no server has gets.
    pub wrong_name: Option<NameAnswer>,
    /// Hellos that stumble over devices on the way.
    pub odd: Vec<(OddHello, OddAnswer)>,
    /// The certificates as sent, the server's own first.
    pub chain: Vec<Vec<u8>>,
    /// Whether these are all.
    pub chain_is_whole: bool,
    /// Why not all was asked.
    pub stop: Option<ScriptStop>,
    /// Whether what got an answer once got none another time: then no answer proves nothing.
    pub is_unsteady: bool,
    /// Where no version is accepted: whether it may be the name that is refused, and not the version.
    pub doubt: Option<NameDoubt>,
}

/// What may be wrong with the name that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameDoubt {
    /// The server says that it does not know this one.
    Unknown(String),
    /// What it says may mean that it does not know this one.
    Perhaps(String),
    /// None was sent, and it says that it wants one.
    Wanted,
    /// None was sent, and what it says may mean that it wants one.
    PerhapsWanted,
}

/// What is known of a version.
#[derive(Debug, Clone)]
pub struct VersionFindings {
    /// The version.
    pub version: ProtocolVersion,
    /// Whether it is accepted; none where that could not be told.
    pub accepted: Option<bool>,
    /// How it was refused.
    pub refusal: Option<HelloRefusal>,
    /// Suites, in the order of the server's choice.
    pub suites: Vec<u16>,
    /// Suites of SSL 2.0.
    pub ssl2_suites: Vec<u32>,
    /// Whether the list came to its end.
    pub suites_are_all: bool,
    /// Whose order counts.
    pub order: Option<Order>,
    /// Groups, in the order of the server's choice.
    pub groups: Vec<u16>,
    /// Whether the list came to its end.
    pub groups_are_all: bool,
    /// Whether nobody said that one of the lists came to its end: the connection was closed.
    pub has_unsaid_end: bool,
    /// Bits of the smallest prime of a finite field exchange.
    pub dh_bits: Option<u32>,
    /// Whether the server compresses.
    pub compression: Option<bool>,
    /// Whether a second handshake went on with the session of the first.
    pub resumption: Option<bool>,
    /// Whether the certificate's status was stapled (OCSP).
    pub stapling: Option<bool>,
    /// The server's first answer.
    pub first: Option<Flight>,
    /// Whether TLS 1.3 is accepted only with a key in the hello.
    pub wants_share: bool,
}

impl VersionFindings {
    /// A version of which nothing is known yet.
    pub fn new(version: ProtocolVersion) -> Self {
        Self {
            version,
            accepted: None,
            refusal: None,
            suites: Vec::new(),
            ssl2_suites: Vec::new(),
            suites_are_all: false,
            order: None,
            groups: Vec::new(),
            groups_are_all: false,
            has_unsaid_end: false,
            dh_bits: None,
            compression: None,
            resumption: None,
            stapling: None,
            first: None,
            wants_share: false,
        }
    }

    /// Whether the server's answer in the clear has an extension; none where it says nothing of it.
    pub fn has_extension(&self, kind: u16) -> Option<bool> {
        let clear = ProtocolVersion::Tls10..=ProtocolVersion::Tls12;
        let first = self
            .first
            .as_ref()
            .filter(|_| clear.contains(&self.version))?;
        Some(first.extensions.contains(&kind))
    }
}

/// What became of an application protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alpn {
    /// The server took it.
    Chosen,
    /// It went on without.
    Ignored,
    /// No answer came.
    Failed(NoAnswer),
}

/// What a hello with another name gets, against the one with the right name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameAnswer {
    /// The same certificate.
    Same,
    /// Another certificate.
    Other(Vec<u8>),
    /// None, as no answer came.
    Failed(NoAnswer),
}

/// A hello that stumbles over devices on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddHello {
    /// So long that it takes two segments, by the key of ML-KEM.
    Long,
    /// In two records.
    Split,
    /// With values that nobody knows.
    Grease,
}

/// What became of it, where the plain one works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OddAnswer {
    /// It works.
    Works,
    /// It failed twice, and the plain one worked in between.
    Fails(HelloRefusal),
    /// Once it failed, once it worked.
    Unsteady,
    /// It failed twice, and so do plain ones now and then.
    Untold,
}

/// Why not all was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptStop {
    /// A connect failed.
    Unreachable(String),
    /// Twice the same answer that is no TLS.
    NotTls(String),
    /// Not a byte to any of the usual versions.
    Silence,
    /// A plain hello that worked before was not answered any more.
    NoMoreAnswers,
    /// The user interrupted.
    Interrupted,
    /// So many connections are enough.
    Connections(u32),
    /// So much time is enough.
    Time(u64),
}

impl Findings {
    /// A version.
    pub fn told(&self, version: ProtocolVersion) -> Option<&VersionFindings> {
        self.told.iter().find(|told| told.version == version)
    }

    /// The same, to be added to.
    pub(super) fn told_mut(&mut self, version: ProtocolVersion) -> Option<&mut VersionFindings> {
        self.told.iter_mut().find(|told| told.version == version)
    }

    /// The accepted versions, the highest first.
    pub fn accepted(&self) -> Vec<ProtocolVersion> {
        let accepted = self.told.iter().filter(|told| told.accepted == Some(true));
        let mut versions: Vec<_> = accepted.map(|told| told.version).collect();
        versions.sort_unstable_by(|a, b| b.cmp(a));
        versions
    }

    /// Whether a TLS server answered anything at all.
    pub fn is_tls(&self) -> bool {
        self.told.iter().any(|told| {
            told.accepted == Some(true) || told.refusal.as_ref().is_some_and(HelloRefusal::is_said)
        })
    }

    /// Decides on refusals that are none by themselves. A connection that is closed is an answer where other versions
    /// are accepted, always, and so is silence where the certificates came, as those of another version are as large;
    /// and an alert may be about the name that this hello asked for.
    pub(super) fn settle(&mut self, server_name: Option<&str>) {
        let is_steady = !self.is_unsteady;
        let accepts = !self.accepted().is_empty();
        let is_through = !self.chain.is_empty();
        self.doubt = self.name_doubt(server_name).filter(|_| !accepts);
        for told in &mut self.told {
            if told.accepted == Some(true) {
                if told.has_unsaid_end && !is_steady {
                    (told.suites_are_all, told.groups_are_all) = (false, false);
                }
                continue;
            }
            told.accepted = match &told.refusal {
                Some(HelloRefusal::Alert(alert)) => {
                    (accepts || name_refusal(*alert, server_name).is_none()).then_some(false)
                }
                Some(HelloRefusal::NotOffered(..) | HelloRefusal::NotTls(_)) => Some(false),
                Some(HelloRefusal::Eof | HelloRefusal::Reset) => {
                    (accepts && is_steady).then_some(false)
                }
                // what is as large as any answer came through
                Some(HelloRefusal::Silence) => {
                    (accepts && is_steady && is_through).then_some(false)
                }
                Some(HelloRefusal::Gap | HelloRefusal::Cut) | None => None,
            };
        }
        if is_steady {
            return;
        }
        for (_, answer) in &mut self.alpn {
            if let Alpn::Failed(none) = answer {
                none.doubt();
            }
        }
        for answer in [&mut self.without_name, &mut self.wrong_name] {
            if let Some(NameAnswer::Failed(none)) = answer {
                none.doubt();
            }
        }
        for (_, answer) in &mut self.odd {
            if matches!(answer, OddAnswer::Fails(refusal) if refusal.is_unsaid()) {
                *answer = OddAnswer::Untold;
            }
        }
    }

    /// The surest that an alert tells of the name.
    fn name_doubt(&self, server_name: Option<&str>) -> Option<NameDoubt> {
        let alerts = self.told.iter().filter_map(|told| match told.refusal {
            Some(HelloRefusal::Alert(alert)) => name_refusal(alert, server_name),
            _ => None,
        });
        let is_sure = alerts.reduce(|one, other| one || other)?;
        Some(match (server_name, is_sure) {
            (Some(name), true) => NameDoubt::Unknown(name.to_owned()),
            (Some(name), false) => NameDoubt::Perhaps(name.to_owned()),
            (None, true) => NameDoubt::Wanted,
            (None, false) => NameDoubt::PerhapsWanted,
        })
    }
}

/// Whether an alert may be about the name rather than the version, and if so, whether it is for certain (RFC 6066
/// section 3). A server that wants a name and gets none says what it likes, but for `protocol_version`.
fn name_refusal(alert: u8, server_name: Option<&str>) -> Option<bool> {
    const HANDSHAKE_FAILURE: u8 = 40;
    const ACCESS_DENIED: u8 = 49;
    const INTERNAL_ERROR: u8 = 80;
    const UNRECOGNIZED_NAME: u8 = 112;
    match alert {
        UNRECOGNIZED_NAME => Some(true),
        INTERNAL_ERROR => Some(false),
        HANDSHAKE_FAILURE | ACCESS_DENIED if server_name.is_none() => Some(false),
        _ => None,
    }
}
