//! What a rule is.

use super::code::Code;
use super::facts::Facts;
use super::finding::Finding;

/// One rule: when its code is found, and what would vanish if that were mended. The texts are for the manual; the
/// sentences of findings are made elsewhere, of code and evidence.
pub struct Rule {
    /// What it finds.
    pub code: Code,
    /// From 0, this machine, to 9, this program: of equal findings the lower layer comes first.
    pub layer: u8,
    /// The condition with its thresholds.
    pub condition: &'static str,
    /// Why so.
    pub why: &'static str,
    /// Severity, party and how sure.
    pub grade: &'static str,
    /// The rule itself.
    pub check: fn(&Facts) -> Option<Finding>,
    /// What follows from it, given that it was found.
    pub explains: fn(&Facts) -> Vec<Code>,
}

/// Of rules from which nothing follows.
pub fn nothing(_: &Facts) -> Vec<Code> {
    Vec::new()
}
