//! The options for a store: which one, how long rows are kept in it, and where they wait for a server.

pub mod command;
mod hidden;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use super::long_help::OUTPUT;
use super::values::duration;
use crate::schema::Keep;
use crate::sink::{Format, Server, reserved};
use crate::store::{NO_SERVERS, is_server};
pub use hidden::hide_password;

/// The least that is kept.
const DAY: Duration = Duration::from_secs(86_400);

/// The options.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// Also write rows (and roll-ups with --rollup) to FILE.db, an SQLite database that `report` reads, or to a PostgreSQL server, postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "FILE.db|URL", help_heading = OUTPUT, hide_short_help = true)]
    pub store: Option<PathBuf>,
    /// How long --store FILE.db keeps rows, as in rows=7d,packets=1d,rollups=2y; whole UTC days; default: forever
    #[arg(long, value_name = "KIND=TIME", help_heading = OUTPUT, hide_short_help = true,
          value_delimiter = ',', value_parser = keep, requires = "store")]
    pub store_keep: Vec<(Keep, Duration)>,
    /// Certificate of the authority of a PostgreSQL server (PEM), in place of the system's
    #[arg(long, value_name = "FILE", help_heading = OUTPUT, hide_short_help = true,
          requires = "store")]
    pub store_ca: Option<PathBuf>,
    /// Where rows wait for a PostgreSQL server [default: turnprobe-spool]
    #[arg(long, value_name = "DIR", help_heading = OUTPUT, hide_short_help = true,
          requires = "store")]
    pub store_spool: Option<PathBuf>,
    /// How much may wait there, such as 500M or 10G; rows beyond that are lost, and the run reports how many [default: 1G]
    #[arg(long, value_name = "SIZE", help_heading = OUTPUT, hide_short_help = true,
          value_parser = bytes, requires = "store")]
    pub store_spool_limit: Option<u64>,
}

/// How a server is known whose rows are read.
#[derive(Debug, Args)]
pub struct ReadStoreArgs {
    /// Certificate of the authority of a PostgreSQL server among the files (PEM), in place of the system's
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Advanced",
        hide_short_help = true
    )]
    pub store_ca: Option<PathBuf>,
}

impl ReadStoreArgs {
    /// The certificate, for the server among the files.
    ///
    /// # Errors
    ///
    /// When there is one, and no server.
    pub fn roots<'a>(
        &self,
        files: impl IntoIterator<Item = &'a OsString>,
    ) -> anyhow::Result<Option<&Path>> {
        let Some(roots) = &self.store_ca else {
            return Ok(None);
        };
        ensure!(
            files.into_iter().any(|file| is_server(file)),
            "--store-ca {}: it is for a PostgreSQL server, but no URL of one (postgres://...) is given: leave it out",
            roots.display()
        );
        Ok(Some(roots))
    }
}

/// Where rows wait for a server where nothing is said.
const SPOOL: &str = "turnprobe-spool";

/// How much may wait there where nothing is said.
const SPOOL_LIMIT: u64 = 1 << 30;

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
        if is_server(path.as_os_str()) {
            return self.check_server();
        }
        let shown = path.display();
        let text = path.to_string_lossy();
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        // what follows may have a password in it
        ensure!(
            scheme.is_none(),
            "--store {}://...: rows can only be stored in SQLite databases and PostgreSQL servers: name a file, such as probes.db, or postgres://USER@HOST/DATABASE",
            scheme.unwrap_or_default()
        );
        ensure!(
            path.as_os_str() != "-",
            "--store -: a database cannot be written to a stream: name a file, such as probes.db"
        );
        ensure!(
            Format::from_path(path).is_err(),
            "--store {shown}: a store is a database: use a name that ends in .db, or write rows to this file with --output"
        );
        if let Some(why) = reserved(path) {
            bail!("--store {shown}: {why}");
        }
        std::path::absolute(path).with_context(|| format!("--store {shown}: not a path"))?;
        self.check_keep()
    }

    fn check_keep(&self) -> anyhow::Result<()> {
        for (place, (kind, _)) in self.store_keep.iter().enumerate() {
            let before = &self.store_keep[..place];
            ensure!(
                before.iter().all(|(other, _)| other != kind),
                "--store-keep says twice how long to keep {}",
                name(*kind)
            );
        }
        Ok(())
    }

    fn check_server(&self) -> anyhow::Result<()> {
        ensure!(
            cfg!(feature = "postgres"),
            "--store postgres://...: {NO_SERVERS}"
        );
        let is_none = |keep: &(Keep, Duration)| *keep == (Keep::Rows, Duration::ZERO);
        ensure!(
            self.store_keep.iter().all(is_none),
            "--store-keep with a PostgreSQL server only takes rows=0: old rows are deleted by whoever runs the server, see turnprobe man store"
        );
        self.check_keep()?;
        #[cfg(feature = "postgres")]
        if let Some(server) = self.server() {
            let read = crate::postgres::Address::read(server.url(), server.roots.as_deref());
            read.map_err(|error| anyhow::anyhow!("--store postgres://...: {error}"))?;
        }
        Ok(())
    }

    /// The server, where it is one.
    pub fn server(&self) -> Option<Server> {
        let path = self.store.as_ref()?;
        if !is_server(path.as_os_str()) {
            return None;
        }
        let spool = self.store_spool.clone().unwrap_or_else(|| SPOOL.into());
        let spool = std::path::absolute(&spool).unwrap_or(spool);
        let limit = self.store_spool_limit.unwrap_or(SPOOL_LIMIT);
        let url = path.to_string_lossy().into_owned();
        Some(Server::new(url, self.store_ca.clone(), spool, limit))
    }
}

/// A number of bytes, such as `500M` or `10 GiB`; in powers of 1024.
fn bytes(text: &str) -> Result<u64, String> {
    const LEAST: u64 = 1 << 20;
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "m" | "mb" | "mib" => Some(20),
        "g" | "gb" | "gib" => Some(30),
        "t" | "tb" | "tib" => Some(40),
        _ => None,
    };
    let size = number.parse::<u64>().ok().zip(shift);
    let size = size.and_then(|(number, shift)| number.checked_mul(1 << shift));
    let size = size.filter(|size| *size >= LEAST);
    size.ok_or_else(|| "give a size such as 500M or 10G, of at least 1M".to_owned())
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
    let has_unit = time.trim().ends_with(|c: char| c.is_ascii_alphabetic());
    match duration(time)? {
        Duration::ZERO if kind == Keep::Rows => Ok((kind, Duration::ZERO)),
        Duration::ZERO => Err(format!(
            "{} would be deleted at once; give 1d or more",
            name(kind)
        )),
        time if has_unit && time >= DAY => Ok((kind, time)),
        // without a unit it would be seconds
        _ => Err(format!(
            "{}: give a day or more, with its unit, such as 7d",
            name(kind)
        )),
    }
}
