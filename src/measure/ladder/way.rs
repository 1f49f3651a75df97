//! What else is asked about the path to a relay: the verdict on its certificates, connects to port 3478, and TURN in
//! the clear.

use std::time::Duration;

use rustls::pki_types::CertificateDer;

use super::runner::{Climbed, LadderRun};
use crate::clock;
use crate::judge::{Circumstances, is_microsofts, tls_path};
use crate::net::trust::Judge;
use crate::net::{Destination, Opener, Route, line};
use crate::record::{Ask, HttpReply, Phase, ProtocolVersion, TlsPath, Transport, TurnReply};
use crate::target::Host;
use crate::timer::timeout;

/// Connects of which the shortest counts.
const CONNECTS: usize = 2;

/// TURN's own port.
const TURN_PORT: u16 = 3478;

/// How long TURN is waited for.
const LIMIT: Duration = Duration::from_secs(3);

/// What is known of the way.
#[derive(Debug, Clone)]
pub struct Walked {
    /// Where the relay is.
    pub to: Destination,
    /// Whether it is one of Microsoft's, in the real world.
    pub is_microsofts: bool,
    /// What the certificates tell of the way.
    pub path: Option<TlsPath>,
    /// What speaks for it.
    pub path_evidence: String,
    /// The shortest connect to port 3478.
    pub connect_3478: Option<Duration>,
    /// What TURN in the clear got on the relay's port.
    pub turn: Option<TurnReply>,
    /// The same on port 3478.
    pub turn_3478: Option<TurnReply>,
    /// What a HEAD inside TLS got.
    pub http_reply: Option<HttpReply>,
    /// Connections that it took.
    pub connections: u32,
}

impl LadderRun<'_> {
    /// Finds it out. Where nobody answered in TLS there is nothing to find.
    pub async fn walk(
        &mut self,
        by: (&Opener, &Judge),
        to: (Route, &Destination),
        climbed: &Climbed,
    ) -> Walked {
        let before = self.connections;
        let walked = self.walked(by, to, climbed).await;
        Walked {
            connections: self.connections - before,
            ..walked
        }
    }

    async fn walked(
        &mut self,
        (opener, judge): (&Opener, &Judge),
        (route, to): (Route, &Destination),
        climbed: &Climbed,
    ) -> Walked {
        let is_real = opener.plan().port.is_none();
        let by_name = matches!(&to.host, Host::Name(name) if is_microsofts(name.as_ref()));
        let in_range = opener.in_range(to, Transport::Tls) == Some(true);
        let mut walked = Walked {
            to: to.clone(),
            is_microsofts: is_real && (by_name || in_range),
            path: None,
            path_evidence: String::new(),
            connect_3478: None,
            turn: None,
            turn_3478: None,
            http_reply: None,
            connections: 0,
        };
        let findings = &climbed.findings;
        if !findings.chain.is_empty() {
            let chain = findings
                .chain
                .iter()
                .map(|der| CertificateDer::from(der.clone()));
            let chain: Vec<_> = chain.collect();
            let name = opener.server_name(to);
            let examined = judge
                .examine(&chain, &name, opener.wall().now(), clock::now())
                .await;
            if let Some(facts) = examined.facts {
                let beside = Circumstances {
                    system: examined.os_reaches,
                    system_note: examined.os_note,
                    why: examined.os_why,
                    // what is missing may be the very issuer
                    verdict: examined.trust_os.filter(|_| findings.chain_is_whole),
                    is_microsofts: in_range,
                    is_whole: findings.chain_is_whole,
                    nearness: None,
                };
                let (path, evidence) = tls_path(&facts, beside);
                (walked.path, walked.path_evidence) = (Some(path), evidence);
            }
        }
        let has_session = [ProtocolVersion::Tls12, ProtocolVersion::Tls13];
        let accepted = findings.accepted();
        let has_session = has_session.iter().any(|version| accepted.contains(version));
        if opener.plan().http && has_session && self.admitted(route).await {
            walked.http_reply = self.head(opener, to).await;
        }
        // nobody else has the key of a good chain, and what others should answer is not known
        let is_finished = findings.stop.is_none();
        let is_open = walked.path.is_some_and(|path| !path.is_fine());
        // behind a proxy a connect tells nothing of the relay, and 3478 is nobody's to ask for
        let is_straight = to.proxy.is_none();
        if !(is_finished && is_open && walked.is_microsofts && is_straight) {
            return walked;
        }
        walked.turn = self.turn_in_the_clear(opener, route, to).await;
        if to.port != TURN_PORT {
            let other = to.with_port(TURN_PORT);
            for _ in 0..CONNECTS {
                let connected = self.admitted(route).await;
                if !connected {
                    return walked;
                }
                let connecting = opener.connect(&other);
                let Ok(connection) = timeout(self.left(), connecting).await else {
                    return walked;
                };
                // one that is refused has come back from there, too, but perhaps from a firewall
                let took = connection
                    .times
                    .of(Phase::Connect)
                    .filter(|_| connection.stream.is_ok());
                walked.connect_3478 = match (walked.connect_3478, took) {
                    (Some(before), Some(now)) => Some(before.min(now)),
                    (before, now) => before.or(now),
                };
                if took.is_none() {
                    return walked;
                }
            }
            walked.turn_3478 = self.turn_in_the_clear(opener, route, &other).await;
        }
        walked
    }

    /// A HEAD in a session of its own.
    async fn head(&mut self, opener: &Opener, to: &Destination) -> Option<HttpReply> {
        let left = self.left();
        let asked = async {
            let mut session = opener.secure(to).await.session.ok()?;
            let name = opener.server_name(to);
            let reply = session.head(&name.to_str()).await;
            session.close().await;
            Some(reply)
        };
        timeout(left, asked).await.ok().flatten()
    }

    async fn turn_in_the_clear(
        &mut self,
        opener: &Opener,
        route: Route,
        to: &Destination,
    ) -> Option<TurnReply> {
        if !self.admitted(route).await {
            return None;
        }
        let asked = async {
            let stream = opener.connect(to).await.stream.ok()?;
            let talk = line::talk(stream, Some(Ask::Allocate), LIMIT).await;
            talk.exchange?.turn.reply
        };
        timeout(self.left(), asked).await.ok().flatten()
    }
}
