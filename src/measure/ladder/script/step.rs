//! What is asked, and what follows from the answer.

use crate::record::ProtocolVersion;
use crate::wire::tls_ask::{Hello, HelloRefusal, HelloReply};

/// The name that no server has (RFC 6761).
pub const WRONG_NAME: &str = "no-such-relay.invalid";

/// Something that is asked on a connection of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A hello, whose answer comes in the clear.
    Hello(Box<Hello>),
    /// A whole handshake.
    Handshake(HandshakeStep),
}

/// A whole handshake. Those of the same version share their sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandshakeStep {
    /// TLS 1.2 or 1.3.
    pub version: ProtocolVersion,
    /// Application protocols that are offered.
    pub alpn: Vec<String>,
    /// Name of the server (SNI); none is sent where there is none.
    pub server_name: Option<String>,
}

/// A step, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptStep {
    /// What is sent.
    pub step: Step,
    /// What it is to find out, for a reader: `TLS 1.2: suites, 5 so far`.
    pub about: String,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepAnswer {
    /// To a hello.
    Reply(HelloReply),
    /// Of a whole handshake; else why there was none.
    Handshake(Result<Whole, NoHandshake>),
    /// There was no connection, and why.
    Unreachable(String),
}

/// Why there was no whole handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoHandshake {
    /// In words.
    pub why: String,
    /// Whether the server said it, rather than the connection.
    pub is_said: bool,
}

/// What became of a question that got no answer of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// The server refused, and how.
    Said(String),
    /// Nobody said anything, twice, while a plain hello worked.
    Unsaid(String),
    /// The server answers now and then.
    Untold,
}

impl NoAnswer {
    /// Of a server that answers now and then, silence tells nothing.
    pub(super) fn doubt(&mut self) {
        if matches!(self, Self::Unsaid(_)) {
            *self = Self::Untold;
        }
    }
}

impl From<&HelloRefusal> for NoAnswer {
    fn from(refusal: &HelloRefusal) -> Self {
        if refusal.is_unsaid() {
            Self::Unsaid(refusal.to_string())
        } else {
            Self::Said(refusal.to_string())
        }
    }
}

impl From<&NoHandshake> for NoAnswer {
    fn from(none: &NoHandshake) -> Self {
        if none.is_said {
            Self::Said(none.why.clone())
        } else {
            Self::Unsaid(none.why.clone())
        }
    }
}

impl StepAnswer {
    /// Whether nobody said anything, so that it may be anybody's.
    pub(super) fn is_unsaid(&self) -> bool {
        match self {
            Self::Reply(HelloReply::Refused(refusal)) => refusal.is_unsaid(),
            Self::Handshake(Err(none)) => !none.is_said,
            Self::Reply(HelloReply::Chosen(_)) | Self::Handshake(Ok(_)) | Self::Unreachable(_) => {
                false
            }
        }
    }
}

/// What a whole handshake told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whole {
    /// Whether it went on with a session of an earlier one.
    pub resumed: bool,
    /// Application protocol that the server chose.
    pub alpn: Option<String>,
    /// Whether the certificate's status was stapled.
    pub stapled: bool,
    /// The certificates as sent.
    pub chain: Vec<Vec<u8>>,
}
