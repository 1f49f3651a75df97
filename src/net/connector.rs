//! A thread of its own for name resolution and connects, so that no other probe's cryptography
//! sits between a SYN-ACK and its stamp.
//!
//! All probes share it, so it is watched: where work is overdue and the thread does not even run a
//! task that has nothing to do, the work is given up and another thread takes over.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::timer::timeout;

/// Threads that stand still and are left behind: each may keep a processor busy.
const MOST_LEFT: usize = 4;

/// The thread; it ends when this is dropped.
#[derive(Debug)]
pub struct Connector {
    threads: Mutex<Threads>,
    patience: Patience,
}

#[derive(Debug)]
struct Threads {
    current: Arc<Thread>,
    left: usize,
}

/// How long the thread is waited for.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// Time that work may take above its limit until the thread is looked after.
    slack: Duration,
    /// Waits for a sign of life. One long wait would be over at once on a machine that slept in
    /// the middle of it; of many short ones that takes one.
    waits: u32,
    wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            slack: Duration::from_secs(5),
            waits: 20,
            wait: Duration::from_millis(500),
        }
    }
}

/// Why work has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostWork {
    /// The thread ended, or the work panicked.
    Gone,
    /// The thread stood still.
    StoodStill,
}

impl fmt::Display for LostWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gone => "the thread for name resolution and connects is gone",
            Self::StoodStill => {
                "the thread for name resolution and connects stood still: given up, another one takes over"
            }
        })
    }
}

impl Connector {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the system gives no thread or no event queue.
    pub fn start() -> io::Result<Self> {
        Self::with(Patience::default())
    }

    fn with(patience: Patience) -> io::Result<Self> {
        let current = Arc::new(Thread::start()?);
        Ok(Self {
            threads: Mutex::new(Threads { current, left: 0 }),
            patience,
        })
    }

    /// Runs a future that has a limit of its own on the thread, and waits for its result.
    ///
    /// # Errors
    ///
    /// [`LostWork`] when the thread does not work any more.
    pub async fn run<F>(&self, limit: Duration, future: F) -> Result<F::Output, LostWork>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let thread = self.threads().current.clone();
        let mut work = thread.runtime.spawn(future);
        loop {
            let overdue = limit.saturating_add(self.patience.slack);
            if let Ok(done) = timeout(overdue, &mut work).await {
                return done.map_err(|_| LostWork::Gone);
            }
            tokio::select! {
                biased;
                done = &mut work => return done.map_err(|_| LostWork::Gone),
                // a thread that works has its reasons, and so has what it works on
                works = thread.works(self.patience) => if !works { break },
            }
        }
        work.abort();
        self.replace(&thread);
        Err(LostWork::StoodStill)
    }

    fn threads(&self) -> std::sync::MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts another thread in the place of one that stands still.
    fn replace(&self, still: &Arc<Thread>) {
        let mut threads = self.threads();
        // others that waited for it may have been here before
        if Arc::ptr_eq(&threads.current, still)
            && threads.left < MOST_LEFT
            && let Ok(next) = Thread::start()
        {
            threads.current = Arc::new(next);
            threads.left += 1;
        }
    }
}

/// A thread with its event queue.
#[derive(Debug)]
struct Thread {
    runtime: Handle,
    _stop: oneshot::Sender<()>,
}

impl Thread {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            // a getaddrinfo that hangs keeps its thread; more than so many wait in line
            .max_blocking_threads(128)
            .build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("connect".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
                // a getaddrinfo that hangs must not keep the program
                runtime.shutdown_background();
            })?;
        Ok(Self {
            runtime: handle,
            _stop: stop,
        })
    }

    /// Whether it still comes round to new tasks.
    async fn works(&self, patience: Patience) -> bool {
        let mut sign = self.runtime.spawn(async {});
        for _ in 0..patience.waits {
            if timeout(patience.wait, &mut sign).await.is_ok() {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(10);

    fn runtime() -> tokio::runtime::Runtime {
        Builder::new_current_thread().enable_time().build().unwrap()
    }

    fn impatient() -> Connector {
        Connector::with(Patience {
            slack: Duration::from_millis(50),
            waits: 20,
            wait: Duration::from_millis(100),
        })
        .unwrap()
    }

    #[test]
    fn work_on_a_thread_that_stands_still_is_given_up_and_another_thread_takes_over() {
        let connector = impatient();
        let (release, held) = std::sync::mpsc::channel::<()>();
        runtime().block_on(async {
            // as a future that never gives the thread back
            let still = connector.run(LIMIT, async move {
                let _ = held.recv();
            });
            // on the same thread, behind it
            let behind = connector.run(LIMIT, async { 1 });
            let (still, behind) = tokio::join!(still, behind);
            assert_eq!(still, Err(LostWork::StoodStill));
            assert_eq!(behind, Err(LostWork::StoodStill));
            assert_eq!(connector.run(LIMIT, async { 2 }).await, Ok(2));
        });
        assert_eq!(connector.threads().left, 1);
        drop(release);
    }

    #[test]
    fn work_that_takes_its_time_on_a_thread_that_works_is_waited_for() {
        let connector = impatient();
        let slow = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            7
        };
        assert_eq!(runtime().block_on(connector.run(LIMIT, slow)), Ok(7));
        assert_eq!(connector.threads().left, 0);
    }

    #[test]
    fn threads_that_stand_still_are_not_added_to_without_end() {
        let connector = Connector::with(Patience {
            slack: Duration::ZERO,
            waits: 1,
            wait: Duration::from_millis(10),
        })
        .unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        runtime().block_on(async {
            for _ in 0..MOST_LEFT + 2 {
                let held = held.clone();
                let still = connector.run(LIMIT, async move {
                    let _ = held.lock().unwrap().recv();
                });
                assert_eq!(still.await, Err(LostWork::StoodStill));
            }
        });
        assert_eq!(connector.threads().left, MOST_LEFT);
        drop(release);
    }

    #[test]
    fn work_that_panics_is_lost_alone() {
        let connector = Connector::start().unwrap();
        runtime().block_on(async {
            let limit = Duration::from_secs(60);
            let panics = connector.run(limit, async { panic!("on purpose") });
            assert_eq!(panics.await, Err::<(), _>(LostWork::Gone));
            assert_eq!(connector.run(limit, async { 3 }).await, Ok(3));
        });
    }
}
