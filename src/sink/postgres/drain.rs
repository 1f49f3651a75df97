//! Sends segments to the server for all sinks of a run: starts with those that are there, and at the end waits a short
//! time for the rest. The thread that sends them is in `job`.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::super::error::{SinkError, absolute};
use super::super::note::Note;
use super::super::store::Server;
use super::job::{SpoolMonitor, SpoolSender};
use super::spool::{self, Found, counted, folder};
use crate::clock;
use crate::postgres::{Address, Link, PgError, PgErrorKind};
use crate::record::World;
use crate::schema::StoredTable;

/// How long the spool is emptied at the end of a run.
const AT_END: Duration = Duration::from_secs(15);

/// The same once the user wants it to end.
const IN_HASTE: Duration = Duration::from_millis(800);

/// All that are in use, by their folder.
static ALL: Mutex<Vec<(PathBuf, Weak<Drain>)>> = Mutex::new(Vec::new());

/// Brings the segments of a folder to a server, for all sinks of a run.
#[derive(Debug)]
pub(super) struct Drain {
    /// The folder.
    pub directory: PathBuf,
    /// The server, for messages.
    pub shown: String,
    job: Mutex<Option<SpoolSender>>,
    shared: Arc<SpoolMonitor>,
    /// Sinks that have not ended.
    users: AtomicUsize,
}

impl Drain {
    /// That of a server, which is asked whether it takes rows.
    ///
    /// # Errors
    ///
    /// When the URL is none, or the server is reached and somebody has to change something.
    pub fn prepare(
        server: &Server,
        tables: &Arc<[StoredTable]>,
        world: World,
    ) -> Result<Arc<Self>, SinkError> {
        let address = Address::read(server.url(), server.roots.as_deref());
        let address = address.map_err(|error| SinkError::Server {
            path: "--store postgres://...".to_owned(),
            why: error.text,
        })?;
        let shown = address.shown().to_owned();
        let directory = server.spool.join(folder(&shown, address.options(), world));
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, drain)| drain.strong_count() > 0);
        let known = all.iter().find(|(path, _)| *path == directory);
        if let Some(drain) = known.and_then(|(_, drain)| drain.upgrade()) {
            drain.users.fetch_add(1, Ordering::Relaxed);
            return Ok(drain);
        }
        let shared = Arc::new(SpoolMonitor::default());
        let link = Link::open(&address).and_then(|link| link.takes(tables, world).map(|()| link));
        let link = match link {
            Ok(link) => Some(link),
            Err(PgError {
                kind: PgErrorKind::Away,
                text,
            }) => {
                shared.tell(format!(
                    "{shown} cannot be reached: {text}; rows wait in {} until it is back",
                    absolute(&directory)
                ));
                shared.lock().why = Some(text);
                None
            }
            Err(error) => {
                return Err(SinkError::Server {
                    path: shown,
                    why: error.text,
                });
            }
        };
        let drain = Arc::new(Self {
            job: Mutex::new(Some(SpoolSender {
                address,
                link,
                tables: Arc::clone(tables),
                world,
                directory: directory.clone(),
                limit: server.limit,
            })),
            directory: directory.clone(),
            shown,
            shared,
            users: AtomicUsize::new(1),
        });
        all.push((directory, Arc::downgrade(&drain)));
        Ok(drain)
    }

    /// Makes the folder, and begins to send what is in it; later calls do nothing.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made.
    pub fn begin(&self) -> Result<(), SinkError> {
        if self.job().is_some() {
            spool::open(&self.directory)?;
        }
        Ok(())
    }

    /// Starts the thread; later calls do nothing.
    pub fn start(&self) {
        let Some(mut job) = self.job().take() else {
            return;
        };
        let Found { segments, bad, .. } = spool::found(&self.directory);
        let place = absolute(&self.directory);
        if segments > 0 {
            self.shared.tell(format!(
                "{}: sending {} of earlier runs from {place}",
                self.shown,
                counted(segments)
            ));
        }
        if bad > 0 {
            self.shared.tell(format!(
                "{}: {} that it refused are in {place} (*.bad): repair them and remove .bad from the name, or delete them",
                self.shown,
                counted(bad)
            ));
        }
        let (shared, shown) = (Arc::clone(&self.shared), self.shown.clone());
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                job.run(&shared, &shown);
                shared.lock().is_over = true;
                shared.changed.notify_all();
            });
        if let Err(error) = thread {
            let mut state = self.shared.lock();
            state.is_over = true;
            state.why = Some(error.to_string());
        }
    }

    fn job(&self) -> MutexGuard<'_, Option<SpoolSender>> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is a new segment.
    pub fn poke(&self) {
        self.shared.lock().is_poked = true;
        self.shared.changed.notify_all();
    }

    /// Whether the server takes rows, as far as is known.
    pub fn is_up(&self) -> bool {
        self.shared.lock().why.is_none()
    }

    /// What is to be told.
    pub fn notes(&self) -> Vec<Note> {
        std::mem::take(&mut self.shared.lock().notes)
    }

    /// Segments that the server refused, once.
    pub fn refused(&self) -> usize {
        std::mem::take(&mut self.shared.lock().refused)
    }

    /// The user wants it to end.
    pub fn hasten(&self) {
        self.shared.lock().is_hasty = true;
        self.shared.changed.notify_all();
    }

    /// A sink is gone that has taken nothing.
    pub fn forget(&self) {
        self.users.fetch_sub(1, Ordering::Relaxed);
    }

    /// A sink has ended. The last one waits, not for long, until the spool is empty: what is left in it then, and why.
    pub fn finish(&self) -> Option<(Found, String)> {
        if self.users.fetch_sub(1, Ordering::Relaxed) > 1 {
            return None;
        }
        let begun = clock::now();
        let mut state = self.shared.lock();
        state.is_ending = true;
        self.shared.changed.notify_all();
        while !state.is_over {
            let limit = if state.is_hasty { IN_HASTE } else { AT_END };
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                break;
            }
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let (why, is_hasty, is_over) = (state.why.clone(), state.is_hasty, state.is_over);
        drop(state);
        if is_over && why.is_none() {
            // all of this run is there; what else stands in the folder is what another run writes just now
            return None;
        }
        let found = spool::found(&self.directory);
        let late = || {
            let late = if is_hasty {
                "the end was requested before all rows were sent"
            } else {
                "it takes longer than a run waits at its end"
            };
            late.to_owned()
        };
        (found.segments > 0).then(|| (found, why.unwrap_or_else(late)))
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        self.shared.lock().is_ending = true;
        self.shared.changed.notify_all();
    }
}
