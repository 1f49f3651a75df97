//! This end as relays see it: whether a NAT picks another port for each of them, and whether there are several ways out. Not here: what
//! follows from it (`judge`).

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;

use super::ids::Ids;
use crate::clock;
use crate::wire::stun::{self, Message};

/// What a relay says of this end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenAs {
    /// Its address and port, as they arrive there.
    Address(SocketAddr),
    /// It answers, and names none.
    NoAddress,
    /// It does not answer.
    Silent,
}

/// This end as several relays see it: one socket, one Binding request to each, each sent again twice while it is silent.
pub async fn mapped(remotes: &[SocketAddr], limit: Duration) -> Vec<(SocketAddr, SeenAs)> {
    let silent = |remote: &SocketAddr| (*remote, SeenAs::Silent);
    let mut seen: Vec<_> = remotes.iter().map(silent).collect();
    let any: SocketAddr = match remotes.first() {
        Some(SocketAddr::V6(_)) => (std::net::Ipv6Addr::UNSPECIFIED, 0).into(),
        _ => (std::net::Ipv4Addr::UNSPECIFIED, 0).into(),
    };
    let Ok(socket) = UdpSocket::bind(any).await else {
        return seen;
    };
    let _ = socket.writable().await;
    let mut ids = Ids::new(32);
    let mut buffer = vec![0; 2048];
    for _ in 0..3 {
        for (index, (remote, said)) in seen.iter().enumerate() {
            if *said == SeenAs::Silent
                && let Ok(id) = ids.next(index)
            {
                let _ = socket.try_send_to(&stun::binding_request(id), *remote);
            }
        }
        let until = clock::now() + limit / 3;
        while seen.iter().any(|(_, said)| *said == SeenAs::Silent) {
            let left = until.saturating_duration_since(clock::now());
            let received =
                crate::timer::timeout(left, crate::readiness::receive_from(&socket, &mut buffer))
                    .await;
            let Ok(received) = received else { break };
            // an ICMP message of an earlier one
            let Ok((length, from)) = received else {
                continue;
            };
            let Ok(message) = Message::decode(buffer.get(..length).unwrap_or_default()) else {
                continue;
            };
            let place = ids.take(message.id()).and_then(|index| seen.get_mut(index));
            if let Some((remote, said)) = place
                && *remote == from
            {
                let address = message.mapped_address().ok().flatten();
                *said = address.map_or(SeenAs::NoAddress, SeenAs::Address);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 8489 section 5: a success response is 0x0101, the cookie and the transaction come back as they were; section
    // 14.1: MAPPED-ADDRESS is 0x0001, family 1, port, address
    #[tokio::test]
    async fn an_answer_without_an_address_is_no_silence_and_is_not_waited_for() {
        let relay = |address: &'static [u8]| async move {
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let at = socket.local_addr().unwrap();
            tokio::spawn(async move {
                let mut asked = [0; 100];
                while let Ok((_, from)) = socket.recv_from(&mut asked).await {
                    let mut said = vec![1, 1, 0, u8::try_from(address.len()).unwrap()];
                    said.extend(&asked[4..20]);
                    said.extend(address);
                    socket.send_to(&said, from).await.unwrap();
                }
            });
            at
        };
        let with = relay(&[0, 1, 0, 8, 0, 1, 0x0D, 0x96, 192, 0, 2, 1]).await;
        let without = relay(&[]).await;
        let long = Duration::from_secs(600);
        let seen = mapped(&[with, without], long).await;
        let address = SeenAs::Address("192.0.2.1:3478".parse().unwrap());
        assert_eq!(seen, [(with, address), (without, SeenAs::NoAddress)]);
    }
}
