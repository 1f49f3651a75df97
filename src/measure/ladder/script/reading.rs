//! The text as it is read, and the hellos in it.

use std::slice::Iter;

use super::findings::{Findings, ScriptStop};
use super::step::{HandshakeStep, ScriptStep, Step, StepAnswer, Whole};
use crate::record::ProtocolVersion::{self, Ssl3, Tls13};
use crate::wire::tls_ask::{CURVES, GROUPS_13, Hello, HelloReply};

/// Why the text is not read on.
#[derive(Debug)]
pub(super) enum Pause {
    /// This has no answer yet.
    Ask(Box<ScriptStep>),
    /// There is no sense in asking more.
    Stop,
}

/// The text as it is read, with the answers that are left.
pub(super) struct ScriptReading<'a> {
    pub(super) answers: Iter<'a, StepAnswer>,
    pub(super) server_name: Option<&'a str>,
}

impl<'a> ScriptReading<'a> {
    /// The answer to a hello.
    pub(super) fn hello(
        &mut self,
        findings: &mut Findings,
        about: impl FnOnce() -> String,
        hello: impl FnOnce() -> Hello,
    ) -> Result<&'a HelloReply, Pause> {
        let step = || Step::Hello(Box::new(hello()));
        match self.ask(findings, about, step)? {
            StepAnswer::Reply(reply) => Ok(reply),
            StepAnswer::Handshake(_) | StepAnswer::Unreachable(_) => Err(Pause::Stop),
        }
    }

    /// The answer to a whole handshake.
    pub(super) fn handshake(
        &mut self,
        findings: &mut Findings,
        about: impl FnOnce() -> String,
        handshake: impl FnOnce() -> HandshakeStep,
    ) -> Result<&'a Result<Whole, String>, Pause> {
        match self.ask(findings, about, || Step::Handshake(handshake()))? {
            StepAnswer::Handshake(whole) => Ok(whole),
            StepAnswer::Reply(_) | StepAnswer::Unreachable(_) => Err(Pause::Stop),
        }
    }

    fn ask(
        &mut self,
        findings: &mut Findings,
        about: impl FnOnce() -> String,
        step: impl FnOnce() -> Step,
    ) -> Result<&'a StepAnswer, Pause> {
        let Some(answer) = self.answers.next() else {
            let (step, about) = (step(), about());
            return Err(Pause::Ask(Box::new(ScriptStep { step, about })));
        };
        // one that is not reached any more is left alone
        if let StepAnswer::Unreachable(why) = answer {
            findings.stop = Some(ScriptStop::Unreachable(why.clone()));
        }
        Ok(answer)
    }
}

/// A hello of one version.
pub(super) fn hello(
    reading: &ScriptReading<'_>,
    version: ProtocolVersion,
    suites: &[u16],
    groups: &[u16],
) -> Hello {
    Hello::new(version, suites, groups, reading.server_name)
}

/// Groups that are offered beside whatever suites.
pub(super) fn usual_groups(version: ProtocolVersion) -> &'static [u16] {
    if version == Tls13 { GROUPS_13 } else { CURVES }
}

/// Groups of which a key is sent where a server wants one.
const SHARES: [u16; 2] = [29, 23];

/// With keys, where the server wants them.
pub(super) fn with_shares(mut hello: Hello, wants_share: bool) -> Hello {
    if wants_share {
        let offered = SHARES.iter().filter(|group| hello.groups.contains(group));
        hello.shares = offered.copied().collect();
    }
    hello
}

/// A version in which the relay's name for a hello in the clear would not be sent.
pub(super) fn sends_names(version: ProtocolVersion) -> bool {
    version > Ssl3
}
