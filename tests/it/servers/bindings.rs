//! A relay that answers Bindings by a script, told by their number.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use turnprobe::wire::stun::{Builder, Message, kind};

/// A relay on loopback; dropping it ends it.
pub struct UdpServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl UdpServer {
    /// Starts one; `answers` gives the datagrams to send back for request number n.
    pub fn start(mut answers: impl FnMut(u64, &[u8]) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 2048];
            let mut number = 0;
            while !stopped.load(Ordering::Relaxed) {
                let Ok((length, peer)) = socket.recv_from(&mut buffer) else {
                    continue;
                };
                for answer in answers(number, &buffer[..length]) {
                    let _ = socket.send_to(&answer, peer);
                }
                number += 1;
            }
        });
        Self {
            address,
            stop,
            thread: Some(thread),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for UdpServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

/// The answer to a Binding; an error of that number instead of success.
pub fn answer(request: &[u8], error: Option<u16>) -> Vec<u8> {
    let request = Message::decode(request).unwrap();
    assert_eq!(request.kind(), kind::BINDING);
    let answer = match error {
        None => Builder::new(kind::BINDING_SUCCESS, request.id())
            .xor_mapped_address("192.0.2.1:1".parse().unwrap()),
        Some(code) => Builder::new(kind::BINDING_ERROR, request.id()).error_code(code, "no"),
    };
    answer.finish().unwrap()
}
