//! The forms of a document on stdout.

use clap::ValueEnum;

/// The form of a document on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    #[value(alias = "text")]
    Table,
    Json,
    Csv,
    Markdown,
}

impl DocumentFormat {
    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
        }
    }
}
