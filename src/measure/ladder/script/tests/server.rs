//! A server that is a few lines.

use crate::measure::ladder::script::{Step, StepAnswer, Whole};
use crate::record::ProtocolVersion::{Ssl3, Tls13};
use crate::record::{Order, ProtocolVersion};
use crate::wire::tls_ask::{Chosen, Hello, HelloRefusal, HelloReply};
use crate::wire::tls_hello::Flight;

/// A server.
#[derive(Clone)]
pub(super) struct Server {
    /// What it has, in its own order.
    pub(super) versions: Vec<(ProtocolVersion, Vec<u16>)>,
    pub(super) groups: Vec<u16>,
    pub(super) order: Order,
    pub(super) refusal: fn(ProtocolVersion) -> HelloRefusal,
    /// What it does not understand.
    pub(super) stumbles: fn(&Hello) -> bool,
    /// A group that must be among those that are offered.
    pub(super) curve: Option<u16>,
    pub(super) wants_share: bool,
    pub(super) resumes: bool,
    /// Names for which it has another certificate.
    pub(super) other_for: Vec<Option<&'static str>>,
}

impl Server {
    pub(super) fn new(versions: &[(ProtocolVersion, &[u16])]) -> Self {
        Self {
            versions: versions
                .iter()
                .map(|(version, suites)| (*version, suites.to_vec()))
                .collect(),
            groups: vec![29, 23],
            order: Order::Server,
            refusal: |_| HelloRefusal::Alert(70),
            stumbles: |_| false,
            curve: None,
            wants_share: false,
            resumes: true,
            other_for: Vec::new(),
        }
    }

    fn reply(&self, hello: &Hello) -> HelloReply {
        let no = |alert| HelloReply::Refused(HelloRefusal::Alert(alert));
        if (self.stumbles)(hello) {
            return HelloReply::Refused(HelloRefusal::Silence);
        }
        let offered = self
            .versions
            .iter()
            .filter(|(version, _)| hello.versions.contains(version));
        let Some((version, suites)) = offered.max_by_key(|(version, _)| *version) else {
            return HelloReply::Refused((self.refusal)(hello.version()));
        };
        if *version == Tls13 && self.wants_share && hello.shares.is_empty() {
            return no(40);
        }
        let suite = match self.order {
            Order::Client => hello.suites.iter().find(|suite| suites.contains(suite)),
            _ => suites.iter().find(|suite| hello.suites.contains(suite)),
        };
        let Some(suite) = suite.copied() else {
            return no(40);
        };
        let is_elliptic = *version == Tls13 || suite >> 8 == 0xC0;
        let names_groups = *version != Ssl3;
        let group = if names_groups {
            self.groups
                .iter()
                .copied()
                .find(|group| hello.groups.contains(group))
        } else {
            self.groups.first().copied()
        };
        let misses_curve = self
            .curve
            .is_some_and(|curve| !hello.groups.contains(&curve));
        if is_elliptic && (group.is_none() || (names_groups && misses_curve)) {
            return no(40);
        }
        let name = hello.server_name.as_deref();
        HelloReply::Chosen(Box::new(Chosen {
            version: *version,
            flight: Flight {
                version: Some(version.number()),
                suite: Some(suite),
                group: group.filter(|_| is_elliptic),
                certificates: if *version < Tls13 {
                    vec![self.certificate(name)]
                } else {
                    Vec::new()
                },
                certificates_complete: *version < Tls13,
                compression: Some(0),
                extensions: vec![0xFF01],
                hello_complete: true,
                hello_done: *version < Tls13,
                ..Flight::default()
            },
            ssl2_suites: Vec::new(),
        }))
    }

    fn certificate(&self, name: Option<&str>) -> Vec<u8> {
        let other = self.other_for.contains(&name);
        if other {
            b"other".to_vec()
        } else {
            b"own".to_vec()
        }
    }

    pub(super) fn answer(&self, step: &Step, before: &[Step]) -> StepAnswer {
        match step {
            Step::Hello(hello) => StepAnswer::Reply(self.reply(hello)),
            Step::Handshake(handshake) => StepAnswer::Handshake(Ok(Whole {
                resumed: self.resumes && before.contains(step),
                alpn: None,
                stapled: true,
                chain: vec![self.certificate(handshake.server_name.as_deref())],
            })),
        }
    }
}
