//! Tests that need the line for themselves: packet sizes, a stream, a held connection, and the connects again.

use super::budget::Budget;
use super::connects::{CONNECTS, connects};
use super::datagrams::{LIKE_AUDIO, PacketStream, SLOW, stream, try_sizes};
use super::held::hold;
use super::look::Looking;
use super::looked::Looked;
use crate::judge::diagnose::facts::{Fact, WhyUnknown};

impl Looking<'_> {
    /// What needs the wire for itself.
    pub(super) async fn measure(&self, found: &mut Looked, budget: &Budget) {
        // sizes and the stream are made of Binding requests
        let cell = found.udp.known().and_then(|cells| {
            let open = cells
                .iter()
                .filter(|(port, cell)| *port != 443 && cell.bound > 0);
            open.map(|(_, cell)| (cell.remote, cell.rtt)).next()
        });
        if let Some((remote, rtt)) = cell {
            (self.tell)("packet sizes");
            let largest = found
                .carrier
                .as_ref()
                .and_then(|carrier| carrier.interface.as_ref()?.mtu);
            found.sizes = try_sizes(self.opener, remote, (largest, rtt), budget).await;
        } else {
            found.sizes = Fact::Unknown(WhyUnknown::NotReached);
        }
        let tls_works = found
            .tls
            .iter()
            .filter_map(Fact::known)
            .find(|tried| tried.failure.is_none())
            .map(|tried| tried.remote);
        if self.options.quick {
            (found.stream, found.held) = (
                Fact::Unknown(WhyUnknown::NotAsked),
                Fact::Unknown(WhyUnknown::NotAsked),
            );
        } else if let Some((remote, _)) = cell {
            (self.tell)("a stream of 10 s like a call's");
            let by = (self.opener, self.target);
            found.stream = stream(by, remote, LIKE_AUDIO, self.run, budget).await;
            if found
                .stream
                .known()
                .is_some_and(PacketStream::looks_limited)
            {
                (self.tell)("a slow stream");
                found.slower = stream(by, remote, SLOW, self.run, budget).await;
            }
            found.held = Fact::Unknown(WhyUnknown::NotAsked);
        } else if let Some(remote) = tls_works {
            (self.tell)("a connection that is held for 5 s");
            found.stream = Fact::Unknown(WhyUnknown::NotReached);
            found.held = hold(self.opener, self.target, remote, budget).await;
        } else {
            (found.stream, found.held) = (
                Fact::Unknown(WhyUnknown::NotReached),
                Fact::Unknown(WhyUnknown::NotReached),
            );
        }
        let again = found
            .tcp
            .iter()
            .filter_map(Fact::known)
            .find(|connects| connects.up().next().is_some());
        let again = again.map(|connects| connects.remote);
        found.tcp_again = match (again, budget.closed()) {
            (_, Some(why)) => Fact::Unknown(why),
            (None, _) => Fact::Unknown(WhyUnknown::NotReached),
            (Some(_), None) if self.options.quick => Fact::Unknown(WhyUnknown::NotAsked),
            (Some(remote), None) => {
                (self.tell)("TCP 443 again");
                Fact::Known(connects(self.opener, remote, CONNECTS, budget).await)
            }
        };
    }
}
