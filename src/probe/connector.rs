//! A thread of its own for name resolution and connects, so that no other probe's cryptography
//! sits between a SYN-ACK and its stamp.

use std::future::Future;
use std::io;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The thread; it ends when this is dropped.
#[derive(Debug)]
pub struct Connector {
    runtime: Handle,
    _stop: oneshot::Sender<()>,
}

impl Connector {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the system gives no thread or no event queue.
    pub fn start() -> io::Result<Self> {
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

    /// Runs a future on the thread and waits for its result; `None` when the thread is gone.
    pub async fn run<F>(&self, future: F) -> Option<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.spawn(future).await.ok()
    }
}
