//! The raw flags of `turnprobe export`.

use std::ffi::OsString;

use clap::Args;

use crate::cli::store::ReadStoreArgs;

/// What to try first.
pub const EXAMPLES: &str = "\
Examples:
  turnprobe export probes-*.csv probes.parquet     rows of many files in one
  turnprobe export rollups.csv rollups.parquet     roll-ups, histograms as lists
  turnprobe export probes.db --table probes out.parquet
                                                   one table of a store
  turnprobe report rollups.parquet                 read it back";

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// CSV, JSON Lines or Parquet files, also .gz and *.csv, stores (FILE.db) and postgres:// URLs, then the file to write, NAME.parquet
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<OsString>,
    /// Of a store, only the rows of this table: probes, bursts, holds, samples, rollups
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    #[command(flatten)]
    pub store: ReadStoreArgs,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}
