use super::plan::{DAY_S, HOUR_S};
use super::*;

const BERLIN: &str = "Europe/Berlin";

/// A stretch by the UTC times of its first and last row.
fn stretch(from: &str, to: &str) -> Stretch {
    let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    Stretch {
        from: at(from).timestamp_micros(),
        to: at(to).timestamp_micros(),
    }
}

/// A run of nine hours each day from 22:00 on.
fn nights(first: i64, count: i64) -> Vec<Stretch> {
    let begin = stretch("2026-03-02T22:00:00Z", "2026-03-03T07:00:00Z");
    let later = |day: i64| Stretch {
        from: begin.from + day * DAY_S * 1_000_000,
        to: begin.to + day * DAY_S * 1_000_000,
    };
    (first..first + count).map(later).collect()
}

fn missed(stretches: &[Stretch]) -> Vec<(PauseKind, u64, u64)> {
    let (_, missing) = schedule(stretches, Zone::Utc).unwrap();
    let missing = missing.into_iter().flatten();
    missing
        .map(|one| (one.kind, one.runs, one.length / 1_000_000))
        .collect()
}

#[test]
fn pauses_of_a_series_each_night_miss_nothing() {
    let all = nights(0, 88);
    let (schedule, missing) = schedule(&all, Zone::Utc).unwrap();
    assert_eq!((schedule.every, schedule.met), (Every::Day, 88));
    let run = Planned {
        start_s: 22 * HOUR_S,
        length_s: 9 * HOUR_S,
        is_steady: true,
    };
    assert_eq!((schedule.runs, schedule.free), (vec![run], [false; 7]));
    assert_eq!(missing, vec![None; 87]);
}

#[test]
fn nights_that_did_not_take_place_are_missing_with_their_nine_hours_each() {
    let all = [nights(0, 20), nights(21, 9), nights(33, 20)].concat();
    assert_eq!(
        missed(&all),
        [
            (PauseKind::Missed, 1, 32_400),
            (PauseKind::Missed, 3, 97_200)
        ]
    );
}

#[test]
fn a_run_that_broke_off_misses_the_rest_of_its_night() {
    let mut all = nights(0, 20);
    // until 03:00 instead of 07:00
    all[7].to -= 4 * HOUR_S * 1_000_000;
    // five minutes less are none
    all[9].to -= 300_000_000;
    assert_eq!(missed(&all), [(PauseKind::EndedEarly, 0, 14_400)]);
}

#[test]
fn a_restart_in_the_night_is_a_gap_of_its_own_length() {
    let mut all = nights(0, 20);
    let whole = all[7];
    all[7].to = whole.from + 4 * HOUR_S * 1_000_000;
    all.insert(
        8,
        Stretch {
            from: whole.from + (4 * HOUR_S + 900) * 1_000_000,
            to: whole.to,
        },
    );
    assert_eq!(missed(&all), [(PauseKind::Interrupted, 0, 900)]);
}

#[test]
fn a_run_that_began_two_hours_late_misses_them() {
    let mut all = nights(0, 20);
    all[7].from += 2 * HOUR_S * 1_000_000;
    assert_eq!(missed(&all), [(PauseKind::BeganLate, 0, 7_200)]);
}

#[test]
fn a_schedule_from_monday_to_friday_misses_no_weekend() {
    // 2026-03-02 is a Monday
    let workdays = nights(0, 40).into_iter().enumerate();
    let workdays = workdays.filter(|(day, _)| day % 7 < 5);
    let workdays: Vec<Stretch> = workdays.map(|(_, one)| one).collect();
    let (found, missing) = schedule(&workdays, Zone::Utc).unwrap();
    assert_eq!(found.free, [false, false, false, false, false, true, true]);
    assert_eq!(missing, vec![None; workdays.len() - 1]);
    // a Wednesday without its run
    let mut one_less = workdays;
    one_less.remove(12);
    assert_eq!(missed(&one_less), [(PauseKind::Missed, 1, 32_400)]);
}

#[test]
fn once_a_week_and_ten_minutes_of_each_hour_are_schedules() {
    let weekly: Vec<Stretch> = nights(0, 50).into_iter().step_by(7).collect();
    let (found, missing) = schedule(&weekly, Zone::Utc).unwrap();
    assert_eq!((found.met, missing), (8, vec![None; 7]));
    let begin = stretch("2026-03-02T00:20:00Z", "2026-03-02T00:30:00Z");
    let hourly = |hour: i64| Stretch {
        from: begin.from + hour * HOUR_S * 1_000_000,
        to: begin.to + hour * HOUR_S * 1_000_000,
    };
    let mut all: Vec<Stretch> = (0..100).map(hourly).collect();
    let (found, missing) = schedule(&all, Zone::Utc).unwrap();
    assert_eq!((found.every, missing), (Every::Hour, vec![None; 99]));
    all.drain(50..52);
    assert_eq!(missed(&all), [(PauseKind::Missed, 2, 1_200)]);
}

#[test]
fn two_runs_a_day_are_one_schedule() {
    let morning = nights(0, 20);
    let noon = morning.iter().map(|one| Stretch {
        from: one.to + 2 * HOUR_S * 1_000_000,
        to: one.to + 5 * HOUR_S * 1_000_000,
    });
    let mut all: Vec<Stretch> = morning.iter().copied().chain(noon).collect();
    all.sort_by_key(|one| one.from);
    let (found, missing) = schedule(&all, Zone::Utc).unwrap();
    assert_eq!((found.runs.len(), found.met), (2, 21));
    assert_eq!(missing, vec![None; 39]);
}

// by zdump: Berlin's clocks go back at 2026-10-25T01:00Z, an hour before which 22:00 was 20:00Z
#[test]
fn the_end_of_summer_time_misses_nothing_whatever_zone_a_report_has() {
    let summer = (10..25).map(|day| {
        let (from, to) = (format!("2026-10-{day}T20:00:02Z"), day + 1);
        let hour = if to == 25 { "06" } else { "05" };
        stretch(&from, &format!("2026-10-{to}T{hour}:00:00Z"))
    });
    let winter = (25..31).map(|day| {
        let to = day + 1;
        let end = if to == 32 { 31 } else { to };
        stretch(
            &format!("2026-10-{day}T21:00:02Z"),
            &format!("2026-10-{end}T06:00:00Z"),
        )
    });
    let all: Vec<Stretch> = summer.chain(winter).collect();
    for zone in ["utc", BERLIN] {
        let (found, missing) = schedule(&all, zone.parse().unwrap()).unwrap();
        assert_eq!(found.runs.len(), 1, "{zone}");
        assert_eq!(missing, vec![None; all.len() - 1], "{zone}");
    }
}

// 2026-03-29T01:00Z: a night from 22:00 to 07:00 is an hour shorter
#[test]
fn the_night_in_which_summer_time_begins_is_whole() {
    let day = |day: i64, from: &str, to: &str| {
        stretch(
            &format!("2026-03-{day:02}T{from}:00:00Z"),
            &format!("2026-03-{:02}T{to}:00:00Z", day + 1),
        )
    };
    let mut all: Vec<Stretch> = (15..28).map(|one| day(one, "21", "06")).collect();
    all.push(day(28, "21", "05"));
    all.extend((29..31).map(|one| day(one, "20", "05")));
    for zone in ["utc", BERLIN] {
        let (_, missing) = schedule(&all, zone.parse().unwrap()).unwrap();
        assert_eq!(missing, vec![None; all.len() - 1], "{zone}");
    }
}

// the same night has no 02:15 by Berlin's clocks; that of the 30th has one
#[test]
fn a_time_over_which_the_clocks_go_forward_is_not_missed_that_night() {
    let run = |day: i64| {
        let hour = if day < 29 { "01" } else { "00" };
        let at = |minute: &str| format!("2026-03-{day:02}T{hour}:{minute}:00Z");
        stretch(&at("15"), &at("45"))
    };
    let of = |left_out: i64| {
        let days = (12..=31).filter(|day| *day != left_out);
        let all: Vec<Stretch> = days.map(run).collect();
        let (_, missing) = schedule(&all, BERLIN.parse().unwrap()).unwrap();
        let missing = missing.into_iter().flatten();
        missing.map(|one| one.runs).collect::<Vec<_>>()
    };
    assert_eq!(of(29), Vec::<u64>::new());
    assert_eq!(of(30), [1]);
}

#[test]
fn what_lies_before_and_behind_a_schedule_is_a_pause_like_any() {
    let all = [nights(-9, 1), nights(0, 20), nights(40, 1)].concat();
    // shifted by some hours, so that they are of no schedule
    let mut all = all;
    let last = all.len() - 1;
    for one in [0, last] {
        all[one].from -= 5 * HOUR_S * 1_000_000;
        all[one].to -= 5 * HOUR_S * 1_000_000;
    }
    let found = missed(&all);
    let kinds: Vec<PauseKind> = found.iter().map(|(kind, ..)| *kind).collect();
    assert_eq!(kinds, [PauseKind::Beyond, PauseKind::Beyond]);
    // from 02:00 to 22:00 nine days later
    assert_eq!(found[0].2, 8 * 86_400 + 20 * 3_600);
}

#[test]
fn a_task_that_was_moved_to_another_time_misses_nothing() {
    let mut all = nights(0, 40);
    for one in &mut all[20..] {
        one.from -= 3 * HOUR_S * 1_000_000;
        one.to -= 3 * HOUR_S * 1_000_000;
    }
    let (found, missing) = schedule(&all, Zone::Utc).unwrap();
    assert_eq!((found.runs.len(), missing), (2, vec![None; 39]));
}

#[test]
fn runs_by_hand_are_no_schedule() {
    assert_eq!(schedule(&nights(0, 2), Zone::Utc), None);
    assert_eq!(schedule(&[], Zone::Utc), None);
    // at another time of each day
    let scattered = nights(0, 30).into_iter().enumerate().map(|(day, one)| {
        let later = i64::try_from(day * 7_919 % 80_000).unwrap() * 1_000_000;
        Stretch {
            from: one.from + later,
            to: one.from + later + 60_000_000,
        }
    });
    assert_eq!(schedule(&scattered.collect::<Vec<_>>(), Zone::Utc), None);
}

#[test]
fn of_runs_now_short_now_long_none_has_ended_early() {
    let mut all = nights(0, 20);
    for (day, one) in all.iter_mut().enumerate() {
        one.to = one.from + i64::try_from(day % 5 + 1).unwrap() * HOUR_S * 1_000_000;
    }
    all.remove(10);
    let (found, _) = schedule(&all, Zone::Utc).unwrap();
    assert!(!found.runs[0].is_steady);
    // one night is missing; half of the others were three hours long or longer
    assert_eq!(missed(&all), [(PauseKind::Missed, 1, 10_800)]);
}

#[test]
fn no_times_make_it_panic() {
    let far = [
        i64::MIN,
        -8_200_000_000_000_000_000,
        0,
        8_200_000_000_000_000_000,
        i64::MAX,
    ];
    for from in far {
        for to in far {
            let all: Vec<Stretch> = far.iter().map(|_| Stretch { from, to }).collect();
            let _ = schedule(&all, Zone::Utc);
        }
    }
    let spread = far.windows(2).map(|pair| Stretch {
        from: pair[0],
        to: pair[1],
    });
    let _ = schedule(&spread.collect::<Vec<_>>(), BERLIN.parse().unwrap());
}
