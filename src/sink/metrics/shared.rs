//! What the destinations of metrics have in common: the state that they show, their errors, and how trouble is
//! reported.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::clock::Wall;
use crate::metrics::{Metrics, Resource, exposition};
use crate::sink::note::Note;

/// Why metrics have no place to go to.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address} for --metrics: {why}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What is wrong.
        why: String,
    },
    /// The file cannot be written.
    #[error("cannot write {path} for --metrics-textfile: {why}")]
    Textfile {
        /// The file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// The system gives no thread.
    #[error("no thread for metrics: {0}")]
    Thread(std::io::Error),
}

/// What rows are added to and what is shown.
#[derive(Debug)]
pub(super) struct SharedMetrics {
    metrics: Mutex<Metrics>,
    labels: Vec<(String, String)>,
    pub resource: Resource,
    pub start: DateTime<Utc>,
    pub wall: Wall,
    notes: Mutex<Vec<Note>>,
}

impl SharedMetrics {
    /// Of a run that begins now.
    pub fn new(labels: Vec<(String, String)>, resource: Resource, wall: &Wall) -> Self {
        Self {
            metrics: Mutex::default(),
            labels,
            resource,
            start: wall.now(),
            wall: wall.clone(),
            notes: Mutex::default(),
        }
    }

    /// What the rows came to so far.
    pub fn metrics(&self) -> MutexGuard<'_, Metrics> {
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page for Prometheus.
    pub fn page(&self) -> String {
        // written from a copy: a slow reader holds no row up
        let metrics = self.metrics().clone();
        exposition(&metrics, &self.labels, env!("CARGO_PKG_VERSION"))
    }

    /// Something that the user should know.
    pub fn note(&self, text: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(Note::Monitoring(text));
    }

    /// What the user should know since it was last asked for.
    pub fn news(&self) -> Vec<Note> {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *notes)
    }
}

/// Tells a failure once, however often it comes, and that it is over.
#[derive(Debug, Default)]
pub(super) struct FailureNotice {
    is_told: bool,
    failures: u64,
}

impl FailureNotice {
    /// What is to be told of an outcome, if anything.
    pub fn of(&mut self, what: &str, outcome: Result<(), String>) -> Option<String> {
        match outcome {
            Err(why) => {
                self.failures = self.failures.saturating_add(1);
                let is_first = !std::mem::replace(&mut self.is_told, true);
                is_first.then(|| format!("{what} does not work: {why}; it will be tried again"))
            }
            Ok(()) if self.is_told => {
                let failures = self.failures;
                *self = Self::default();
                let times = if failures == 1 { "attempt" } else { "attempts" };
                Some(format!(
                    "{what} works again after {failures} failed {times}"
                ))
            }
            Ok(()) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_when_it_begins_and_when_it_ends() {
        let mut trouble = FailureNotice::default();
        assert_eq!(trouble.of("x", Ok(())), None);
        let told = trouble.of("x", Err("no route".to_owned())).unwrap();
        assert!(told.starts_with("x does not work: no route"), "{told}");
        assert_eq!(trouble.of("x", Err("no route".to_owned())), None);
        let told = trouble.of("x", Ok(())).unwrap();
        assert_eq!(told, "x works again after 2 failed attempts");
        assert_eq!(trouble.of("x", Ok(())), None);
    }
}
