//! What is asked of a relay, one connection after the other, and what its answers come to. Pure.
//!
//! [`Script::next`] takes the answer to what was asked last and says what is asked next. The order stands in
//! `climb` as a straight text: each call reads it from the start with the answers that there are, up to the first
//! question that has none. Not here: sockets and limits (`runner`).

mod climb;
mod details;
mod findings;
mod reading;
mod step;
mod suites;

pub use findings::{
    Alpn, Findings, NameAnswer, NameDoubt, OddAnswer, OddHello, ScriptStop, VersionFindings,
};
use reading::{Pause, ScriptReading};
pub use step::{
    HandshakeStep, NoAnswer, NoHandshake, ScriptStep, Step, StepAnswer, WRONG_NAME, Whole,
};

/// The questions to one relay, with the answers so far.
#[derive(Debug)]
pub struct Script {
    server_name: Option<String>,
    answers: Vec<StepAnswer>,
    findings: Findings,
}

impl Script {
    /// The questions to a relay of this name; one that goes by its address alone has none.
    pub fn new(server_name: Option<String>) -> Self {
        Self {
            server_name,
            answers: Vec::new(),
            findings: Findings::default(),
        }
    }

    /// Takes the answer to the last question, if there was one; the next question, until all is known.
    pub fn next(&mut self, answer: Option<StepAnswer>) -> Option<ScriptStep> {
        self.answers.extend(answer);
        let mut reading = ScriptReading {
            answers: self.answers.iter(),
            server_name: self.server_name.as_deref(),
            unanswered: 0,
        };
        self.findings = Findings::default();
        let pause = climb::climb(&mut reading, &mut self.findings).err();
        self.findings.settle(self.server_name.as_deref());
        match pause {
            Some(Pause::Ask(asked)) => Some(*asked),
            Some(Pause::Stop) | None => None,
        }
    }

    /// What is known, once no more is asked.
    pub fn into_findings(self) -> Findings {
        self.findings
    }
}

#[cfg(test)]
mod tests;
