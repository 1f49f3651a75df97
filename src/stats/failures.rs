//! Why rows failed, for whoever does not see them: causes with what was seen, counted.

use std::collections::BTreeMap;

use crate::record::Counter as _;
use crate::record::{Cause, Failure, Outcome, plain};

/// Failed rows by cause, each with what was seen at the first of them.
#[derive(Debug, Clone, Default)]
pub struct FailuresByCause(BTreeMap<Cause, FailuresOfCause>);

#[derive(Debug, Clone)]
struct FailuresOfCause {
    count: u64,
    first: String,
    /// Whether something else was seen at others.
    differs: bool,
}

impl FailuresByCause {
    /// Takes a row in.
    pub fn take(&mut self, outcome: &Outcome) {
        let Outcome::Failed(Failure { cause, detail }) = outcome else {
            return;
        };
        let of_cause = self.0.entry(*cause).or_insert_with(|| FailuresOfCause {
            count: 0,
            first: detail.clone(),
            differs: false,
        });
        of_cause.count.raise(1);
        of_cause.differs |= of_cause.first != *detail;
    }

    /// How many rows failed by each cause.
    pub fn counts(&self) -> impl Iterator<Item = (Cause, u64)> {
        self.0.iter().map(|(cause, of)| (*cause, of.count))
    }

    /// What was seen at the first row that failed by a cause.
    pub fn first(&self, cause: Cause) -> &str {
        self.0.get(&cause).map_or("", |of| of.first.as_str())
    }

    /// Each cause with its count and what was seen, fit for a terminal: `3 dns-nxdomain: ...`.
    pub fn sentences(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(cause, of)| {
            let first = if of.differs { ", the first" } else { "" };
            let (count, code) = (of.count, cause.as_str());
            match &*plain(&of.first) {
                "" => format!("{count} {code}"),
                seen => format!("{count} {code}{first}: {seen}"),
            }
        })
    }

    /// All of them in a sentence; `None` where nothing failed.
    pub fn sentence(&self) -> Option<String> {
        let all: Vec<_> = self.sentences().collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_is_counted_with_what_was_seen_first() {
        let mut failures = FailuresByCause::default();
        assert_eq!(failures.sentence(), None);
        failures.take(&Outcome::Ok);
        let refused = || Failure::new(Cause::ConnectRefused, "by 10.0.0.1");
        failures.take(&refused().into());
        failures.take(&refused().into());
        assert_eq!(
            failures.sentence().unwrap(),
            "2 connect-refused: by 10.0.0.1"
        );
        failures.take(&Failure::new(Cause::ConnectRefused, "by 10.0.0.2").into());
        failures.take(&Failure::new(Cause::DnsTimeout, "").into());
        assert_eq!(
            failures.sentence().unwrap(),
            "1 dns-timeout; 3 connect-refused, the first: by 10.0.0.1"
        );
        let counts: Vec<_> = failures.counts().collect();
        assert_eq!(counts, [(Cause::DnsTimeout, 1), (Cause::ConnectRefused, 3)]);
    }
}
