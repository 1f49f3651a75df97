//! What comes to a writing thread.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::gathering::Gathering;
use crate::clock;

/// How often sinks try again whose rows wait for a file.
const IDLE: Duration = Duration::from_secs(1);

/// What a thread does, in this order.
pub(super) enum HandedJob<R> {
    Row(Arc<R>),
    After(Box<dyn FnOnce() + Send>),
    End,
}

/// What comes to a thread.
pub(super) struct Inbox<R> {
    pub jobs: Receiver<HandedJob<R>>,
    /// That rows shall gather no longer.
    pub hurried: Receiver<()>,
    pub gathering: Gathering,
}

impl<R> Inbox<R> {
    /// The next one, where it is there.
    pub fn ready(&self) -> Option<HandedJob<R>> {
        self.jobs.try_recv().ok()
    }

    /// The next one; waits for it, with a limit where rows wait for their file. None is the end.
    pub fn next(
        &mut self,
        is_waiting: impl Fn() -> bool,
    ) -> Result<Option<HandedJob<R>>, RecvTimeoutError> {
        if let Some(pause) = self.gathering.pause(clock::now()) {
            let _ = self.hurried.recv_timeout(pause);
        }
        if !is_waiting() {
            return Ok(self.jobs.recv().ok());
        }
        match self.jobs.recv_timeout(IDLE) {
            Err(RecvTimeoutError::Timeout) => Err(RecvTimeoutError::Timeout),
            job => Ok(job.ok()),
        }
    }
}
