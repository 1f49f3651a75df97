//! How a run is stopped.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// How long slots in flight may go on after a stop, unless their task knows better.
pub const GRACE: Duration = Duration::from_secs(2);

/// Stops a run: in order, and at once.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: CancellationToken,
    at_once: CancellationToken,
}

impl Stop {
    /// No more slots begin, those in flight get their grace. Once more does nothing.
    pub fn ask(&self) {
        self.asked.cancel();
    }

    /// The grace is over, too.
    pub fn cut_short(&self) {
        self.asked.cancel();
        self.at_once.cancel();
    }

    /// Whether it was asked for.
    pub fn is_asked(&self) -> bool {
        self.asked.is_cancelled()
    }

    /// Waits until it is asked for.
    pub async fn asked(&self) {
        self.asked.cancelled().await;
    }

    /// Waits until the grace is to be over.
    pub async fn at_once(&self) {
        self.at_once.cancelled().await;
    }

    /// Waits until it is asked for and the grace is over.
    pub async fn grace_is_over(&self) {
        self.asked().await;
        tokio::select! {
            () = self.at_once() => {}
            () = crate::timer::sleep(GRACE) => {}
        }
    }

    /// Cancelled when it is asked for.
    pub fn token(&self) -> CancellationToken {
        self.asked.clone()
    }
}
