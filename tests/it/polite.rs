//! How often a stranger's address is contacted. Nothing is: a socket of loopback's reaches no
//! address of TEST-NET-1 (RFC 5737), and the system says so at once.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use turnprobe::clock::{self, Wall};
use turnprobe::measure::probe::Prober;
use turnprobe::measure::{Engine, RunEnd, Stop, Why};
use turnprobe::net::{LocalEnd, Opener, Plan};
use turnprobe::pace::Pace;
use turnprobe::record::{Record, Run, World};
use turnprobe::target::{Target, Targets};

use crate::command::on_wine;

use crate::rows::{ms, plan, run, target};
use crate::servers::dns::DnsServer;
use crate::servers::wire::stranger;

fn from_loopback(plan: Plan) -> Plan {
    Plan {
        local_end: LocalEnd {
            address: Some(IpAddr::from([127, 0, 0, 1])),
            ..LocalEnd::default()
        },
        ..plan
    }
}

/// Runs a series with a clock that goes; checks what is true of every row.
fn run_series(
    plan: Plan,
    pace: Pace,
    targets: &[Target],
    concurrency: usize,
) -> (Vec<Arc<Record>>, RunEnd) {
    let interval = chrono::Duration::from_std(pace.interval()).unwrap();
    let run_of_test = Arc::new(Run::new("it", String::new(), World::Real));
    let opener = Opener::new(from_loopback(plan), Wall::system()).unwrap();
    let prober = Arc::new(Prober::new(opener, run_of_test));
    let series = Engine {
        pace,
        targets: Targets::new(targets.to_vec()).unwrap(),
        concurrency,
    };
    let (records, end) = run(async {
        let mut series = series.start(prober, Stop::default());
        let mut records = Vec::new();
        while let Some(record) = series.row().await {
            records.push(record);
        }
        (records, series.end().await)
    });
    assert_eq!(end.why, Why::Complete);
    // the moment and the lag of a row name the same slot
    let due = |record: &Arc<Record>| {
        let lag = chrono::Duration::from_std(record.lag?).unwrap();
        let slot = i32::try_from(record.slot).unwrap();
        Some(record.started - lag - interval * slot)
    };
    let starts: Vec<_> = records.iter().filter_map(due).collect();
    for start in &starts {
        let apart = (*start - starts[0]).abs();
        assert!(apart < chrono::Duration::milliseconds(20), "{apart}");
    }
    (records, end)
}

/// The moments of the rows by address, in their order.
fn by_address(records: &[Arc<Record>]) -> BTreeMap<IpAddr, Vec<Duration>> {
    let first = records.iter().map(|record| record.started).min().unwrap();
    let mut moments: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for record in records {
        let since = (record.started - first).to_std().unwrap();
        let address = record.remote.unwrap().ip();
        moments.entry(address).or_default().push(since);
    }
    for list in moments.values_mut() {
        list.sort();
    }
    moments
}

/// Fails unless each is a tenth of a second behind the one before, but for the stamp's jitter.
fn assert_spaced(moments: &[Duration]) {
    for pair in moments.windows(2) {
        assert!(pair[1] >= pair[0] + ms(95), "{moments:?}");
    }
    for eleven in moments.windows(11) {
        assert!(eleven[10] >= eleven[0] + ms(990), "{moments:?}");
    }
}

fn strangers(last: &[u8]) -> Vec<Target> {
    let stranger = |last: &u8| target(&format!("192.0.2.{last}"), 443);
    last.iter().map(stranger).collect()
}

#[test]
fn two_strangers_in_turn_do_not_wait_for_each_other() {
    let pace = Pace::new(ms(60), Some(20), None);
    let (records, end) = run_series(plan(), pace, &strangers(&[1, 2]), 8);
    assert_eq!((end.started, end.missed), (20, 0));
    for record in &records {
        assert!(record.lag.unwrap() < ms(40), "{:?}", record.lag);
    }
    let moments = by_address(&records);
    assert_eq!(moments.len(), 2);
    for moments in moments.values() {
        assert_spaced(moments);
    }
}

#[test]
fn what_a_stranger_may_not_get_is_missed_and_what_waits_says_so() {
    let pace = Pace::new(ms(60), Some(30), None);
    // as of two names with one address, which no check of the command line can know
    let (records, end) = run_series(plan(), pace, &strangers(&[1, 1]), 8);
    assert_eq!(end.started + end.missed, 30);
    assert_eq!(end.started, records.len() as u64);
    // 29 intervals are 1.74 s
    assert!((14..=19).contains(&end.started), "{end:?}");
    // politeness holds nothing up for an interval; Wine beside other load does
    let most = if on_wine() { ms(500) } else { ms(100) };
    for record in &records {
        assert!(record.lag.unwrap() < most, "{:?}", record.lag);
    }
    assert!(records.iter().any(|record| record.lag > Some(ms(10))));
    assert_spaced(&by_address(&records)[&IpAddr::from([192, 0, 2, 1])]);
}

#[test]
fn back_to_back_a_stranger_is_gone_to_every_tenth_of_a_second() {
    let start = clock::now();
    let pace = Pace::new(Duration::ZERO, Some(13), None);
    let (records, _) = run_series(plan(), pace, &strangers(&[1]), 4);
    assert_eq!(records.len(), 13);
    assert!(start.elapsed() >= ms(1_200), "{:?}", start.elapsed());
    assert_spaced(&by_address(&records)[&IpAddr::from([192, 0, 2, 1])]);
}

#[test]
fn all_addresses_are_gone_to_at_once_each_once_and_their_name_is_resolved_once() {
    let server = DnsServer::start(|query| {
        let address = |last| stranger("relay.test", 9, last);
        let mut answers: Vec<_> = (1..=24).map(address).collect();
        // again what stands in the answer already
        answers.extend_from_within(..4);
        vec![query.answer(&answers, &[])]
    });
    let start = clock::now();
    let plan = Plan {
        all_addresses: true,
        ..server.plan()
    };
    let pace = Pace::new(ms(300), Some(4), None);
    let (records, end) = run_series(plan, pace, &[target("relay.test", 443)], 8);
    assert!(start.elapsed() < ms(3_000), "{:?}", start.elapsed());
    assert_eq!((end.started, end.missed, records.len()), (4, 0, 4 * 24));
    let moments = by_address(&records);
    assert_eq!(moments.len(), 24);
    assert!(moments.values().all(|moments| moments.len() == 4));
    for record in &records {
        assert_eq!(record.dns.addresses, Some(24));
    }
    assert_eq!(server.count_a(), 4);
}
