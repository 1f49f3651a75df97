//! How a measurement ended: every phase completed, or a failure with its cause.

use std::fmt;

use super::{Cause, plain};

/// How a probe ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every phase was completed.
    Ok,
    /// A phase failed.
    Failed(Failure),
}

impl Outcome {
    /// Whether every phase was completed.
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::Ok)
    }

    /// The cause of a failure.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Ok => None,
            Self::Failed(failure) => Some(failure.cause),
        }
    }

    /// What exactly was seen at a failure; empty when there was none.
    pub fn detail(&self) -> &str {
        match self {
            Self::Ok => "",
            Self::Failed(failure) => &failure.detail,
        }
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Why a phase failed. Its text is the code and what was seen, fit for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The code of the closed list.
    pub cause: Cause,
    /// What exactly was seen, for a reader; it may hold what a stranger sent.
    pub detail: String,
}

impl Failure {
    /// A failure with its cause and what was seen.
    pub fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self {
            cause,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cause.as_str(), plain(&self.detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_its_code_and_without_control_characters() {
        let failure = Failure::new(Cause::TlsNotTls, "HTTP answered: \u{1b}[2J");
        let told = failure.to_string();
        assert!(told.starts_with("tls-not-tls: HTTP answered: "), "{told:?}");
        assert!(!told.contains('\u{1b}'), "{told:?}");
    }
}
