//! What a look at a world comes to.

use turnprobe::judge::diagnose::{
    Code, Confidence, Diagnosis, Facts, Party, VerdictOutcome, diagnose,
};

use super::child;
use super::world::World;

/// What a look came to.
pub struct Told {
    pub facts: Facts,
    pub judged: Diagnosis,
}

/// Looks at the world from its client. `args` are `quick`, `offline`, `compare=IP`.
pub fn look(world: &World, args: &str) -> Told {
    Told::with(world, args, &[])
}

/// Looks, and the root causes must be these and no others.
pub fn blames(world: &World, args: &str, codes: &[Code]) -> Told {
    let told = look(world, args);
    told.blames(codes);
    told
}

impl Told {
    /// Looks with these variables set.
    pub fn with(world: &World, args: &str, environment: &[(&str, &str)]) -> Self {
        let facts = child::run(world, args, environment);
        let judged = diagnose(&facts);
        Self { facts, judged }
    }

    /// The root causes must be these, in whatever order.
    pub fn blames(&self, codes: &[Code]) {
        let (mut found, mut wanted) = (self.judged.verdict.roots.clone(), codes.to_vec());
        found.sort();
        wanted.sort();
        assert_eq!(
            (found, self.judged.verdict.more),
            (wanted, 0),
            "{}",
            self.text()
        );
    }

    /// Nobody is blamed, and what a call needs was looked at.
    pub fn is_healthy(&self) {
        self.blames(&[]);
        assert_eq!(
            self.judged.verdict.outcome,
            VerdictOutcome::Ok,
            "{}",
            self.text()
        );
    }

    /// How sure it is whose it is.
    pub fn is(&self, code: Code, party: Party, confidence: Confidence) {
        let found = self
            .judged
            .finding(code)
            .unwrap_or_else(|| panic!("{}", self.text()));
        assert_eq!(
            (found.party, found.confidence),
            (party, confidence),
            "{}",
            self.text()
        );
    }

    pub fn text(&self) -> String {
        let facts = serde_json::to_string_pretty(&self.facts).unwrap();
        // the samples of a stream fill pages
        let short: Vec<_> = facts
            .lines()
            .filter(|line| !line.contains("_ms\"") && !line.contains("\"rtt_us\""))
            .collect();
        format!("{:#?}\n{}", self.judged.findings, short.join("\n"))
    }
}
