//! The thread that reads, and the channel that its rows come through.

mod worker;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::batch::Batch;
use super::input::Input;
use super::rows::HostNames;
use super::shown_twice::ShownTwice;
use super::summary::ReadSummary;
use super::trouble::Problem;
use crate::record::Counter as _;
use crate::zone::Zone;
use worker::{Lane, ReadWorker, lock};

/// Batches that may wait.
const WAITING: usize = 4;

/// How often a waiting caller looks whether it shall stop.
const LOOK: Duration = Duration::from_millis(100);

/// How long the thread gets to end once nobody takes from it any more: so many looks, and the time between them.
const LAST_LOOKS: (usize, Duration) = (200, Duration::from_millis(5));

/// A reading under way.
#[derive(Debug)]
pub struct Reading {
    batches: Receiver<Batch>,
    used: Sender<Batch>,
    bytes: Arc<AtomicU64>,
    total: Option<u64>,
    stop: Arc<AtomicBool>,
    state: Arc<Mutex<ReadSummary>>,
    thread: Option<JoinHandle<()>>,
    /// Whether the thread has sent all.
    ended: bool,
    /// Rows that were taken, of each file.
    taken: Vec<u64>,
}

/// Reads files one after the other on a thread of its own, until `stop` is set. Times without a
/// zone are by the clocks of `zone` where the dialect has them so.
pub fn read(inputs: Vec<Input>, zone: Zone, stop: Arc<AtomicBool>) -> Reading {
    let (full, batches) = mpsc::sync_channel(WAITING);
    let (used, empty) = mpsc::channel();
    let bytes = Arc::new(AtomicU64::new(0));
    let total = total(&inputs);
    let state = Arc::new(Mutex::new(ReadSummary::default()));
    let mut worker = ReadWorker {
        zone,
        stop: Arc::clone(&stop),
        bytes: Arc::clone(&bytes),
        state: Arc::clone(&state),
        lane: Lane { full, empty },
        hosts: HostNames::default(),
        twice: ShownTwice::default(),
    };
    let thread = std::thread::Builder::new()
        .name("source".to_owned())
        .spawn(move || worker.run(&inputs));
    let thread = match thread {
        Ok(thread) => Some(thread),
        Err(error) => {
            lock(&state).problems.push(Problem {
                file: String::new(),
                line: None,
                count: 1,
                what: format!("no thread for reading: {error}; nothing was read"),
                outcomes: false,
            });
            None
        }
    };
    Reading {
        batches,
        used,
        bytes,
        total,
        stop,
        state,
        thread,
        ended: false,
        taken: Vec::new(),
    }
}

impl Reading {
    /// The next rows; none at the end, or when standard input has nothing more after a stop.
    #[allow(clippy::should_implement_trait)] // an iterator could not take batches back
    pub fn next(&mut self) -> Option<Batch> {
        loop {
            match self.batches.recv_timeout(LOOK) {
                Ok(batch) => {
                    self.count(&batch);
                    return Some(batch);
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.ended = true;
                    return None;
                }
                Err(RecvTimeoutError::Timeout) if self.stop.load(Ordering::Relaxed) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn count(&mut self, batch: &Batch) {
        let file = batch.file;
        if self.taken.len() <= file {
            self.taken.resize(file.saturating_add(1), 0);
        }
        self.taken[file].raise(batch.len() as u64);
    }

    /// Takes a batch back, whose memory is used again.
    pub fn recycle(&mut self, batch: Batch) {
        // a thread that is done needs none
        let _ = self.used.send(batch);
    }

    /// Bytes read so far, before decompression.
    pub fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Bytes of all files as they were at the start; none when one of the inputs has no size.
    pub fn bytes_total(&self) -> Option<u64> {
        self.total
    }

    /// What was read. Rows that were not taken yet are lost; the thread ends by itself when it
    /// finds nobody to take them.
    pub fn finish(self) -> ReadSummary {
        let Self {
            batches,
            state,
            thread,
            ended,
            taken,
            total,
            ..
        } = self;
        drop(batches);
        if let Some(thread) = thread {
            let (looks, pause) = LAST_LOOKS;
            for _ in 0..looks {
                // one that waits for standard input or a pipe does not end
                if ended || total.is_none() || thread.is_finished() {
                    break;
                }
                std::thread::sleep(pause);
            }
            // a thread that waits for standard input would keep us for ever
            if (ended || thread.is_finished()) && thread.join().is_err() {
                lock(&state).problems.push(Problem {
                    file: String::new(),
                    line: None,
                    count: 1,
                    what: "reading broke off because of a bug in this program; the numbers are from what was read so far".to_owned(),
                    outcomes: false,
                });
            }
        }
        let mut summary = lock(&state).clone();
        if !ended {
            // the thread may be behind what was taken, or ahead of it
            for (index, file) in summary.files.iter_mut().enumerate() {
                file.rows = taken.get(index).copied().unwrap_or(0);
            }
        }
        summary
    }
}

fn total(inputs: &[Input]) -> Option<u64> {
    inputs
        .iter()
        .map(|input| match input {
            Input::Stdin | Input::Table(_) => None,
            Input::Unusable { .. } => Some(0),
            Input::File(path) => match std::fs::metadata(path) {
                Ok(about) if about.is_file() => Some(about.len()),
                Ok(_) => None,
                Err(_) => Some(0),
            },
        })
        .sum()
}
