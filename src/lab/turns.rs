//! Which probes are hit by which fault: decided by counting, never by chance.
//!
//! A share is spread by error diffusion: each event adds the share to a sum, and when the sum
//! reaches the whole the event is hit and the whole is taken off. So 25 % hits exactly every fourth.
//! Several faults take turns.
//!
//! Of `d` faults at the name server and `r` at the relays each gets the same part of the share
//! `s`: the name server hits s x d / (d + r) of its queries. The relays owe s x r / (d + r) of all
//! probes, but see only the connections that the name server's faults left over, so they hit that
//! many more of them. Those of the proxy, which stands between the two, count in the same way.

use super::fault::{Fault, FaultLevel};

/// Decides for one kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turns {
    faults: Vec<Fault>,
    part: usize,
    whole: usize,
    sum: usize,
    turn: usize,
}

impl Turns {
    /// For the name server's queries; `share` in percent.
    pub(super) fn dns(faults: &[Fault], share: u8) -> Self {
        let own = of(faults, FaultLevel::Dns);
        let part = usize::from(share) * own.len();
        Self::new(own, part, 100 * faults.len())
    }

    /// For the proxy's connections; `share` in percent of all probes.
    pub(super) fn proxy(faults: &[Fault], share: u8) -> Self {
        Self::behind(faults, share, FaultLevel::Proxy, Fault::ends_before_proxy)
    }

    /// For the relays' connections; `share` in percent of all probes.
    pub(super) fn relays(faults: &[Fault], share: u8) -> Self {
        Self::behind(faults, share, FaultLevel::Relay, Fault::ends_before_relay)
    }

    /// For a place that sees only what others left over.
    fn behind(
        faults: &[Fault],
        share: u8,
        level: FaultLevel,
        ends_before: impl Fn(Fault) -> bool,
    ) -> Self {
        let own = of(faults, level);
        let share = usize::from(share);
        let ended = faults.iter().filter(|fault| ends_before(**fault)).count();
        let part = share * own.len();
        Self::new(own, part, 100 * faults.len() - share * ended)
    }

    /// The fault that hits the next event, if one does.
    pub(super) fn next(&mut self) -> Option<Fault> {
        self.sum += self.part;
        if self.part == 0 || self.sum < self.whole {
            return None;
        }
        self.sum -= self.whole;
        let fault = self
            .faults
            .get(self.turn % self.faults.len().max(1))
            .copied();
        self.turn += 1;
        fault
    }

    fn new(faults: Vec<Fault>, part: usize, whole: usize) -> Self {
        Self {
            faults,
            part,
            whole,
            sum: 0,
            turn: 0,
        }
    }
}

fn of(faults: &[Fault], level: FaultLevel) -> Vec<Fault> {
    faults
        .iter()
        .copied()
        .filter(|fault| fault.level() == level)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Fault::{
        DnsPartial, DnsServfail, ProxyAuth, ProxyInspects, Refused, Reset, Silent, TlsAlert,
    };

    fn run(mut turns: Turns, events: usize) -> Vec<Option<Fault>> {
        (0..events).map(|_| turns.next()).collect()
    }

    #[test]
    fn a_quarter_is_exactly_every_fourth() {
        let hit = run(Turns::dns(&[DnsServfail], 25), 12);
        let wanted = [None, None, None, Some(DnsServfail)].repeat(3);
        assert_eq!(hit, wanted);
    }

    #[test]
    fn one_fault_at_a_hundred_percent_hits_every_probe() {
        assert!(
            run(Turns::dns(&[Refused], 100), 50)
                .iter()
                .all(|f| *f == Some(Refused))
        );
        assert!(
            run(Turns::relays(&[Reset], 100), 50)
                .iter()
                .all(|f| *f == Some(Reset))
        );
    }

    #[test]
    fn several_faults_take_turns() {
        let hit = run(Turns::relays(&[Reset, TlsAlert, Silent], 50), 6);
        assert_eq!(
            hit,
            [None, Some(Reset), None, Some(TlsAlert), None, Some(Silent)]
        );
    }

    #[test]
    fn without_faults_of_a_level_nothing_is_hit() {
        assert!(
            run(Turns::relays(&[DnsServfail], 100), 10)
                .iter()
                .all(Option::is_none)
        );
        assert!(run(Turns::dns(&[], 100), 10).iter().all(Option::is_none));
        assert!(run(Turns::relays(&[], 100), 10).iter().all(Option::is_none));
    }

    // Of 1,000 probes at 60 %: 400 owed by two DNS faults, 200 by one relay fault of the 600 left over.
    #[test]
    fn the_share_is_that_of_all_probes_whatever_the_levels() {
        let faults = [DnsServfail, Refused, Reset];
        let stopped = run(Turns::dns(&faults, 60), 1000).iter().flatten().count();
        assert_eq!(stopped, 400);
        let hit = run(Turns::relays(&faults, 60), 1000 - stopped)
            .iter()
            .flatten()
            .count();
        assert_eq!(hit, 200);
    }

    // Of 1,000 probes at 80 %: 200 each of four faults, the inspected ones among them come to a relay.
    #[test]
    fn a_proxy_between_the_two_takes_its_part_of_what_is_left() {
        let faults = [DnsServfail, ProxyAuth, ProxyInspects, Reset];
        let hits = |turns, events| -> usize { run(turns, events).iter().flatten().count() };
        assert_eq!(hits(Turns::dns(&faults, 80), 1000), 200);
        assert_eq!(hits(Turns::proxy(&faults, 80), 800), 400);
        assert_eq!(hits(Turns::relays(&faults, 80), 600), 200);
    }

    #[test]
    fn faults_that_get_through_leave_all_connections_to_the_relays() {
        let faults = [DnsPartial, Reset];
        assert_eq!(
            run(Turns::dns(&faults, 100), 100).iter().flatten().count(),
            50
        );
        assert_eq!(
            run(Turns::relays(&faults, 100), 100)
                .iter()
                .flatten()
                .count(),
            50
        );
    }
}
