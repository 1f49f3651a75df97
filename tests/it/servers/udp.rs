//! A UDP server that answers each datagram with what a test wants.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use turnprobe::target::Target;

use crate::rows::target;

/// A server on loopback; dropping it ends it.
pub struct UdpRelay {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
    thread: Option<JoinHandle<()>>,
}

impl UdpRelay {
    /// A server whose answers are those datagrams, from any peer.
    pub fn start(answer: impl Fn(&[u8], SocketAddr) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (of_thread, kept) = (stop.clone(), requests.clone());
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 2048];
            while !of_thread.load(Ordering::SeqCst) {
                let Ok((length, peer)) = socket.recv_from(&mut buffer) else {
                    continue;
                };
                kept.lock().unwrap().push(buffer[..length].to_vec());
                for datagram in answer(&buffer[..length], peer) {
                    socket.send_to(&datagram, peer).unwrap();
                }
            }
        });
        Self {
            address,
            stop,
            requests,
            thread: Some(thread),
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// This server by its address: nothing to resolve.
    pub fn target(&self) -> Target {
        target("127.0.0.1", self.port())
    }

    /// All that came so far.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for UdpRelay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let ended = self.thread.take().map(JoinHandle::join);
        let well = ended.is_none_or(|ended| ended.is_ok());
        assert!(well || std::thread::panicking(), "a server failed");
    }
}
