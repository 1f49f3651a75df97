//! The connection as rustls reads and writes it, with counts and a copy of the first bytes.

use std::io::{self, IoSlice, Read, Write};

use tokio::net::TcpStream;

/// Bytes of the server that are kept for the judgement of a failure.
const KEPT: usize = 64 * 1024;

/// A non-blocking view of a connection. Writes are vectored: a handshake flight must go out as
/// one segment, or Nagle's algorithm and the delayed ACK make 44 ms of it.
pub struct WireTap<'a> {
    pub stream: &'a TcpStream,
    pub sent: u64,
    pub received: u64,
    pub first_bytes: Vec<u8>,
}

impl<'a> WireTap<'a> {
    pub fn new(stream: &'a TcpStream) -> Self {
        Self {
            stream,
            sent: 0,
            received: 0,
            first_bytes: Vec::new(),
        }
    }
}

impl Read for WireTap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.try_read(buffer)?;
        self.received += count as u64;
        let room = KEPT - self.first_bytes.len();
        self.first_bytes
            .extend_from_slice(&buffer[..count.min(room)]);
        Ok(count)
    }
}

impl Write for WireTap<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.stream.try_write(buffer)?;
        self.sent += count as u64;
        Ok(count)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        let count = self.stream.try_write_vectored(buffers)?;
        self.sent += count as u64;
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
