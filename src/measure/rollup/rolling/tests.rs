use std::sync::Arc;

use super::*;
use crate::record::{Cause, Failure, Outcome, Phase, PhaseTimes, Run, Transport, World};
use crate::schema::Metric;
use crate::stats::Outcomes;

/// A probe at a second; lost where there is no time of the connect.
fn probe(second: i64, region: &str, connect_us: Option<u64>) -> Record {
    let mut times = PhaseTimes::default();
    let took = Duration::from_micros(connect_us.unwrap_or(10_000_000));
    times.set(Phase::Connect, took);
    let run = Arc::new(Run::new("run", String::new(), World::Real));
    // 2021-02-12 00:00:00 UTC, and half a second
    let started = DateTime::from_timestamp(1_613_088_000 + second, 500_000_000).unwrap();
    Record {
        outcome: match connect_us {
            Some(_) => Outcome::Ok,
            None => Failure::new(Cause::ConnectTimeout, "").into(),
        },
        times,
        remote: Some("192.0.2.1:443".parse().unwrap()),
        region: region.to_owned(),
        ..Record::blank(run, 0, "relay.test", 443, Transport::Tls, started)
    }
}

fn rolling() -> Rolling {
    Rolling::new(Duration::from_secs(60), Duration::from_secs(10))
}

/// Start in seconds, probes, failed ones, longest time without an answer in seconds, most lost in a row.
fn brief(row: &Rollup) -> (i64, u64, u64, Option<u64>, u64) {
    let outage = row.longest_outage.map(|outage| outage.as_secs());
    let start = row.start.timestamp() - 1_613_088_000;
    (
        start,
        row.outcomes.rows,
        row.outcomes.failed(),
        outage,
        row.lost_in_a_row,
    )
}

fn folded(rows: impl IntoIterator<Item = Record>) -> Vec<(i64, u64, u64, Option<u64>, u64)> {
    let mut rolling = rolling();
    let mut whole: Vec<Rollup> = Vec::new();
    for row in rows {
        whole.extend(rolling.take(&row));
    }
    whole.extend(rolling.finish());
    whole.iter().map(brief).collect()
}

#[test]
fn an_interval_is_given_out_once_no_probe_of_it_can_come_any_more() {
    let mut rolling = rolling();
    for second in 0..70 {
        assert!(
            rolling.take(&probe(second, "a", Some(20))).is_empty(),
            "{second}"
        );
    }
    assert!(rolling.take(&probe(70, "a", Some(20))).is_empty());
    let whole = rolling.take(&probe(71, "a", Some(20)));
    assert_eq!(
        whole.iter().map(brief).collect::<Vec<_>>(),
        [(0, 60, 0, None, 0)]
    );
    let rest: Vec<_> = rolling.finish().iter().map(brief).collect();
    assert_eq!(rest, [(60, 12, 0, None, 0)]);
    assert!(rolling.finish().is_empty());
}

#[test]
fn an_interval_is_given_out_by_the_clock_where_no_probe_comes() {
    let mut rolling = Rolling::new(Duration::from_secs(60), Duration::from_secs(10));
    assert!(!rolling.is_open());
    assert!(rolling.take(&probe(5, "a", Some(20))).is_empty());
    assert!(rolling.take(&probe(58, "a", None)).is_empty());
    let midnight = DateTime::from_timestamp(1_613_088_000, 0).unwrap();
    // a probe that began at its end may take until 70
    let at = |second| midnight + Duration::from_secs(second);
    for second in [0, 59, 61, 70] {
        assert!(rolling.until(at(second)).is_empty());
        assert!(rolling.is_open());
    }
    let whole: Vec<_> = rolling.until(at(71)).iter().map(brief).collect();
    assert_eq!(whole, [(0, 2, 1, Some(0), 1)]);
    assert!(!rolling.is_open());
    // one that comes all the same makes a row of its own, and ends the outage that began a second before
    rolling.take(&probe(59, "a", Some(20)));
    let later: Vec<_> = rolling.until(at(90)).iter().map(brief).collect();
    assert_eq!(later, [(0, 1, 0, Some(1), 1)]);
}

// by hand: lost from 58 to 63, answered at 64: 1 s by 59, 6 s when it is over
#[test]
fn an_outage_goes_on_over_the_end_of_an_interval_and_whatever_the_region() {
    let lost = 58..64;
    let rows = (0..120).map(|second| {
        let region = if second % 2 == 0 { "a" } else { "b" };
        let connect = (!lost.contains(&second)).then_some(20);
        probe(second, region, connect)
    });
    assert_eq!(
        folded(rows),
        [
            (0, 30, 1, Some(0), 1),
            (0, 30, 1, Some(1), 2),
            (60, 30, 2, Some(6), 6),
            (60, 30, 2, Some(5), 6),
        ]
    );
}

#[test]
fn rows_that_come_late_change_nothing() {
    // a probe that is lost comes ten seconds later than its neighbours
    let comes = |second: &i64| {
        if (20..23).contains(second) {
            second + 10
        } else {
            *second
        }
    };
    let mut order: Vec<i64> = (0..90).collect();
    order.sort_by_key(|second| (comes(second), *second));
    let row = |second: i64| probe(second, "a", (!(20..23).contains(&second)).then_some(20));
    let late = folded(order.into_iter().map(row));
    assert_eq!(late, folded((0..90).map(row)));
    assert_eq!(late, [(0, 60, 3, Some(3), 3), (60, 30, 0, None, 0)]);
}

#[test]
fn a_clock_that_is_set_back_makes_another_row_and_loses_none() {
    let rows = (0..150)
        .chain(30..100)
        .map(|second| probe(second, "a", Some(20)));
    let found = folded(rows);
    assert_eq!(
        found
            .iter()
            .map(|(start, probes, ..)| (*start, *probes))
            .collect::<Vec<_>>(),
        [(0, 60), (60, 60), (120, 30), (0, 30), (60, 40)]
    );
}

#[test]
fn a_clock_that_jumps_over_intervals_leaves_them_out_and_counts_every_probe_once() {
    let rows = (0..70).chain(200..230);
    let found = folded(rows.map(|second| probe(second, "a", Some(20))));
    let brief = found.iter().map(|(start, probes, ..)| (*start, *probes));
    assert_eq!(brief.collect::<Vec<_>>(), [(0, 60), (60, 10), (180, 30)]);
}

#[test]
fn failures_of_this_computer_and_alerts_are_no_losses() {
    let of = |second, cause| Record {
        outcome: Failure::new(cause, "").into(),
        ..probe(second, "a", Some(20))
    };
    let mut rolling = rolling();
    rolling.take(&of(0, Cause::ConnectNoLocalPort));
    rolling.take(&of(1, Cause::TlsAlert));
    rolling.take(&probe(2, "a", None));
    rolling.take(&of(3, Cause::TlsAlert));
    rolling.take(&probe(4, "a", None));
    let rows = rolling.finish();
    let row = &rows[0];
    assert_eq!(brief(row), (0, 5, 5, Some(2), 2));
    assert_eq!(
        row.outcomes,
        Outcomes {
            rows: 5,
            failed_here: 1,
            undecided: 2,
            ..Outcomes::default()
        }
    );
    // of a phase that failed there is no time, of an alert's connect there is
    assert_eq!(row.times.of(Metric::Connect).moments().count(), 2);
    assert_eq!(row.times.of(Metric::Total).moments().count(), 0);
    assert_eq!(
        (row.into_interval(row.first), row.into_interval(row.last)),
        (0, 4)
    );
}

#[test]
fn the_target_has_brackets_where_it_is_an_address_of_ipv6() {
    let mut record = probe(0, "a", Some(20));
    record.host = "2001:db8::1".into();
    let mut rolling = rolling();
    rolling.take(&record);
    assert_eq!(&*rolling.finish()[0].target, "[2001:db8::1]:443");
}
