//! The thread of a held connection: it reads the kernel's numbers and says when a request is due, with no cryptography
//! in between.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::shape::HoldShape;
use crate::clock::{self, Wall};
use crate::net::{Kernel, Meter};
use crate::pace::{Next, Pace};
use crate::record::TcpNumbers;

/// Longest sleep of the thread at a time: it looks whether it is stopped.
const NAP: Duration = Duration::from_millis(50);

/// One look at the kernel's numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct KernelLook {
    pub sequence: u64,
    pub at: Duration,
    pub wall: DateTime<Utc>,
    pub sent: u64,
    pub answered: u64,
    pub numbers: TcpNumbers,
}

/// The thread, which takes a last look and ends when this is dropped.
pub(super) struct Pacer {
    stop: Arc<AtomicBool>,
    missed: Arc<AtomicU64>,
}

impl Pacer {
    /// Starts to look, and to send into `due` whenever a request is due. `due` is dropped when the
    /// time is over; looks go on.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(
        (kernel, wall, start): (Kernel, Wall, Instant),
        shape: HoldShape,
        meter: Arc<Meter>,
        looks: mpsc::Sender<KernelLook>,
        due: mpsc::Sender<()>,
    ) -> io::Result<Self> {
        let pacer = Self {
            stop: Arc::default(),
            missed: Arc::default(),
        };
        let (stop, missed) = (Arc::clone(&pacer.stop), Arc::clone(&pacer.missed));
        let mut schedule = RequestSchedule {
            per_request: shape.looks_per_request(),
            last: shape.looks(),
            before: None,
            due: Some(due),
            missed,
        };
        let mut eye = Eye {
            kernel,
            meter,
            wall,
            start,
            looks,
        };
        std::thread::Builder::new()
            .name("pace".to_owned())
            .spawn(move || {
                let mut pace = Pace::new(shape.step(), None, None);
                let mut next = 0;
                while !stop.load(Ordering::Relaxed) {
                    let since = eye.elapsed();
                    match pace.next(since) {
                        Next::Done => break,
                        Next::Wait(due) => std::thread::sleep(due.saturating_sub(since).min(NAP)),
                        Next::Fire { slot, .. } => {
                            if !eye.look(slot) {
                                return;
                            }
                            schedule.at(slot);
                            next = slot + 1;
                        }
                    }
                }
                eye.look(next);
            })?;
        Ok(pacer)
    }

    /// Requests whose time had passed before they could be sent.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Drop for Pacer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Which looks come with a request.
struct RequestSchedule {
    per_request: u64,
    /// The first look when no request is due any more.
    last: u64,
    before: Option<u64>,
    due: Option<mpsc::Sender<()>>,
    missed: Arc<AtomicU64>,
}

impl RequestSchedule {
    /// What is due with this look; requests of looks that were left out are missed.
    fn at(&mut self, slot: u64) {
        let requests = |looks: u64| looks.min(self.last).div_ceil(self.per_request);
        let from = self.before.replace(slot).map_or(0, |before| before + 1);
        let mut missed = requests(slot) - requests(from.min(slot));
        if slot >= self.last {
            self.due = None;
        } else if slot.is_multiple_of(self.per_request)
            && let Some(due) = &self.due
        {
            missed += u64::from(due.try_send(()).is_err());
        }
        self.missed.fetch_add(missed, Ordering::Relaxed);
    }
}

/// What looks.
struct Eye {
    kernel: Kernel,
    meter: Arc<Meter>,
    wall: Wall,
    start: Instant,
    looks: mpsc::Sender<KernelLook>,
}

impl Eye {
    fn elapsed(&self) -> Duration {
        clock::now().saturating_duration_since(self.start)
    }

    /// One look; `false` when nobody takes it any more.
    fn look(&mut self, sequence: u64) -> bool {
        // before the numbers: what is written meanwhile must not pass for acknowledged
        let written = self.meter.written.load(Ordering::Relaxed);
        let numbers = self.kernel.numbers();
        let at = self.elapsed();
        // Windows tells only what is in flight and what was sent; what waits to be sent was written all the same
        let out = numbers.bytes_out.map_or(written, |out| out.min(written));
        let acked = |in_flight: u64| out.saturating_sub(in_flight);
        let look = KernelLook {
            sequence,
            at,
            wall: self.wall.now(),
            sent: self.meter.sent.load(Ordering::Relaxed),
            answered: self.meter.answered.load(Ordering::Relaxed),
            numbers: TcpNumbers {
                bytes_acked: numbers.bytes_acked.or(numbers.in_flight.map(acked)),
                ..numbers
            },
        };
        self.looks.blocking_send(look).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests that are due and that are missed when these looks of a schedule are taken.
    fn of(per_request: u64, last: u64, looks: &[u64]) -> (usize, u64) {
        let (due, mut taken) = mpsc::channel(1);
        let mut schedule = RequestSchedule {
            per_request,
            last,
            before: None,
            due: Some(due),
            missed: Arc::default(),
        };
        let mut sent = 0;
        for look in looks {
            schedule.at(*look);
            sent += usize::from(taken.try_recv().is_ok());
        }
        (sent, schedule.missed.load(Ordering::Relaxed))
    }

    #[test]
    fn requests_are_due_with_their_looks_and_missed_with_those_that_are_left_out() {
        assert_eq!(of(1, 4, &[0, 1, 2, 3, 4, 5]), (4, 0));
        // of five looks a request: 0, 5 and 10 are due before 12
        assert_eq!(of(5, 12, &[0, 1, 2, 3, 4, 5, 9, 10, 11, 12]), (3, 0));
        assert_eq!(of(5, 12, &[0, 4, 6, 10, 12]), (2, 1));
        assert_eq!(of(1, 100, &[0, 60, 200]), (2, 98));
        assert_eq!(of(1, 4, &[7, 8]), (0, 4));
    }

    #[test]
    fn a_request_that_nobody_takes_is_missed() {
        let (due, _taken) = mpsc::channel(1);
        let mut schedule = RequestSchedule {
            per_request: 1,
            last: 10,
            before: None,
            due: Some(due),
            missed: Arc::default(),
        };
        (0..3).for_each(|slot| schedule.at(slot));
        assert_eq!(schedule.missed.load(Ordering::Relaxed), 2);
    }
}
