//! The text as it is read, and the hellos in it.

use std::cmp::Reverse;
use std::slice::Iter;

use super::findings::{Findings, ScriptStop};
use super::step::{HandshakeStep, NoHandshake, ScriptStep, Step, StepAnswer, Whole};
use crate::record::ProtocolVersion::{self, Ssl2, Ssl3, Tls13};
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
    /// Plain hellos one after the other that were not answered, though they had been before.
    pub(super) unanswered: usize,
}

impl<'a> ScriptReading<'a> {
    /// The answer to a hello.
    pub(super) fn hello(
        &mut self,
        findings: &mut Findings,
        about: impl Fn() -> String,
        hello: &Hello,
    ) -> Result<&'a HelloReply, Pause> {
        let step = || Step::Hello(Box::new(hello.clone()));
        match self.surely(findings, about, step)? {
            StepAnswer::Reply(reply) => Ok(reply),
            StepAnswer::Handshake(_) | StepAnswer::Unreachable(_) => Err(Pause::Stop),
        }
    }

    /// The first answer to a hello, whoever gave it.
    pub(super) fn hello_once(
        &mut self,
        findings: &mut Findings,
        about: impl FnOnce() -> String,
        hello: &Hello,
    ) -> Result<&'a HelloReply, Pause> {
        let step = || Step::Hello(Box::new(hello.clone()));
        match self.ask(findings, about, step)? {
            StepAnswer::Reply(reply) => Ok(reply),
            StepAnswer::Handshake(_) | StepAnswer::Unreachable(_) => Err(Pause::Stop),
        }
    }

    /// The answer to a whole handshake.
    pub(super) fn handshake(
        &mut self,
        findings: &mut Findings,
        about: impl Fn() -> String,
        handshake: &HandshakeStep,
    ) -> Result<&'a Result<Whole, NoHandshake>, Pause> {
        match self.surely(findings, about, || Step::Handshake(handshake.clone()))? {
            StepAnswer::Handshake(whole) => Ok(whole),
            StepAnswer::Reply(_) | StepAnswer::Unreachable(_) => Err(Pause::Stop),
        }
    }

    /// An answer that nobody said may be chance, or the end of a server's patience: a plain hello that worked before
    /// is asked again, then the question. Where either shows that the relay does not answer always, `findings` has it.
    fn surely(
        &mut self,
        findings: &mut Findings,
        about: impl Fn() -> String,
        step: impl Fn() -> Step,
    ) -> Result<&'a StepAnswer, Pause> {
        let first = self.ask(findings, &about, &step)?;
        if !first.is_unsaid() || !self.still_answers(findings)? {
            return Ok(first);
        }
        let second = self.ask(findings, about, step)?;
        findings.is_unsteady |= !second.is_unsaid();
        Ok(second)
    }

    /// Whether a plain hello that worked before works again; not where none ever worked.
    pub(super) fn still_answers(&mut self, findings: &mut Findings) -> Result<bool, Pause> {
        /// Unanswered ones that are enough.
        const ENOUGH: usize = 2;
        let Some(plain) = self.plain(findings) else {
            return Ok(false);
        };
        let about = || "a plain ClientHello again".to_owned();
        let answer = self.ask(findings, about, || Step::Hello(Box::new(plain)))?;
        if matches!(answer, StepAnswer::Reply(HelloReply::Chosen(_))) {
            self.unanswered = 0;
            return Ok(true);
        }
        self.unanswered += 1;
        findings.is_unsteady = true;
        if self.unanswered >= ENOUGH {
            findings.stop = Some(findings.stop.take().unwrap_or(ScriptStop::NoMoreAnswers));
            return Err(Pause::Stop);
        }
        Ok(false)
    }

    /// A hello that worked before, of the highest version that shows its answer.
    fn plain(&self, findings: &Findings) -> Option<Hello> {
        let versions = findings.accepted().into_iter();
        let usable = versions.filter(|version| *version != Ssl2);
        // one that hides nothing before one that may want a key
        let version = usable.min_by_key(|version| (*version == Tls13, Reverse(*version)))?;
        let told = findings.told(version)?;
        let plain = hello(self, version, &told.suites, usual_groups(version));
        Some(with_shares(plain, told.wants_share))
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
