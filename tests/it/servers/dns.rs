//! A name server that answers by a script and remembers the questions.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use turnprobe::net::Plan;
use turnprobe::net::dns::Resolver;

use super::wire::{A, Query};
use crate::rows::plan;

/// The packets to send for a question; it may take its time.
type Script = dyn Fn(&Query) -> Vec<Vec<u8>> + Send + Sync;

struct Inner {
    script: Box<Script>,
    queries: Mutex<Vec<Query>>,
    stop: AtomicBool,
}

impl Inner {
    fn replies(&self, query: Query) -> Vec<Vec<u8>> {
        let replies = (self.script)(&query);
        self.queries.lock().unwrap().push(query);
        replies
    }
}

/// A name server on loopback; dropping it ends it.
pub struct DnsServer {
    address: SocketAddr,
    inner: Arc<Inner>,
    threads: Vec<JoinHandle<()>>,
    /// Holds the TCP port closed where there is no TCP.
    _closed: Option<Socket>,
}

impl DnsServer {
    /// A server on UDP and TCP.
    pub fn start(script: impl Fn(&Query) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self::with(Box::new(script), true)
    }

    /// A server whose TCP port is closed.
    pub fn without_tcp(script: impl Fn(&Query) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self::with(Box::new(script), false)
    }

    /// A server that takes questions and never answers.
    pub fn silent() -> Self {
        Self::start(|_| Vec::new())
    }

    fn with(script: Box<Script>, tcp: bool) -> Self {
        let inner = Arc::new(Inner {
            script,
            queries: Mutex::new(Vec::new()),
            stop: AtomicBool::new(false),
        });
        let (udp, stream) = pair();
        let address = udp.local_addr().unwrap();
        let mut threads = Vec::new();
        let of_udp = inner.clone();
        threads.push(std::thread::spawn(move || serve_udp(&udp, &of_udp)));
        let mut closed = None;
        if tcp {
            stream.listen(128).unwrap();
            let listener = TcpListener::from(stream);
            let of_tcp = inner.clone();
            threads.push(std::thread::spawn(move || serve_tcp(&listener, &of_tcp)));
        } else {
            closed = Some(stream);
        }
        Self {
            address,
            inner,
            threads,
            _closed: closed,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A plan that asks this server only.
    pub fn plan(&self) -> Plan {
        Plan {
            resolver: Resolver::Servers(vec![self.address]),
            ..plan()
        }
    }

    pub fn queries(&self) -> Vec<Query> {
        self.inner.queries.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.inner.queries.lock().unwrap().len()
    }

    /// Questions for A records.
    pub fn count_a(&self) -> usize {
        let queries = self.inner.queries.lock().unwrap();
        queries.iter().filter(|query| query.kind() == A).count()
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.inner.stop.store(true, Ordering::SeqCst);
        if let Ok(waker) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) {
            let _ = waker.send_to(b"", self.address);
        }
        let _ = TcpStream::connect(self.address);
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "a script failed");
        }
    }
}

/// A UDP socket and a TCP one with the same port.
fn pair() -> (UdpSocket, Socket) {
    for _ in 0..50 {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let tcp = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        if tcp.bind(&udp.local_addr().unwrap().into()).is_ok() {
            return (udp, tcp);
        }
    }
    panic!("no port is free on both UDP and TCP");
}

fn serve_udp(socket: &UdpSocket, inner: &Inner) {
    let mut buffer = [0; 2048];
    loop {
        let received = socket.recv_from(&mut buffer);
        if inner.stop.load(Ordering::SeqCst) {
            return;
        }
        // Windows reports a client's closed port here
        let Ok((length, client)) = received else {
            continue;
        };
        let query = Query {
            bytes: buffer[..length].to_vec(),
            over_tcp: false,
        };
        for reply in inner.replies(query) {
            let _ = socket.send_to(&reply, client);
        }
    }
}

fn serve_tcp(listener: &TcpListener, inner: &Inner) {
    loop {
        let accepted = listener.accept();
        if inner.stop.load(Ordering::SeqCst) {
            return;
        }
        if let Ok((stream, _)) = accepted {
            // a client that goes away is no fault of the test
            let _ = answer_tcp(stream, inner);
        }
    }
}

fn answer_tcp(mut stream: TcpStream, inner: &Inner) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut bytes)?;
    let query = Query {
        bytes,
        over_tcp: true,
    };
    for reply in inner.replies(query) {
        let length = u16::try_from(reply.len()).unwrap().to_be_bytes();
        stream.write_all(&[&length[..], &reply].concat())?;
    }
    // until the client is done
    let _ = stream.read(&mut [0; 1]);
    Ok(())
}
