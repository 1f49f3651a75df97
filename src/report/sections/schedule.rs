//! A schedule in words.

use crate::doc::number::{counted, grouped, seconds};
use crate::report::model::{PlannedRun, ReportedGap, ReportedSchedule};

/// Runs of a day that are named; of more only their number.
const MOST_NAMED: usize = 3;

const DAY_MINUTES: i64 = 1_440;

/// When runs are: `22:00 to 07:00`, with what is to be said of such hours.
pub fn times(schedule: &ReportedSchedule, hours_are: &str) -> String {
    let runs = &schedule.runs;
    if schedule.every == "hour" {
        let one =
            |run: &PlannedRun| format!("{} from minute {}", seconds(length(run)), minute(run) % 60);
        return match &runs[..] {
            [run] => format!("each hour {}", one(run)),
            several => format!("{} each hour", counted(several.len() as u64, "run", "runs")),
        };
    }
    if runs.len() > MOST_NAMED {
        return format!("{} a day", counted(runs.len() as u64, "run", "runs"));
    }
    let named: Vec<String> = runs.iter().map(from_to).collect();
    named.join(" and ") + hours_are
}

/// How often that was: `88 nights, Monday to Friday`.
pub fn often(schedule: &ReportedSchedule) -> String {
    let what = match (schedule.every, is_by_night(schedule)) {
        ("hour", _) => ["hour", "hours"],
        (_, true) => ["night", "nights"],
        _ => ["day", "days"],
    };
    let mut text = counted(schedule.met, what[0], what[1]);
    if !schedule.free_days.is_empty() {
        text += ", ";
        text += &weekdays(&schedule.free_days);
    }
    text
}

/// What of it did not take place: `2 nights missing, 1 ended early`; empty where all did.
pub fn missing(schedule: &ReportedSchedule) -> String {
    let parts = [
        (schedule.missed_runs, ["run missing", "runs missing"]),
        (schedule.ended_early, ["ended early"; 2]),
        (schedule.began_late, ["began late"; 2]),
        (schedule.interrupted, ["broke off and began again"; 2]),
    ];
    let told = parts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, [one, many])| counted(*count, one, many))
        .collect();
    told.join(", ")
}

/// What a gap is by the schedule.
pub fn gap(gap: &ReportedGap) -> Option<String> {
    match gap.kind {
        "missed-runs" => Some(counted(gap.missed_runs, "run missing", "runs missing")),
        "ended-early" => Some("ended early".to_owned()),
        "began-late" => Some("began late".to_owned()),
        "interrupted" => Some("broke off".to_owned()),
        _ => None,
    }
}

fn minute(run: &PlannedRun) -> i64 {
    let mut parts = run
        .start
        .split(':')
        .map(|part| part.parse().unwrap_or(0_i64));
    let (hours, minutes) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    hours * 60 + minutes
}

fn length(run: &PlannedRun) -> f64 {
    run.seconds as f64
}

/// The minute of the day in which a run ends, to the nearest.
fn end(run: &PlannedRun) -> i64 {
    minute(run) + (run.seconds + 30).div_euclid(60)
}

fn from_to(run: &PlannedRun) -> String {
    if run.seconds < 60 || run.seconds >= DAY_MINUTES * 60 {
        return format!("from {}", run.start);
    }
    let end = end(run) % DAY_MINUTES;
    format!("{} to {:02}:{:02}", run.start, end / 60, end % 60)
}

/// Whether it begins in the evening, or before morning, or lasts over midnight.
fn is_by_night(schedule: &ReportedSchedule) -> bool {
    let night = |run: &PlannedRun| {
        let (from, to) = (minute(run), end(run));
        from >= 20 * 60 || to > DAY_MINUTES || to <= 7 * 60
    };
    schedule.runs.iter().all(night)
}

/// The days on which there are runs.
fn weekdays(free: &[&str]) -> String {
    const DAYS: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    let has = |day: &&&str| !free.iter().any(|free| free.eq_ignore_ascii_case(day));
    let days: Vec<&str> = DAYS.iter().filter(has).copied().collect();
    match &days[..] {
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"] => "Monday to Friday".to_owned(),
        [one] => format!("on {one}s"),
        many if many.len() > 4 => format!("{} days a week", grouped(many.len() as u64)),
        many => many.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(runs: &[(&str, i64)], free_days: Vec<&'static str>) -> ReportedSchedule {
        let run = |(start, seconds): &(&str, i64)| PlannedRun {
            start: (*start).to_owned(),
            seconds: *seconds,
        };
        ReportedSchedule {
            every: "day",
            runs: runs.iter().map(run).collect(),
            free_days,
            met: 88,
            ..ReportedSchedule::default()
        }
    }

    fn told(schedule: &ReportedSchedule) -> String {
        format!("{}, {}", times(schedule, " UTC"), often(schedule))
    }

    #[test]
    fn a_schedule_is_told_in_a_line() {
        let night = plan(&[("22:00", 32_395)], Vec::new());
        assert_eq!(told(&night), "22:00 to 07:00 UTC, 88 nights");
        let office = plan(
            &[("08:00", 14_400), ("13:00", 14_400)],
            vec!["saturday", "sunday"],
        );
        assert_eq!(
            told(&office),
            "08:00 to 12:00 and 13:00 to 17:00 UTC, 88 days, Monday to Friday"
        );
        let hourly = ReportedSchedule {
            every: "hour",
            ..plan(&[("00:20", 600)], Vec::new())
        };
        assert_eq!(told(&hourly), "each hour 10 min from minute 20, 88 hours");
    }

    #[test]
    fn what_is_missing_is_counted() {
        let mut night = plan(&[("22:00", 32_395)], Vec::new());
        assert_eq!(missing(&night), "");
        (night.missed_runs, night.ended_early) = (3, 1);
        assert_eq!(missing(&night), "3 runs missing, 1 ended early");
    }
}
