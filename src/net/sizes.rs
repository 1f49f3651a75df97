//! Which sizes of datagram get through: Binding requests that an attribute which nobody knows and everybody skips makes
//! longer (RFC 8489 section 14), with the bit that forbids routers to cut them. The answer stays short: only the way up is tested.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::icmp;
use super::ids::Ids;
use super::local_end::LocalEnd;
use super::packets::open;
use super::receive_within::receive_within;
use crate::clock;
use crate::judge::diagnose::facts::Size;
use crate::sys::dont_fragment;
use crate::wire::stun::{Builder, Message, kind};

/// An attribute that has to be understood by nobody (comprehension-optional) and that nobody has registered.
const FILLER: u16 = 0xC0DE;

/// Header and attribute's head.
const FIXED: u16 = 24;

/// From one datagram to the next.
const SPACING: Duration = Duration::from_millis(20);

/// Sends two datagrams of each size, and two more of each that stayed silent; an answer may take so long. To be run where
/// that holds nobody up: it takes three times that and half a second.
///
/// # Errors
///
/// When the system refuses the socket or cannot forbid that datagrams are cut.
pub fn sizes(
    remote: SocketAddr,
    local: &LocalEnd,
    wanted: &[u16],
    wait: Duration,
) -> io::Result<Vec<Size>> {
    let socket = open(remote, local)?;
    dont_fragment(&socket, remote.is_ipv4())?;
    icmp::listen(&socket, remote);
    let mut asked = SizeQuery {
        socket: &socket,
        ids: Ids::new(1024),
        counts: wanted
            .iter()
            .map(|size| {
                let ip_bytes = (*size).into();
                (
                    *size,
                    Size {
                        ip_bytes,
                        ..Size::default()
                    },
                )
            })
            .collect(),
        headers: if remote.is_ipv4() { 28 } else { 48 },
        largest: None,
    };
    for round in 0..3 {
        let silent: Vec<_> = wanted
            .iter()
            .copied()
            .filter(|size| asked.is_open(*size))
            .collect();
        if silent.is_empty() {
            break;
        }
        for _ in 0..if round == 0 { 2 } else { 1 } {
            for size in &silent {
                asked.send(*size)?;
                asked.hear(clock::now() + SPACING)?;
            }
        }
        let until = clock::now() + wait;
        while clock::now() < until && wanted.iter().any(|size| asked.is_open(*size)) {
            asked.hear(until.min(clock::now() + SPACING))?;
        }
    }
    Ok(wanted
        .iter()
        .filter_map(|size| asked.counts.get(size).copied())
        .collect())
}

struct SizeQuery<'a> {
    socket: &'a UdpSocket,
    ids: Ids<u16>,
    counts: HashMap<u16, Size>,
    /// Bytes of the headers of IP and UDP.
    headers: u16,
    /// The largest packet that fits, as a router says.
    largest: Option<u32>,
}

impl SizeQuery<'_> {
    fn count(&mut self, size: u16) -> &mut Size {
        self.counts.entry(size).or_default()
    }

    /// Whether nothing is known of a size yet.
    fn is_open(&self, size: u16) -> bool {
        self.counts
            .get(&size)
            .is_none_or(|count| count.answered == 0 && count.too_long == 0)
    }

    fn send(&mut self, size: u16) -> io::Result<()> {
        let id = self.ids.next(size)?;
        let filler = vec![0; usize::from(size.saturating_sub(self.headers + FIXED))];
        let request = Builder::new(kind::BINDING, id)
            .attribute(FILLER, &filler)
            .finish();
        let request = request.map_err(|error| io::Error::other(error.to_string()))?;
        match self.socket.send(&request) {
            Ok(_) => self.count(size).sent += 1,
            Err(error) if is_too_long(&error) => {
                let known = self.largest;
                self.take_in();
                if self.largest == known {
                    self.count(size).too_long += 1;
                } else if self.is_open(size) && self.socket.send(&request).is_ok() {
                    // it was a router's word on an earlier one
                    self.count(size).sent += 1;
                }
            }
            // an ICMP message about an earlier one: this one was not sent
            Err(_) => {
                self.take_in();
                if self.socket.send(&request).is_ok() {
                    self.count(size).sent += 1;
                }
            }
        }
        Ok(())
    }

    /// Takes in what routers say: one that names the largest size is no hole. Anything else is as good as silence.
    fn take_in(&mut self) {
        while let Some(message) = icmp::next_message(self.socket) {
            if let Some(largest) = message.largest() {
                self.largest = Some(self.largest.map_or(largest, |known| known.min(largest)));
            }
        }
        let Some(largest) = self.largest else { return };
        for (size, count) in &mut self.counts {
            if u32::from(*size) > largest && count.answered == 0 {
                count.too_long = count.too_long.max(1);
            }
        }
    }

    /// Takes in what comes until then.
    fn hear(&mut self, until: Instant) -> io::Result<()> {
        let mut buffer = [0; 2048];
        loop {
            let left = until.saturating_duration_since(clock::now());
            if left.is_zero() {
                return Ok(());
            }
            match receive_within(self.socket, &mut buffer, left) {
                Ok(length) => {
                    let datagram = buffer.get(..length).unwrap_or_default();
                    let id = Message::decode(datagram).ok().map(|message| message.id());
                    if let Some(size) = id.and_then(|id| self.ids.take(id)) {
                        self.count(size).answered += 1;
                    }
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    return Ok(());
                }
                Err(_) => {
                    self.take_in();
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
    }
}

#[cfg(unix)]
fn is_too_long(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EMSGSIZE)
}

/// WSAEMSGSIZE.
#[cfg(windows)]
fn is_too_long(error: &io::Error) -> bool {
    error.raw_os_error() == Some(10040)
}
