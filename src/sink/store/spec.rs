//! Which store is asked for, and what goes in.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::record::World;
use crate::schema::{Keep, StoredTable};

/// A store that rows go to.
#[derive(Debug, Clone)]
pub struct StoreSpec {
    /// The file; absolute.
    pub path: PathBuf,
    /// Its tables.
    pub tables: Arc<[StoredTable]>,
    /// Columns beside those that are written by default, by table.
    pub more: Vec<(&'static str, &'static str)>,
    /// Where the rows come from: real and lab rows never share a store.
    pub world: World,
    /// How long rows stay, where not for good.
    pub keep: Vec<(Keep, Duration)>,
    /// Whether this sink, of all of a run that write to it, takes in what is kept elsewhere and deletes what is old.
    pub leads: bool,
}
