//! The distance in hops: the lowest IP time to live at which the relay still answers.
//!
//! The routers on the way answer with ICMP "time exceeded" (RFC 792), which takes privileges to
//! read and is not needed: no answer says enough. Linux keeps such messages from a connected
//! socket that has not asked for them (ip(7), IP_RECVERR).

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use socket2::SockRef;

use super::socket::{LONGEST, is_pause, open};
use crate::clock;
use crate::net::LocalEnd;
use crate::net::ids::Ids;
use crate::net::receive_within::receive_within;
use crate::wire::stun::{self, Message};

/// How long an answer may take.
const LIMIT: Duration = Duration::from_millis(500);

/// Packets that must be lost before a time to live counts as too low: with one packet in ten lost
/// one search in about two hundred is misled.
const TRIES: u64 = 3;

/// The longest way; systems begin with a time to live of 64 or more.
const FARTHEST: u8 = 64;

/// The lowest time to live at which the relay answers, found by bisection; none when it does not
/// answer at 64. Takes up to 11 s; to be run where that holds nobody up.
///
/// # Errors
///
/// When the system refuses the socket or its option.
pub fn hops(remote: SocketAddr, local: &LocalEnd) -> io::Result<Option<u8>> {
    let socket = open(remote, local)?;
    let mut ids = Ids::new(1024);
    let mut sequence = 0;
    lowest(FARTHEST, |ttl| {
        set_ttl(&socket, remote, ttl)?;
        for _ in 0..TRIES {
            sequence += 1;
            if answers(&socket, &mut ids, sequence)? {
                return Ok(true);
            }
        }
        Ok(false)
    })
}

/// The lowest value from 1 to `farthest` that answers, if all above it do.
fn lowest(farthest: u8, mut answers: impl FnMut(u8) -> io::Result<bool>) -> io::Result<Option<u8>> {
    if !answers(farthest)? {
        return Ok(None);
    }
    // silent at `low`, answered at `high`
    let (mut low, mut high) = (0, farthest);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if answers(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(Some(high))
}

fn set_ttl(socket: &UdpSocket, remote: SocketAddr, ttl: u8) -> io::Result<()> {
    let socket = SockRef::from(socket);
    match remote {
        SocketAddr::V4(_) => socket.set_ttl_v4(ttl.into()),
        SocketAddr::V6(_) => socket.set_unicast_hops_v6(ttl.into()),
    }
}

/// Sends one packet and waits for its answer; answers to earlier ones are passed over.
fn answers(socket: &UdpSocket, ids: &mut Ids<u64>, sequence: u64) -> io::Result<bool> {
    let id = ids.next(sequence)?;
    let start = clock::now();
    // an ICMP message about an earlier packet shows as an error of this one
    let packet = stun::binding_request(id);
    if socket.send(&packet).is_err() && socket.send(&packet).is_err() {
        return Ok(false);
    }
    let mut buffer = [0; LONGEST];
    loop {
        let left = LIMIT.saturating_sub(clock::now().saturating_duration_since(start));
        if left.is_zero() {
            return Ok(false);
        }
        match receive_within(socket, &mut buffer, left) {
            Ok(length) => {
                let datagram = buffer.get(..length).unwrap_or_default();
                if Message::decode(datagram).is_ok_and(|message| message.id() == id) {
                    return Ok(true);
                }
            }
            Err(error) if super::is_refusal(&error) => return Ok(false),
            Err(error) if is_pause(&error) => {}
            // an unreachable host or network: as good as silence
            Err(_) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_value_that_answers_is_found_in_few_steps() {
        for distance in 1..=64 {
            let mut steps = 0;
            let found = lowest(64, |ttl| {
                steps += 1;
                Ok(ttl >= distance)
            });
            assert_eq!(found.unwrap(), Some(distance));
            assert!(steps <= 7, "{steps} for {distance}");
        }
        assert_eq!(lowest(64, |_| Ok(false)).unwrap(), None);
    }
}
