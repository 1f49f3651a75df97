//! Columns that a user names but that roll-ups do not have.

use anyhow::ensure;

use crate::measure::rollup::Rollup;
use crate::schema::{Dialect, RowKind as _};
use crate::source::FileSummary;
use crate::stats::survey::DIMENSIONS;

/// Dimensions that only single rows have.
const OF_ROWS: [&str; 5] = ["address", "name", "certificate", "resolver", "egress"];

/// Whether roll-ups can be told apart by a column.
fn is_there(name: &str) -> bool {
    !OF_ROWS.contains(&name) && (DIMENSIONS.contains(&name) || Rollup::column(name).is_some())
}

/// What is to be said of columns of `--by` and `--where` that roll-ups do not have, where some of the files are those.
///
/// # Errors
///
/// Where all of them are.
pub fn missing<'a>(
    files: &[FileSummary],
    by: &'a [Vec<String>],
    filters: impl Iterator<Item = &'a str>,
) -> anyhow::Result<Vec<String>> {
    let is_rolled = |file: &&FileSummary| file.dialect == Some(Dialect::RollUps);
    let with_rows = || files.iter().filter(|file| file.rows > 0);
    let rolled = with_rows().filter(is_rolled).count();
    if rolled == 0 {
        return Ok(Vec::new());
    }
    let named = by.iter().flatten().map(|name| ("--by", name.as_str()));
    let named = named.chain(filters.map(|name| ("--where", name)));
    let mut told = Vec::new();
    for (flag, name) in named.filter(|(_, name)| !is_there(name)) {
        ensure!(
            with_rows().count() > rolled,
            "{flag} {name}: not in roll-ups, only single rows have it; leave it out, or name files with rows"
        );
        let what = match flag {
            "--by" => "have no name in its table, or no row",
            _ => "are left out",
        };
        told.push(format!(
            "{flag} {name}: only single rows have it; probes in roll-ups {what}"
        ));
    }
    Ok(told)
}
