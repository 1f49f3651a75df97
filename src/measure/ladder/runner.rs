//! Asks a relay, one connection after the other.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom as _, SystemRandom};
use rustls::pki_types::ServerName;
use tokio_util::task::TaskTracker;

use super::script::{
    Findings, HandshakeStep, NoHandshake, Script, ScriptStep, ScriptStop, Step, StepAnswer, Whole,
};
use crate::clock;
use crate::measure;
use crate::net::{Destination, Opener, Refusal, Route, SessionCache, TlsVersion, Visit};
use crate::record::{Cause, ProtocolVersion};
use crate::wire::tls_ask::{Hello, HelloRefusal, HelloReply, is_complete};

/// Connections of one run, and the time that it may take.
pub const MOST_CONNECTIONS: u32 = 300;
/// The same of its time.
pub const MOST_TIME: Duration = Duration::from_secs(120);

/// Limits of an answer: as long as nothing is known, and once something is.
const LONGEST: Duration = Duration::from_secs(3);
const SHORTEST: Duration = Duration::from_secs(1);

/// How often an answer may take as long as the slowest one so far.
const SLACK: u32 = 4;

/// Connections whose end is not waited for.
const MOST_CLOSING: usize = 64;

/// What a run may spend, and how far it is.
#[derive(Debug)]
pub struct LadderRun<'a> {
    opener: &'a Opener,
    interval: Duration,
    stop: &'a measure::Stop,
    began: Instant,
    last: Option<Instant>,
    /// Connections so far.
    pub connections: u32,
    closing: TaskTracker,
}

/// What came of one relay.
#[derive(Debug)]
pub struct Climbed {
    /// What is known of it.
    pub findings: Findings,
    /// What its connects took.
    pub connects: Vec<Duration>,
    /// Connections that it took.
    pub connections: u32,
    /// Time that it took.
    pub took: Duration,
}

impl<'a> LadderRun<'a> {
    /// A run that asks so often.
    pub fn new(opener: &'a Opener, interval: Duration, stop: &'a measure::Stop) -> Self {
        Self {
            opener,
            interval,
            stop,
            began: clock::now(),
            last: None,
            connections: 0,
            closing: TaskTracker::new(),
        }
    }

    /// Asks one relay all that there is to ask, and tells of each question before it is asked.
    ///
    /// # Errors
    ///
    /// When the address may not be contacted so often.
    pub async fn climb(
        &mut self,
        (route, to): (Route, &Destination),
        server_name: Option<ServerName<'static>>,
        mut tell: impl FnMut(&ScriptStep, u32),
    ) -> Result<Climbed, IpAddr> {
        let (began, before) = (clock::now(), self.connections);
        let name = match &server_name {
            Some(ServerName::DnsName(name)) => Some(name.as_ref().to_owned()),
            _ => None,
        };
        let mut script = Script::new(name);
        let mut relay = AskedRelay::new(to.clone());
        let mut asked = script.next(None);
        let mut stopped = None;
        while let Some(ask) = asked {
            tell(&ask, self.connections);
            match self.turn(route).await? {
                Ok(()) => {}
                Err(why) => {
                    stopped = Some(why);
                    break;
                }
            }
            let left = self.left();
            let answer = tokio::select! {
                biased;
                () = self.stop.asked() => Err(ScriptStop::Interrupted),
                answer = relay.ask(self.opener, &ask.step, &self.closing) => Ok(answer),
                () = crate::timer::sleep(left) => Err(too_long()),
            };
            match answer {
                Ok(answer) => asked = script.next(Some(answer)),
                Err(why) => {
                    stopped = Some(why);
                    break;
                }
            }
        }
        let mut findings = script.into_findings();
        findings.stop = findings.stop.or(stopped);
        Ok(Climbed {
            findings,
            connects: relay.connects,
            connections: self.connections - before,
            took: clock::now().saturating_duration_since(began),
        })
    }

    /// Waits for the next connection's turn, and counts it.
    async fn turn(&mut self, route: Route) -> Result<Result<(), ScriptStop>, IpAddr> {
        if self.connections >= MOST_CONNECTIONS {
            return Ok(Err(ScriptStop::Connections(MOST_CONNECTIONS)));
        }
        let paced = async {
            if let Some(last) = self.last {
                crate::timer::sleep_until(last + self.interval).await;
            }
            self.opener.admit(route, Visit::BackToBack).await
        };
        let left = self.left();
        let admitted = tokio::select! {
            biased;
            () = self.stop.asked() => return Ok(Err(ScriptStop::Interrupted)),
            admitted = paced => admitted,
            () = crate::timer::sleep(left) => return Ok(Err(too_long())),
        };
        match admitted {
            Ok(_) | Err(Refusal::TooLate) => {}
            Err(Refusal::TooMuch(address)) => return Err(address),
        }
        self.last = Some(clock::now());
        self.connections += 1;
        Ok(Ok(()))
    }

    /// What is left of the time.
    pub(super) fn left(&self) -> Duration {
        MOST_TIME.saturating_sub(clock::now().saturating_duration_since(self.began))
    }

    /// Whether there is no sense in another relay.
    pub fn is_over(&self) -> bool {
        let took = clock::now().saturating_duration_since(self.began);
        self.stop.is_asked() || self.connections >= MOST_CONNECTIONS || took >= MOST_TIME
    }

    /// Whether one more connection may be made now.
    pub(super) async fn admitted(&mut self, route: Route) -> bool {
        matches!(self.turn(route).await, Ok(Ok(())))
    }

    /// Waits a moment until the connections are closed.
    pub async fn close(self) {
        self.closing.close();
        let _ = crate::timer::timeout(SHORTEST, self.closing.wait()).await;
    }
}

fn too_long() -> ScriptStop {
    ScriptStop::Time(MOST_TIME.as_secs())
}

/// A relay as it is asked.
struct AskedRelay {
    to: Destination,
    connects: Vec<Duration>,
    /// What the slowest answer took.
    slowest: Option<Duration>,
    sessions: Vec<(HandshakeStep, SessionCache)>,
    random: Random,
}

impl AskedRelay {
    fn new(to: Destination) -> Self {
        Self {
            to,
            connects: Vec::new(),
            slowest: None,
            sessions: Vec::new(),
            random: Random::default(),
        }
    }

    async fn ask(&mut self, opener: &Opener, step: &Step, closing: &TaskTracker) -> StepAnswer {
        match step {
            Step::Hello(hello) => self.hello(opener, hello, closing).await,
            Step::Handshake(handshake) => self.handshake(opener, handshake, closing).await,
        }
    }

    /// How long an answer is waited for.
    fn limit(&self) -> Duration {
        let limit = self.slowest.map(|slowest| slowest.saturating_mul(SLACK));
        limit.map_or(LONGEST, |limit| limit.clamp(SHORTEST, LONGEST))
    }

    async fn hello(&mut self, opener: &Opener, hello: &Hello, closing: &TaskTracker) -> StepAnswer {
        let limit = self.limit();
        let bytes = hello.bytes(|| self.random.byte());
        let enough = |bytes: &[u8]| is_complete(hello, bytes);
        let raw = match opener.say(&self.to, &bytes, limit, enough).await {
            Ok(raw) => raw,
            Err(failure) => return StepAnswer::Unreachable(failure.to_string()),
        };
        self.connects.extend(raw.connect);
        if !raw.bytes.is_empty() && raw.took < limit {
            self.slowest = self.slowest.max(Some(raw.took));
        }
        let reply = match HelloReply::of(hello, &raw.bytes, raw.ending) {
            HelloReply::Refused(HelloRefusal::Silence) if raw.has_gap => {
                HelloReply::Refused(HelloRefusal::Gap)
            }
            reply => reply,
        };
        if closing.len() < MOST_CLOSING {
            closing.spawn(raw.farewell.say());
        }
        StepAnswer::Reply(reply)
    }

    async fn handshake(
        &mut self,
        opener: &Opener,
        handshake: &HandshakeStep,
        closing: &TaskTracker,
    ) -> StepAnswer {
        let sessions = match self.sessions(handshake) {
            Ok(sessions) => sessions,
            Err(error) => {
                return StepAnswer::Handshake(Err(NoHandshake {
                    why: error.to_string(),
                    is_said: true,
                }));
            }
        };
        let name = handshake.server_name.clone();
        let name = name.and_then(|name| ServerName::try_from(name).ok());
        let to = (&self.to, name);
        let done = opener.handshake(&sessions, to, LONGEST).await;
        StepAnswer::Handshake(match done {
            Ok((whole, session)) => {
                if closing.len() < MOST_CLOSING {
                    closing.spawn(session.close());
                }
                Ok(Whole {
                    resumed: whole.resumed,
                    alpn: whole.alpn,
                    stapled: whole.stapled,
                    chain: whole.chain.iter().map(|der| der.to_vec()).collect(),
                })
            }
            Err(failure) if failure.cause.phase() == crate::record::Phase::Tls => {
                let unsaid = [Cause::TlsEof, Cause::TlsReset, Cause::TlsTimeout];
                Err(NoHandshake {
                    why: failure.to_string(),
                    is_said: !unsaid.contains(&failure.cause),
                })
            }
            Err(failure) => return StepAnswer::Unreachable(failure.to_string()),
        })
    }

    /// The sessions of handshakes that are alike.
    fn sessions(&mut self, handshake: &HandshakeStep) -> Result<SessionCache, rustls::Error> {
        let known = self.sessions.iter().find(|(of, _)| of == handshake);
        if let Some((_, sessions)) = known {
            return Ok(sessions.clone());
        }
        let version = match handshake.version {
            ProtocolVersion::Tls13 => TlsVersion::V13,
            _ => TlsVersion::V12,
        };
        let sends_name = handshake.server_name.is_some();
        let sessions = SessionCache::new(version, &handshake.alpn, sends_name)?;
        self.sessions.push((handshake.clone(), sessions.clone()));
        Ok(sessions)
    }
}

/// Random bytes of the system, some at a time.
struct Random {
    system: SystemRandom,
    ready: VecDeque<u8>,
}

impl Default for Random {
    fn default() -> Self {
        Self {
            system: SystemRandom::new(),
            ready: VecDeque::new(),
        }
    }
}

impl Random {
    /// Without random numbers a zero must do: nothing that is secret goes by it.
    fn byte(&mut self) -> u8 {
        if self.ready.is_empty() {
            let mut some = [0; 256];
            let _ = self.system.fill(&mut some);
            self.ready.extend(some);
        }
        self.ready.pop_front().unwrap_or_default()
    }
}
