//! `turnprobe store init`: the tables of a PostgreSQL server.

use std::path::PathBuf;

use anyhow::{anyhow, ensure};
use clap::{Args, Subcommand};

use crate::cli::exit::FatalError;
use crate::store::is_server;

/// What to try first.
pub const EXAMPLES: &str = "\
Examples:
  turnprobe store init postgres://admin@db.example.org/probes       make the tables
  turnprobe probe --store postgres://probe@db.example.org/probes    fill them
  turnprobe report postgres://probe@db.example.org/probes           and read them";

/// What `init` does, for its help.
const INIT: &str = "\
Creates the tables probes, bursts, packets, holds, samples and rollups with the
columns of the CSV, and store and segments for itself. If they exist, columns
that are new in this version are added. If the database has the TimescaleDB
extension, they are hypertables. Either everything is done, or nothing.

The user of the URL must be allowed to create tables. Whoever writes rows needs
no more than SELECT and INSERT, and TEMPORARY on the database.
`turnprobe man store` has the statements, and says where the password comes from.";

#[derive(Debug, Args)]
pub struct StoreCommandArgs {
    #[command(subcommand)]
    pub what: StoreCommand,
}

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Creates the tables in a PostgreSQL server, or adds what they lack
    #[command(after_long_help = INIT)]
    Init(InitArgs),
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// The server: postgres://USER@HOST:PORT/DATABASE
    #[arg(value_name = "URL")]
    pub url: String,
    /// Certificate of the authority of the server (PEM), in place of the system's
    #[arg(long, value_name = "FILE")]
    pub store_ca: Option<PathBuf>,
}

/// Does what is asked for: what was done, in lines.
///
/// # Errors
///
/// The URL is none, or the server does not do it; nothing is changed then.
pub fn run(args: &StoreCommandArgs) -> Result<Vec<u8>, FatalError> {
    let StoreCommand::Init(args) = &args.what;
    init(args)
}

fn init(args: &InitArgs) -> Result<Vec<u8>, FatalError> {
    let is_one = || -> anyhow::Result<()> {
        ensure!(
            is_server(args.url.as_ref()),
            "not the URL of a PostgreSQL server: write postgres://USER@HOST:PORT/DATABASE; a database in a file needs no init"
        );
        ensure!(
            cfg!(feature = "postgres"),
            "postgres://...: {}",
            crate::store::NO_SERVERS
        );
        Ok(())
    };
    is_one().map_err(FatalError::usage)?;
    completed(args)
}

#[cfg(not(feature = "postgres"))]
fn completed(_: &InitArgs) -> Result<Vec<u8>, FatalError> {
    Err(FatalError::usage(anyhow!(crate::store::NO_SERVERS)))
}

#[cfg(feature = "postgres")]
fn completed(args: &InitArgs) -> Result<Vec<u8>, FatalError> {
    use crate::measure::rows::{ROWS, RowFacts};
    use crate::postgres::{Address, Link, init};

    let address = Address::read(&args.url, args.store_ca.as_deref());
    let address = address.map_err(|error| FatalError::usage(anyhow!("postgres://...: {error}")))?;
    let tables: Vec<_> = ROWS.iter().filter_map(RowFacts::table).collect();
    let done = Link::open(&address).and_then(|link| init(&link, &tables));
    let done = done.map_err(|error| FatalError::io(anyhow!("{}: {error}", address.shown())))?;
    let lines = done
        .iter()
        .map(|done| format!("{}: {done}\n", address.shown()));
    Ok(lines.collect::<String>().into_bytes())
}
