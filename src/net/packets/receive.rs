//! The thread that receives: what comes is stamped, and told as what it is.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Inner;
use super::event::SocketEvent;
use super::socket::{LONGEST, LOOK_UP, is_pause};
use crate::clock;
use crate::net::icmp;
use crate::net::receive_within::receive_within;
use crate::wire::stun::{Message, kind};

/// Datagrams in a row that answer nothing, after which the receiving thread takes a breath.
const MOST_STRANGERS: u32 = 1000;

/// How long that is: a flood gets a part of a processor, not all of it.
const BREATH: Duration = Duration::from_millis(10);

impl Inner {
    /// Reads until nobody wants it any more.
    pub(super) fn receive(&self) {
        let mut buffer = [0; LONGEST];
        let mut strangers = 0;
        while !self.closed.load(Ordering::Relaxed) {
            let event = self.receive_one(&mut buffer);
            strangers = match event {
                Some(SocketEvent::Stranger) => strangers + 1,
                _ => 0,
            };
            if let Some(event) = event
                && self.events.blocking_send(event).is_err()
            {
                return;
            }
            if strangers >= MOST_STRANGERS {
                // a flood: what the system drops meanwhile costs nothing
                strangers = 0;
                std::thread::sleep(BREATH);
            }
        }
    }

    /// What comes next, within a moment.
    fn receive_one(&self, buffer: &mut [u8]) -> Option<SocketEvent> {
        let socket = self.socket();
        let Some(socket) = socket.as_ref() else {
            drop(socket);
            std::thread::sleep(LOOK_UP);
            return None;
        };
        match receive_within(socket, buffer, LOOK_UP) {
            Ok(length) => {
                let at = clock::now();
                let datagram = buffer.get(..length).unwrap_or_default();
                Some(match self.answered(datagram) {
                    Some(sequence) => SocketEvent::Answer { sequence, at },
                    None => SocketEvent::Stranger,
                })
            }
            Err(error) if icmp::is_message(&error) => self.unreachable(socket, &error),
            Err(error) if is_pause(&error) => None,
            Err(_) => {
                // such as a datagram that is too long for Windows
                std::thread::sleep(Duration::from_millis(1));
                None
            }
        }
    }

    /// The packet that a datagram answers. An error is an answer too: the packet came there, and
    /// something came back.
    fn answered(&self, datagram: &[u8]) -> Option<u64> {
        let message = Message::decode(datagram).ok()?;
        match message.kind() {
            kind::BINDING_SUCCESS | kind::BINDING_ERROR => self.ids().known(message.id()),
            _ => None,
        }
    }
}
