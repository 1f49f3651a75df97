//! The loop against real probes: slots, what is missed, how it ends.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use turnprobe::clock;
use turnprobe::measure::{Engine, RunEnd, Stop, Why};
use turnprobe::net::{Limits, Plan};
use turnprobe::pace::Pace;
use turnprobe::record::Record;
use turnprobe::target::{Target, Targets};

use crate::rows::{PATIENT, Row, ms, plan, prober, rows, run, target};
use crate::servers::closed::ClosedTcp;
use crate::servers::dns::DnsServer;
use crate::servers::tcp::{Relay, client_hello, until_closed};
use crate::servers::tls::{Offer, serve};
use crate::servers::wire::a;

fn series(pace: Pace, targets: Vec<Target>, concurrency: usize) -> Engine {
    Engine {
        pace,
        targets: Targets::new(targets).unwrap(),
        concurrency,
    }
}

/// Runs a series and stops it as soon as `enough` says so of the rows so far.
fn run_until(
    series: Engine,
    plan: Plan,
    enough: impl Fn(&[Arc<Record>]) -> bool + Send + 'static,
) -> (Vec<Row>, RunEnd) {
    let prober = Arc::new(prober(plan));
    let (records, end) = run(async {
        let stop = Stop::default();
        let mut series = series.start(prober, stop.clone());
        let mut records = Vec::new();
        while let Some(record) = series.row().await {
            records.push(record);
            if enough(&records) {
                stop.ask();
            }
        }
        (records, series.end().await)
    });
    (rows(&records), end)
}

fn run_whole(series: Engine, plan: Plan) -> (Vec<Row>, RunEnd) {
    run_until(series, plan, |_| false)
}

fn slots(rows: &[Row]) -> Vec<u64> {
    let mut slots: Vec<u64> = rows
        .iter()
        .map(|r| r.cell("slot").parse().unwrap())
        .collect();
    slots.sort_unstable();
    slots
}

/// A relay that takes its time before it answers the ClientHello, and counts how many wait.
fn slow(delay: u64) -> (Relay, Arc<AtomicUsize>) {
    let config = Offer::good().config();
    let (waiting, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    let relay = Relay::start(move |stream| {
        let now = waiting.fetch_add(1, Ordering::SeqCst) + 1;
        seen.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(ms(delay));
        waiting.fetch_sub(1, Ordering::SeqCst);
        serve(&stream, &config);
    });
    (relay, most)
}

#[test]
fn back_to_back_with_one_place_probes_run_one_after_the_other() {
    let (relay, most) = slow(20);
    let pace = Pace::new(Duration::ZERO, Some(10), None);
    let (rows, end) = run_whole(series(pace, vec![relay.target()], 1), plan());
    assert_eq!((end.started, end.missed, end.why), (10, 0, Why::Complete));
    // in their order, since none overtakes another
    let in_order: Vec<_> = rows.iter().map(|r| r.cell("slot").to_owned()).collect();
    assert_eq!(in_order, (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
    for row in &rows {
        row.assert_ok();
        assert_eq!(row.cell("lag_us"), "");
    }
    assert_eq!((most.load(Ordering::SeqCst), relay.accepted()), (1, 10));
}

#[test]
fn back_to_back_with_four_places_four_are_in_flight_and_no_more() {
    let (relay, most) = slow(150);
    let pace = Pace::new(Duration::ZERO, Some(12), None);
    let (rows, end) = run_whole(series(pace, vec![relay.target()], 4), plan());
    assert_eq!((end.started, end.missed), (12, 0));
    assert_eq!(slots(&rows), (0..12).collect::<Vec<_>>());
    assert_eq!(most.load(Ordering::SeqCst), 4);
}

#[test]
fn slots_that_find_no_place_are_missed_and_leave_gaps() {
    const SLOTS: u64 = 20;
    let (relay, most) = slow(250);
    let pace = Pace::new(ms(50), Some(SLOTS), None);
    let (rows, end) = run_whole(series(pace, vec![relay.target()], 1), plan());
    let slots = slots(&rows);
    assert!(slots.windows(2).all(|pair| pair[0] < pair[1]), "{slots:?}");
    // a probe holds the only place for five slots
    assert!(slots.len() <= 5, "{slots:?}");
    assert!(slots.len() >= 2, "{slots:?}");
    for pair in slots.windows(2) {
        assert!(pair[1] - pair[0] >= 5, "{slots:?}");
    }
    // gaps, and what is missing before the first row and behind the last one
    let gaps: u64 = slots.windows(2).map(|pair| pair[1] - pair[0] - 1).sum();
    let before = slots[0];
    let behind = SLOTS - 1 - slots[slots.len() - 1];
    assert_eq!(end.missed, before + gaps + behind);
    assert!(gaps >= 4, "{slots:?}");
    assert_eq!(end.started + end.missed, SLOTS);
    assert_eq!(end.started, slots.len() as u64);
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[test]
fn a_slow_probe_does_not_shift_the_next_one() {
    let (relay, most) = slow(600);
    let pace = Pace::new(ms(150), Some(5), None);
    let (rows, end) = run_whole(series(pace, vec![relay.target()], 64), plan());
    assert_eq!(end.started, rows.len() as u64);
    assert_eq!(end.started + end.missed, 5);
    assert!(most.load(Ordering::SeqCst) >= 2, "none overlapped");
    for row in &rows {
        let lag: u64 = row.cell("lag_us").parse().unwrap();
        assert!(lag < 150_000, "a slot that late is missed: {lag}");
    }
}

#[test]
fn several_targets_take_turns() {
    let closed = [ClosedTcp::new(), ClosedTcp::new(), ClosedTcp::new()];
    let targets: Vec<_> = closed
        .iter()
        .map(|port| target("127.0.0.1", port.port()))
        .collect();
    let pace = Pace::new(Duration::ZERO, Some(9), None);
    let (rows, _) = run_whole(series(pace, targets, 4), plan());
    let by_slot: BTreeMap<u64, String> = rows
        .iter()
        .map(|r| (r.cell("slot").parse().unwrap(), r.cell("Port").to_owned()))
        .collect();
    assert_eq!(by_slot.len(), 9);
    for (slot, port) in by_slot {
        let turn = usize::try_from(slot).unwrap() % 3;
        assert_eq!(port, closed[turn].port().to_string(), "slot {slot}");
    }
}

/// A relay that never answers.
fn stalls() -> Relay {
    Relay::start(|stream| {
        client_hello(&stream);
        until_closed(&stream);
    })
}

#[test]
fn a_stop_ends_the_series_within_the_grace_whatever_is_in_flight() {
    let (stalls, closed) = (stalls(), ClosedTcp::new());
    // every second slot hangs for 30 s
    let targets = vec![stalls.target(), target("127.0.0.1", closed.port())];
    let pace = Pace::new(ms(20), None, None);
    let start = clock::now();
    let (rows, end) = run_until(series(pace, targets, 64), plan(), |rows| rows.len() >= 5);
    assert_eq!(end.why, Why::Stopped);
    assert!(start.elapsed() < PATIENT.tls / 2, "{:?}", start.elapsed());
    assert!(rows.len() >= 5);
    for row in &rows {
        row.assert_failed("connect-refused", &[]);
    }
    assert!(stalls.accepted() >= 4, "nothing was in flight");
    assert!(end.started >= rows.len() as u64 + 4);
}

#[test]
fn probes_in_flight_at_a_stop_may_finish_within_the_grace() {
    let (relay, _) = slow(500);
    let closed = ClosedTcp::new();
    let targets = vec![relay.target(), target("127.0.0.1", closed.port())];
    let pace = Pace::new(ms(100), None, None);
    // the second slot has failed while the first is in flight
    let (rows, end) = run_until(series(pace, targets, 2), plan(), |rows| !rows.is_empty());
    assert_eq!(end.why, Why::Stopped);
    let finished: Vec<_> = rows.iter().filter(|row| row.status() == "OK").collect();
    assert!(finished.iter().any(|r| r.cell("slot") == "0"), "{rows:?}");
    assert_eq!(end.started, rows.len() as u64);
}

#[test]
fn a_series_whose_rows_nobody_takes_still_ends() {
    let closed = ClosedTcp::new();
    let prober = Arc::new(prober(plan()));
    let targets = vec![target("127.0.0.1", closed.port())];
    let pace = Pace::new(Duration::ZERO, Some(50), None);
    let end = run(async {
        let series = series(pace, targets, 8).start(prober, Stop::default());
        series.end().await
    });
    assert_eq!((end.started, end.why), (50, Why::Complete));
}

#[test]
fn while_nobody_takes_rows_slots_are_missed_and_no_row_is_lost_or_changed() {
    const SLOTS: u64 = 150;
    let closed = ClosedTcp::new();
    let prober = Arc::new(prober(plan()));
    let targets = vec![target("127.0.0.1", closed.port())];
    let pace = Pace::new(ms(40), Some(SLOTS), None);
    let (records, end) = run(async {
        let mut series = series(pace, targets, 4).start(prober, Stop::default());
        // 64 rows wait in the channel, four in their probes
        tokio::time::sleep(ms(5_000)).await;
        let mut records = Vec::new();
        while let Some(record) = series.row().await {
            records.push(record);
        }
        (records, series.end().await)
    });
    let rows = rows(&records);
    let slots = slots(&rows);
    assert!(slots.windows(2).all(|pair| pair[0] < pair[1]), "{slots:?}");
    assert_eq!((end.started, end.why), (slots.len() as u64, Why::Complete));
    assert_eq!(slots.len() as u64 + end.missed, SLOTS);
    assert!(end.missed >= 20, "{slots:?}");
    for row in &rows {
        row.assert_failed("connect-refused", &[]);
        // the wait of more than three seconds is in no time
        assert!(row.cell("lag_us").parse::<u64>().unwrap() < 100_000);
        assert!(row.cell("total_us").parse::<u64>().unwrap() < 2_000_000);
    }
}

#[test]
fn a_duration_ends_a_series_back_to_back() {
    let closed = ClosedTcp::new();
    let pace = Pace::new(Duration::ZERO, None, Some(ms(200)));
    let targets = vec![target("127.0.0.1", closed.port())];
    let (rows, end) = run_whole(series(pace, targets, 1), plan());
    assert_eq!(end.why, Why::Complete);
    assert!(!rows.is_empty());
    assert_eq!((end.started, end.missed), (rows.len() as u64, 0));
}

#[test]
fn too_fast_for_a_stranger_ends_the_series_before_anything_is_sent() {
    // TEST-NET-1 (RFC 5737): nothing must go there
    let stranger: IpAddr = "192.0.2.1".parse().unwrap();
    let pace = Pace::new(ms(10), None, None);
    let fast = Plan {
        fast: true,
        limits: Limits {
            connect: ms(100),
            ..PATIENT
        },
        ..plan()
    };
    let targets = vec![target("192.0.2.1", 443)];
    let (rows, end) = run_whole(series(pace, targets, 8), fast);
    assert_eq!(end.why, Why::TooMuch(stranger));
    assert!(rows.is_empty());
}

#[test]
fn each_probe_asks_for_the_name_afresh() {
    let server = DnsServer::start(|query| vec![query.answer(&[a("relay.test", 3_600)], &[])]);
    let closed = ClosedTcp::new();
    let pace = Pace::new(Duration::ZERO, Some(7), None);
    let targets = vec![target("relay.test", closed.port())];
    let (rows, _) = run_whole(series(pace, targets, 1), server.plan());
    assert_eq!((rows.len(), server.count()), (7, 7));
}
