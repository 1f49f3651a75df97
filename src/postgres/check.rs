//! Whether the tables of a server are a store that this run can use.

use super::error::PgError;
use super::layout::{columns, known, quoted, version};
use super::link::Link;
use crate::record::World;
use crate::schema::StoredTable;

/// What is to be done where tables are missing.
const INIT: &str = "run `turnprobe store init` with this URL, as a user who may create tables";

/// What is to be done where rights are missing.
const GRANTS: &str = "grant what `turnprobe man store` lists";

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
                "the database has no turnprobe tables, or none that this user may see (USAGE of their schema): {INIT}"
            ))),
        }
    }

    /// Whether the user may write to the tables; a right to some columns counts.
    fn is_allowed(&self, tables: &[StoredTable]) -> Result<(), PgError> {
        let lacks = "SELECT string_agg(need, ' and ') FROM unnest(ARRAY['SELECT', 'INSERT']) AS need \
                     WHERE NOT has_any_column_privilege(to_regclass($1), need)";
        let names = tables.iter().map(|table| table.stored.table);
        for name in names.chain(["segments"]) {
            if let Some(lacks) = self.text(lacks, &[&quoted(name)])? {
                return Err(PgError::wrong(format!(
                    "the user has no right to {lacks} in the table {name}: {GRANTS}"
                )));
            }
        }
        // for rows that are sent once more
        let lacks = "SELECT 'x' WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')";
        if self.text(lacks, &[])?.is_some() {
            return Err(PgError::wrong(format!(
                "the user has no right to TEMPORARY tables in the database: {GRANTS}"
            )));
        }
        Ok(())
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
        self.is_allowed(tables)?;
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
