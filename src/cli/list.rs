//! `--endpoints FILE`: a list of Microsoft's endpoints instead of the one that is built in.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, ensure};
use chrono::{DateTime, Utc};
use clap::Args;

use super::long_help::ADVANCED;
use crate::endpoints::List;
use crate::net::Plan;
use crate::source::text_of;

/// Longest file; the whole list of Microsoft 365 has some hundred kilobytes.
const LONGEST: u64 = 8 * 1024 * 1024;

#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// Use Microsoft's list in FILE instead of the built-in one
    ///
    /// It decides which addresses belong to Teams (in_teams_range). `turnprobe endpoints fetch -o FILE` writes it; the JSON
    /// of Microsoft's web service works too.
    #[arg(long, value_name = "FILE", help_heading = ADVANCED, hide_short_help = true)]
    pub endpoints: Option<PathBuf>,
}

impl ListArgs {
    /// The list that decides.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds no list.
    pub fn list(&self) -> anyhow::Result<List> {
        let Some(path) = &self.endpoints else {
            return Ok(List::default());
        };
        let read = text(path).and_then(|text| {
            let list = List::read(&text, &path.display().to_string());
            let shown = || std::path::absolute(path).unwrap_or_else(|_| path.clone());
            list.with_context(|| shown().display().to_string())
        });
        read.map_err(|error| {
            anyhow!(
                "{error:#}; give --endpoints a file that `turnprobe endpoints fetch -o FILE` wrote"
            )
        })
    }
}

/// The plan, judging by that list.
pub fn judged_by(list: &List, plan: Plan, now: DateTime<Utc>) -> Plan {
    Plan {
        ranges: list.ranges(),
        ranges_warning: list.warning(now.date_naive()),
        ..plan
    }
}

/// The text of a file, in whatever form PowerShell or a browser kept it.
///
/// # Errors
///
/// When it cannot be read, or is longer than any list.
pub fn text(path: &Path) -> anyhow::Result<String> {
    let path = &*std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    let shown = || format!("{} cannot be read", path.display());
    read.with_context(shown)?;
    ensure!(
        bytes.len() as u64 <= LONGEST,
        "{} is larger than 8 MiB: it is not a list of endpoints",
        path.display()
    );
    Ok(text_of(&bytes).into_owned())
}
