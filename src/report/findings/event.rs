//! An outage of one or several series, and its words.

use std::collections::{BTreeMap, BTreeSet};

use super::found::{Inputs, is_certain_beside, most_first, name};
use super::joined::JoinedOutage;
use crate::doc::number::{counted, grouped, seconds};
use crate::record::Cause;
use crate::stats::survey::{Outage, SeriesName};

/// A second in microseconds.
const SECOND_US: u64 = 1_000_000;

/// Outages of one or several series that are one.
pub(super) struct OutageEvent<'a> {
    pub(super) from: i64,
    pub(super) to: i64,
    /// The longest of them.
    pub(super) length: u64,
    /// The shortest whose ends are known.
    pub(super) shortest: u64,
    pub(super) open: bool,
    pub(super) begun: bool,
    pub(super) rows: u64,
    /// Requests that they stand for, which decide whether chance explains it.
    pub(super) requests: u64,
    /// The region of all rows, by number; none where they are of several.
    pub(super) region: Option<usize>,
    pub(super) causes: BTreeMap<&'a str, u64>,
    pub(super) series: BTreeSet<usize>,
    /// Rows within it whose outcome could not be read.
    pub(super) unread: u64,
    /// Whether it is an outage though all of these were answered.
    pub(super) is_certain: bool,
    /// The series of which that is so.
    pub(super) sure: BTreeSet<usize>,
    pub(super) joined: JoinedOutage<'a>,
}

impl<'a> OutageEvent<'a> {
    /// Of outages that are one.
    pub(super) fn of(about: &Inputs<'a>, joined: JoinedOutage<'a>) -> Self {
        let all = || joined.of.iter().map(|(_, outage)| *outage);
        let [from, last] = joined.rows;
        // it is over with the first answer of any of them
        let answers = all().filter(|outage| !outage.open && outage.to >= last);
        let end = answers.map(|outage| outage.to).min();
        let to = end.or(all().map(|outage| outage.to).max()).unwrap_or(last);
        let [shortest, length] = lengths_within(about, &joined, [from, to]);
        let mut causes: BTreeMap<&str, u64> = BTreeMap::new();
        for (cause, count) in all().flat_map(|outage| &outage.causes) {
            *causes.entry(about.rows.causes.name(*cause)).or_default() += count;
        }
        let region = all().next().and_then(|outage| outage.region);
        let mut unread = 0_u64;
        let mut sure: BTreeSet<usize> = BTreeSet::new();
        for (number, outage) in &joined.of {
            let of_it = about.unread_in(*number, [outage.from, outage.last]);
            let (rule, _) = about.outages.rules(*number).at(Some(outage.hour()));
            let is_certain = match about.rows.options.outage_us {
                Some(limit) => is_certain_beside(of_it, outage.length, limit),
                None => is_certain_beside(of_it, outage.requests, rule.rows),
            };
            unread = unread.saturating_add(of_it);
            sure.extend(is_certain.then_some(*number));
        }
        Self {
            unread,
            is_certain: !sure.is_empty(),
            sure,
            from,
            to,
            length,
            shortest,
            open: all().any(|outage| outage.open),
            begun: all().any(|outage| outage.begun),
            rows: all().map(|outage| outage.rows).fold(0, u64::saturating_add),
            requests: all()
                .map(|outage| outage.requests)
                .fold(0, u64::saturating_add),
            region: region.filter(|_| all().all(|outage| outage.region == region)),
            causes,
            series: joined.of.iter().map(|(number, _)| *number).collect(),
            joined,
        }
    }

    /// Who did not answer: where something else did, there was an answer.
    pub(super) fn nobody(&self) -> &'static str {
        let mut causes = self.causes.keys().filter_map(|cause| Cause::of_word(cause));
        let is_answered = causes.any(|cause| {
            matches!(
                cause,
                Cause::DnsBlocked
                    | Cause::ProxyAuth
                    | Cause::ProxyForbidden
                    | Cause::ProxyBadGateway
                    | Cause::ProxyStatus
                    | Cause::ProxyNotHttp
                    | Cause::ProxyNotSocks
                    | Cause::TlsNotTls
                    | Cause::TurnAlert
                    | Cause::TurnHttp
                    | Cause::TurnMalformed
            )
        });
        if is_answered {
            "No relay answered"
        } else {
            "No answer"
        }
    }

    /// How long it was for each series.
    pub(super) fn lengths(&self) -> String {
        if self.shortest < self.length / 4 * 3 {
            format!("{} to {}", length(self.shortest), length(self.length))
        } else {
            length(self.length)
        }
    }
}

/// The shortest of outages that are one, of those whose ends are known, and the length of all.
///
/// A series knows only that it began within the interval before its first lost row. What it had of the time in which there
/// was no answer to any of them is its length; but where clocks were set, the times of rows are no measure.
fn lengths_within(about: &Inputs<'_>, joined: &JoinedOutage<'_>, [from, to]: [i64; 2]) -> [u64; 2] {
    let whole = |outage: &Outage| !outage.open && !outage.begun;
    let all = || joined.of.iter().map(|(_, outage)| *outage);
    let longest = all().map(|outage| outage.length).max().unwrap_or(0);
    let is_by_clock = |outage: &Outage| {
        let by_clock = outage.to.abs_diff(outage.from);
        by_clock.abs_diff(outage.length) <= SECOND_US
    };
    if joined.of.len() == 1 || longest == 0 || !all().all(is_by_clock) {
        let shortest = all()
            .filter(|outage| whole(outage))
            .map(|outage| outage.length)
            .min();
        return [shortest.unwrap_or(longest), longest];
    }
    let length = to.abs_diff(from);
    let of_each = joined.of.iter().filter(|(_, outage)| whole(outage));
    let of_each = of_each.map(|(number, outage)| {
        let begin = outage.from.saturating_sub_unsigned(about.usual_us(*number));
        outage.to.min(to).abs_diff(begin.max(from))
    });
    [of_each.min().unwrap_or(length), length]
}

/// An outage's time counts, and for how many.
pub(super) fn weight(length: u64, series: usize) -> f64 {
    1e6 + length as f64 * series as f64 / 1e6
}

pub(super) fn length(us: u64) -> String {
    seconds(crate::stats::units::seconds(us))
}

/// Who got no answer from what.
pub(super) fn whom(names: &[&SeriesName]) -> String {
    let distinct = |part: usize| {
        let all: BTreeSet<&str> = names.iter().map(|name| name[part].as_str()).collect();
        all.into_iter().collect::<Vec<_>>()
    };
    let few = |of: &[&str], without: &str, many: &str| match of {
        _ if of.len() <= 3 => {
            let known = of.iter().filter(|one| !one.is_empty()).map(|one| name(one));
            let rest = of.iter().filter(|one| one.is_empty());
            let all = known.chain(rest.map(|_| without.to_owned()));
            all.collect::<Vec<_>>().join(", ")
        }
        _ => format!("{} {many}", grouped(of.len() as u64)),
    };
    let [hosts, targets, transports] = [0, 1, 2].map(distinct);
    let from = match hosts[..] {
        [""] => String::new(),
        _ => few(&hosts, "a computer without a name", "computers"),
    };
    let to = match targets[..] {
        [""] => String::new(),
        _ => few(&targets, "a target without a name", "targets"),
    };
    let over = few(&transports, "a transport without a name", "transports");
    match (from.as_str(), to.as_str()) {
        ("", "") => format!("over {over}"),
        ("", to) => format!("{to} over {over}"),
        (from, "") => format!("{from} over {over}"),
        (from, to) => format!("{from} to {to} over {over}"),
    }
}

/// The causes, the most frequent one with what it means.
pub(super) fn causes(causes: &BTreeMap<&str, u64>) -> String {
    let mut all: Vec<(&str, u64)> = causes
        .iter()
        .map(|(cause, count)| (*cause, *count))
        .collect();
    most_first(&mut all, |(cause, count)| (*count, (*cause).to_owned()));
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

/// What is said of an outage within which outcomes could not be read.
pub(super) fn doubt(unread: u64, is_certain: bool) -> String {
    if unread == 0 {
        return String::new();
    }
    let whether = if is_certain {
        ", and it may have been answered then"
    } else {
        ": it could not be determined whether it was answered meanwhile"
    };
    format!(
        " The outcome of {} within it could not be read{whether}.",
        counted(unread, "row", "rows")
    )
}
