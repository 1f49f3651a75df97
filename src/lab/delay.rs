//! A stream whose peer seems to be far away, or falls silent.
//!
//! What arrives is held back for one round trip before it is handed on; writes go out at once. So
//! each flight of the server comes a round trip after the client's, and an alert that a failing
//! handshake writes as its last act still gets out, which a delay before the write would swallow.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use crate::timer::{Sleep, sleep};

/// What the peer hears after the first flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conduct {
    /// Everything.
    Talks,
    /// Nothing: what it sends is thrown away until it closes.
    StallsAfterFirstFlight,
}

/// A stream with a round trip.
pub(super) struct Delayed<S> {
    inner: S,
    round_trip: Duration,
    conduct: Conduct,
    wrote: bool,
    /// What arrived; handed on from `at` once `due`.
    arrived: Vec<u8>,
    at: usize,
    due: bool,
    timer: Option<Pin<Box<Sleep>>>,
}

/// More than any flight of a client.
const BUFFER: usize = 16 * 1024;

impl<S: AsyncRead + Unpin> Delayed<S> {
    pub(super) fn new(inner: S, round_trip: Duration, conduct: Conduct) -> Self {
        Self {
            inner,
            round_trip,
            conduct,
            wrote: false,
            arrived: Vec::new(),
            at: 0,
            due: false,
            timer: None,
        }
    }

    /// The first bytes of the stream, as soon as they are there; they stay to be read.
    ///
    /// # Errors
    /// Those of the stream; `UnexpectedEof` when it ends before.
    pub(super) async fn start<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut chunk = [0; 1024];
        loop {
            if let Some(start) = self.arrived.first_chunk::<N>() {
                return Ok(*start);
            }
            match self.inner.read(&mut chunk).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => self
                    .arrived
                    .extend_from_slice(chunk.get(..n).unwrap_or_default()),
            }
        }
    }

    /// The stream itself; what arrived and was not read is lost.
    pub(super) fn into_inner(self) -> S {
        self.inner
    }

    /// Reads once more into the buffer; the number of bytes, 0 at the end of the stream.
    fn poll_arrive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut chunk = [0; 4096];
        let mut chunk = ReadBuf::new(&mut chunk);
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut chunk))?;
        self.arrived.extend_from_slice(chunk.filled());
        Poll::Ready(Ok(chunk.filled().len()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Delayed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.conduct == Conduct::StallsAfterFirstFlight && this.wrote {
            loop {
                this.arrived.clear();
                if ready!(this.poll_arrive(cx))? == 0 {
                    return Poll::Ready(Ok(()));
                }
            }
        }
        if this.arrived.is_empty() && ready!(this.poll_arrive(cx))? == 0 {
            return Poll::Ready(Ok(()));
        }
        if !this.due {
            if !this.round_trip.is_zero() {
                let timer = this
                    .timer
                    .get_or_insert_with(|| Box::pin(sleep(this.round_trip)));
                ready!(timer.as_mut().poll(cx));
            }
            this.timer = None;
            this.due = true;
            // the rest of the same flight came meanwhile; the end of the stream shows again later
            while this.arrived.len() < BUFFER {
                match this.poll_arrive(cx) {
                    Poll::Ready(Ok(n)) if n > 0 => {}
                    _ => break,
                }
            }
        }
        let rest = this.arrived.get(this.at..).unwrap_or_default();
        let n = rest.len().min(out.remaining());
        out.put_slice(rest.get(..n).unwrap_or_default());
        this.at += n;
        if this.at >= this.arrived.len() {
            this.arrived.clear();
            this.at = 0;
            this.due = false;
        }
        Poll::Ready(Ok(()))
    }
}

/// Vectored writes are handed on as such: else every record is a segment of its own.
impl<S: AsyncWrite + Unpin> AsyncWrite for Delayed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.wrote = true;
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.wrote = true;
        Pin::new(&mut self.inner).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt, duplex};

    use super::*;
    use crate::clock;

    const ROUND_TRIP: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn what_arrives_is_held_back_for_a_round_trip_and_writes_are_not() {
        let (mut near, far) = duplex(1000);
        let mut far = Delayed::new(far, ROUND_TRIP, Conduct::Talks);
        let start = clock::now();
        near.write_all(b"hel").await.unwrap();
        near.write_all(b"lo").await.unwrap();
        let mut bytes = [0; 5];
        far.read_exact(&mut bytes[..2]).await.unwrap();
        far.read_exact(&mut bytes[2..]).await.unwrap();
        assert_eq!(&bytes, b"hello");
        assert!(start.elapsed() >= ROUND_TRIP);
        near.write_all(b"again").await.unwrap();
        far.read_exact(&mut bytes).await.unwrap();
        assert!(start.elapsed() >= ROUND_TRIP * 2);
        drop(near);
        assert_eq!(far.read(&mut bytes).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn the_start_can_be_looked_at_before_it_is_read() {
        let (mut near, far) = duplex(1000);
        let mut far = Delayed::new(far, Duration::ZERO, Conduct::Talks);
        near.write_all(b"abcdef").await.unwrap();
        assert_eq!(far.start().await.unwrap(), *b"abcde");
        let mut bytes = [0; 6];
        far.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"abcdef");
        near.write_all(b"ab").await.unwrap();
        drop(near);
        assert!(far.start::<5>().await.is_err());
    }

    #[tokio::test]
    async fn a_stalling_peer_hears_the_first_flight_and_the_end() {
        let (mut near, far) = duplex(1000);
        let mut far = Delayed::new(far, Duration::ZERO, Conduct::StallsAfterFirstFlight);
        near.write_all(b"one").await.unwrap();
        let mut bytes = [0; 3];
        far.read_exact(&mut bytes).await.unwrap();
        far.write_all(b"two").await.unwrap();
        near.write_all(b"three").await.unwrap();
        drop(near);
        assert_eq!(far.read(&mut bytes).await.unwrap(), 0);
    }
}
