//! A TCP server that does with each connection what a test wants.

use std::io::Read;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use turnprobe::target::Target;

use crate::rows::target;

/// A safety net: no test needs a server that waits longer.
const LONGEST: Duration = Duration::from_secs(40);

struct Inner {
    stop: AtomicBool,
    accepted: AtomicUsize,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// A server on loopback; dropping it ends it, and fails if a connection's thread did.
pub struct Relay {
    address: SocketAddr,
    inner: Arc<Inner>,
    acceptor: Option<JoinHandle<()>>,
}

impl Relay {
    /// A server that handles each connection on a thread of its own.
    pub fn start(handle: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner {
            stop: AtomicBool::new(false),
            accepted: AtomicUsize::new(0),
            threads: Mutex::new(Vec::new()),
        });
        let of_thread = inner.clone();
        let handle = Arc::new(handle);
        let acceptor = std::thread::spawn(move || {
            loop {
                let accepted = listener.accept();
                if of_thread.stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok((stream, _)) = accepted else { continue };
                of_thread.accepted.fetch_add(1, Ordering::SeqCst);
                stream.set_read_timeout(Some(LONGEST)).unwrap();
                stream.set_write_timeout(Some(LONGEST)).unwrap();
                stream.set_nodelay(true).unwrap();
                let handle = handle.clone();
                let thread = std::thread::spawn(move || handle(stream));
                of_thread.threads.lock().unwrap().push(thread);
            }
        });
        Self {
            address,
            inner,
            acceptor: Some(acceptor),
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// This server by its address: nothing to resolve.
    pub fn target(&self) -> Target {
        target("127.0.0.1", self.port())
    }

    /// Connections so far.
    pub fn accepted(&self) -> usize {
        self.inner.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.inner.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        let acceptor = self.acceptor.take().map(JoinHandle::join);
        let threads = std::mem::take(&mut *self.inner.threads.lock().unwrap());
        let all_well = threads
            .into_iter()
            .map(JoinHandle::join)
            .chain(acceptor)
            .all(|ended| ended.is_ok());
        assert!(all_well || std::thread::panicking(), "a server failed");
    }
}

/// Reads until the client is done, whatever comes.
pub fn until_closed(mut stream: &TcpStream) {
    let mut rest = [0; 4096];
    while matches!(stream.read(&mut rest), Ok(1..)) {}
}

/// Reads a ClientHello: one record (RFC 5246 section 6.2.1).
pub fn client_hello(mut stream: &TcpStream) -> Vec<u8> {
    let mut record = vec![0; 5];
    stream.read_exact(&mut record).unwrap();
    let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
    record.resize(5 + length, 0);
    stream.read_exact(&mut record[5..]).unwrap();
    assert_eq!((record[0], record[5]), (22, 1), "no ClientHello");
    record
}

/// Closes in the orderly way and waits for the client to do the same, so that nothing it still
/// sends makes a reset of it.
pub fn close(stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    until_closed(stream);
}

/// Ends the connection with a reset.
pub fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(stream);
}
