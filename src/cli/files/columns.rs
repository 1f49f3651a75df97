//! Columns named on the command line, which at least one file must have.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::ensure;

use crate::cli::words::meant;
use crate::schema::Layout;
use crate::stats::survey::{DIMENSIONS, is_column};

/// Columns that the user named, and those that the files have.
#[derive(Debug, Default)]
pub struct NamedColumns {
    named: Vec<String>,
    /// Which of these some file has.
    known: BTreeSet<String>,
    /// Names of all columns of all files.
    names: BTreeSet<String>,
    seen: Option<Arc<Layout>>,
}

impl NamedColumns {
    /// The user named these.
    pub fn name<'a>(&mut self, columns: impl Iterator<Item = &'a str>) {
        self.named.extend(columns.map(str::to_owned));
    }

    /// A file, or a part of one, has these.
    pub fn see(&mut self, layout: &Arc<Layout>) {
        if self.seen.as_ref() == Some(layout) {
            return;
        }
        self.seen = Some(Arc::clone(layout));
        self.names.extend(layout.names().iter().cloned());
        let known = self.named.iter().filter(|name| is_column(layout, name));
        self.known.extend(known.cloned());
    }

    /// Whether each of them is there; a column that no file has is a mistake on the command line.
    ///
    /// # Errors
    ///
    /// Names the first that is not, and those that are.
    pub fn all_known(&self) -> anyhow::Result<()> {
        for name in self.named.iter().filter(|_| !self.names.is_empty()) {
            let known = || self.names.iter().map(String::as_str);
            ensure!(
                self.known.contains(name),
                "no file has a column `{name}`{}; there are {}",
                meant(name, DIMENSIONS.into_iter().chain(known())),
                known().collect::<Vec<_>>().join(", ")
            );
        }
        Ok(())
    }
}
