//! Tests that need the line for themselves: packet sizes, a stream, a held connection, and the connects again.

use super::budget::Budget;
use super::connects::CONNECTS;
use super::datagrams::{LIKE_AUDIO, SLOW, looks_limited, stream, try_sizes};
use super::held::hold;
use super::look::Looking;
use super::looked::Looked;
use super::units::of;
use crate::judge::diagnose::facts::{Fact, Slower, TlsFacts, TlsOutcome, WhyUnknown};

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
        found.facts.udp.sizes = if let Some((remote, rtt)) = cell {
            (self.tell)("packet sizes");
            let largest = found
                .carrier
                .as_ref()
                .and_then(|carrier| carrier.interface.as_ref()?.mtu);
            try_sizes(self.opener, remote, (largest, rtt), budget).await
        } else {
            Fact::Unknown(WhyUnknown::NotReached)
        };
        let is_done = |tried: &Fact<TlsFacts>| {
            let tried = tried.known();
            tried.is_some_and(|tried| tried.outcome == TlsOutcome::Done)
        };
        let done = found.tls.iter().position(is_done);
        let done = done.and_then(|place| found.relays.get(place));
        let quality = &mut found.facts.quality;
        if self.options.quick {
            (quality.stream, quality.held) = (Fact::default(), Fact::default());
        } else if let Some((remote, _)) = cell {
            (self.tell)("a stream of 10 s like a call's");
            let by = (self.opener, self.target);
            quality.stream = stream(by, remote, LIKE_AUDIO, self.run, budget).await;
            let known = quality.stream.known();
            if known.is_some_and(|stream| looks_limited(&stream.samples)) {
                (self.tell)("a slow stream");
                let slower = stream(by, remote, SLOW, self.run, budget).await;
                quality.slower = of(&slower, |stream| Slower {
                    sent: stream.sent,
                    received: stream.received,
                });
            }
            quality.held = Fact::default();
        } else if let Some(relay) = done {
            (self.tell)("a connection that is held for 5 s");
            quality.stream = Fact::Unknown(WhyUnknown::NotReached);
            let remote = self.at(relay.address, 443);
            quality.held = hold(self.opener, self.target, remote, budget).await;
        } else {
            quality.stream = Fact::Unknown(WhyUnknown::NotReached);
            quality.held = Fact::Unknown(WhyUnknown::NotReached);
        }
        found.facts.tcp.again = match (found.first_open().cloned(), budget.closed()) {
            (_, Some(why)) => Fact::Unknown(why),
            (None, _) => Fact::Unknown(WhyUnknown::NotReached),
            (Some(_), None) if self.options.quick => Fact::Unknown(WhyUnknown::NotAsked),
            (again, None) => {
                (self.tell)("TCP 443 again");
                self.relay(again.as_ref(), 443, CONNECTS, budget).await
            }
        };
    }
}
