//! Threads that write rows, so that neither a slow disk nor a console with selected text ever
//! holds a probe up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

use super::message;
use crate::clock;
use crate::record::Record;
use crate::schema::RowKind;
use crate::sink::{Sink, SinkError, csv_line};

/// Rows that may wait for a slow writer.
const WAITING: usize = 1024;

/// A writer that has taken nothing for so long stands still.
const STILL: Duration = Duration::from_secs(1);

/// How long a writer that goes on may take for its end once the series was stopped.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often a writer that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What happens to a row when the writer is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It waits, for as long as it takes until the series is stopped: a file loses nothing.
    Sure,
    /// It waits while the writer takes rows; while that stands still it is dropped, as a reader
    /// must not stop the series.
    Patient,
    /// It is dropped: what a terminal shows is for eyes only.
    Lossy,
}

/// What becomes of a row when its last sink is gone.
#[derive(Debug, Clone, Copy)]
pub enum Orphans<R = Record> {
    /// It goes to stderr as this text, so that it is not lost.
    ToStderr(fn(&R) -> String),
    /// It is dropped: a file has it, or nobody listens.
    Dropped,
}

/// A row as a line of CSV with the columns that are written by default.
pub fn as_csv<R: RowKind>(row: &R) -> String {
    csv_line(row, &R::defaults())
}

/// A thread with its sinks.
#[derive(Debug)]
pub struct Outlet<R = Record> {
    rows: mpsc::Sender<Arc<R>>,
    ending: oneshot::Receiver<Ending>,
    delivery: Delivery,
    stopped: watch::Receiver<bool>,
    /// Rows that the writer is done with.
    done: Arc<AtomicU64>,
    /// Rows that were handed over.
    handed: u64,
    /// Rows that were not.
    dropped: u64,
    /// Whether the writer stood still when it was last waited for, and nothing was taken since.
    is_still: bool,
}

/// How writing ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ending {
    /// A sink failed.
    pub failed: bool,
    /// The reader of stdout went away.
    pub closed: bool,
    /// The writer stood still and was left behind.
    pub stuck: bool,
    /// Rows that a writer which stood still did not take.
    pub dropped: u64,
}

impl Ending {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            failed: self.failed || other.failed,
            closed: self.closed || other.closed,
            stuck: self.stuck || other.stuck,
            dropped: self.dropped + other.dropped,
        }
    }

    /// Tells of rows that were lost.
    pub fn tell(&self) {
        match self.dropped {
            0 => {}
            1 => message::note("1 row is lost: the output stood still"),
            rows => message::note(&format!("{rows} rows are lost: the output stood still")),
        }
    }
}

impl<R: Send + Sync + 'static> Outlet<R> {
    /// Starts the thread. When the last sink is gone, `gone` turns true. Once `stopped` is true,
    /// a writer that stands still is not waited for.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(
        sinks: Vec<Box<dyn Sink<R>>>,
        delivery: Delivery,
        orphans: Orphans<R>,
        gone: watch::Sender<bool>,
        stopped: watch::Receiver<bool>,
    ) -> std::io::Result<Self> {
        let (rows, taken) = mpsc::channel(WAITING);
        let (ended, ending) = oneshot::channel();
        let done = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&done);
        std::thread::Builder::new()
            .name("write".to_owned())
            .spawn(move || {
                let _ = ended.send(write(sinks, taken, &orphans, &gone, &count));
            })?;
        Ok(Self {
            rows,
            ending,
            delivery,
            stopped,
            done,
            handed: 0,
            dropped: 0,
            is_still: false,
        })
    }

    /// Hands a row over.
    pub async fn send(&mut self, row: &Arc<R>) {
        let handed = match self.rows.try_send(row.clone()) {
            Ok(()) => true,
            Err(TrySendError::Full(row)) if !self.is_still => self.wait_for_room(row).await,
            Err(_) => false,
        };
        self.is_still = !handed;
        self.handed += u64::from(handed);
        self.dropped += u64::from(!handed);
    }

    /// Waits until the writer takes a row; not for one that stands still.
    async fn wait_for_room(&self, row: Arc<R>) -> bool {
        if self.delivery == Delivery::Lossy {
            return false;
        }
        let mut watched = Watched::new(&self.done);
        loop {
            tokio::select! {
                biased;
                room = self.rows.reserve() => {
                    return room.is_ok_and(|room| {
                        room.send(row);
                        true
                    });
                }
                () = tokio::time::sleep(LOOK) => {}
            }
            let may_drop = self.delivery == Delivery::Patient || *self.stopped.borrow();
            if watched.has_been_still() && may_drop {
                return false;
            }
        }
    }

    /// Waits until everything is written. Once the series was stopped, not for a writer that
    /// stands still, and for none much longer; never for a terminal that stands still.
    pub async fn finish(mut self) -> Ending {
        drop(self.rows);
        let mut watched = Watched::new(&self.done);
        let mut stopped: Option<Instant> = None;
        let ending = loop {
            tokio::select! {
                biased;
                ending = &mut self.ending => break ending.unwrap_or(Ending {
                    // the thread panicked
                    failed: true,
                    ..Ending::default()
                }),
                () = tokio::time::sleep(LOOK) => {}
            }
            if *self.stopped.borrow() {
                stopped.get_or_insert(clock::now());
            }
            let is_still = watched.has_been_still();
            let is_late = stopped.is_some_and(|at| at.elapsed() >= PATIENCE);
            let may_leave = stopped.is_some() || self.delivery == Delivery::Lossy;
            if is_late || (is_still && may_leave) {
                self.dropped += self.handed - self.done.load(Ordering::Relaxed);
                break Ending {
                    failed: self.delivery == Delivery::Sure,
                    stuck: true,
                    ..Ending::default()
                };
            }
        };
        Ending {
            dropped: self.dropped,
            ..ending
        }
    }
}

/// A writer that is waited for.
struct Watched<'a> {
    done: &'a AtomicU64,
    seen: u64,
    since: Instant,
}

impl<'a> Watched<'a> {
    fn new(done: &'a AtomicU64) -> Self {
        Self {
            done,
            seen: done.load(Ordering::Relaxed),
            since: clock::now(),
        }
    }

    /// Whether it has taken nothing for a while.
    fn has_been_still(&mut self) -> bool {
        let (done, now) = (self.done.load(Ordering::Relaxed), clock::now());
        if done != self.seen {
            (self.seen, self.since) = (done, now);
        }
        now.saturating_duration_since(self.since) >= STILL
    }
}

fn write<R>(
    mut sinks: Vec<Box<dyn Sink<R>>>,
    mut rows: mpsc::Receiver<Arc<R>>,
    orphans: &Orphans<R>,
    gone: &watch::Sender<bool>,
    done: &AtomicU64,
) -> Ending {
    let mut ending = Ending::default();
    while let Some(row) = rows.blocking_recv() {
        let before = sinks.len();
        sinks.retain_mut(|sink| match sink.write(&row) {
            Ok(()) => {
                // a file that was begun anew or mended on the way
                sink.notes()
                    .iter()
                    .for_each(|note| message::note(&note.to_string()));
                true
            }
            Err(error) => {
                note(&mut ending, error);
                false
            }
        });
        if sinks.is_empty() {
            if let Orphans::ToStderr(text) = orphans {
                if before > 0 {
                    message::note("rows that found no place follow");
                }
                message::raw(&(text(&row) + "\n"));
            }
            // once only: sent again it would cut the grace of probes in flight short
            gone.send_if_modified(|gone| !std::mem::replace(gone, true));
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
    for sink in &mut sinks {
        if let Err(error) = sink.finish() {
            note(&mut ending, error);
        }
    }
    ending
}

fn note(ending: &mut Ending, error: SinkError) {
    if matches!(error, SinkError::Closed { .. }) {
        ending.closed = true;
    } else {
        ending.failed = true;
        message::error(&format!("{:#}", anyhow::Error::from(error)));
    }
}

#[cfg(test)]
mod tests;
