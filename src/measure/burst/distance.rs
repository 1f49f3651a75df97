//! How far away the relay is.

use std::net::SocketAddr;

use tokio_util::sync::CancellationToken;

use crate::net::LocalEnd;
use crate::net::packets;
use crate::record::Distance;

/// The distance, searched on a thread of its own; none when the run is stopped meanwhile. The
/// search has a socket of its own: where only one local port may be used, no other may hold it.
pub(super) async fn distance(
    remote: SocketAddr,
    local: LocalEnd,
    stop: &CancellationToken,
) -> Option<Distance> {
    let (found, result) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("hops".to_owned());
    let started = thread.spawn(move || {
        let distance = match packets::hops(remote, &local) {
            Ok(Some(hops)) => Distance::Hops(hops),
            Ok(None) => Distance::Unknown("the relay does not answer".to_owned()),
            Err(error) => Distance::Unknown(packets::told(&error)),
        };
        let _ = found.send(distance);
    });
    if let Err(error) = started {
        return Some(Distance::Unknown(packets::told(&error)));
    }
    tokio::select! {
        result = result => result.ok(),
        () = stop.cancelled() => None,
    }
}
