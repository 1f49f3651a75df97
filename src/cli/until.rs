//! `--until HH:MM`: a series that ends at the next such moment of local time.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone, Timelike as _, Utc};

use crate::clock::local;
use crate::zone::Here;

/// Minutes that clocks leave out when they are set, at most.
const LONGEST_GAP: u32 = 120;

/// `06:41` or `06:41:30`.
pub fn parse(text: &str) -> Result<NaiveTime, String> {
    let time = NaiveTime::parse_from_str(text, "%H:%M");
    time.or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"))
        .map_err(|_| "write a time of day as HH:MM, such as 06:41".to_owned())
}

/// How long it is until then from now on; a day at most, and an hour more or less where the clocks change.
pub fn left(until: NaiveTime, now: DateTime<Utc>) -> Duration {
    let now = local(now);
    let left = next(until, &now).signed_duration_since(now);
    left.to_std().unwrap_or_default()
}

/// The next moment after `now` at which clocks show that time. One that the clocks leave out comes when they are set.
fn next(until: NaiveTime, now: &DateTime<Here>) -> DateTime<Here> {
    next_in(until, now)
}

fn next_in<Z: TimeZone>(until: NaiveTime, now: &DateTime<Z>) -> DateTime<Z> {
    let today = now.naive_local().date();
    for day in 0..3 {
        let Some(date) = today.checked_add_days(Days::new(day)) else {
            break;
        };
        let mut shown = date.and_time(until);
        for _ in 0..=LONGEST_GAP {
            let found = now.timezone().from_local_datetime(&shown);
            // where it comes twice, both are meant: the first that is still ahead
            let ahead = [found.clone().earliest(), found.latest()];
            if let Some(at) = ahead.into_iter().flatten().find(|at| *at > *now) {
                return at;
            }
            if now
                .timezone()
                .from_local_datetime(&shown)
                .earliest()
                .is_some()
            {
                break;
            }
            // clocks are set at full minutes
            shown = shown.with_second(0).unwrap_or(shown) + TimeDelta::minutes(1);
        }
    }
    now.clone()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Berlin;

    use super::*;

    fn next_of(until: &str, now: &str) -> String {
        let now: DateTime<Utc> = now.parse().unwrap();
        let at = next_in(parse(until).unwrap(), &now.with_timezone(&Berlin));
        at.to_rfc3339()
    }

    // Berlin: +01:00 in winter; 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00
    #[test]
    fn the_next_moment_is_today_or_tomorrow_and_exists_also_where_the_clocks_change() {
        for (until, now, at) in [
            ("06:41", "2026-11-22T21:00:00Z", "2026-11-23T06:41:00+01:00"),
            ("06:41", "2026-11-22T05:40:59Z", "2026-11-22T06:41:00+01:00"),
            ("06:41", "2026-11-22T05:41:00Z", "2026-11-23T06:41:00+01:00"),
            ("02:30", "2026-03-28T21:00:00Z", "2026-03-29T03:00:00+02:00"),
            (
                "02:10:30",
                "2026-03-28T21:00:00Z",
                "2026-03-29T03:00:00+02:00",
            ),
            ("02:59", "2026-03-29T00:59:00Z", "2026-03-29T03:00:00+02:00"),
            ("02:30", "2026-10-24T21:00:00Z", "2026-10-25T02:30:00+02:00"),
            ("02:30", "2026-10-25T00:45:00Z", "2026-10-25T02:30:00+01:00"),
        ] {
            assert_eq!(next_of(until, now), at, "{until} from {now}");
        }
    }

    #[test]
    fn what_is_no_time_of_the_day_is_refused() {
        for text in ["24:00", "6.41", "8h", "0641", ""] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
