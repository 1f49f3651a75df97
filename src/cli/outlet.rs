//! Threads that write rows, so that neither a slow disk nor a console with selected text ever
//! holds a probe up.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::message;
use crate::record::{Record, RowKind};
use crate::sink::{Sink, SinkError, csv_line};

/// Rows that may wait for a slow writer.
const WAITING: usize = 1024;

/// What happens to a row when the writer is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It waits; nothing is lost.
    Sure,
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

/// How long a writer may stand still once the series was stopped.
const PATIENCE: Duration = Duration::from_secs(2);

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
    dropped: u64,
}

/// How writing ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ending {
    /// A sink failed.
    pub failed: bool,
    /// The reader of stdout went away.
    pub closed: bool,
    /// Rows that a writer which stood still did not take.
    pub dropped: u64,
}

impl Ending {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            failed: self.failed || other.failed,
            closed: self.closed || other.closed,
            dropped: self.dropped + other.dropped,
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
        std::thread::Builder::new()
            .name("write".to_owned())
            .spawn(move || {
                let _ = ended.send(write(sinks, taken, &orphans, &gone));
            })?;
        Ok(Self {
            rows,
            ending,
            delivery,
            stopped,
            dropped: 0,
        })
    }

    /// Hands a row over.
    pub async fn send(&mut self, row: &Arc<R>) {
        let sent = match self.delivery {
            Delivery::Sure => {
                let sending = self.rows.send(row.clone());
                in_time(sending, &mut self.stopped)
                    .await
                    .is_some_and(|sent| sent.is_ok())
            }
            Delivery::Lossy => self.rows.try_send(row.clone()).is_ok(),
        };
        self.dropped += u64::from(!sent);
    }

    /// Waits until everything is written.
    pub async fn finish(mut self) -> Ending {
        drop(self.rows);
        if self.delivery == Delivery::Lossy {
            // what a terminal that stands still has not shown is not worth waiting for
            self.stopped = watch::channel(true).1;
        }
        let ending = match in_time(self.ending, &mut self.stopped).await {
            Some(Ok(ending)) => ending,
            // the thread panicked
            Some(Err(_)) => Ending {
                failed: true,
                ..Ending::default()
            },
            None => Ending::default(),
        };
        Ending {
            dropped: self.dropped,
            ..ending
        }
    }
}

/// The future's result; none when the series was stopped and it took longer than a moment.
async fn in_time<F: Future>(future: F, stopped: &mut watch::Receiver<bool>) -> Option<F::Output> {
    tokio::pin!(future);
    tokio::select! {
        biased;
        done = &mut future => return Some(done),
        Ok(_) = stopped.wait_for(|stopped| *stopped) => {}
    }
    tokio::time::timeout(PATIENCE, future).await.ok()
}

fn write<R>(
    mut sinks: Vec<Box<dyn Sink<R>>>,
    mut rows: mpsc::Receiver<Arc<R>>,
    orphans: &Orphans<R>,
    gone: &watch::Sender<bool>,
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
            gone.send_replace(true);
        }
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
