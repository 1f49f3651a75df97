//! The connection as rustls reads and writes it, with counts and a copy of the first bytes.

use std::io::{self, IoSlice, Read, Write};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::io::{Interest, Ready};

use crate::clock;
use crate::explain::Arrival;
use crate::net::stamps::{self, Moment};
use crate::net::stream::Stream;
use crate::net::tcp_info;
use crate::readiness::Readiness;

/// Bytes of the server that are kept for the judgement of a failure.
const KEPT: usize = 64 * 1024;

/// A non-blocking view of a connection. Writes are vectored: a handshake flight must go out as
/// one segment, or Nagle's algorithm and the delayed ACK make 44 ms of it.
pub struct WireTap<'a> {
    pub stream: &'a Stream,
    pub sent: u64,
    pub received: u64,
    pub first_bytes: Vec<u8>,
    pub log: FlightLog,
    readiness: Readiness,
}

/// When the server's first flight came, up to the client's answer to it.
#[derive(Debug)]
pub struct FlightLog {
    start: Moment,
    /// Its bytes, as they were read.
    pub arrivals: Vec<Arrival>,
    /// When the client answered.
    answered: Option<Instant>,
    /// From then to the server's next bytes.
    pub finish: Option<Duration>,
    /// The reads have stamps.
    is_stamped: bool,
    /// What was known when there was something to read; all of it is read in one go.
    woken: Option<Woken>,
    /// The longest time that bytes lay in the kernel.
    pub local_delay: Option<Duration>,
    /// The time in which there was nothing to be done, but for a wait that goes on.
    waited: Duration,
    /// When that began.
    waits_since: Option<Instant>,
}

/// A moment at which there was something to read.
#[derive(Debug, Clone, Copy)]
struct Woken {
    moment: Moment,
    /// How long it had been there.
    late: Option<Duration>,
}

/// Type and length of a record with a ChangeCipherSpec (RFC 8446 section 5).
const CHANGE_CIPHER_SPEC: u8 = 20;
const CHANGE_CIPHER_SPEC_LENGTH: usize = 6;

/// Arrivals that are kept; one that drips needs no more.
const MOST_ARRIVALS: usize = 4096;

impl<'a> WireTap<'a> {
    pub fn new(stream: &'a Stream) -> Self {
        Self {
            stream,
            sent: 0,
            received: 0,
            first_bytes: Vec::new(),
            log: FlightLog {
                start: Moment::now(),
                arrivals: Vec::new(),
                answered: None,
                finish: None,
                is_stamped: false,
                woken: None,
                local_delay: None,
                waited: Duration::ZERO,
                waits_since: None,
            },
            readiness: Readiness::default(),
        }
    }

    /// The same of a handshake, whose first flight is read with its stamps.
    pub fn stamped(stream: &'a Stream) -> Self {
        let mut tap = Self::new(stream);
        // through a proxy the bytes are not those of the segments
        tap.log.is_stamped = !stream.is_tunnel() && stamps::ask_for(stream);
        tap
    }

    /// Waits until the connection is ready.
    pub async fn ready(&mut self, interest: Interest) -> io::Result<Ready> {
        // the limit may end the wait, and with it this function
        self.log.waits_since = Some(clock::now());
        let ready = self.readiness.wait(self.stream.ready(interest)).await;
        self.log.waited = self.log.waited_until(clock::now());
        self.log.waits_since = None;
        ready
    }

    /// Waits for bytes, and asks the kernel how long they have been there.
    pub async fn readable(&mut self) -> io::Result<()> {
        self.ready(Interest::READABLE).await?;
        // first: what comes in between only makes a hole shorter
        let moment = Moment::now();
        let late = tcp_info::snapshot(self.stream).numbers().since_data;
        self.log.woken = Some(Woken { moment, late });
        Ok(())
    }

    fn note_read(&mut self, count: usize, stamp: Option<DateTime<Utc>>) {
        self.readiness.used();
        self.received += count as u64;
        if count > 0 {
            self.log.note(self.received, stamp);
        }
    }

    fn note_written(&mut self, count: usize, first: Option<u8>) {
        self.readiness.used();
        self.sent += count as u64;
        // a client of TLS 1.3 sends one for show in the middle of the server's flight (RFC 8446
        // appendix D.4): it is no answer
        let for_show = first == Some(CHANGE_CIPHER_SPEC) && count == CHANGE_CIPHER_SPEC_LENGTH;
        if self.received > 0 && !for_show {
            self.log.answered.get_or_insert_with(clock::now);
        }
    }

    /// Reads once; of the first flight with its stamp.
    fn read_once(&self, buffer: &mut [u8]) -> io::Result<(usize, Option<DateTime<Utc>>)> {
        if self.log.is_stamped && self.log.answered.is_none() {
            let read = || stamps::read(self.stream, buffer);
            return self.stream.tcp().try_io(Interest::READABLE, read);
        }
        self.stream.try_read(buffer).map(|count| (count, None))
    }
}

impl FlightLog {
    /// Begins now, which is what arrivals and the handshake's own time count from: a part of it is never longer than all of
    /// it.
    pub fn begin(&mut self) -> Instant {
        self.start = Moment::now();
        self.start.at
    }

    /// The time up to now in which there was nothing to be done.
    pub fn waited_until(&self, now: Instant) -> Duration {
        let waits = self
            .waits_since
            .map(|since| now.saturating_duration_since(since));
        self.waited + waits.unwrap_or_default()
    }

    /// Notes bytes that were read.
    fn note(&mut self, total: u64, stamp: Option<DateTime<Utc>>) {
        let late = self.woken.and_then(|woken| woken.late);
        self.local_delay = self.local_delay.max(late);
        let late = late.unwrap_or_default();
        let at = self.woken.map_or_else(clock::now, |woken| woken.moment.at);
        if let Some(answered) = self.answered {
            let wait = at.saturating_duration_since(answered);
            self.finish.get_or_insert(wait.saturating_sub(late));
            return;
        }
        let stamped = self.woken.filter(|woken| woken.late.is_some()).zip(stamp);
        let lay = stamped.and_then(|(woken, stamp)| woken.moment.age(stamp, &self.start));
        let arrival = Arrival {
            at: at.saturating_duration_since(self.start.at),
            late,
            total,
            lay,
        };
        if self.arrivals.len() < MOST_ARRIVALS {
            self.arrivals.push(arrival);
        } else if let Some(last) = self.arrivals.last_mut() {
            *last = arrival;
        }
    }
}

impl Read for WireTap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_once(buffer);
        if read.is_err() {
            // woken for nothing, or all of it was read
            self.log.woken = None;
        }
        let (count, stamp) = read?;
        self.note_read(count, stamp);
        let room = KEPT - self.first_bytes.len();
        self.first_bytes
            .extend_from_slice(&buffer[..count.min(room)]);
        Ok(count)
    }
}

impl Write for WireTap<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.stream.try_write(buffer)?;
        self.note_written(count, buffer.first().copied());
        Ok(count)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        let count = self.stream.try_write_vectored(buffers)?;
        let first = buffers.iter().find_map(|buffer| buffer.first().copied());
        self.note_written(count, first);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Does something with a connection that nobody accepts.
    fn on_a_stream(work: impl AsyncFnOnce(&Stream)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let stream = tokio::net::TcpStream::connect(listener.local_addr().unwrap());
            let stream = Stream::direct(stream.await.unwrap());
            work(&stream).await;
        });
    }

    /// With a tap that wrote only the first buffer, the flight would leave in three segments,
    /// and Nagle's algorithm with the delayed ACK would make 44 ms of each handshake.
    #[test]
    fn a_flight_of_several_records_leaves_in_one_write() {
        on_a_stream(async |stream| {
            stream.ready(Interest::WRITABLE).await.unwrap();
            let mut tap = WireTap::new(stream);
            let flight = [
                IoSlice::new(b"key exchange"),
                IoSlice::new(b"ccs"),
                IoSlice::new(b"fin"),
            ];
            assert_eq!(tap.write_vectored(&flight).unwrap(), 18);
            assert_eq!(tap.sent, 18);
        });
    }

    #[test]
    fn arrivals_count_from_where_the_handshake_begins() {
        on_a_stream(async |stream| {
            let mut tap = WireTap::stamped(stream);
            // the system takes its time before anything is sent
            std::thread::sleep(Duration::from_millis(50));
            let start = tap.log.begin();
            tap.log.note(7, None);
            let took = clock::now().saturating_duration_since(start);
            assert!(tap.log.arrivals[0].at <= took, "{took:?}");
        });
    }
}
