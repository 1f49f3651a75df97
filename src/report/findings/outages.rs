//! Outages, the longest first. Who failed together: `whose`.

use crate::arrange::Arrange as _;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::event::{OutageEvent, causes, doubt, length, weight, whom};
use super::found::{Inputs, RankedFinding, at};
use super::joined::joined;
use super::region_outage::RegionOutage;
use super::regional;
use super::standing::{failing_relays, only_region};
use super::watched::{self, WatchFinding};
use super::whose::where_to_look;
use crate::doc::number::{counted, grouped, percent, seconds};
use crate::judge::outages::{OutageRule, Usual};
use crate::judge::severity::Severity;
use crate::stats::survey::{self, SeriesName};
use crate::stats::units::HOUR_US;

/// Outages that are told one by one; the others are counted.
const MOST: usize = 3;

/// What is told of it: whose it was, or of which region.
enum Whose<'a> {
    Series(Box<OutageEvent<'a>>),
    Region(&'a RegionOutage),
    Watch(WatchFinding<'a>),
}

impl Whose<'_> {
    fn length(&self) -> u64 {
        match self {
            Self::Series(event) => event.length,
            Self::Region(outage) => outage.length(),
            Self::Watch(outage) => outage.length(),
        }
    }

    fn rows(&self) -> u64 {
        match self {
            Self::Series(event) => event.rows,
            Self::Region(outage) => outage.rows,
            Self::Watch(outage) => outage.packets(),
        }
    }

    fn times(&self) -> [i64; 2] {
        match self {
            Self::Series(event) => [event.from, event.to],
            Self::Region(outage) => [outage.from, outage.to],
            Self::Watch(outage) => outage.times(),
        }
    }

    /// Whether it is an outage though rows within it whose outcome could not be read were answered.
    fn is_certain(&self, about: &Inputs<'_>) -> bool {
        match self {
            Self::Series(event) => event.is_certain,
            Self::Region(outage) => regional::unread(about, outage).1,
            Self::Watch(_) => true,
        }
    }

    fn told(&self, about: &Inputs<'_>) -> RankedFinding {
        match self {
            Self::Series(event) => told_of(about, event),
            Self::Region(outage) => regional::told(about, outage),
            Self::Watch(outage) => outage.told(about),
        }
    }
}

/// The longest outages, and one finding for the others.
pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let of_series = events(about)
        .into_iter()
        .map(|event| Whose::Series(Box::new(event)));
    let of_regions = about.regional.iter().map(Whose::Region);
    let of_watches = watched::all(about).map(Whose::Watch);
    let mut events: Vec<Whose<'_>> = of_series.chain(of_regions).chain(of_watches).collect();
    events.arrange_by_key(|event| std::cmp::Reverse((event.length(), event.rows())));
    let told = events.iter().take(MOST);
    let mut found: Vec<RankedFinding> = told.map(|event| event.told(about)).collect();
    let more = &events[events.len().min(MOST)..];
    let kept: u64 = about
        .report
        .series
        .iter()
        .map(|one| one.longest_outages.len() as u64)
        .sum();
    let all: u64 = about.report.series.iter().map(|one| one.outages).sum();
    // of very many the shorter ones are counted, and not kept
    let uncounted = all.saturating_sub(kept);
    if !more.is_empty() || uncounted > 0 {
        let count = uncounted.saturating_add(more.len() as u64);
        let rows = more.iter().map(Whose::rows).sum();
        let longest = more.iter().map(Whose::length).max().unwrap_or(0);
        let mut text = counted(count, "more outage", "more outages");
        if longest > 0 {
            let _ = write!(text, ", the longest of {}", length(longest));
        }
        // of a region only its pieces are
        let are_listed = more.iter().all(|one| !matches!(one, Whose::Region(_)));
        text.push_str(if are_listed {
            "; they are listed below."
        } else {
            "."
        });
        let from = more.iter().map(|event| event.times()[0]).min();
        let to = more.iter().map(|event| event.times()[1]).max();
        let is_any = more.is_empty() || more.iter().any(|one| one.is_certain(about));
        if !is_any {
            text.push_str(
                " Outcomes within each of them could not be read, so it could not be determined whether it was answered \
                 meanwhile.",
            );
        }
        let severity = if is_any {
            Severity::Fail
        } else {
            Severity::Warn
        };
        found.push(
            RankedFinding::new(severity, weight(longest, 1), "outages", text)
                .when(from.map(at), to.map(at))
                .n(rows),
        );
    }
    found
}

/// Outages in roll-ups, of which the longest of each series is known.
pub(super) fn in_rollups(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let series = about.report.series.iter();
    let rolled = series.filter_map(|one| Some((one, one.in_rollups?)));
    let mut outages: Vec<_> = rolled.filter(|(_, rolled)| rolled.is_outage).collect();
    outages.arrange_by(|(_, one), (_, other)| other.longest_s.total_cmp(&one.longest_s));
    let told = outages.iter().take(MOST).map(|(series, rolled)| {
        let names = [&series.host, &series.target, &series.transport].map(Clone::clone);
        let when = rolled.interval.map_or_else(String::new, |at| {
            format!(" in the interval from {}", about.time(at))
        });
        let earlier = if rolled.lost_in_a_row > rolled.lost {
            " (more than these roll-ups have without an answer: the first of them are of an earlier file, or the column \
             lost_in_a_row is wrong)"
        } else {
            ""
        };
        let text = format!(
            "No answer from {} for {}{when}, {} probes in a row{earlier}. Roll-ups do not say when it began, whether there were \
             other outages, and how many of the {} probes without an answer were in them (could not tell).",
            whom(&[&names]),
            seconds(rolled.longest_s),
            grouped(rolled.lost_in_a_row),
            grouped(rolled.lost),
        );
        RankedFinding::new(Severity::Fail, 1e6 + rolled.longest_s, "outage", text)
            .host(&series.host)
            .n(rolled.lost)
    });
    told.collect()
}

fn events<'a>(about: &Inputs<'a>) -> Vec<OutageEvent<'a>> {
    let all = about.in_order();
    let all = all.filter(|(number, outage)| !is_told(about, *number, outage));
    let joined = joined(all, |number| about.usual_us(number));
    let events = joined.into_iter();
    events.map(|one| OutageEvent::of(about, one)).collect()
}

/// Whether it is a piece of the outage of a region, or of the failures of one relay.
fn is_told(about: &Inputs<'_>, number: usize, outage: &survey::Outage) -> bool {
    about.regional.iter().any(|one| one.holds(number, outage))
        || is_of_a_relay(about, number, outage)
        || watched::holds(about, number, outage)
}

/// Whether all its rows were to one relay that fails more than the others, of several that the series has.
fn is_of_a_relay(about: &Inputs<'_>, number: usize, outage: &survey::Outage) -> bool {
    let (name, series) = &about.rows.series[number];
    if series.changed == 0 || outage.address.is_none() {
        return false;
    }
    let bad = failing_relays(about, &name[2]);
    let mut known = bad
        .iter()
        .map(|relay| about.rows.relays.address_number(relay));
    known.any(|known| outage.address == known)
}

/// What chance has to do with the run of a single series.
struct ChanceOfRun {
    rule: OutageRule,
    usual: Usual,
    answered: u64,
    /// Whether so many series as there are have such a run among them by chance.
    is_expected: bool,
    series: usize,
}

impl ChanceOfRun {
    /// Of an outage of one series, where rows decide.
    fn of(about: &Inputs<'_>, event: &OutageEvent<'_>) -> Option<Self> {
        let [number] = event.series.iter().copied().collect::<Vec<_>>()[..] else {
            return None;
        };
        let all = &about.report.series;
        let series = &all[number];
        series.outage_rows?;
        let hour = event.from.div_euclid(HOUR_US);
        let (rule, usual) = about.outages.rules(number).at(Some(hour));
        let rows = all.iter().map(|series| series.outcomes.telling()).sum();
        let answered = series.outcomes.answered;
        let by_chance = rule.rows..rule.in_all(rows);
        Some(Self {
            rule,
            usual,
            answered,
            // where all is lost, chance has no part in it
            is_expected: answered > 0 && by_chance.contains(&event.requests),
            series: all.len(),
        })
    }

    fn told(&self, event: &OutageEvent<'_>) -> String {
        let Self { rule, series, .. } = self;
        let share = percent(rule.share * 100.0);
        if self.is_expected {
            return format!(
                "With {share} of the rows lost, one of {series} series has such a run by chance, so it could not be determined \
                 whether there was an outage."
            );
        }
        if event.requests > event.rows {
            return " A row is a minute of a watch, and no packet of it was answered.".to_owned();
        }
        let (with, when) = match self.usual {
            Usual::Always => ("With", ""),
            Usual::AtThatHour => ("Even with", " at this hour of the day"),
            Usual::OnThatDay => ("Even with", " on this day"),
        };
        if self.answered == 0 {
            return String::new();
        }
        format!(
            " {with} {share} of its rows lost{when}, {} in a row are not expected by chance.",
            rule.rows
        )
    }
}

fn told_of(about: &Inputs<'_>, event: &OutageEvent<'_>) -> RankedFinding {
    let whole = |number: &usize| &about.rows.series[*number].0;
    let names: Vec<&SeriesName> = event.series.iter().map(whole).collect();
    let least = if event.open || event.begun {
        "at least "
    } else {
        ""
    };
    let when = match event.length {
        // what follows is not known
        0 => format!("{} from {}", event.nobody(), about.time(at(event.from))),
        _ => format!(
            "{} for {least}{} from {} to {}",
            event.nobody(),
            event.lengths(),
            about.time(at(event.from)),
            about.time(at(event.to))
        ),
    };
    let mut text = format!(
        "{when}: {}, {} lost",
        whom(&names),
        counted(event.rows, "row", "rows"),
    );
    text.push_str(&causes(&event.causes));
    text.push_str(". ");
    let run = ChanceOfRun::of(about, event);
    let is_chance = run.as_ref().is_some_and(|run| run.is_expected);
    if event.is_certain {
        if !is_chance {
            text.push_str(&where_to_look(about, event));
        }
        if let Some(run) = run {
            text.push_str(&run.told(event));
        }
        text.push_str(&doubt(event.unread, true));
    } else {
        text.push_str(doubt(event.unread, false).trim_start());
    }
    let hosts: BTreeSet<&str> = names.iter().map(|name| name[0].as_str()).collect();
    let host = match hosts.len() {
        1 if only_region(about).is_none() => hosts.first().copied().unwrap_or_default(),
        _ => "",
    };
    let to = (!event.open).then(|| at(event.to));
    let severity = if is_chance || !event.is_certain {
        Severity::Warn
    } else {
        Severity::Fail
    };
    RankedFinding::new(
        severity,
        weight(event.length, event.series.len()),
        "outage",
        text,
    )
    .host(host)
    .when(Some(at(event.from)), to)
    .n(event.rows)
}
