//! A client and a server, each in a namespace of its own, with a path between them on which time
//! passes and chosen segments get lost.
//!
//! What one end sends, a thread of the tests takes from a TUN device and gives to the other end's
//! when its time has come. No netem, which is not in every kernel, and no rates: a path holds all
//! that is sent. Packets are those of the cable: nothing is put together or split on the way.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io::{ErrorKind, PipeReader, PipeWriter};
use std::process::Command;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tun_rs::{DeviceBuilder, SyncDevice};
use turnprobe::clock;

use crate::link::inside;
use crate::namespace::{Namespace, run};
use crate::witness::{ACK, SYN};

/// A whole packet of the cable.
const MTU: u16 = 1500;

/// Two namespaces and the way between them.
pub struct Path {
    // first, as the fields are dropped in this order: nothing is carried between the dead
    _carrier: Carrier,
    pub client: Namespace,
    pub server: Namespace,
}

/// A TCP segment that has just been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub way: Way,
    /// The client's and the server's port, whichever way it goes.
    pub ports: (u16, u16),
    pub flags: u16,
    /// Relative to the SYN of its sender, whose number is 0; the first byte of data has number 1.
    pub sequence: u32,
    /// Bytes of data.
    pub length: usize,
    /// Which one it is of those with data on its way of its connection, from 0. One that is sent
    /// again counts again.
    pub nth: Option<usize>,
}

/// Where a segment goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    ToServer,
    ToClient,
}

/// What becomes of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code)] // it is a complete choice
pub enum Fate {
    /// It arrives like all others.
    Arrives,
    /// It arrives so much later than others.
    Late(Duration),
    Lost,
}

impl Path {
    /// Lays a path that takes `delay` each way and loses nothing: 10.77.0.1 at the client,
    /// [`SERVER`](crate::link::SERVER) at the server, `eth0` at both as on a
    /// [`Link`](crate::link::Link).
    pub fn new(purpose: &str, delay: Duration) -> Self {
        Self::with_fates(purpose, delay, |_| Fate::Arrives)
    }

    /// As [`Path::new`], and every TCP segment is asked for its fate, in the order in which they
    /// are sent.
    pub fn with_fates(
        purpose: &str,
        delay: Duration,
        fates: impl FnMut(&Segment) -> Fate + Send + 'static,
    ) -> Self {
        come_first();
        let client = Namespace::new(&format!("{purpose}-client"));
        let server = Namespace::new(&format!("{purpose}-server"));
        let ends = [
            end(&client, "10.77.0.1/24", Way::ToServer),
            end(&server, "10.77.0.2/24", Way::ToClient),
        ];
        let (stopped, stop) = std::io::pipe().unwrap();
        let thread = std::thread::spawn(move || carry(&ends, delay, fates, &stopped));
        Self {
            _carrier: Carrier {
                stop: Some(stop),
                thread: Some(thread),
            },
            client,
            server,
        }
    }
}

/// Puts this thread before others of a busy machine, and with it the threads and programs that it
/// starts from now on (sched(7), `SCHED_RR`): the one that carries, the relays and the probes. The
/// path and both ends then add little to the delay.
fn come_first() {
    let thread = rustix::thread::gettid().as_raw_pid().to_string();
    run(Command::new("chrt").args(["--rr", "--pid", "1", &thread]));
}

/// One end of the path: what the device gives was sent there and goes this way.
struct RunEnd {
    device: SyncDevice,
    sends: Way,
}

fn end(namespace: &Namespace, address: &str, sends: Way) -> RunEnd {
    let device = inside(namespace, || {
        let builder = DeviceBuilder::new().name("eth0").mtu(MTU);
        builder.build_sync().unwrap()
    });
    device.set_nonblocking(true).unwrap();
    namespace.output("ip", &["address", "add", address, "dev", "eth0"]);
    namespace.output("ip", &["link", "set", "eth0", "up"]);
    RunEnd { device, sends }
}

/// The thread that carries; it ends when this is dropped.
struct Carrier {
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.stop.take();
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(
            std::thread::panicking() || matches!(ended, Some(Ok(()))),
            "the path broke down"
        );
    }
}

/// A packet under way: when it arrives, its number, which end it goes to, and its bytes.
type UnderWay = (Instant, u64, usize, Vec<u8>);

/// Carries packets until the pipe is closed at its other end.
fn carry(
    ends: &[RunEnd; 2],
    delay: Duration,
    mut fates: impl FnMut(&Segment) -> Fate,
    stopped: &PipeReader,
) {
    // those that arrive at the same moment do so in the order in which they were sent
    let mut under_way: BinaryHeap<Reverse<UnderWay>> = BinaryHeap::new();
    let mut number = 0;
    let mut connections = Connections::default();
    let mut buffer = [0; MTU as usize];
    loop {
        while let Some(Reverse((at, ..))) = under_way.peek()
            && *at <= clock::now()
        {
            let Some(Reverse((.., to, packet))) = under_way.pop() else {
                break;
            };
            // an end that a test has taken down gets nothing
            let _ = ends[to].device.send(&packet);
        }
        let next = under_way.peek().map(|Reverse((at, ..))| *at);
        let wait = next.map(|at| at.saturating_duration_since(clock::now()));
        let wait = wait.map(|wait| Timespec::try_from(wait).unwrap());
        let mut ready = [
            PollFd::new(&ends[0].device, PollFlags::IN),
            PollFd::new(&ends[1].device, PollFlags::IN),
            PollFd::new(stopped, PollFlags::IN),
        ];
        match poll(&mut ready, wait.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => panic!("poll: {error}"),
        }
        if !ready[2].revents().is_empty() {
            return;
        }
        for (from, end) in ends.iter().enumerate() {
            loop {
                let length = match end.device.recv(&mut buffer) {
                    Ok(length) => length,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => panic!("an end of the path: {error}"),
                };
                let sent = clock::now();
                let packet = &buffer[..length];
                let segment = connections.segment(packet, end.sends);
                let late = match segment.map_or(Fate::Arrives, |segment| fates(&segment)) {
                    Fate::Arrives => Duration::ZERO,
                    Fate::Late(late) => late,
                    Fate::Lost => continue,
                };
                let at = sent + delay + late;
                under_way.push(Reverse((at, number, 1 - from, packet.to_vec())));
                number += 1;
            }
        }
    }
}

/// What has been sent on each way of each connection.
#[derive(Default)]
struct Connections(HashMap<((u16, u16), Way), Sent>);

/// What one end of a connection has sent.
struct Sent {
    /// The number of its SYN (RFC 9293 section 3.4).
    first: u32,
    /// Segments with data.
    with_data: usize,
}

impl Connections {
    /// The TCP segment in an IPv4 packet (RFC 791 section 3.1, RFC 9293 section 3.1); `None` of
    /// any other packet and of a fragment.
    fn segment(&mut self, packet: &[u8], way: Way) -> Option<Segment> {
        let short = |bytes: &[u8], at: usize| {
            let two = bytes.get(at..at + 2)?;
            Some(u16::from_be_bytes(two.try_into().ok()?))
        };
        let version = packet.first()? >> 4;
        // a fragment: more of them to come, or not the first
        if version != 4 || packet.get(9) != Some(&6) || short(packet, 6)? & 0x3fff != 0 {
            return None;
        }
        let whole = packet.get(..usize::from(short(packet, 2)?))?;
        let tcp = whole.get(usize::from(packet[0] & 0x0f) * 4..)?;
        let (from, to) = (short(tcp, 0)?, short(tcp, 2)?);
        let ports = match way {
            Way::ToServer => (from, to),
            Way::ToClient => (to, from),
        };
        let sequence = u32::from_be_bytes(tcp.get(4..8)?.try_into().ok()?);
        let offset_and_flags = short(tcp, 12)?;
        let flags = offset_and_flags & 0x0fff;
        let length = tcp.get(usize::from(offset_and_flags >> 12) * 4..)?.len();
        if way == Way::ToServer && flags & (SYN | ACK) == SYN {
            // the ports may have been another connection's
            let known = self.0.get(&(ports, way));
            if known.is_some_and(|sent| sent.first != sequence) {
                self.0.remove(&(ports, Way::ToServer));
                self.0.remove(&(ports, Way::ToClient));
            }
        }
        let sent = self.0.entry((ports, way)).or_insert(Sent {
            first: sequence,
            with_data: 0,
        });
        let nth = (length > 0).then_some(sent.with_data);
        sent.with_data += usize::from(length > 0);
        Some(Segment {
            way,
            ports,
            flags,
            sequence: sequence.wrapping_sub(sent.first),
            length,
            nth,
        })
    }
}
