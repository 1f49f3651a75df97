//! Where the rows of `probe` go, as far as its options say.

use std::path::PathBuf;

use super::probe::UseOutcome;
use crate::cli::config;
use crate::cli::mode::ProbeMode::Series;
use crate::cli::run::outputs::is_stdout;
use crate::cli::values::StdoutFormat;
use crate::record::Record;
use crate::sink::Format;

impl UseOutcome<'_> {
    /// Whether rows of the measurement are written.
    pub(super) fn has_rows(&self) -> bool {
        self.args.format.is_some() || !self.args.output.is_empty()
    }

    /// Whether rows go into a store.
    pub(super) fn is_stored(&self) -> bool {
        self.args.store.store.is_some()
    }

    /// Whether a store gets columns that it would not have without `--columns`.
    pub(super) fn is_more_stored(&self) -> bool {
        let chosen = self.args.columns.as_deref().map(config::columns::<Record>);
        let chosen = chosen.and_then(Result::ok).unwrap_or_default();
        self.is_stored() && self.mode == Series && chosen.iter().any(|column| !column.default)
    }

    /// Files of packets and samples.
    pub(super) fn more_files(&self) -> impl Iterator<Item = &PathBuf> {
        let packets = self.args.stream.packets.iter();
        let rollups = &self.args.rollup_output;
        packets.chain(&self.args.hold.samples).chain(rollups)
    }

    /// All files that rows of any kind go to.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let output = self.args.output.iter();
        let output = output.filter(|path| !is_stdout(path));
        output.chain(self.more_files())
    }

    /// Whether CSV is written anywhere.
    pub(super) fn has_csv(&self) -> bool {
        let args = self.args;
        let on_stdout = match args.format {
            None => args.output.iter().any(|path| is_stdout(path)),
            Some(format) => format == StdoutFormat::Csv,
        };
        let is_csv = |path: &PathBuf| matches!(Format::from_path(path), Ok(Format::Csv));
        on_stdout || self.files().any(is_csv)
    }
}
