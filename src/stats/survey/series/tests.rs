use super::*;
use crate::stats::survey::Runs;

const S: i64 = 1_000_000;

fn observation(second: i64, reply: RowReply) -> Observation {
    Observation {
        at: second * S,
        axis: second * S,
        set: 0,
        run: 1,
        reply,
        requests: 1,
        region: 0,
        address: None,
        file: 0,
        measured: 0,
    }
}

fn of(rows: &[(i64, Option<u32>)]) -> Series {
    let reply = |cause: &Option<u32>| cause.map_or(RowReply::Answer, RowReply::Nothing);
    let rows = rows.iter().map(|(second, cause)| (*second, reply(cause)));
    with_beside(&rows.collect::<Vec<_>>())
}

fn with_beside(rows: &[(i64, RowReply)]) -> Series {
    let mut series = Series::default();
    for (second, reply) in rows {
        if !matches!(reply, RowReply::Beside { .. }) {
            count(&mut series, *reply, *second);
        }
        series.order(observation(*second, *reply));
    }
    series.finish();
    series
}

fn count(series: &mut Series, reply: RowReply, second: i64) {
    let reachability = match reply {
        RowReply::Answer => Reachability::Answered,
        RowReply::Here => Reachability::FailedHere,
        RowReply::Nothing(_) | RowReply::Beside { .. } => Reachability::Lost,
    };
    let cause = (reply != RowReply::Answer).then_some(0);
    series.count(cause, reachability, Some(second * S));
}

/// All runs of lost rows together.
fn runs(series: &Series) -> Runs {
    series.lost_runs.parted(|_| 0).0
}

// seconds 1 and 3 are silent, second 2 says nothing of the relay: one outage of 3 s
#[test]
fn a_failure_of_this_computer_neither_begins_nor_ends_an_outage() {
    let rows = [
        (0, RowReply::Answer),
        (1, RowReply::Nothing(1)),
        (2, RowReply::Here),
        (3, RowReply::Nothing(1)),
        (4, RowReply::Answer),
        (5, RowReply::Here),
        (6, RowReply::Answer),
    ];
    let series = with_beside(&rows);
    assert_eq!((runs(&series).count, runs(&series).us), (1, 3_000_000));
    assert_eq!(
        (
            series.outcomes.rows,
            series.outcomes.answered,
            series.outcomes.failed_here
        ),
        (7, 3, 2)
    );
}

#[test]
fn an_outage_goes_from_the_first_failure_to_the_next_success() {
    let series = of(&[
        (0, None),
        (1, Some(3)),
        (2, Some(3)),
        (3, Some(4)),
        (4, None),
        (5, Some(3)),
    ]);
    assert_eq!((runs(&series).count, runs(&series).us), (2, 3_000_000));
    let outage = &series.longest_outages[0];
    assert_eq!(
        (outage.from, outage.to, outage.open, outage.rows),
        (S, 4 * S, false, 3)
    );
    assert_eq!(outage.causes, HashMap::from([(3, 2), (4, 1)]));
    let last = &series.longest_outages[1];
    assert_eq!((last.from, last.to, last.open), (5 * S, 5 * S, true));
}

#[test]
fn rows_are_brought_into_time_order_within_the_window() {
    // a timeout's row is written ten seconds after rows that began later
    let series = of(&[(0, None), (2, None), (3, None), (1, Some(1)), (4, None)]);
    assert_eq!(
        (runs(&series).count, runs(&series).us, series.late),
        (1, 1_000_000, 0)
    );
}

#[test]
fn rows_that_come_too_late_are_counted_and_not_put_in_order() {
    let series = of(&[
        (0, None),
        (1_000, None),
        (1_001, None),
        (5, Some(1)),
        (1_002, None),
    ]);
    // 5 s is still behind what has passed: second 0
    assert_eq!((series.late, runs(&series).count), (0, 1));
    let mut rows: Vec<_> = (0..100).map(|place| (place * 500, None)).collect();
    rows.push((5, Some(1)));
    let series = of(&rows);
    assert_eq!(
        (
            series.late,
            runs(&series).count,
            series.outcomes.rows,
            series.outcomes.answered
        ),
        (1, 0, 101, 100)
    );
}

#[test]
fn gaps_are_long_against_the_usual_interval_and_end_an_outage() {
    let mut rows: Vec<_> = (0..100).map(|second| (second, None)).collect();
    rows.push((100, Some(1)));
    rows.push((3_700, Some(1)));
    rows.push((3_701, None));
    let series = of(&rows);
    assert_eq!(
        series.gaps(),
        [Gap {
            from: 100 * S,
            to: 3_700 * S,
            length: 3_600_000_000,
            inside: true,
        }]
    );
    assert_eq!((runs(&series).count, runs(&series).us), (2, 1_000_000));
    // a probe every ten minutes has no gaps
    let slow: Vec<_> = (0..50).map(|n| (n * 600, None)).collect();
    assert_eq!(of(&slow).gaps(), []);
}

/// One a second; from second 50 on a clock that was set, which row 52 is the first to tell. From
/// second 45 to 55 nothing is received.
fn over_a_step(set: i64) -> Series {
    let mut series = Series::default();
    for second in 0..100 {
        let reply = match second {
            45..55 => RowReply::Nothing(1),
            _ => RowReply::Answer,
        };
        let label = if second < 52 { second } else { second + set };
        count(&mut series, reply, label);
        let known = if second < 52 { 0 } else { set * S };
        let ordered = series.order(Observation {
            at: label * S,
            axis: second * S + known,
            set: known,
            ..observation(second, reply)
        });
        assert!(!ordered.late, "{second}");
    }
    series.finish();
    series
}

#[test]
fn a_clock_that_is_set_makes_no_gap_and_splits_no_outage() {
    for set in [3_600, -3_600] {
        let series = over_a_step(set);
        assert_eq!((series.gaps(), series.late), (vec![], 0), "{set}");
        assert_eq!((runs(&series).count, runs(&series).us), (1, 10_000_000));
        // the ends are told by the clock of their time
        let outage = &series.longest_outages[0];
        assert_eq!((outage.from, outage.to), (45 * S, (55 + set) * S));
        assert_eq!(
            (outage.length, outage.open, outage.rows),
            (10_000_000, false, 10)
        );
    }
}

// by hand: the chosen rows are 0, 10 and 3700 s; without the others 3,690 s would be missing,
// and the outage of second 10 would last as long
#[test]
fn rows_that_a_filter_leaves_out_leave_no_gap_and_stretch_no_outage() {
    let beside = |answered| RowReply::Beside { answered };
    let mut rows = vec![(0, RowReply::Answer), (10, RowReply::Nothing(1))];
    rows.extend([(11, beside(false)), (12, beside(true))]);
    rows.extend((13..3_700).map(|second| (second, beside(true))));
    rows.extend([(3_700, RowReply::Answer), (9_000, beside(true))]);
    let series = with_beside(&rows);
    assert_eq!(series.gaps(), []);
    assert_eq!((series.outcomes.rows, series.late), (3, 0));
    let outage = &series.longest_outages[0];
    assert_eq!(
        (outage.from, outage.to, outage.open, outage.rows),
        (10 * S, 12 * S, false, 1)
    );
    // a stretch in which there is no row at all is one
    rows.retain(|(second, _)| !(100..3_000).contains(second));
    let series = with_beside(&rows);
    let (from, to) = (99 * S, 3_000 * S);
    let length = 2_901_000_000;
    assert_eq!(
        series.gaps(),
        [Gap {
            from,
            to,
            length,
            inside: true
        }]
    );
}

#[test]
fn a_row_that_is_there_twice_is_told_with_the_file_of_the_first() {
    let mut series = Series::default();
    let row = |second, file, measured| Observation {
        file,
        measured,
        ..observation(second, RowReply::Answer)
    };
    for second in 0..100 {
        assert_eq!(series.order(row(second, 7, 5)), Ordered::default());
    }
    let found = series.order(row(50, 8, 5));
    assert_eq!((found.late, found.copy_of), (false, Some(7)));
    // at the same time, but not the same
    assert_eq!(series.order(row(51, 8, 6)).copy_of, None);
}
