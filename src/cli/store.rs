//! The options for a store: which one, and how long rows stay in it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use super::values::duration;
use crate::schema::Keep;
use crate::sink::{Format, reserved};

/// The options.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// Also write rows (and roll-ups with --rollup) to FILE.db, an SQLite database that `report` reads
    #[arg(
        long,
        value_name = "FILE.db",
        help_heading = "Output",
        hide_short_help = true
    )]
    pub store: Option<PathBuf>,
    /// How long to keep them there: rows=7d, packets=1d, rollups=2y; whole UTC days, by default forever
    #[arg(
        long,
        value_name = "KIND=TIME",
        help_heading = "Output",
        hide_short_help = true,
        value_delimiter = ',',
        value_parser = keep,
        requires = "store"
    )]
    pub store_keep: Vec<(Keep, Duration)>,
}

impl StoreArgs {
    /// Whether the store can be one.
    ///
    /// # Errors
    ///
    /// When its name is that of something else, or the same is said twice.
    pub fn check(&self) -> anyhow::Result<()> {
        let Some(path) = &self.store else {
            return Ok(());
        };
        let shown = path.display();
        let text = path.to_string_lossy();
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        // what follows may have a password in it
        ensure!(
            scheme.is_none(),
            "--store {}://...: only SQLite databases are written to: name a file, such as probes.db",
            scheme.unwrap_or_default()
        );
        ensure!(
            path.as_os_str() != "-",
            "--store -: a database is no stream: name a file, such as probes.db"
        );
        ensure!(
            Format::from_path(path).is_err(),
            "--store {shown}: a store is a database: let its name end in .db, or write rows to this file with --output"
        );
        if let Some(why) = reserved(path) {
            bail!("--store {shown}: {why}");
        }
        std::path::absolute(path).with_context(|| format!("--store {shown}: not a path"))?;
        for (place, (kind, _)) in self.store_keep.iter().enumerate() {
            let before = &self.store_keep[..place];
            ensure!(
                before.iter().all(|(other, _)| other != kind),
                "--store-keep says twice how long {} stay",
                name(*kind)
            );
        }
        Ok(())
    }
}

fn name(kind: Keep) -> &'static str {
    match kind {
        Keep::Rows => "rows",
        Keep::Details => "packets",
        Keep::Rollups => "rollups",
    }
}

fn keep(text: &str) -> Result<(Keep, Duration), String> {
    let (kind, time) = text.split_once('=').unwrap_or((text, ""));
    let mut all = [Keep::Rows, Keep::Details, Keep::Rollups].into_iter();
    let kind = all.find(|known| name(*known).eq_ignore_ascii_case(kind.trim()));
    let kind = kind.ok_or("write it as rows=7d, packets=1d or rollups=2y")?;
    let time = duration(time)?;
    if time.is_zero() && kind != Keep::Rows {
        return Err(format!(
            "{} would be deleted at once; give 1d or more",
            name(kind)
        ));
    }
    Ok((kind, time))
}
