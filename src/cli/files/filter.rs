//! Which rows count: `--since`, `--until`, `--where`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use anyhow::Context as _;

use crate::cli::words::meant;
use crate::record::{Cause, Phase, TlsPath, Transport, World};
use crate::schema::Row;
use crate::stats::survey::value;
use crate::store::Span;
use crate::words::Word;
use crate::zone::Zone;

/// The column of a run's labels, separated by one space.
const LABEL: &str = "label";

/// Values that a row has: one of those of each column.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    columns: Vec<(String, Vec<String>)>,
    zone: Zone,
}

impl Conditions {
    /// Of the values of a flag, each `COLUMN=VALUE`.
    pub fn new(flag: &str, texts: &[String], zone: Zone) -> anyhow::Result<Self> {
        let mut columns: Vec<(String, Vec<String>)> = Vec::new();
        for text in texts {
            let (column, value) = text
                .split_once('=')
                .filter(|(column, _)| !column.trim().is_empty())
                .with_context(|| format!("--{flag} {text}: write it as COLUMN=VALUE"))?;
            let (column, value) = (column.trim().to_owned(), value.trim().to_owned());
            match columns.iter_mut().find(|(known, _)| *known == column) {
                Some((_, values)) => values.push(value),
                None => columns.push((column, vec![value])),
            }
        }
        Ok(Self { columns, zone })
    }

    /// Whether the row has them.
    pub fn hold(&self, row: &Row<'_>) -> bool {
        self.columns.iter().all(|(column, values)| {
            let value = value(row, column, self.zone);
            let is = |value: &str| {
                let mut values = values.iter();
                values.any(|wanted| wanted.eq_ignore_ascii_case(value))
            };
            // a run may have several labels
            is(&value) || column.eq_ignore_ascii_case(LABEL) && value.split(' ').any(is)
        })
    }

    /// Values that no row of this program has, and that are like one that it may have.
    pub fn doubts(&self, flag: &str) -> Vec<String> {
        let values = self.columns.iter().flat_map(|(column, values)| {
            let known = words_of(column);
            values.iter().filter_map(move |value| {
                let is_known = known.iter().any(|one| one.eq_ignore_ascii_case(value));
                let meant = meant(value, known.iter().copied());
                let text = format!("--{flag} {column}={value}: no such {column}{meant}");
                (!is_known && !meant.is_empty()).then_some(text)
            })
        });
        values.collect()
    }

    /// The columns with their values.
    pub fn pairs(&self) -> &[(String, Vec<String>)] {
        &self.columns
    }

    /// The columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(column, _)| column.as_str())
    }

    /// The values of all columns.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let values = self.columns.iter().flat_map(|(_, values)| values);
        values.map(String::as_str)
    }
}

/// The words that a column holds, where they are a closed list.
fn words_of(column: &str) -> Vec<&'static str> {
    fn all<T: Word>() -> Vec<&'static str> {
        T::ALL.iter().map(|value| value.as_str()).collect()
    }
    match column.to_ascii_lowercase().as_str() {
        "cause" => all::<Cause>(),
        "status" => [all::<Cause>(), vec!["OK"]].concat(),
        "failed_phase" => all::<Phase>(),
        "transport" => all::<Transport>(),
        "tls_path" => all::<TlsPath>(),
        "world" => all::<World>(),
        _ => Vec::new(),
    }
}

/// Which rows count.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    wanted: Conditions,
}

impl Filter {
    /// Of the flags; `now` is what a time such as `7d` counts back from.
    pub fn new(
        since: Option<&str>,
        until: Option<&str>,
        wanted: &[String],
        zone: Zone,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Self> {
        let read = |flag: &str, text: Option<&str>| {
            text.map(|text| moment(text, zone, now).with_context(|| format!("--{flag} {text}")))
                .transpose()
        };
        let (since, until) = (read("since", since)?, read("until", until)?);
        if let (Some(from), Some(to)) = (since, until) {
            anyhow::ensure!(
                from < to,
                "--since is not before --until: no row could match"
            );
        }
        Ok(Self {
            since,
            until,
            wanted: Conditions::new("where", wanted, zone)?,
        })
    }

    /// Whether the row lies in the time that is asked for; one without a time only when none is.
    pub fn has_time(&self, row: &Row<'_>) -> bool {
        if !self.wants_time() {
            return true;
        }
        let Some(at) = row.at else { return false };
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }

    /// Whether a time is asked for.
    pub fn wants_time(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// The time that is asked for.
    pub fn span(&self) -> Span {
        Span {
            since: self.since,
            until: self.until,
            ..Span::default()
        }
    }

    /// Whether the row has the values that are asked for.
    pub fn has_values(&self, row: &Row<'_>) -> bool {
        self.wanted.hold(row)
    }

    /// The same of the time before, as long as the one from `--since` to `--until` or `now`; none without `--since`.
    pub fn previous(&self, now: DateTime<Utc>) -> Option<Self> {
        let since = self.since?;
        let length = self.until.unwrap_or(now) - since;
        Some(Self {
            since: Some(since.checked_sub_signed(length)?),
            until: Some(since),
            wanted: self.wanted.clone(),
        })
    }

    /// `--since` and `--until`.
    pub fn times(&self) -> [Option<DateTime<Utc>>; 2] {
        [self.since, self.until]
    }

    /// `--where`.
    pub fn wanted(&self) -> &Conditions {
        &self.wanted
    }

    /// Values of `--where` that may be mistyped.
    pub fn doubts(&self) -> Vec<String> {
        self.wanted.doubts("where")
    }

    /// Columns of `--where`.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.wanted.columns()
    }
}

/// The filters as they stand on the command line.
pub fn filters_told(
    [since, until]: [&Option<String>; 2],
    world: Option<World>,
    wanted: &[String],
) -> Vec<String> {
    let times = [("since", since), ("until", until)];
    let times = times.map(|(name, value)| Some((name, value.as_deref()?)));
    let world = world.map(|world| ("world", world.as_str()));
    let wanted = wanted.iter().map(|value| ("where", value.as_str()));
    let all = times.into_iter().flatten().chain(world).chain(wanted);
    all.map(|(name, value)| format!("--{name} {value}"))
        .collect()
}

/// A time: a date, a date and time with or without a zone, or how long before now.
fn moment(text: &str, zone: Zone, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(zone.moment(date.and_hms_opt(0, 0, 0).unwrap_or_default()));
    }
    let joined = text.replacen(' ', "T", 1);
    if let Ok(at) = DateTime::parse_from_rfc3339(&joined) {
        return Ok(at.with_timezone(&Utc));
    }
    if let Ok(at) = DateTime::parse_from_str(&joined, "%Y-%m-%dT%H:%M%:z") {
        return Ok(at.with_timezone(&Utc));
    }
    if text
        .strip_prefix('-')
        .is_some_and(|rest| humantime::parse_duration(rest).is_ok())
    {
        anyhow::bail!("times before now have no minus: write {}", &text[1..]);
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(shown) = NaiveDateTime::parse_from_str(joined.trim_end_matches('Z'), form) {
            let is_utc = joined.ends_with('Z');
            return Ok(if is_utc {
                shown.and_utc()
            } else {
                zone.moment(shown)
            });
        }
    }
    let before = humantime::parse_duration(text)
        .ok()
        .and_then(|before| chrono::Duration::from_std(before).ok())
        .and_then(|before| now.checked_sub_signed(before));
    before.context(
        "no such time; write 2026-11-22, 2026-11-22T13:46, 2026-11-22T13:46:01Z or 7d (before now)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_zone_of_the_report() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let berlin = "Europe/Berlin".parse().unwrap();
        for (text, zone, wanted) in [
            ("2026-11-22", Zone::Utc, "2026-11-22T00:00:00Z"),
            ("2026-11-22", berlin, "2026-11-21T23:00:00Z"),
            ("2026-11-22 13:46", berlin, "2026-11-22T12:46:00Z"),
            ("2026-11-22T13:46:01Z", berlin, "2026-11-22T13:46:01Z"),
            ("2026-11-22 13:46:01Z", berlin, "2026-11-22T13:46:01Z"),
            ("2026-11-22T13:46Z", berlin, "2026-11-22T13:46:00Z"),
            (
                "2026-11-22T13:46:01+02:00",
                Zone::Utc,
                "2026-11-22T11:46:01Z",
            ),
            // the hour that the clocks there show twice
            ("2026-10-25T02:30+01:00", berlin, "2026-10-25T01:30:00Z"),
            ("2026-10-25 02:30+02:00", berlin, "2026-10-25T00:30:00Z"),
            ("7d", berlin, "2026-11-15T12:00:00Z"),
        ] {
            let found = moment(text, zone, now).unwrap();
            assert_eq!(found, wanted.parse::<DateTime<Utc>>().unwrap(), "{text}");
        }
        assert!(moment("yesterday", Zone::Utc, now).is_err());
        assert!(moment("2026-13-01", Zone::Utc, now).is_err());
    }

    #[test]
    fn the_time_before_is_as_long_and_ends_where_this_one_begins() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let of = |since, until| Filter::new(since, until, &[], Zone::Utc, now).unwrap();
        let at = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
        let before = of(Some("7d"), None).previous(now).unwrap();
        assert_eq!(before.since, at("2026-11-08T12:00:00Z"));
        assert_eq!(before.until, at("2026-11-15T12:00:00Z"));
        let day = of(Some("2026-11-10"), Some("2026-11-11"))
            .previous(now)
            .unwrap();
        assert_eq!(day.since, at("2026-11-09T00:00:00Z"));
        assert!(of(None, Some("2026-11-11")).previous(now).is_none());
    }

    #[test]
    fn a_mistyped_cause_is_told_with_the_one_that_was_meant() {
        let of = |text: &str| {
            let texts = [text.to_owned()];
            Conditions::new("where", &texts, Zone::Utc)
                .unwrap()
                .doubts("where")
        };
        assert_eq!(
            of("cause=dns-timout"),
            ["--where cause=dns-timout: no such cause (did you mean `dns-timeout`?)"]
        );
        for fine in [
            "cause=DNS-Timeout",
            "Status=OK",
            "region=westeurop",
            "cause=weather",
            "cause=",
        ] {
            assert_eq!(of(fine), [""; 0], "{fine}");
        }
    }

    #[test]
    fn a_filter_that_takes_nothing_or_is_torn_is_refused() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let of = |since, wanted: &str| {
            let filter = Filter::new(
                since,
                Some("2026-01-01"),
                &[wanted.to_owned()],
                Zone::Utc,
                now,
            );
            filter.map(|_| ()).map_err(|error| format!("{error:#}"))
        };
        assert!(
            of(Some("2026-02-01"), "a=b")
                .unwrap_err()
                .contains("--since")
        );
        assert!(of(None, "region").unwrap_err().contains("COLUMN=VALUE"));
        assert!(
            of(Some("soon"), "a=b")
                .unwrap_err()
                .contains("--since soon")
        );
    }
}
