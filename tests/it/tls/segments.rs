//! How the client's flights leave. A stream that writes them record by record makes three segments
//! of the second flight, and without TCP_NODELAY Nagle's algorithm and the delayed ACK make 44 ms
//! of every handshake. Told from the segments that the server's kernel counted, not from a clock.
#![cfg(target_os = "linux")]

use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::sync::mpsc;

use rustls::ServerConnection;

use super::visit;
use crate::servers::tcp::{Relay, until_closed};
use crate::servers::tls::Offer;

/// Segments with data that have come in: `tcpi_data_segs_in` of `struct tcp_info` (linux/tcp.h).
#[allow(unsafe_code)] // no safe crate offers TCP_INFO
fn data_segments_in(stream: &TcpStream) -> u32 {
    const DATA_SEGS_IN: usize = 152;
    let mut info = [0_u8; 512];
    let mut length: libc::socklen_t = 512;
    // SAFETY: the descriptor is open for as long as `stream` is borrowed; the kernel writes at
    // most `length` bytes into the buffer, which has that many.
    let result = unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            info.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    assert_eq!(result, 0);
    assert!(length as usize >= DATA_SEGS_IN + 4, "an old kernel");
    u32::from_ne_bytes(info[DATA_SEGS_IN..DATA_SEGS_IN + 4].try_into().unwrap())
}

#[test]
fn each_flight_of_the_client_leaves_in_one_segment() {
    let (counted, counts) = mpsc::channel();
    let config = Offer::good().config();
    let relay = Relay::start(move |mut stream| {
        let mut connection = ServerConnection::new(config.clone()).unwrap();
        while !connection.wants_write() {
            connection.read_tls(&mut stream).unwrap();
            connection.process_new_packets().unwrap();
        }
        let hello = data_segments_in(&stream);
        // up to the client's Finished, but not the answer to it: the client stays in its handshake
        while connection.wants_write() {
            connection.write_tls(&mut stream).unwrap();
        }
        while connection.is_handshaking() {
            connection.read_tls(&mut stream).unwrap();
            connection.process_new_packets().unwrap();
        }
        counted.send((hello, data_segments_in(&stream))).unwrap();
        while connection.wants_write() {
            connection.write_tls(&mut stream).unwrap();
        }
        until_closed(&stream);
    });
    for _ in 0..5 {
        visit(&relay).assert_ok();
        assert_eq!(counts.recv().unwrap(), (1, 2));
    }
}
