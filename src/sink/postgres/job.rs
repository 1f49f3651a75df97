//! Sends what is in the spool, on a thread of its own: no probe ever waits for it. What cannot be sent now stays in the spool; a server that was away
//! is tried again after 0.2 to 5 seconds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::error::absolute;
use super::super::note::Note;
use super::spool;
use crate::postgres::{Address, DestinationTable, Link, PgError, PgErrorKind, Segment};
use crate::record::World;
use crate::schema::StoredTable;

/// Before the next try, at first and at last.
const RETRY: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];

/// Before the next try where somebody has to change something.
const WRONG: Duration = Duration::from_secs(30);

/// From look to look.
const LOOK: Duration = Duration::from_secs(10);

/// What the thread and the sinks tell each other.
#[derive(Debug, Default)]
pub(super) struct SpoolMonitor {
    state: Mutex<SpoolState>,
    /// Something in it is new.
    pub changed: Condvar,
}

/// The same, under its lock.
#[derive(Debug, Default)]
pub(super) struct SpoolState {
    /// Whether there may be a new segment.
    pub is_poked: bool,
    /// Whether no more will come.
    pub is_ending: bool,
    /// Whether the user wants it to end.
    pub is_hasty: bool,
    /// Whether the thread has ended.
    pub is_over: bool,
    /// Why the server takes nothing now; none where it does.
    pub why: Option<String>,
    /// Segments that were refused.
    pub refused: usize,
    /// What is to be told.
    pub notes: Vec<Note>,
}

impl SpoolMonitor {
    /// Holds it for a moment.
    pub fn lock(&self) -> MutexGuard<'_, SpoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be told to the user.
    pub fn tell(&self, text: String) {
        self.lock().notes.push(Note::Monitoring(text));
    }
}

/// What the thread needs.
#[derive(Debug)]
pub(super) struct SpoolSender {
    /// The server.
    pub address: Address,
    /// The connection to it, while there is one.
    pub link: Option<Link>,
    /// Its tables.
    pub tables: Arc<[StoredTable]>,
    /// Of which the rows are.
    pub world: World,
    /// The folder of the segments.
    pub directory: PathBuf,
    /// Bytes that may be set aside.
    pub limit: u64,
}

impl SpoolSender {
    /// Sends until the run is over.
    pub fn run(&mut self, shared: &SpoolMonitor, shown: &str) {
        let targets: Vec<DestinationTable> =
            self.tables.iter().map(DestinationTable::new).collect();
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
                        shared.tell(format!("{shown} accepts rows again"));
                    }
                    if is_ending {
                        return;
                    }
                    LOOK
                }
                Err(error) => {
                    self.link = None;
                    let pause = if error.kind == PgErrorKind::Wrong {
                        WRONG
                    } else {
                        retry
                    };
                    retry = retry.saturating_mul(2).min(RETRY[1]);
                    let text = error.text;
                    let before = shared.lock().why.replace(text.clone());
                    if before.is_none() {
                        shared.tell(format!(
                            "{shown} does not accept rows: {text}; they wait in {} until it does",
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
            let wait = |state: &mut SpoolState| !(state.is_ending || is_up && state.is_poked);
            // no longer than that: another run may have left something
            drop(shared.changed.wait_timeout_while(state, pause, wait));
        }
    }

    /// Sends all that is there. One that does not answer is not asked for the next.
    fn pass(&mut self, targets: &[DestinationTable], shared: &SpoolMonitor) -> Result<(), PgError> {
        let segments = spool::segments(&self.directory);
        if segments.is_empty() && self.link.as_ref().is_some_and(|link| !link.is_closed()) {
            return Ok(());
        }
        self.connected()?;
        // one that was idle for long may be gone, which nobody has been told
        let mut is_fresh = false;
        for segment in segments {
            let mut sent = self.send(&segment, targets);
            if !is_fresh && matches!(&sent, Err(error) if error.kind == PgErrorKind::Away) {
                self.link = None;
                sent = self.send(&segment, targets);
            }
            is_fresh = true;
            match sent {
                Err(error) if error.kind == PgErrorKind::Rows => {
                    // what it began is over: the next one has a connection of its own
                    self.link = None;
                    self.set_aside(&segment, error, shared)?;
                }
                sent => sent?,
            }
        }
        Ok(())
    }

    /// The connection: that which there is, or a new one. While it was away somebody may have put other tables in the place of those.
    fn connected(&mut self) -> Result<&mut Link, PgError> {
        let link = if let Some(link) = self.link.take().filter(|link| !link.is_closed()) {
            link
        } else {
            let link = Link::open(&self.address)?;
            link.takes(&self.tables, self.world)?;
            link
        };
        Ok(self.link.insert(link))
    }

    /// Sets a segment aside that the server refused. Where it refuses more and more somebody has to look, and what is set aside has a limit as what
    /// waits has.
    fn set_aside(
        &self,
        segment: &Path,
        error: PgError,
        shared: &SpoolMonitor,
    ) -> Result<(), PgError> {
        if spool::found(&self.directory).bad_bytes >= self.limit {
            let text = format!(
                "it refuses rows, and the limit of rows set aside (*.bad) is reached: {}",
                error.text
            );
            return Err(PgError {
                kind: PgErrorKind::Wrong,
                text,
            });
        }
        let place = match spool::set_aside(segment) {
            Ok(aside) => absolute(&aside),
            Err(io) => format!("{} ({io})", absolute(segment)),
        };
        {
            let mut state = shared.lock();
            state.refused = state.refused.saturating_add(1);
        }
        shared.tell(format!(
            "the server refused a segment, which was set aside as {place}: {}",
            error.text
        ));
        if segment.exists() {
            return Err(error);
        }
        Ok(())
    }

    fn send(&mut self, segment: &Path, targets: &[DestinationTable]) -> Result<(), PgError> {
        let refused = |text: String| PgError {
            kind: PgErrorKind::Rows,
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
                    kind: PgErrorKind::Away,
                    text: format!("{}: {error}", absolute(segment)),
                });
            }
        };
        let text = String::from_utf8(bytes).map_err(|_| refused("no text".to_owned()))?;
        let text = &text;
        self.connected()?
            .send(target, &Segment { id, first, text })?;
        // what is sent once more stands there once
        let _ = fs::remove_file(segment);
        Ok(())
    }
}
