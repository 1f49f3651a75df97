//! Who waits for which moment, and the thread that wakes them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::clock;

/// What a thread waits by.
pub(super) trait Alarm: Send + Sync {
    /// Returns when the time is over, when it was rung, or for no reason.
    fn wait(&self, limit: Option<Duration>);
    /// Ends a wait, also one that begins only now.
    fn ring(&self);
}

/// The moment that somebody waits for, and a number of their own.
pub(super) type TimerKey = (Instant, u64);

/// Everybody who waits.
pub(super) struct TimerQueue<A> {
    alarm: A,
    waiting: Mutex<Sleepers>,
}

#[derive(Default)]
struct Sleepers {
    wakers: BTreeMap<TimerKey, Waker>,
    numbers: u64,
}

impl<A: Alarm> TimerQueue<A> {
    pub(super) fn new(alarm: A) -> Self {
        Self {
            alarm,
            waiting: Mutex::default(),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Sleepers> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a moment.
    pub(super) fn place(&self, at: Instant) -> TimerKey {
        let mut waiting = self.waiting();
        waiting.numbers += 1;
        (at, waiting.numbers)
    }

    /// Will wake when the moment has come.
    pub(super) fn wait_at(&self, place: TimerKey, waker: &Waker) {
        let mut waiting = self.waiting();
        let is_new = waiting.wakers.insert(place, waker.clone()).is_none();
        let is_first = waiting.wakers.keys().next() == Some(&place);
        drop(waiting);
        if is_new && is_first {
            self.alarm.ring();
        }
    }

    /// Will not wake.
    pub(super) fn leave(&self, place: TimerKey) {
        self.waiting().wakers.remove(&place);
    }

    /// Wakes those whose moment has come; how long until the next one.
    fn wake(&self, now: Instant) -> Option<Duration> {
        let mut due = Vec::new();
        let mut waiting = self.waiting();
        let next = loop {
            match waiting.wakers.first_entry() {
                Some(first) if first.key().0 <= now => due.push(first.remove()),
                first => break first.map(|first| first.key().0),
            }
        };
        drop(waiting);
        due.into_iter().for_each(Waker::wake);
        next.map(|next| next.saturating_duration_since(now))
    }

    /// Wakes everybody in time, without end.
    pub(super) fn run(&self) -> ! {
        loop {
            let left = self.wake(clock::now());
            self.alarm.wait(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;

    /// Counts how often it rings.
    #[derive(Default)]
    struct Bell(AtomicU32);

    impl Alarm for Bell {
        fn wait(&self, _: Option<Duration>) {}
        fn ring(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[derive(Default)]
    struct Woken(AtomicU32);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn those_whose_moment_has_come_are_woken_once_and_the_next_moment_is_told() {
        let queue = TimerQueue::new(Bell::default());
        let start = clock::now();
        let ms = |ms| start + Duration::from_millis(ms);
        let woken: [Arc<Woken>; 4] = Default::default();
        // two of the same moment
        let places = [30, 10, 10, 20].map(|at| queue.place(ms(at)));
        for (place, waker) in places.iter().zip(&woken) {
            queue.wait_at(*place, &waker.clone().into());
        }
        let count = || {
            woken
                .each_ref()
                .map(|woken| woken.0.load(Ordering::Relaxed))
        };
        assert_eq!(queue.wake(ms(9)), Some(Duration::from_millis(1)));
        assert_eq!(count(), [0, 0, 0, 0]);
        assert_eq!(queue.wake(ms(10)), Some(Duration::from_millis(10)));
        assert_eq!(count(), [0, 1, 1, 0]);
        queue.leave(places[3]);
        assert_eq!(queue.wake(ms(25)), Some(Duration::from_millis(5)));
        assert_eq!(queue.wake(ms(500)), None);
        assert_eq!(count(), [1, 1, 1, 0]);
    }

    #[test]
    fn the_thread_is_rung_for_a_moment_before_all_others_only() {
        let queue = TimerQueue::new(Bell::default());
        let start = clock::now();
        let woken: Waker = Arc::new(Woken::default()).into();
        let rings = |ms| {
            let place = queue.place(start + Duration::from_millis(ms));
            queue.wait_at(place, &woken);
            queue.alarm.0.load(Ordering::Relaxed)
        };
        assert_eq!([rings(50), rings(60), rings(40), rings(45)], [1, 1, 2, 2]);
    }
}
