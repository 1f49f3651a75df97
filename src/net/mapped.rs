//! This end as relays see it: whether a NAT picks another port for each of them, and whether there are several ways out. Not here: what
//! follows from it (`judge`).

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;

use super::ids::Ids;
use crate::clock;
use crate::wire::stun::{self, Message};

/// This end as several relays see it: one socket, one Binding request to each, each sent again twice while it is silent.
pub async fn mapped(
    remotes: &[SocketAddr],
    limit: Duration,
) -> Vec<(SocketAddr, Option<SocketAddr>)> {
    let mut seen: Vec<_> = remotes.iter().map(|remote| (*remote, None)).collect();
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
        for (index, (remote, mapped)) in seen.iter().enumerate() {
            if mapped.is_none()
                && let Ok(id) = ids.next(index)
            {
                let _ = socket.try_send_to(&stun::binding_request(id), *remote);
            }
        }
        let until = clock::now() + limit / 3;
        while seen.iter().any(|(_, mapped)| mapped.is_none()) {
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
            if let Some((remote, mapped)) = place
                && *remote == from
            {
                *mapped = message.mapped_address().ok().flatten();
            }
        }
    }
    seen
}
