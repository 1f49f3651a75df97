//! Threads that write rows, so that neither a slow disk nor a console with selected text ever
//! holds a probe up.
//!
//! A row that has no room is not dropped where it has no other place: the main thread waits, with
//! it the probes that want to hand in theirs, and the schedule misses the slots that find no place.

mod ending;
mod gathering;
mod inbox;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SendError, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

pub use ending::QueueEnding;
use gathering::Gathering;
use inbox::{HandedJob, Inbox};
pub use writer::Orphans;
use writer::Writer;

use crate::clock;
use crate::measure::Stop;
use crate::record::Record;
use crate::schema::RowKind;
use crate::sink::{Haste, Sink, csv_line};

/// Rows that may wait for a slow writer.
const WAITING: u64 = 1024;

/// Rows that may wait for the reader of a pipe that is their only place.
const WAITING_FOR_READER: u64 = 10_000;

/// Rows that are written together at most.
const TOGETHER: u64 = 32;

/// A writer that has taken nothing for so long stands still.
const STILL: Duration = Duration::from_secs(1);

/// How long a writer that goes on may take for its end once the series was stopped.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the reader of a pipe may take for the rest once the series was stopped.
const PATIENCE_WITH_READER: Duration = Duration::from_secs(2);

/// How often a writer that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What happens to a row when the writer is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It waits, for as long as it takes until the series is stopped: a file loses nothing.
    Sure,
    /// The same for a pipe that is the only place of the rows.
    ToReader,
    /// It waits while the writer takes rows; while that stands still it is dropped, as a file has
    /// it and a reader must not stop the series.
    Patient,
    /// It is dropped: what a terminal shows is for eyes only.
    Lossy,
}

impl Delivery {
    /// Rows that may wait.
    fn most(self) -> u64 {
        match self {
            Self::ToReader => WAITING_FOR_READER,
            Self::Sure | Self::Patient | Self::Lossy => WAITING,
        }
    }
}

/// A row as a line of CSV with the columns that are written by default.
pub fn as_csv<R: RowKind>(row: &R) -> String {
    csv_line(row, &R::defaults())
}

/// A thread with its sinks.
pub struct OutputQueue<R = Record> {
    queue: Arc<QueueShare<R>>,
    ending: oneshot::Receiver<QueueEnding>,
    stop: Stop,
    /// Of the sinks that may wait for somebody else at their end.
    hastes: Vec<Haste>,
}

/// What waits for a thread. It has no bound by itself: whoever hands rows over waits for room.
#[derive(Debug)]
struct QueueShare<R> {
    jobs: Sender<HandedJob<R>>,
    delivery: Delivery,
    /// Rows that the writer is done with.
    done: Arc<AtomicU64>,
    /// Rows that were handed over.
    handed: AtomicU64,
    /// Rows that were not.
    dropped: AtomicU64,
    /// Whether the writer stood still when it was last waited for, and had no room since.
    is_still: AtomicBool,
    /// Ends the time in which rows gather.
    hurry: SyncSender<()>,
}

impl<R> QueueShare<R> {
    fn waiting(&self) -> u64 {
        let handed = self.handed.load(Ordering::Relaxed);
        handed.saturating_sub(self.done.load(Ordering::Relaxed))
    }

    fn is_full(&self) -> bool {
        self.waiting() >= self.delivery.most()
    }

    /// Lets rows gather no longer.
    fn hurry(&self) {
        // one that was not heeded yet is enough
        let _ = self.hurry.try_send(());
    }

    /// Hands a row over from any thread; never waits.
    fn push(&self, row: Arc<R>) {
        let is_dropped = match self.delivery {
            Delivery::Sure | Delivery::ToReader => false,
            Delivery::Patient => self.is_full() && self.is_still.load(Ordering::Relaxed),
            Delivery::Lossy => self.is_full(),
        };
        if !is_dropped {
            self.handed.fetch_add(1, Ordering::Relaxed);
            if self.jobs.send(HandedJob::Row(row)).is_ok() {
                if self.waiting() > self.delivery.most() / 2 {
                    self.hurry();
                }
                return;
            }
            self.handed.fetch_sub(1, Ordering::Relaxed);
        }
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

impl<R: Send + Sync + 'static> OutputQueue<R> {
    /// Starts the thread. When the last sink is gone, the run `gone` is stopped. Once `stop` is asked for,
    /// a writer that stands still is not waited for.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(
        sinks: Vec<Box<dyn Sink<R>>>,
        delivery: Delivery,
        orphans: Orphans<R>,
        gone: Option<&Stop>,
        stop: &Stop,
    ) -> std::io::Result<Self> {
        let (jobs, taken) = channel();
        let (hurry, hurried) = sync_channel(1);
        let (ended, ending) = oneshot::channel();
        let done = Arc::new(AtomicU64::new(0));
        let (count, gone) = (Arc::clone(&done), gone.cloned());
        let hastes = sinks.iter().filter_map(|sink| sink.haste()).collect();
        std::thread::Builder::new()
            .name("write".to_owned())
            .spawn(move || {
                let gathering = Gathering::new(delivery != Delivery::Sure);
                let inbox = Inbox {
                    jobs: taken,
                    hurried,
                    gathering,
                };
                let _ = ended.send(write(sinks, inbox, &orphans, gone.as_ref(), &count));
            })?;
        let queue = QueueShare {
            jobs,
            delivery,
            done,
            handed: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            is_still: AtomicBool::new(false),
            hurry,
        };
        Ok(Self {
            queue: Arc::new(queue),
            ending,
            stop: stop.clone(),
            hastes,
        })
    }

    /// Hands a row over, and waits until the next one has room.
    pub async fn send(&self, row: &Arc<R>) {
        self.queue.push(Arc::clone(row));
        self.room().await;
    }

    /// The same, but the row is handed over by the thread of the files once that is done with all
    /// that it has been given: what is shown stands in the file.
    pub async fn send_after<F>(&self, files: Option<&OutputQueue<F>>, row: &Arc<R>) {
        let Some(files) = files else {
            return self.send(row).await;
        };
        let (queue, row) = (Arc::clone(&self.queue), Arc::clone(row));
        let push = Box::new(move || queue.push(row));
        if let Err(SendError(HandedJob::After(push))) =
            files.queue.jobs.send(HandedJob::After(push))
        {
            push();
        }
        self.room().await;
    }

    /// Waits until there is room, or waiting makes no sense any more: a writer that was waited for
    /// stands still, or the series was stopped and few rows are to come.
    async fn room(&self) {
        let queue = &*self.queue;
        if !queue.is_full() {
            queue.is_still.store(false, Ordering::Relaxed);
            return;
        }
        let mut watched = Watched::new(&queue.done);
        while queue.is_full() && !self.stop.is_asked() {
            match queue.delivery {
                Delivery::Lossy => return,
                Delivery::Patient if queue.is_still.load(Ordering::Relaxed) => return,
                Delivery::Patient if watched.has_been_still() => {
                    queue.is_still.store(true, Ordering::Relaxed);
                    return;
                }
                Delivery::Patient | Delivery::Sure | Delivery::ToReader => {}
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until everything is written. Once the series was stopped, not for a writer that
    /// stands still, and for none much longer; never for a terminal that stands still.
    pub async fn finish(mut self) -> QueueEnding {
        let queue = Arc::clone(&self.queue);
        // a thread that is gone has said so
        let _ = queue.jobs.send(HandedJob::End);
        queue.hurry();
        let mut watched = Watched::new(&queue.done);
        let mut stopped: Option<Instant> = None;
        let mut ending = loop {
            tokio::select! {
                biased;
                ending = &mut self.ending => break ending.unwrap_or(QueueEnding {
                    // the thread panicked
                    failed: true,
                    ..QueueEnding::default()
                }),
                () = tokio::time::sleep(LOOK) => {}
            }
            if self.stop.is_asked() && stopped.is_none() {
                stopped = Some(clock::now());
                self.hastes.iter().for_each(|haste| haste());
            }
            let is_late = |patience| stopped.is_some_and(|at| at.elapsed() >= patience);
            let is_still = watched.has_been_still();
            let is_left = match queue.delivery {
                Delivery::ToReader => is_late(PATIENCE_WITH_READER),
                // one that waits for somebody else has taken nothing for long, and was just told not to
                Delivery::Sure | Delivery::Patient if !self.hastes.is_empty() => is_late(PATIENCE),
                Delivery::Sure | Delivery::Patient => {
                    is_late(PATIENCE) || (is_still && stopped.is_some())
                }
                Delivery::Lossy => is_late(PATIENCE) || is_still,
            };
            if is_left {
                break QueueEnding {
                    failed: matches!(queue.delivery, Delivery::Sure | Delivery::ToReader),
                    stuck: true,
                    ..QueueEnding::default()
                };
            }
        };
        let missing = ending.dropped + queue.dropped.load(Ordering::Relaxed) + queue.waiting();
        ending.dropped = 0;
        *match queue.delivery {
            Delivery::Sure => &mut ending.lost,
            Delivery::ToReader => &mut ending.unread,
            Delivery::Patient | Delivery::Lossy => &mut ending.dropped,
        } = missing;
        ending
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
    sinks: Vec<Box<dyn Sink<R>>>,
    mut inbox: Inbox<R>,
    orphans: &Orphans<R>,
    gone: Option<&Stop>,
    done: &AtomicU64,
) -> QueueEnding {
    let mut writer = Writer::new(sinks, orphans);
    let told = |has_place: bool| {
        if let (false, Some(run)) = (has_place, gone) {
            run.ask();
        }
    };
    // rows that are not written yet
    let mut gathered = 0;
    loop {
        let ready = inbox.ready();
        let is_row = matches!(ready, Some(HandedJob::Row(_)));
        if gathered > 0 && (!is_row || gathered >= TOGETHER) {
            told(writer.drained());
            done.fetch_add(std::mem::take(&mut gathered), Ordering::Relaxed);
        }
        let next = match ready {
            Some(job) => Ok(Some(job)),
            None => inbox.next(|| writer.is_waiting()),
        };
        let Ok(job) = next else {
            told(writer.idle());
            continue;
        };
        match job {
            Some(HandedJob::Row(row)) => {
                told(writer.write(&row));
                inbox.gathering.took();
                gathered += 1;
                if !writer.is_gathering() {
                    done.fetch_add(std::mem::take(&mut gathered), Ordering::Relaxed);
                }
            }
            Some(HandedJob::After(what)) => {
                told(writer.settle());
                what();
                inbox.gathering.watched();
            }
            Some(HandedJob::End) | None => break,
        }
    }
    writer.finish()
}

#[cfg(test)]
mod tests;
