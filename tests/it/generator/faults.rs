//! Faults that are planted in a series: each is a line of a plan. They draw nothing by chance, so that the rest of the
//! series stays as it is without them.

use super::cells::{Certificate, Probe};
use super::random::Random;
use super::{Plan, REGIONS};

/// Whose rows they are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    Everybody,
    Host(&'static str),
    /// Hosts with this label.
    Site(&'static str),
    /// Rows to the relays of a region.
    Region(&'static str),
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No connect works.
    Outage,
    /// One connect in so many does not.
    Lost(u64),
    /// Connects take so many percent of what they took.
    Level(u64),
    /// One connect in so many sends its SYN again.
    SynLost(u64),
    /// TLS shows another certificate.
    Shows(Certificate),
    /// So many packets of a burst of 750 are lost.
    UdpLoss(u64),
    /// The clock is set forward by so many seconds at the beginning.
    ClockSet(u64),
}

/// A fault, whose rows it is in, and from when to when, in seconds from the beginning of the series.
#[derive(Debug, Clone, Copy)]
pub struct Planted {
    pub what: Fault,
    pub whom: Whom,
    pub from_s: u64,
    pub to_s: u64,
}

/// In one line.
pub fn plant(what: Fault, whom: Whom, from_s: u64, to_s: u64) -> Planted {
    Planted {
        what,
        whom,
        from_s,
        to_s,
    }
}

impl Planted {
    /// Whether a row is among those that it is in; the clock is that of the series.
    pub fn strikes(&self, plan: &Plan, probe: &Probe) -> bool {
        let begin_us = plan.start_s * 1_000_000;
        let within = self.from_s * 1_000_000..self.to_s * 1_000_000;
        within.contains(&(probe.at_us - begin_us))
            && match self.whom {
                Whom::Everybody => true,
                Whom::Host(name) => probe.host.name == name,
                Whom::Site(label) => probe.host.label == label,
                Whom::Region(name) => REGIONS[probe.region].name == name,
            }
    }

    /// Does it to a row; `clock_us` is by how much the host's clock is set beside the series'.
    pub fn strike(&self, plan: &Plan, probe: &mut Probe, clock_us: &mut u64) {
        if !self.strikes(plan, probe) {
            return;
        }
        // scattered, so that no hour and no two hosts have them together but by chance
        let place = (probe.run.0 + probe.slot * 4_096) * 64 + probe.run.1;
        let one_in = |n: u64| Random::new(place).below(n) == 0;
        match self.what {
            Fault::Outage => probe.lose(),
            Fault::Lost(n) if one_in(n) => probe.lose(),
            Fault::SynLost(n) if one_in(n) => {
                probe.connect_us += 1_000_000;
                probe.again = 1;
            }
            Fault::Lost(_) | Fault::SynLost(_) | Fault::UdpLoss(_) => {}
            Fault::Level(percent) => probe.connect_us = probe.connect_us * percent / 100,
            Fault::Shows(certificate) => probe.certificate = certificate,
            Fault::ClockSet(seconds) => {
                *clock_us += seconds * 1_000_000;
                let before_us = probe.at_us - plan.start_s * 1_000_000 - plan.interval_us;
                if before_us < self.from_s * 1_000_000 {
                    probe.clock_step_us = Some(seconds * 1_000_000);
                }
            }
        }
    }
}
