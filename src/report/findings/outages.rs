//! Outages, and who failed together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::found::{About, RankedFinding, at, name};
use super::standing::only_region;
use crate::doc::number::{counted, grouped, percent, seconds};
use crate::judge::severity::Severity;
use crate::judge::together::{Together, Who, together};
use crate::record::Cause;
use crate::schema::THROUGH;
use crate::stats::survey::{self, SeriesName};

/// Outages that are told one by one; the others are counted.
const MOST: usize = 3;

/// So many rows, all of one region of several, are no chance where relays are drawn anew for each.
const FEWEST_OF_A_REGION: u64 = 3;

/// Failures that begin so long after each other may have one cause, in microseconds.
const TOGETHER_US: i64 = 60_000_000;

/// Outages of one or several series that overlap.
struct Event<'a> {
    from: i64,
    to: i64,
    /// The longest of them.
    length: u64,
    open: bool,
    begun: bool,
    rows: u64,
    /// The region of all rows, by number; none where they are of several.
    region: Option<usize>,
    causes: BTreeMap<&'a str, u64>,
    series: BTreeSet<usize>,
}

/// The longest outages, and one finding for the others.
pub(super) fn all(about: &About<'_>) -> Vec<RankedFinding> {
    let mut events = events(about);
    events.sort_by_key(|event| std::cmp::Reverse((event.length, event.rows)));
    let told = events.iter().take(MOST);
    let mut found: Vec<RankedFinding> = told.map(|event| told_of(about, event)).collect();
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
        let rows = more.iter().map(|event| event.rows).sum();
        let longest = more.iter().map(|event| event.length).max().unwrap_or(0);
        let mut text = counted(count, "more outage", "more outages");
        if longest > 0 {
            let _ = write!(text, ", the longest of {}", length(longest));
        }
        text.push_str("; they are listed below.");
        let from = more.iter().map(|event| event.from).min();
        let to = more.iter().map(|event| event.to).max();
        found.push(
            RankedFinding::new(Severity::Fail, weight(longest, 1), "outages", text)
                .when(from.map(at), to.map(at))
                .n(rows),
        );
    }
    found
}

/// Outages in roll-ups, of which the longest of each series is known.
pub(super) fn in_rollups(about: &About<'_>) -> Vec<RankedFinding> {
    let series = about.report.series.iter();
    let rolled = series.filter_map(|one| Some((one, one.in_rollups?)));
    let mut outages: Vec<_> = rolled.filter(|(_, rolled)| rolled.is_outage).collect();
    outages.sort_by(|(_, one), (_, other)| other.longest_s.total_cmp(&one.longest_s));
    let told = outages.iter().take(MOST).map(|(series, rolled)| {
        let names = [&series.host, &series.target, &series.transport].map(Clone::clone);
        let when = rolled.interval.map_or_else(String::new, |at| {
            format!(" in the interval from {}", about.time(at))
        });
        let text = format!(
            "No answer from {} for {}{when}, {} probes in a row. Roll-ups do not say when it began, whether there were \
             other outages, and how many of the {} probes without an answer were in them (could not tell).",
            whom(&[&names]),
            seconds(rolled.longest_s),
            grouped(rolled.lost_in_a_row),
            grouped(rolled.lost),
        );
        #[allow(clippy::cast_precision_loss)] // to sort by
        RankedFinding::new(Severity::Fail, 1e6 + rolled.longest_s, "outage", text)
            .host(&series.host)
            .n(rolled.lost)
    });
    told.collect()
}

/// An outage's time counts, and for how many.
#[allow(clippy::cast_precision_loss)] // to sort by
fn weight(length: u64, series: usize) -> f64 {
    1e6 + length as f64 * series as f64 / 1e6
}

fn length(us: u64) -> String {
    seconds(crate::stats::units::seconds(us))
}

fn events<'a>(about: &About<'a>) -> Vec<Event<'a>> {
    let mut all: Vec<(usize, &survey::Outage)> = Vec::new();
    for (number, (_, series)) in about.rows.series.iter().enumerate() {
        if !series.is_in_order() {
            continue;
        }
        let rows = about.report.series[number].outage_rows.unwrap_or(0);
        let is_outage = |outage: &&survey::Outage| series.lost_runs.is_outage(outage, rows);
        all.extend(
            series
                .longest_outages
                .iter()
                .filter(is_outage)
                .map(|outage| (number, outage)),
        );
    }
    all.sort_by_key(|(_, outage)| outage.from);
    let mut events: Vec<Event<'_>> = Vec::new();
    for (number, outage) in all {
        let causes = outage.causes.iter();
        let causes = causes.map(|(cause, count)| (about.rows.causes.name(*cause), *count));
        match events.last_mut() {
            // of one series two outages are two: it was answered in between
            Some(event)
                if outage.from <= event.from.saturating_add(TOGETHER_US)
                    && !event.series.contains(&number) =>
            {
                event.to = event.to.max(outage.to);
                event.length = event.length.max(outage.length);
                event.open |= outage.open;
                event.begun |= outage.begun;
                event.region = event.region.filter(|one| outage.region == Some(*one));
                event.rows = event.rows.saturating_add(outage.rows);
                event.series.insert(number);
                for (cause, count) in causes {
                    *event.causes.entry(cause).or_default() += count;
                }
            }
            _ => events.push(Event {
                from: outage.from,
                to: outage.to,
                length: outage.length,
                open: outage.open,
                begun: outage.begun,
                region: outage.region,
                rows: outage.rows,
                causes: causes.collect(),
                series: [number].into(),
            }),
        }
    }
    events
}

fn told_of(about: &About<'_>, event: &Event<'_>) -> RankedFinding {
    let whole = |number: &usize| &about.rows.series[*number].0;
    let names: Vec<&SeriesName> = event.series.iter().map(whole).collect();
    let least = if event.open || event.begun {
        "at least "
    } else {
        ""
    };
    let when = match event.length {
        // what follows is not known
        0 => format!("No answer from {}", about.time(at(event.from))),
        us => format!(
            "No answer for {least}{} from {} to {}",
            length(us),
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
    text.push_str(&where_to_look(about, event));
    if let [number] = event.series.iter().copied().collect::<Vec<_>>()[..] {
        let series = &about.report.series[number];
        if let (Some(k), Some(p)) = (series.outage_rows, series.lost_percent) {
            let _ = write!(
                text,
                " With {} of its rows lost, {k} in a row do not come by chance.",
                percent(p)
            );
        }
    }
    let hosts: BTreeSet<&str> = names.iter().map(|name| name[0].as_str()).collect();
    let host = match hosts.len() {
        1 if only_region(about).is_none() => hosts.first().copied().unwrap_or_default(),
        _ => "",
    };
    let to = (!event.open).then(|| at(event.to));
    RankedFinding::new(
        Severity::Fail,
        weight(event.length, event.series.len()),
        "outage",
        text,
    )
    .host(host)
    .when(Some(at(event.from)), to)
    .n(event.rows)
}

/// Who got no answer from what.
fn whom(names: &[&SeriesName]) -> String {
    if let [[host, target, transport]] = names {
        let from = match host.as_str() {
            "" => String::new(),
            host => format!("{} to ", name(host)),
        };
        return format!("{from}{} over {}", name(target), name(transport));
    }
    let distinct = |part: usize| {
        let all: BTreeSet<&str> = names.iter().map(|name| name[part].as_str()).collect();
        all.into_iter().map(name).collect::<Vec<_>>()
    };
    let [hosts, targets, transports] = [0, 1, 2].map(distinct);
    let few = |of: Vec<String>, many: &str| match of.len() {
        1..=3 => of.join(", "),
        n => format!("{} {many}", grouped(n as u64)),
    };
    format!(
        "{} to {} over {}",
        few(hosts, "computers"),
        few(targets, "targets"),
        few(transports, "transports")
    )
}

/// The causes, the most frequent one with what it means.
fn causes(causes: &BTreeMap<&str, u64>) -> String {
    let mut all: Vec<(&str, u64)> = causes
        .iter()
        .map(|(cause, count)| (*cause, *count))
        .collect();
    super::found::most_first(&mut all, |(cause, count)| (*count, (*cause).to_owned()));
    let Some((most, _)) = all.first() else {
        return String::new();
    };
    let meaning = Cause::of_word(most).map(|cause| {
        let meaning = cause.meaning().split(';').next().unwrap_or_default();
        format!(": {meaning}")
    });
    let others = match all.len() {
        1 => String::new(),
        2 => format!("; also {}", name(all[1].0)),
        n => format!("; and {} other causes", n - 1),
    };
    format!(" ({}{}{others})", name(most), meaning.unwrap_or_default())
}

/// The name of a region, where each series that failed measured others too.
fn one_of_several<'a>(about: &About<'a>, event: &Event<'_>, number: usize) -> Option<&'a str> {
    let name = about.rows.relays.region_name(number);
    let has_others = |series: &usize| {
        let mut levels = about.rows.levels.iter();
        levels.any(|((of, region), _)| of == series && *region != number)
    };
    (!name.is_empty() && event.series.iter().all(has_others)).then_some(name)
}

/// What lies between those that failed and those that did not.
fn where_to_look(about: &About<'_>, event: &Event<'_>) -> String {
    let who = |number: usize| {
        let [host, target, transport] = &about.rows.series[number].0;
        let label = about.rows.dimensions.series_labels.get(&number);
        Who {
            host,
            site: label.map_or("", |label| site(label)),
            target,
            transport,
        }
    };
    let failed: Vec<Who<'_>> = event.series.iter().copied().map(who).collect();
    let measured = about
        .rows
        .series
        .iter()
        .enumerate()
        .filter(|(number, (_, series))| {
            event.series.contains(number)
                || series.presences().iter().any(|present| {
                    present.from <= event.from
                        && present.to >= event.to.min(event.from + TOGETHER_US)
                })
        });
    let measured: Vec<Who<'_>> = measured.map(|(number, _)| who(number)).collect();
    let are_all = |kind: &str| event.causes.keys().all(|cause| cause.starts_with(kind));
    let is_name = are_all("dns-");
    let is_proxied = failed.iter().all(|who| who.transport.contains(THROUGH));
    let hosts: BTreeSet<&str> = measured.iter().map(|who| who.host).collect();
    if let Some(region) = only_region(about) {
        return format!(
            "All rows that failed were to relays in {}, while others answered: that region, or the way to it (likely).",
            name(region)
        );
    }
    if let Some(region) = event
        .region
        .and_then(|number| one_of_several(about, event, number))
        && event.rows >= FEWEST_OF_A_REGION
        && !is_name
    {
        return format!(
            "All of these rows were to relays in {}, and to no other region: those relays or the way to them, or the network of \
             whoever had it (could not tell).",
            name(region)
        );
    }
    match together(&failed, &measured) {
        _ if is_name => "The names could not be resolved: look at the name server (likely).".to_owned(),
        _ if is_proxied && are_all("proxy-") => {
            "The proxy was reached, and no relay through it: look at the proxy, or its own way out (likely).".to_owned()
        }
        _ if is_proxied && are_all("connect-") => {
            "It was the proxy that could not be reached: look at it, or the way to it (likely).".to_owned()
        }
        Together::Transport(_) if is_proxied => {
            "Only the way through the proxy had it, while another got through at the same time: look at the proxy (likely)."
                .to_owned()
        }
        Together::OnlyOneMeasured if hosts.contains("") && about.report.input.files.len() > 1 => {
            "The files do not name the computers that measured, so it cannot be told whether it was one of them, the way or \
             the relays."
                .to_owned()
        }
        Together::OnlyOneMeasured => {
            "Only one computer measured then, so it cannot be told whether it was this end, the way or the relays."
                .to_owned()
        }
        Together::Host(host) => format!(
            "Only {} of {} computers had it: look there, at its network (likely).",
            name(host),
            grouped(hosts.len() as u64)
        ),
        Together::Site(site) => format!(
            "All computers of {} had it and no other: look at that site's network (likely).",
            name(site)
        ),
        Together::Everybody => format!(
            "All {} computers that measured then had it: the relays, or a way that all of them share (likely).",
            grouped(hosts.len() as u64)
        ),
        Together::Transport(transport) => format!(
            "Only {} had it, while the others got through at the same time: a filter, or a relay that serves it no more (possible).",
            name(transport)
        ),
        Together::Target(target) => format!(
            "Only {} had it, while the others got through at the same time: that relay, or the way to it (likely).",
            name(target)
        ),
        Together::Nothing => {
            "Others got through at the same time, and those that did not have nothing in common.".to_owned()
        }
    }
}

/// The site that a label names: the value of `site`, else the label as it is.
fn site(label: &str) -> &str {
    let parts = label.split([',', ';', ' ']);
    let mut values = parts.filter_map(|part| part.trim().strip_prefix("site="));
    values.next().unwrap_or(label)
}
