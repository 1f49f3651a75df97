//! The connection as rustls reads and writes it, with counts and a copy of the first bytes.

use std::io::{self, IoSlice, Read, Write};
use std::time::{Duration, Instant};

use tokio::io::{Interest, Ready};
use tokio::net::TcpStream;

use crate::clock;
use crate::explain::Arrival;
use crate::net::tcp_info;
use crate::readiness::Readiness;

/// Bytes of the server that are kept for the judgement of a failure.
const KEPT: usize = 64 * 1024;

/// A non-blocking view of a connection. Writes are vectored: a handshake flight must go out as
/// one segment, or Nagle's algorithm and the delayed ACK make 44 ms of it.
pub struct WireTap<'a> {
    pub stream: &'a TcpStream,
    pub sent: u64,
    pub received: u64,
    pub first_bytes: Vec<u8>,
    pub log: FlightLog,
    readiness: Readiness,
}

/// When the server's first flight came, up to the client's answer to it.
#[derive(Debug)]
pub struct FlightLog {
    start: Instant,
    /// Its bytes, as they were read.
    pub arrivals: Vec<Arrival>,
    /// The client has answered.
    is_over: bool,
    /// How long the bytes that are about to be read lay in the kernel.
    pending: Option<Duration>,
    /// The longest time that any did.
    pub local_delay: Option<Duration>,
}

/// Type and length of a record with a ChangeCipherSpec (RFC 8446 section 5).
const CHANGE_CIPHER_SPEC: u8 = 20;
const CHANGE_CIPHER_SPEC_LENGTH: usize = 6;

/// Arrivals that are kept; one that drips needs no more.
const MOST_ARRIVALS: usize = 256;

impl<'a> WireTap<'a> {
    pub fn new(stream: &'a TcpStream) -> Self {
        Self {
            stream,
            sent: 0,
            received: 0,
            first_bytes: Vec::new(),
            log: FlightLog {
                start: clock::now(),
                arrivals: Vec::new(),
                is_over: false,
                pending: None,
                local_delay: None,
            },
            readiness: Readiness::default(),
        }
    }

    /// Waits until the connection is ready.
    pub async fn ready(&mut self, interest: Interest) -> io::Result<Ready> {
        self.readiness.wait(self.stream.ready(interest)).await
    }

    /// Waits for bytes, and asks the kernel how long they have been there.
    pub async fn readable(&mut self) -> io::Result<()> {
        self.ready(Interest::READABLE).await?;
        self.log.pending = tcp_info::snapshot(self.stream).numbers().since_data;
        Ok(())
    }

    fn note_read(&mut self, count: usize) {
        self.readiness.used();
        self.received += count as u64;
        let log = &mut self.log;
        if let Some(lay) = log.pending.take().filter(|_| count > 0) {
            log.local_delay = log.local_delay.max(Some(lay));
        }
        if count > 0 && !log.is_over && log.arrivals.len() < MOST_ARRIVALS {
            log.arrivals.push(Arrival {
                at: clock::now().saturating_duration_since(log.start),
                total: self.received,
            });
        }
    }

    fn note_written(&mut self, count: usize, first: Option<u8>) {
        self.readiness.used();
        self.sent += count as u64;
        // a client of TLS 1.3 sends one for show in the middle of the server's flight (RFC 8446
        // appendix D.4): it is no answer
        let for_show = first == Some(CHANGE_CIPHER_SPEC) && count == CHANGE_CIPHER_SPEC_LENGTH;
        self.log.is_over |= self.received > 0 && !for_show;
    }
}

impl Read for WireTap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.try_read(buffer);
        if read.is_err() {
            // woken for nothing
            self.log.pending = None;
        }
        let count = read?;
        self.note_read(count);
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

    /// With a tap that wrote only the first buffer, the flight would leave in three segments,
    /// and Nagle's algorithm with the delayed ACK would make 44 ms of each handshake.
    #[test]
    fn a_flight_of_several_records_leaves_in_one_write() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let stream = TcpStream::connect(listener.local_addr().unwrap())
                .await
                .unwrap();
            stream.writable().await.unwrap();
            let mut tap = WireTap::new(&stream);
            let flight = [
                IoSlice::new(b"key exchange"),
                IoSlice::new(b"ccs"),
                IoSlice::new(b"fin"),
            ];
            assert_eq!(tap.write_vectored(&flight).unwrap(), 18);
            assert_eq!(tap.sent, 18);
        });
    }
}
