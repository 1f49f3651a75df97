//! Brings segments to the server, on a thread of its own: no probe ever waits for it. What cannot be brought now waits in the spool; a server
//! that was away is tried again after 0.2 to 5 seconds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::super::error::{SinkError, absolute};
use super::super::note::Note;
use super::super::store::Server;
use super::spool::{self, Found, counted, folder};
use crate::clock;
use crate::postgres::{Address, Fault, Link, PgError, Segment, Target};
use crate::record::World;
use crate::schema::StoredTable;

/// How long the spool is emptied at the end of a run.
const AT_END: Duration = Duration::from_secs(15);

/// The same once the user wants it to end.
const IN_HASTE: Duration = Duration::from_millis(800);

/// Before the next try, at first and at last.
const RETRY: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];

/// Before the next try where somebody has to change something.
const WRONG: Duration = Duration::from_secs(30);

/// From look to look.
const LOOK: Duration = Duration::from_secs(10);

/// All that are in use, by their folder.
static ALL: Mutex<Vec<(PathBuf, Weak<Drain>)>> = Mutex::new(Vec::new());

/// Brings the segments of a folder to a server, for all sinks of a run.
#[derive(Debug)]
pub(super) struct Drain {
    /// The folder.
    pub directory: PathBuf,
    /// The server, for messages.
    pub shown: String,
    job: Mutex<Option<Job>>,
    shared: Arc<Shared>,
    /// Sinks that have not ended.
    users: AtomicUsize,
}

/// What the thread needs.
#[derive(Debug)]
struct Job {
    address: Address,
    link: Option<Link>,
    tables: Arc<[StoredTable]>,
    world: World,
    directory: PathBuf,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Whether there may be a new segment.
    is_poked: bool,
    /// Whether no more will come.
    is_ending: bool,
    /// Whether the user wants it to end.
    is_hasty: bool,
    /// Whether the thread has ended.
    is_over: bool,
    /// Why the server takes nothing now; none where it does.
    why: Option<String>,
    notes: Vec<Note>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, text: String) {
        self.lock().notes.push(Note::Monitoring(text));
    }
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
        let directory = server.spool.join(folder(&shown, world));
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, drain)| drain.strong_count() > 0);
        let known = all.iter().find(|(path, _)| *path == directory);
        if let Some(drain) = known.and_then(|(_, drain)| drain.upgrade()) {
            drain.users.fetch_add(1, Ordering::Relaxed);
            return Ok(drain);
        }
        let shared = Arc::new(Shared::default());
        let link = Link::open(&address).and_then(|link| link.takes(tables, world).map(|()| link));
        let link = match link {
            Ok(link) => Some(link),
            Err(PgError {
                fault: Fault::Away,
                text,
            }) => {
                shared.tell(format!(
                    "{shown} is not reached: {text}; rows wait in {} until it is back",
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
            job: Mutex::new(Some(Job {
                address,
                link,
                tables: Arc::clone(tables),
                world,
                directory: directory.clone(),
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
                "{}: sends {} of earlier runs from {place}",
                self.shown,
                counted(segments)
            ));
        }
        if bad > 0 {
            self.shared.tell(format!(
                "{}: {} that it refused are in {place} (*.bad): mend them and take .bad away, or delete them",
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

    fn job(&self) -> MutexGuard<'_, Option<Job>> {
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
        let why = state.why.clone();
        drop(state);
        let found = spool::found(&self.directory);
        let late = || "it takes longer than a run waits for at its end".to_owned();
        (found.segments > 0).then(|| (found, why.unwrap_or_else(late)))
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        self.shared.lock().is_ending = true;
        self.shared.changed.notify_all();
    }
}

impl Job {
    fn run(&mut self, shared: &Shared, shown: &str) {
        let targets: Vec<Target> = self.tables.iter().map(Target::new).collect();
        let mut retry = RETRY[0];
        loop {
            let is_ending = {
                let mut state = shared.lock();
                state.is_poked = false;
                state.is_ending
            };
            let pause = match self.pass(&targets, shared) {
                Ok(()) => {
                    retry = RETRY[0];
                    if shared.lock().why.take().is_some() {
                        shared.tell(format!("{shown} takes rows again"));
                    }
                    if is_ending {
                        return;
                    }
                    LOOK
                }
                Err(error) => {
                    self.link = None;
                    let pause = if error.fault == Fault::Wrong {
                        WRONG
                    } else {
                        retry
                    };
                    retry = retry.saturating_mul(2).min(RETRY[1]);
                    let text = error.text;
                    let before = shared.lock().why.replace(text.clone());
                    if before.is_none() {
                        shared.tell(format!(
                            "{shown} takes no rows: {text}; they wait in {} until it does",
                            absolute(&self.directory)
                        ));
                    }
                    if is_ending {
                        return;
                    }
                    pause
                }
            };
            let is_up = shared.lock().why.is_none();
            let state = shared.lock();
            let wait = |state: &mut State| !(state.is_ending || is_up && state.is_poked);
            // no longer than that: another run may have left something
            drop(shared.changed.wait_timeout_while(state, pause, wait));
        }
    }

    /// Sends all that is there. One that does not answer is not asked for the next.
    fn pass(&mut self, targets: &[Target], shared: &Shared) -> Result<(), PgError> {
        let segments = spool::segments(&self.directory);
        if segments.is_empty() && self.link.as_ref().is_some_and(|link| !link.is_closed()) {
            return Ok(());
        }
        if self.link.as_ref().is_none_or(Link::is_closed) {
            let link = Link::open(&self.address)?;
            link.takes(&self.tables, self.world)?;
            self.link = Some(link);
        }
        // one that was idle for long may be gone, which nobody has been told
        let mut is_fresh = false;
        for segment in segments {
            let mut sent = self.send(&segment, targets);
            if !is_fresh && matches!(&sent, Err(error) if error.fault == Fault::Away) {
                self.link = None;
                sent = self.send(&segment, targets);
            }
            is_fresh = true;
            match sent {
                Err(error) if error.fault == Fault::Rows => {
                    // what it began is over: the next one has a connection of its own
                    self.link = None;
                    let place = match spool::set_aside(&segment) {
                        Ok(aside) => absolute(&aside),
                        Err(io) => format!("{} ({io})", absolute(&segment)),
                    };
                    shared.tell(format!(
                        "the server does not take a segment, which is set aside as {place}: {}",
                        error.text
                    ));
                    if segment.exists() {
                        return Err(error);
                    }
                }
                sent => sent?,
            }
        }
        Ok(())
    }

    fn send(&mut self, segment: &Path, targets: &[Target]) -> Result<(), PgError> {
        let refused = |text: String| PgError {
            fault: Fault::Rows,
            text,
        };
        let id = segment.file_stem().and_then(|stem| stem.to_str());
        let id = id.unwrap_or_default();
        let (table, first) =
            spool::named(id).ok_or_else(|| refused("no segment by its name".to_owned()))?;
        let target = targets.iter().find(|target| target.table() == table);
        let target = target.ok_or_else(|| refused(format!("there is no table {table}")))?;
        let bytes = match fs::read(segment) {
            Ok(bytes) => bytes,
            // another run sent it
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(PgError {
                    fault: Fault::Away,
                    text: format!("{}: {error}", absolute(segment)),
                });
            }
        };
        let text = String::from_utf8(bytes).map_err(|_| refused("no text".to_owned()))?;
        let text = &text;
        if self.link.as_ref().is_none_or(Link::is_closed) {
            self.link = Some(Link::open(&self.address)?);
        }
        if let Some(link) = &mut self.link {
            link.send(target, &Segment { id, first, text })?;
        }
        // what is sent once more stands there once
        let _ = fs::remove_file(segment);
        Ok(())
    }
}
