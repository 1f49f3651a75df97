//! One line for Nagios, Icinga and Checkmk: the state, the verdict, and numbers behind a bar.
//!
//! Source: Monitoring Plugins Development Guidelines, sections "Plugin output" and "Performance data".

use super::figures::{figures, plain, state};
use super::verdict::sentence;
use crate::judge::diagnose::{Diagnosis, Facts, VerdictOutcome};

/// Longest text before the numbers, in characters.
const LONGEST: usize = 1_000;

/// How a plugin ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PluginExit(
    /// 0 ok, 1 warning, 2 critical, 3 unknown.
    pub u8,
);

/// The line and how to end.
pub fn line(facts: &Facts, diagnosis: &Diagnosis) -> (String, PluginExit) {
    let outcome = diagnosis.verdict.outcome;
    let word = match outcome {
        VerdictOutcome::Ok => "OK",
        VerdictOutcome::Warning => "WARNING",
        VerdictOutcome::Fault => "CRITICAL",
        VerdictOutcome::CouldNotTell => "UNKNOWN",
    };
    // a bar would begin the numbers
    let text = crate::doc::text::cut(&sentence(diagnosis).replace('|', "/"), LONGEST);
    let numbers = figures(facts, diagnosis).into_iter().map(|figure| {
        let limit = figure.limit.map(plain).unwrap_or_default();
        format!(
            "{}={}{};{limit};;0",
            figure.name,
            plain(figure.value),
            figure.unit
        )
    });
    let numbers: Vec<String> = numbers.collect();
    let line = format!("TURNPROBE {word} - {text} | {}", numbers.join(" "));
    (line, PluginExit(state(outcome)))
}
