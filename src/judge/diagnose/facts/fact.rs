//! What is known, and why something is not.

use serde::{Deserialize, Serialize};

use crate::judge::diagnose::code::Code;

/// Something that was looked at, or why nothing is known of it. Unknown is never "no" and never "ok": a rule that
/// needs the fact says nothing then. In files: `{"known": ...}` or `{"unknown": "not-asked"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact<T> {
    /// What was found out.
    Known(T),
    /// Why nothing was.
    Unknown(WhyUnknown),
}

/// Why nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyUnknown {
    /// It is left out, by an option or because this run has no use for it.
    #[default]
    NotAsked,
    /// There was no time left.
    OutOfTime,
    /// The user ended the run before.
    Interrupted,
    /// This system does not tell it, or not without rights.
    NotOnThisSystem,
    /// That fault hides it: what it needs does not work.
    Masked(Code),
    /// What it needs was not to be had, and no one fault is known that hides it.
    NotReached,
    /// Relays answered without the address that they see this end by.
    NoMappedAddress,
    /// No answer came within so many milliseconds, which is too short a wait to tell silence from slowness.
    WaitedBriefly(u64),
    /// It was tried and nothing came of it that could be judged; the system's own words.
    Failed(super::text::FreeText),
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self::Unknown(WhyUnknown::NotAsked)
    }
}

impl<T> Fact<T> {
    /// What is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// What is known, by itself.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// Why nothing is.
    pub fn why(&self) -> Option<&WhyUnknown> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(why) => Some(why),
        }
    }

    /// What is there, else why it is not.
    pub fn of(value: Option<T>, why: WhyUnknown) -> Self {
        value.map_or(Self::Unknown(why), Self::Known)
    }
}
