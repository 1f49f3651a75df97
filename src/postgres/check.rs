//! Whether the tables of a server are a store that this run can use.

use super::error::PgError;
use super::layout::{columns, known, version};
use super::link::Link;
use crate::record::World;
use crate::schema::StoredTable;

/// What is to be done where tables are missing.
const INIT: &str = "run `turnprobe store init` with this URL, as a user who may create tables";

impl Link {
    /// Whether the tables are there and of a version that is known.
    ///
    /// # Errors
    ///
    /// When they are not.
    pub fn is_store(&self) -> Result<(), PgError> {
        match version(self)? {
            Some(version) => known(version),
            None => Err(PgError::wrong(format!(
                "the database has no turnprobe tables: {INIT}"
            ))),
        }
    }

    /// Whether rows of this world can be written to the tables with all of their columns.
    ///
    /// # Errors
    ///
    /// When they cannot.
    pub fn takes(&self, tables: &[StoredTable], world: World) -> Result<(), PgError> {
        self.is_store()?;
        for table in tables {
            let found = columns(self, table.stored.table)?;
            let mut columns = table.columns.iter();
            let missing = columns.find(|column| !found.iter().any(|found| found == column.name));
            if let Some(missing) = missing {
                return Err(PgError::wrong(format!(
                    "the table {} has no column {}, as an earlier version of turnprobe created it: {INIT}",
                    table.stored.table, missing.name
                )));
            }
        }
        let holds = "SELECT value::text FROM store WHERE key = 'world'";
        let mut holds_now = self.text(holds, &[])?;
        if holds_now.is_none() {
            self.execute(&format!(
                "INSERT INTO store (key, value) VALUES ('world', '{}') ON CONFLICT DO NOTHING",
                world.as_str()
            ))?;
            holds_now = self.text(holds, &[])?;
        }
        match holds_now {
            Some(holds) if holds != world.as_str() => Err(PgError::wrong(format!(
                "a store of {holds} rows: choose another database for {} rows",
                world.as_str()
            ))),
            _ => Ok(()),
        }
    }
}
