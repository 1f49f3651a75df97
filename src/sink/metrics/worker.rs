//! A thread that repeats a job at an interval, and once more at the end.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::shared::{FailureNotice, MetricsError, SharedMetrics};

/// What a worker is called.
pub(super) struct WorkerNames {
    /// The thread.
    pub thread: &'static str,
    /// What it does, in front of `does not work`.
    pub what: String,
    /// What is told when the last time did not work, in front of the reason.
    pub last: String,
}

/// Works until it is dropped, then once more.
#[derive(Debug)]
pub(super) struct Worker {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Begins; the first time comes after `pause`. `work` is told whether it is the last time, and says how it went and how long the
    /// next pause is.
    ///
    /// # Errors
    ///
    /// When there is no thread.
    pub fn start(
        names: WorkerNames,
        shared: Arc<SharedMetrics>,
        mut pause: Duration,
        mut work: impl FnMut(bool) -> (Result<(), String>, Duration) + Send + 'static,
    ) -> Result<Self, MetricsError> {
        let (end, ended) = channel();
        let run = move || {
            let mut trouble = FailureNotice::default();
            loop {
                let is_last = ended.recv_timeout(pause) != Err(RecvTimeoutError::Timeout);
                let (outcome, next) = work(is_last);
                if is_last {
                    if let Err(why) = outcome {
                        shared.note(format!("{}: {why}", names.last));
                    }
                    break;
                }
                if let Some(told) = trouble.of(&names.what, outcome) {
                    shared.note(told);
                }
                pause = next;
            }
        };
        let thread = std::thread::Builder::new().name(names.thread.to_owned());
        Ok(Self {
            end: Some(end),
            thread: Some(thread.spawn(run).map_err(MetricsError::Thread)?),
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
