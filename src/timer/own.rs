//! The futures of the own timer, and the one thread behind them all.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::queue::{Alarm, TimerKey, TimerQueue};
use crate::clock;
use crate::sys::WaitableTimer;

/// As good as never; what is longer cannot be told to a clock.
const NEVER: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

impl Alarm for WaitableTimer {
    fn wait(&self, limit: Option<Duration>) {
        Self::wait(self, limit);
    }

    fn ring(&self) {
        Self::ring(self);
    }
}

/// The queue, whose thread begins with the first use; none where the system gives no timer or no thread.
fn queue() -> Option<&'static TimerQueue<WaitableTimer>> {
    static QUEUE: OnceLock<Option<&'static TimerQueue<WaitableTimer>>> = OnceLock::new();
    *QUEUE.get_or_init(|| {
        let queue: &_ = Box::leak(Box::new(TimerQueue::new(WaitableTimer::new().ok()?)));
        let thread = std::thread::Builder::new().name("timer".to_owned());
        thread.spawn(|| queue.run()).ok()?;
        Some(queue)
    })
}

/// The limit was over first.
#[derive(Debug)]
pub struct Elapsed;

/// As tokio's own does.
impl From<Elapsed> for io::Error {
    fn from(_: Elapsed) -> Self {
        io::ErrorKind::TimedOut.into()
    }
}

/// Waits for a moment.
#[must_use = "nothing waits unless it is awaited"]
#[derive(Debug)]
pub struct Sleep(SleepKind);

enum SleepKind {
    Own {
        queue: &'static TimerQueue<WaitableTimer>,
        place: TimerKey,
    },
    /// Where there is no own timer.
    Tokio(Pin<Box<tokio::time::Sleep>>),
}

impl std::fmt::Debug for SleepKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own { place, .. } => place.fmt(f),
            Self::Tokio(sleep) => sleep.fmt(f),
        }
    }
}

/// Waits so long.
pub fn sleep(wait: Duration) -> Sleep {
    sleep_until(clock::now() + wait.min(NEVER))
}

/// Waits until then; no time at all where that has passed.
pub fn sleep_until(at: Instant) -> Sleep {
    Sleep(match queue() {
        Some(queue) => SleepKind::Own {
            queue,
            place: queue.place(at),
        },
        None => SleepKind::Tokio(Box::pin(tokio::time::sleep_until(at.into()))),
    })
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            SleepKind::Own { place, .. } if clock::now() >= place.0 => Poll::Ready(()),
            SleepKind::Own { queue, place } => {
                queue.wait_at(*place, cx.waker());
                Poll::Pending
            }
            SleepKind::Tokio(sleep) => sleep.as_mut().poll(cx),
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let SleepKind::Own { queue, place } = &self.0 {
            queue.leave(*place);
        }
    }
}

/// What the future comes to, unless the limit, which begins now, is over first.
pub fn timeout<F: IntoFuture>(limit: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout {
        future: Box::pin(future.into_future()),
        over: sleep(limit),
    }
}

/// A future with a limit.
#[must_use = "nothing is done unless it is awaited"]
#[derive(Debug)]
pub struct Timeout<F> {
    future: Pin<Box<F>>,
    over: Sleep,
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => Pin::new(&mut self.over).poll(cx).map(|()| Err(Elapsed)),
        }
    }
}
