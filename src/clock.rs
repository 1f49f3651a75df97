//! The only place that asks the time.
//!
//! Durations come from the monotonic clock ([`now`]); the wall clock ([`Wall`]) only labels. The
//! wall clock can be replaced, so that tests can set it forward and back.

#![allow(clippy::disallowed_methods)] // this is the one place

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Local, Utc};

/// The monotonic clock. On Linux it stands still while the machine sleeps.
pub fn now() -> Instant {
    Instant::now()
}

/// A wall clock.
#[derive(Clone)]
pub struct Wall(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Wall {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(Utc::now))
    }

    /// A clock of the caller's own.
    pub fn from_fn(read: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl std::fmt::Debug for Wall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wall")
    }
}

/// The moment in the time zone of this machine.
pub fn local(moment: DateTime<Utc>) -> DateTime<Local> {
    moment.with_timezone(&Local)
}
