//! How bad something is, in words and in a colour.

use crate::words::words;

words! {
    /// How bad a finding is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Severity {
        /// Calls suffered.
        Fail = "fail",
        /// Worth a look.
        Warn = "warn",
        /// Good to know.
        Note = "note",
    }
}

words! {
    /// The same of everything together.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Colour {
        /// Something failed.
        Red = "red",
        /// Something is worth a look.
        Amber = "amber",
        /// Neither.
        Green = "green",
    }
}

impl Colour {
    /// Of the worst finding.
    pub fn of(worst: Option<Severity>) -> Self {
        match worst {
            Some(Severity::Fail) => Self::Red,
            Some(Severity::Warn) => Self::Amber,
            Some(Severity::Note) | None => Self::Green,
        }
    }
}
