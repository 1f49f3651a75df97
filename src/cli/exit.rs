//! Exit codes. Documented in the help and the manual.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done: a probe worked, or a relay answered a request, be it with an error.
    Done,
    /// Neither, or a threshold of the user's was crossed.
    Failed,
    /// The command line is wrong.
    Usage,
    /// The tool's own input or output failed.
    Io,
    /// Interrupted before anything was measured.
    Interrupted,
    /// What a monitoring system is told, in its own codes.
    Plugin(PluginState),
}

/// The states of Nagios and its kin, with their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginState {
    /// All is well.
    Ok = 0,
    /// Something is worth a look.
    Warning = 1,
    /// Something is wrong.
    Critical = 2,
    /// It could not be told.
    Unknown = 3,
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Io => 3,
            Exit::Interrupted => 130,
            Exit::Plugin(state) => state as u8,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(u8::from(exit))
    }
}

/// An error that ends the program, with its exit code.
#[derive(Debug)]
pub struct FatalError {
    /// The code.
    pub exit: Exit,
    /// What went wrong, with its causes.
    pub error: anyhow::Error,
}

impl FatalError {
    /// The command line is wrong.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit: Exit::Usage,
            error: error.into(),
        }
    }

    /// The tool's own input or output failed.
    pub fn io(error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit: Exit::Io,
            error: error.into(),
        }
    }
}
