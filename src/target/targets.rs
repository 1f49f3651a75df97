//! The targets of a run: at least one.

use std::ops::Deref;

use super::Target;

/// What a run goes to: at least one target. It reads as a slice of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets(Vec<Target>);

/// There is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no target; give at least one")]
pub struct NoTarget;

impl Targets {
    /// Several, which take turns.
    ///
    /// # Errors
    ///
    /// [`NoTarget`], when there is none.
    pub fn new(targets: Vec<Target>) -> Result<Self, NoTarget> {
        if targets.is_empty() {
            return Err(NoTarget);
        }
        Ok(Self(targets))
    }

    /// The one whose turn it is in a slot of the schedule.
    pub fn of_slot(&self, slot: u64) -> &Target {
        let turn = slot % self.0.len() as u64;
        &self.0[usize::try_from(turn).unwrap_or(0)]
    }
}

impl From<Target> for Targets {
    fn from(target: Target) -> Self {
        Self(vec![target])
    }
}

impl Deref for Targets {
    type Target = [Target];

    fn deref(&self) -> &[Target] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(host: &str) -> Target {
        host.parse().unwrap()
    }

    #[test]
    fn a_run_without_a_target_cannot_be_made() {
        let error = Targets::new(Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "there is no target; give at least one");
    }

    #[test]
    fn targets_take_turns_to_the_last_slot_of_all() {
        let targets = Targets::new(vec![target("a.test"), target("b.test"), target("c.test")]);
        let targets = targets.unwrap();
        let names = [0, 1, 2, 3].map(|slot| targets.of_slot(slot).host.to_string());
        assert_eq!(names, ["a.test", "b.test", "c.test", "a.test"]);
        // 2^64 - 1 is a multiple of three
        assert_eq!(*targets.of_slot(u64::MAX), target("a.test"));
        let one = Targets::from(target("a.test"));
        assert_eq!(*one.of_slot(u64::MAX), target("a.test"));
    }
}
