//! Waiting for a moment, and limits.
//!
//! These are tokio's, except on Windows: tokio waits there by the tick of the system's clock and is up to 16 ms late, which is
//! more than many round trips. There a thread of its own waits by a high-resolution timer (`queue`, `own`).

#[cfg(windows)]
mod own;
#[cfg(any(windows, test))]
#[cfg_attr(not(windows), allow(dead_code))] // only its tests run elsewhere
mod queue;

#[cfg(not(windows))]
use std::time::Instant;

#[cfg(windows)]
pub use own::{Sleep, sleep, sleep_until, timeout};
#[cfg(not(windows))]
pub use tokio::time::{Sleep, sleep, timeout};

/// Waits until then; no time at all where that has passed.
#[cfg(not(windows))]
pub fn sleep_until(at: Instant) -> Sleep {
    tokio::time::sleep_until(at.into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock;

    #[tokio::test(flavor = "current_thread")]
    async fn nothing_ends_before_its_time_and_limits_fire() {
        let start = clock::now();
        let long = Duration::from_secs(60);
        for wait in [0, 1, 7].map(Duration::from_millis) {
            let before = clock::now();
            sleep(wait).await;
            assert!(clock::now() - before >= wait);
        }
        sleep_until(start).await;
        assert!(
            timeout(Duration::from_millis(2), sleep(long))
                .await
                .is_err()
        );
        assert_eq!(timeout(long, async { 7 }).await.ok(), Some(7));
        assert_eq!(timeout(Duration::MAX, async { 8 }).await.ok(), Some(8));
        // many at once, the later ones begun first
        let waits = (0..20).rev().map(|ms| async move {
            sleep(Duration::from_millis(ms)).await;
            ms
        });
        let mut set = tokio::task::JoinSet::new();
        for wait in waits {
            set.spawn(wait);
        }
        assert_eq!(set.join_all().await.len(), 20);
    }
}
