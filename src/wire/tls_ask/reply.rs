//! What a server said to a hello, or how it refused.

use std::fmt;

use super::hello::Hello;
use super::ssl2;
use crate::record::{ProtocolVersion, alert_name, suite_name, version_name};
use crate::wire::tls_hello::{FirstBytes, Flight, classify, read_flight};

/// `user_canceled`, `close_notify`: what a client says that breaks off, and no answer.
const CLOSE_NOTIFY: u8 = 0;

/// How the bytes of a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It may go on; enough was received.
    Enough,
    /// The server closed the connection.
    Eof,
    /// The connection was reset.
    Reset,
    /// Nothing more came within the limit.
    Limit,
    /// More came than is read.
    Flood,
}

/// How a hello was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelloRefusal {
    /// By an alert (IANA number).
    Alert(u8),
    /// The connection was closed without a byte.
    Eof,
    /// The connection was reset without a byte.
    Reset,
    /// Not a byte came within the limit.
    Silence,
    /// The same, though the kernel has packets of an answer: the first of them never came.
    Gap,
    /// An answer began and did not come to its end.
    Cut,
    /// By a hello with a version or a suite that was not offered.
    NotOffered(u16, u16),
    /// By something that is no TLS.
    NotTls(FirstBytes),
}

impl HelloRefusal {
    /// Whether it is one of the alerts that say that there is nothing in common.
    pub fn is_nothing_in_common(&self) -> bool {
        matches!(self, Self::Alert(40 | 71))
    }

    /// Whether a server said it, rather than the connection.
    pub fn is_said(&self) -> bool {
        matches!(self, Self::Alert(_) | Self::NotOffered(..))
    }

    /// Whether nobody said anything, so that it may be anybody's: the server's, a device's on the way, chance.
    pub fn is_unsaid(&self) -> bool {
        matches!(
            self,
            Self::Eof | Self::Reset | Self::Silence | Self::Gap | Self::Cut
        )
    }
}

impl fmt::Display for HelloRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(alert) => write!(
                f,
                "alert {}",
                alert_name(*alert).trim_start_matches("alert ")
            ),
            Self::Eof => f.write_str("EOF"),
            Self::Reset => f.write_str("reset"),
            Self::Silence => f.write_str("silence"),
            Self::Gap => f.write_str("silence, though packets behind a missing one arrived"),
            Self::Cut => f.write_str("an answer that broke off"),
            Self::NotOffered(version, suite) => match ProtocolVersion::of_number(*version) {
                Some(version) => write!(
                    f,
                    "an answer in {} with {}",
                    version.as_str(),
                    suite_name(*suite)
                ),
                None => write!(f, "an answer in {}", version_name(*version)),
            },
            Self::NotTls(bytes) => bytes.fmt(f),
        }
    }
}

/// What a server chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The version.
    pub version: ProtocolVersion,
    /// What it said in the clear.
    pub flight: Flight,
    /// Suites of SSL 2.0 that it has.
    pub ssl2_suites: Vec<u32>,
}

/// What came of a hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelloReply {
    /// The server took it.
    Chosen(Box<Chosen>),
    /// It did not.
    Refused(HelloRefusal),
}

impl HelloReply {
    /// Reads what a server sent to this hello. Only a version and a suite that were offered count.
    pub fn of(hello: &Hello, bytes: &[u8], ending: Ending) -> Self {
        if hello.version() == ProtocolVersion::Ssl2
            && let Some(said) = ssl2::server_hello(bytes)
        {
            return Self::Chosen(Box::new(Chosen {
                version: ProtocolVersion::Ssl2,
                flight: Flight {
                    certificates: Some(said.certificate)
                        .filter(|der| !der.is_empty())
                        .into_iter()
                        .collect(),
                    ..Flight::default()
                },
                ssl2_suites: said.suites,
            }));
        }
        let flight = read_flight(bytes);
        if let (Some(number), Some(suite), true) =
            (flight.version, flight.suite, flight.hello_complete)
        {
            let version = ProtocolVersion::of_number(number);
            let version = version.filter(|version| hello.versions.contains(version));
            return match version.filter(|_| hello.suites.contains(&suite)) {
                Some(version) => Self::Chosen(Box::new(Chosen {
                    version,
                    flight,
                    ssl2_suites: Vec::new(),
                })),
                None => Self::Refused(HelloRefusal::NotOffered(number, suite)),
            };
        }
        Self::Refused(match (flight.alert, classify(bytes), ending) {
            (Some((_, alert)), ..) if alert != CLOSE_NOTIFY => HelloRefusal::Alert(alert),
            (_, FirstBytes::Empty, Ending::Eof) => HelloRefusal::Eof,
            (_, FirstBytes::Empty, Ending::Reset) => HelloRefusal::Reset,
            (_, FirstBytes::Empty, _) => HelloRefusal::Silence,
            // a server that says goodbye and no more closes the connection
            (Some(_), _, _) => HelloRefusal::Eof,
            (_, FirstBytes::Tls | FirstBytes::Alert { .. }, _) => HelloRefusal::Cut,
            (_, other, _) => HelloRefusal::NotTls(other),
        })
    }
}

/// Whether enough came: whatever a server adds changes nothing.
pub fn is_complete(hello: &Hello, bytes: &[u8]) -> bool {
    /// Bytes of something that is no TLS by which it is known.
    const KNOWN: usize = 256;
    if hello.version() == ProtocolVersion::Ssl2 && ssl2::may_be(bytes) {
        return ssl2::server_hello(bytes).is_some();
    }
    if !matches!(
        classify(bytes),
        FirstBytes::Empty | FirstBytes::Tls | FirstBytes::Alert { .. }
    ) {
        return bytes.len() >= KNOWN || bytes.contains(&b'\n');
    }
    let flight = read_flight(bytes);
    let is_fatal = flight
        .alert
        .is_some_and(|(level, alert)| level != 1 || alert == CLOSE_NOTIFY);
    let is_13 = flight.version == Some(ProtocolVersion::Tls13.number());
    is_fatal || flight.hello_done || flight.encrypted || (is_13 && flight.hello_complete)
}
