//! The output formats of a document on stdout.

use std::borrow::Cow;
use std::fmt::Write as _;

use anyhow::Context as _;
use clap::ValueEnum;
use serde::Serialize;

use crate::cli::terminal;
use crate::cli::values::Color;
use crate::record::plain;

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

    /// Prints text of this form.
    ///
    /// # Errors
    ///
    /// What the system said.
    pub fn print(self, text: &str, color: Color) -> anyhow::Result<()> {
        let out = match self {
            Self::Json => terminal::plain_stdout(),
            _ => terminal::stdout(color),
        };
        terminal::print(text, out)
    }
}

/// JSON in which no character can drive a terminal or turn its direction.
pub fn json(of: &impl Serialize) -> anyhow::Result<String> {
    let text = serde_json::to_string_pretty(of).context("the report as JSON")?;
    let is_plain = |c: char| {
        c == '\n'
            || c.is_ascii() && !c.is_ascii_control()
            || matches!(plain(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_))
    };
    let mut out = String::with_capacity(text.len() + 1);
    let mut units = [0; 2];
    // nearly all of it is plain: stretches of that are taken whole
    let mut rest = text.as_str();
    while let Some(place) = rest.find(|c| !is_plain(c)) {
        out.push_str(&rest[..place]);
        let mut chars = rest[place..].chars();
        for unit in chars
            .next()
            .into_iter()
            .flat_map(|c| c.encode_utf16(&mut units).to_vec())
        {
            let _ = write!(out, "\\u{unit:04x}");
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('\n');
    Ok(out)
}
