//! The completed times of all phases.

use super::Distribution;
use crate::record::{Phase, Record};

/// One distribution a phase, and one of the total.
#[derive(Debug, Default)]
pub struct Times {
    phases: [Distribution; 5],
    total: Distribution,
}

/// A phase and its completed times.
#[derive(Debug)]
pub struct PhaseSummary<'a> {
    /// Its name, `total` for the sum.
    pub name: &'static str,
    /// The times.
    pub times: &'a Distribution,
}

impl Times {
    /// Takes a row in. A phase that failed does not count, but a turn phase that was answered with
    /// an error does: the path worked. The total counts when every phase was completed. The name
    /// resolution that several rows of a slot share counts only where `dns_counts` says so.
    pub fn add(&mut self, record: &Record, dns_counts: bool) {
        let cause = record.outcome.cause();
        for phase in Phase::ALL {
            let took = match phase {
                Phase::Dns if !dns_counts => None,
                Phase::Turn => record.turn_round_trip(),
                _ if cause.is_some_and(|cause| cause.phase() == phase) => None,
                _ => record.times.of(phase),
            };
            if let Some(took) = took {
                self.phases[phase as usize].add(took);
            }
        }
        if cause.is_none()
            && let Some(total) = record.times.total()
        {
            self.total.add(total);
        }
    }

    /// The times of one phase.
    pub fn phase(&self, phase: Phase) -> &Distribution {
        &self.phases[phase as usize]
    }

    /// The phases that ran, and the total.
    pub fn summaries(&self) -> Vec<PhaseSummary<'_>> {
        let phases = Phase::ALL.into_iter().map(|phase| PhaseSummary {
            name: phase.as_str(),
            times: self.phase(phase),
        });
        phases
            .chain([PhaseSummary {
                name: "total",
                times: &self.total,
            }])
            .filter(|summary| summary.times.moments().count() > 0)
            .collect()
    }
}
