//! The only place that asks the time.
//!
//! Durations come from the monotonic clock ([`now`]); the wall clock ([`Wall`]) only labels. The
//! wall clock can be replaced, so that tests can set it forward and back. [`Steps`] notices when it
//! is set, and when the machine sleeps.

#![allow(clippy::disallowed_methods)] // this is the one place

mod steps;

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

pub use steps::{Changes, ClockLook, ClockStep, Steps};

use crate::zone::Here;

/// Whether the monotonic clock goes on while the machine sleeps.
const GOES_ON_IN_SLEEP: bool = cfg!(windows);

/// The monotonic clock. On Linux it stands still while the machine sleeps.
pub fn now() -> Instant {
    Instant::now()
}

/// How long the machine has slept since some moment; none where the system does not tell.
#[cfg(target_os = "linux")]
fn slept() -> Option<TimeDelta> {
    use nix::sys::time::TimeValLike as _;
    use nix::time::{ClockId, clock_gettime};
    let awake = clock_gettime(ClockId::CLOCK_MONOTONIC).ok()?;
    let all = clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?;
    let asleep = all.num_nanoseconds().checked_sub(awake.num_nanoseconds())?;
    Some(TimeDelta::nanoseconds(asleep))
}

/// How long the machine has slept since some moment; none where the system does not tell.
#[cfg(windows)]
fn slept() -> Option<TimeDelta> {
    static BEGUN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let all = now().saturating_duration_since(*BEGUN.get_or_init(now));
    let awake = crate::sys::unbiased_time()?;
    let [all, awake] = [all, awake].map(|time| TimeDelta::from_std(time).ok());
    all?.checked_sub(&awake?)
}

/// How long the machine has slept since some moment; none where the system does not tell.
#[cfg(not(any(target_os = "linux", windows)))]
fn slept() -> Option<TimeDelta> {
    None
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
pub fn local(moment: DateTime<Utc>) -> DateTime<Here> {
    moment.with_timezone(&Here)
}
