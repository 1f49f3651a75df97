//! What can be read.

use std::path::PathBuf;

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A name that nothing can be read for: a problem of the reading.
    Unusable {
        /// The name as it was given.
        name: String,
        /// Why, and what to do.
        why: String,
        /// Whether another name stands for the same, so that nothing is left out.
        again: bool,
    },
}

impl Input {
    /// Its name for messages, `-` for standard input.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Unusable { name, .. } => name.clone(),
        }
    }
}
