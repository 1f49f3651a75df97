//! The relays' side of UDP: answers after the round trip, and what goes wrong with them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::Semaphore;

use super::fault::Fault;
use super::relay::Seat;
use super::shared::{AFTER_ERROR, LONGEST};
use super::shared::{Shared, count};
use super::turn;
use crate::readiness::{receive_from, send_to};
use crate::timer::{sleep, timeout};
use crate::wire::stun::HEADER;

/// Answers that may wait for their delay at once, of one relay.
const PENDING: usize = 1024;

/// By how much `udp-delay` delays.
const DELAY: Duration = Duration::from_millis(150);

/// How long an answer is held back for the next one to overtake it.
const HELD: Duration = Duration::from_millis(500);

/// What is sent by `udp-garbage`: the start of a TLS record, to the letter no STUN.
const GARBAGE: &[u8] = b"\x16\xfe\xff no STUN";

/// Answers datagrams.
pub(super) async fn serve(socket: UdpSocket, seat: Seat, shared: Arc<Shared>) {
    let Ok(own) = socket.local_addr() else { return };
    let answers = PendingAnswers {
        socket: Arc::new(socket),
        pending: Arc::new(Semaphore::new(PENDING)),
    };
    let mut buffer = vec![0; LONGEST];
    let mut held: Option<(Vec<u8>, SocketAddr)> = None;
    loop {
        let receive = receive_from(&answers.socket, &mut buffer);
        let received = if held.is_none() {
            receive.await
        } else if let Ok(received) = timeout(HELD, receive).await {
            received
        } else {
            // nothing came to overtake it
            answers.send_one(held.take(), Duration::ZERO);
            continue;
        };
        let Ok((length, peer)) = received else {
            sleep(AFTER_ERROR).await; // an ICMP error of an earlier answer
            continue;
        };
        count(&shared.counters.datagrams);
        let fault = shared.udp_fault();
        let request = buffer.get(..length).unwrap_or_default();
        let mut texts = turn::answers(request, peer, own, fault);
        if matches!(fault, Some(Fault::Silent | Fault::UdpLoss)) || texts.is_empty() {
            continue;
        }
        let mut delay = shared.round_trip(seat.relay(&shared));
        match fault {
            Some(Fault::UdpReorder) if held.is_none() => {
                held = texts.pop().map(|text| (text, peer));
                continue;
            }
            Some(Fault::UdpDelay) => delay += DELAY,
            Some(Fault::UdpDuplicate) => texts.extend(texts.clone()),
            Some(Fault::UdpWrongId) => {
                for byte in texts
                    .iter_mut()
                    .flat_map(|text| text.iter_mut().take(HEADER).skip(8))
                {
                    *byte = !*byte;
                }
            }
            Some(Fault::UdpGarbage) => texts.insert(0, GARBAGE.to_vec()),
            _ => {}
        }
        answers.send(texts, peer, delay);
        // the one that was held back comes after this one
        answers.send_one(held.take(), delay + Duration::from_millis(2));
    }
}

/// Answers on their way.
struct PendingAnswers {
    socket: Arc<UdpSocket>,
    pending: Arc<Semaphore>,
}

impl PendingAnswers {
    fn send_one(&self, answer: Option<(Vec<u8>, SocketAddr)>, delay: Duration) {
        if let Some((text, peer)) = answer {
            self.send(vec![text], peer, delay);
        }
    }

    /// Sends answers one after the other after the delay; too many at once are dropped.
    fn send(&self, texts: Vec<Vec<u8>>, peer: SocketAddr, delay: Duration) {
        let Ok(permit) = Arc::clone(&self.pending).try_acquire_owned() else {
            return;
        };
        let socket = Arc::clone(&self.socket);
        tokio::spawn(async move {
            if !delay.is_zero() {
                sleep(delay).await;
            }
            for text in texts {
                let _ = send_to(&socket, &text, peer).await; // the client may be gone
            }
            drop(permit);
        });
    }
}
