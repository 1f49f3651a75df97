use super::*;

const S: i64 = 1_000_000;
const HOUR: i64 = 3_600 * S;

/// What a row each second says of itself: its slot, its label in seconds.
fn row(slot: u64, second: i64) -> (u64, i64, RowClocks) {
    let said = RowClocks {
        lag: Some(1_000),
        ..RowClocks::default()
    };
    (slot, second * S + 1_000, said)
}

fn with(
    mut row: (u64, i64, RowClocks),
    step: Option<i64>,
    slept: Option<i64>,
) -> (u64, i64, RowClocks) {
    (row.2.step, row.2.slept) = (step, slept);
    row
}

/// Seconds on the axis, which goes by the clock as it was at the begin, and what was told.
fn placed(rows: &[(u64, i64, RowClocks)]) -> (Vec<i64>, Vec<AxisChange>) {
    let mut axis = Axis::default();
    let placed = rows.iter().map(|(slot, at, said)| {
        let (placed, told) = axis.place(*slot, *at, *said);
        ((placed.axis - placed.set).div_euclid(S), told)
    });
    let (seconds, mut told): (Vec<_>, Vec<_>) = placed.unzip();
    told.retain(|told| *told != AxisChange::Nothing);
    (seconds, told)
}

fn change(before: i64, at: i64, step: Option<i64>, slept: Option<i64>) -> Change {
    Change {
        before: Some(before * S + 1_000),
        at: at * S + 1_000,
        step,
        slept,
        by_slots: false,
    }
}

#[test]
fn the_slots_tell_that_a_clock_was_set_where_no_row_says_it() {
    for set in [3_600, -3_600] {
        let rows = [
            row(0, 0),
            row(1, 1),
            row(2, 2 + set),
            row(3, 3 + set),
            row(9, 9 + set),
        ];
        let (seconds, told) = placed(&rows);
        assert_eq!(seconds, [0, 1, 2, 3, 9]);
        let by_slots = Change {
            by_slots: true,
            ..change(1, 2 + set, Some(set * S), None)
        };
        assert_eq!(told, [AxisChange::Change(by_slots)]);
    }
}

#[test]
fn missed_slots_are_time_in_which_nobody_measured() {
    // an hour of missed slots; the start of a file later than its end; two steps that cancel out
    let rows = [row(7, 7), row(8, 8), row(3_608, 3_608), row(0, 0)];
    assert_eq!(placed(&rows), (vec![7, 8, 3_608, 0], vec![]));
    // labels of whole seconds, of two rows a second: 14,993 missed slots are not known to the second
    let half = |slot: u64| {
        let at = i64::try_from(slot / 2).unwrap() * S;
        let said = RowClocks {
            lag: Some(0),
            ..RowClocks::default()
        };
        (slot, at, said)
    };
    let rows: Vec<_> = (0..7).chain(15_000..15_100).map(half).collect();
    assert_eq!(placed(&rows).1, []);
}

#[test]
fn back_to_back_there_is_no_schedule_to_judge_by() {
    let rows = [row(0, 0), row(1, 1), row(2, 600), row(3, 601)];
    let rows = rows.map(|(slot, at, said)| (slot, at, RowClocks { lag: None, ..said }));
    assert_eq!(placed(&rows), (vec![0, 1, 600, 601], vec![]));
    // a file without the column may be either: no probe takes ten minutes
    let loose = |seconds| {
        let rows = [row(0, 0), row(1, 1), row(2, seconds)];
        placed(&rows.map(|(slot, at, said)| {
            (
                slot,
                at,
                RowClocks {
                    loose: true,
                    ..said
                },
            )
        }))
    };
    assert_eq!(loose(200).0, [0, 1, 200]);
    assert_eq!(loose(600).0, [0, 1, 2]);
}

#[test]
fn what_a_row_says_counts_from_the_first_two_rows_on_and_sleep_is_time() {
    let rows = [
        row(0, 0),
        with(row(1, 3_601), Some(HOUR), None),
        row(2, 3_602),
        // an hour of sleep, in which the clock was set back by as much
        with(row(3, 3_603), Some(-HOUR), Some(HOUR)),
        row(4, 3_604),
    ];
    let (seconds, told) = placed(&rows);
    assert_eq!(seconds, [0, 1, 2, 3_603, 3_604]);
    let first = change(0, 3_601, Some(HOUR), None);
    let second = change(3_602, 3_603, Some(-HOUR), Some(HOUR));
    assert_eq!(
        told,
        [AxisChange::Change(first), AxisChange::Change(second)]
    );
}

#[test]
fn a_slow_row_from_before_the_step_stands_where_it_began() {
    let rows = [
        row(0, 0),
        row(1, 1),
        with(row(3, 3_603), Some(HOUR), None),
        row(2, 2),
        row(4, 3_604),
    ];
    assert_eq!(placed(&rows).0, [0, 1, 3, 2, 4]);
}

#[test]
fn a_row_that_says_it_after_the_slots_have_shown_it_gives_the_cause() {
    let rows = [
        row(0, 0),
        row(1, 1),
        row(3, 3_603),
        with(row(2, 3_602), None, Some(HOUR)),
        row(4, 3_604),
    ];
    let (seconds, told) = placed(&rows);
    assert_eq!(seconds[3..], [3_602, 3_604]);
    let slept = Change {
        before: Some(S + 1_000),
        ..change(1, 3_602, None, Some(HOUR))
    };
    assert_eq!(told.last(), Some(&AxisChange::Instead(slept)));
}

#[test]
fn a_step_within_a_held_connection_moves_the_rows_after_it_only() {
    let held = |(slot, at, said): (u64, i64, RowClocks)| {
        let said = RowClocks {
            lag: None,
            lasting: true,
            ..said
        };
        (slot, at, said)
    };
    // one a minute; the second began before the step
    let rows = [
        row(0, 0),
        with(row(1, 60), Some(HOUR), None),
        row(2, 3_720),
        row(3, 3_780),
    ];
    assert_eq!(placed(&rows.map(held)).0, [0, 60, 120, 180]);
}

#[test]
fn no_number_makes_it_panic() {
    let ends = [i64::MIN, -1, 0, 1, i64::MAX];
    let mut axis = Axis::default();
    for at in ends {
        for step in ends {
            for slot in [0, 1, u64::MAX] {
                let said = RowClocks {
                    lag: Some(step),
                    step: Some(at),
                    slept: Some(step),
                    ..RowClocks::default()
                };
                axis.place(slot, at, said);
            }
        }
    }
}
