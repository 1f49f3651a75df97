//! Plausible series for tests, benchmarks and examples: like the night of February 2021 that the
//! reference published, and always the same for the same plan on every system.
//!
//! Not here: expected statistics. They come from `tests/data/report/expected.py`, which shares no
//! code with this.

mod bursts;
mod cells;
pub mod counts;
pub mod faults;
mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use turnprobe::record::Record;
use turnprobe::schema::RowKind as _;

pub use cells::Certificate;
use cells::Probe;
use faults::Planted;
use random::Random;

/// Which program's file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// This program's.
    Turnprobe,
    /// End2End-TCP's with 22 columns.
    EndToEnd,
    /// End2End-TCP's earlier one with 17 columns.
    Early,
}

/// A machine that probes.
#[derive(Debug, Clone, Copy)]
pub struct Host {
    pub name: &'static str,
    pub label: &'static str,
    /// What its way to the relays takes longer than that of the reference.
    pub further_us: u64,
}

/// A region of the reference's night.
pub struct Region {
    pub name: &'static str,
    /// Start of its relays' names.
    pub relay: &'static str,
    /// Distinct addresses.
    pub addresses: u64,
    /// Rows out of [`NIGHT_ROWS`].
    pub rows: u64,
    /// Smallest and mean connect time.
    pub min_us: u64,
    pub mean_us: u64,
    /// Connects over a second in the night.
    pub slow: u64,
}

/// The regions with their shares of the reference's rows and their connect times.
#[rustfmt::skip]
pub const REGIONS: [Region; 4] = [
    Region { name: "francecentral", relay: "a-tr-teams-frcn", addresses: 16, rows: 31_104, min_us: 19_000, mean_us: 25_250, slow: 5 },
    Region { name: "northeurope", relay: "b-tr-teasc-euno", addresses: 34, rows: 66_278, min_us: 26_000, mean_us: 32_940, slow: 14 },
    Region { name: "ukwest", relay: "a-tr-teasc-ukwe", addresses: 34, rows: 66_191, min_us: 22_000, mean_us: 28_490, slow: 2 },
    Region { name: "westeurope", relay: "a-tr-teasc-euwe", addresses: 35, rows: 66_167, min_us: 13_000, mean_us: 18_580, slow: 2 },
];

/// Rows of the reference's night.
pub const NIGHT_ROWS: u64 = 229_748;

/// What is made.
#[derive(Debug, Clone)]
pub struct Plan {
    pub form: Form,
    pub rows: u64,
    pub seed: u64,
    /// Their rows take turns.
    pub hosts: Vec<Host>,
    /// Days with a series, each beginning at the same time of day.
    pub days: u64,
    /// Seconds since 1970 of the first probe.
    pub start_s: u64,
    /// Time between two probes of a host.
    pub interval_us: u64,
    /// Connects over a second in each region: a lost SYN.
    pub slow: [u64; 4],
    /// Rows without thumbprint.
    pub bare: u64,
    /// How many of them have no name either.
    pub nameless: u64,
    /// Length of the connect timeouts of the first host on the second day (or the only one); only
    /// in this program's own form.
    pub outage_s: u64,
    /// Length of the pause in each series.
    pub gap_s: u64,
    /// Whether the relays' certificate changes in the middle of the last day.
    pub new_certificate: bool,
    /// Deviation of the logarithm of what times take over the least.
    pub spread: f64,
    /// What goes wrong beside that.
    pub faults: Vec<Planted>,
    /// Whether counts, minimum, maximum, mean and standard deviation by region are those that the
    /// reference printed: then connect times are whole milliseconds, nothing is slower by hour or
    /// host, and there is no outage.
    pub exact: bool,
}

impl Plan {
    /// A series at the reference's pace, with its share of troubles in each night's worth of rows.
    pub fn night(form: Form, rows: u64, seed: u64) -> Self {
        let share = |count: u64| (count * rows).div_ceil(NIGHT_ROWS);
        Self {
            form,
            rows,
            seed,
            hosts: vec![Host {
                name: "probe-01",
                label: "access=fibre",
                further_us: 0,
            }],
            days: 1,
            start_s: 1_613_080_800, // 2021-02-11 22:00:00Z
            interval_us: 136_986,   // 7.3 a second
            slow: REGIONS.map(|region| share(region.slow)),
            bare: share(31),
            nameless: share(8),
            outage_s: 180,
            gap_s: 600,
            new_certificate: true,
            spread: 0.8,
            faults: Vec::new(),
            exact: false,
        }
    }

    /// Days in which nothing is wrong but what is planted, of three hosts at two sites that probe each so many seconds.
    pub fn calm(days: u64, interval_s: u64, faults: Vec<Planted>) -> Self {
        let host = |name, label| Host {
            name,
            label,
            further_us: 0,
        };
        Self {
            hosts: vec![
                host("pc1", "site=Nord"),
                host("pc2", "site=Sued"),
                host("pc3", "site=Sued"),
            ],
            days,
            start_s: 1_614_556_800, // 2021-03-01 00:00:00Z
            interval_us: interval_s * 1_000_000,
            slow: [0; 4],
            bare: 0,
            nameless: 0,
            outage_s: 0,
            gap_s: 0,
            new_certificate: false,
            spread: 0.2,
            faults,
            ..Self::night(Form::Turnprobe, 3 * days * 86_400 / interval_s, 1)
        }
    }

    /// The reference's night with exactly the numbers that it printed.
    pub fn reference(form: Form) -> Self {
        Self {
            outage_s: 0,
            gap_s: 0,
            new_certificate: false,
            exact: true,
            ..Self::night(form, NIGHT_ROWS, 2021)
        }
    }

    /// Writes the series as a file of its form, with all columns that the form has.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let columns: Vec<&str> = match self.form {
            Form::Turnprobe => Record::defaults()
                .iter()
                .map(|column| column.name)
                .collect(),
            Form::EndToEnd => Record::defaults()[..22]
                .iter()
                .map(|column| column.name)
                .collect(),
            Form::Early => cells::EARLY.to_vec(),
        };
        self.write_columns(&columns, out)
    }

    /// The same with some columns only.
    pub fn write_columns(&self, columns: &[&str], out: &mut impl Write) -> io::Result<()> {
        let mut line = Vec::with_capacity(2048);
        cells::push_line(columns.iter().copied(), &mut line);
        out.write_all(&line)?;
        let mut series = Series::new(self);
        for number in 0..self.rows {
            let probe = series.probe(number);
            line.clear();
            cells::push_probe(&probe, self.form, columns, &mut line);
            out.write_all(&line)?;
        }
        out.flush()
    }
}

/// What sets a row apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Special {
    Slow(usize),
    Bare,
    Nameless,
}

struct Series<'a> {
    plan: &'a Plan,
    random: Random,
    special: BTreeMap<u64, Special>,
    exact: Option<counts::Decks>,
}

impl<'a> Series<'a> {
    fn new(plan: &'a Plan) -> Self {
        let mut random = Random::new(plan.seed);
        let mut special = Vec::new();
        for (region, count) in plan.slow.iter().enumerate().filter(|_| !plan.exact) {
            special.extend((0..*count).map(|_| Special::Slow(region)));
        }
        special.extend((0..plan.nameless).map(|_| Special::Nameless));
        special.extend((plan.nameless..plan.bare).map(|_| Special::Bare));
        random.shuffle(&mut special);
        let mut places = BTreeSet::new();
        while places.len() < special.len().min(usize::try_from(plan.rows).unwrap_or(0)) {
            places.insert(random.below(plan.rows));
        }
        let exact = plan.exact.then(|| counts::Decks::new(&mut random));
        Self {
            plan,
            special: places.into_iter().zip(special).collect(),
            exact,
            random,
        }
    }

    fn probe(&mut self, number: u64) -> Probe {
        let plan = self.plan;
        let hosts = plan.hosts.len() as u64;
        let turn = number / hosts;
        let host = plan.hosts[usize::try_from(number % hosts).unwrap_or(0)];
        let in_day = plan.rows.div_ceil(hosts * plan.days);
        let (day, step) = (turn / in_day, turn % in_day);
        let paused = step * 4 >= in_day * 3;
        let slot = step + u64::from(paused) * (plan.gap_s * 1_000_000 / plan.interval_us);
        let lag_us = 60 + self.random.below(700);
        let since_us = slot * plan.interval_us + (number % hosts) * 211_000;
        let day_us = (plan.start_s + day * 86_400) * 1_000_000;
        let at_us = day_us + since_us + lag_us;

        let special = self.special.get(&number).copied();
        let nameless = special == Some(Special::Nameless);
        let (region, exact_ms) = match (&mut self.exact, special) {
            (Some(decks), _) => decks.draw(nameless),
            (None, Some(Special::Slow(region))) => (region, None),
            (None, _) => (self.region(), None),
        };
        let place = REGIONS[region].addresses;
        let relay = self.random.below(place);

        let hour = at_us / 1_000_000 % 86_400;
        let busy = if plan.exact { 1000 } else { per_mille(hour) };
        let of = |over_us: u64| over_us * busy / 1000 + host.further_us;
        let min_us = REGIONS[region].min_us;
        let mut connect_us = min_us
            + of(self
                .random
                .log_normal(REGIONS[region].mean_us - min_us, plan.spread));
        let mut rtt_us = connect_us - 40;
        let mut again = 0;
        if matches!(special, Some(Special::Slow(_))) {
            again = 1;
            connect_us += 1_000_000 - self.random.below(connect_us / 3);
        }
        if let Some(ms) = exact_ms {
            connect_us = ms * 1000;
            rtt_us = connect_us - 40;
            again = u64::from(ms > 1000);
        }
        let outage_day = u64::from(plan.days > 1);
        let out_from = plan.interval_us * (in_day * 2 / 5);
        let out = plan.form == Form::Turnprobe
            && day == outage_day
            && number.is_multiple_of(hosts)
            && (out_from..out_from + plan.outage_s * 1_000_000).contains(&since_us);
        let cause = match special {
            Some(Special::Nameless) => "dns-timeout",
            _ if out => "connect-timeout",
            Some(Special::Bare) => "tls-timeout",
            _ => "",
        };
        if out {
            connect_us = 10_000_000 + self.random.below(900);
            again = 3;
        }
        let mut probe = Probe {
            host,
            at_us,
            slot,
            run: (day_us / 1_000_000, number % hosts),
            lag_us,
            region,
            relay,
            cause,
            dns_us: match cause {
                "dns-timeout" => 5_000_000 + self.random.below(900),
                _ => 7_000 + of(self.random.log_normal(19_000, 0.7)),
            },
            connect_us,
            tls_us: match cause {
                "tls-timeout" => 10_000_000 + self.random.below(900),
                _ => 2 * rtt_us + 2_000 + self.random.below(9_000),
            },
            rtt_us,
            again,
            certificate: if !plan.new_certificate || day + 1 < plan.days || step * 2 < in_day {
                Certificate::Old
            } else {
                Certificate::New
            },
            clock_step_us: None,
        };
        let mut clock_us = 0;
        for planted in &plan.faults {
            planted.strike(plan, &mut probe, &mut clock_us);
        }
        probe.at_us += clock_us;
        probe
    }

    /// A region by the reference's shares.
    fn region(&mut self) -> usize {
        let mut ball = self
            .random
            .below(REGIONS.iter().map(|region| region.rows).sum());
        REGIONS
            .iter()
            .position(|region| {
                let here = ball < region.rows;
                ball = ball.saturating_sub(region.rows);
                here
            })
            .unwrap_or(0)
    }
}

/// How much the time of day slows the network down: half as much again at 20:00 UTC, nothing from
/// midnight to 16:00.
fn per_mille(second_of_day: u64) -> u64 {
    let from_peak = second_of_day.abs_diff(20 * 3600);
    1000 + (4 * 3600_u64).saturating_sub(from_peak) * 500 / (4 * 3600)
}
