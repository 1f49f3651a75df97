//! Which store is requested, and what goes into it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::record::World;
use crate::schema::{Keep, StoredTable};

/// A PostgreSQL server that rows go to.
#[derive(Clone)]
pub struct Server {
    url: String,
    /// The certificate of the authority that it has its own from; without it those of the system count.
    pub roots: Option<PathBuf>,
    /// Where rows wait for it; absolute.
    pub spool: PathBuf,
    /// Bytes that may wait there.
    pub limit: u64,
}

impl Server {
    /// That of a URL, which may have a password in it.
    pub fn new(url: String, roots: Option<PathBuf>, spool: PathBuf, limit: u64) -> Self {
        Self {
            url,
            roots,
            spool,
            limit,
        }
    }

    /// The URL, for the one who connects.
    pub fn url(&self) -> &str {
        &self.url
    }
}

// the URL is for nobody's eyes
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = ring::digest::digest(&ring::digest::SHA256, self.url.as_bytes());
        f.debug_struct("Server")
            .field("url", &sum)
            .field("roots", &self.roots)
            .field("spool", &self.spool)
            .field("limit", &self.limit)
            .finish()
    }
}

/// A store that rows go to.
#[derive(Debug, Clone)]
pub struct StoreSpec {
    /// The file; absolute. Of a server it is empty.
    pub path: PathBuf,
    /// The server, where it is one.
    pub server: Option<Server>,
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
