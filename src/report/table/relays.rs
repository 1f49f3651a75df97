//! The other end: addresses and certificates.

use std::fmt::Write as _;

use super::sections::{LONGEST, push};
use super::view::heading;
use crate::report::model::Report;
use crate::report::number::{self, counted};
use crate::report::text::{cut, time};
use crate::report::wrapped;

/// How many relays there are.
pub fn addresses(out: &mut String, report: &Report, width: usize) {
    let found = &report.addresses;
    if found.distinct == 0 {
        return;
    }
    heading(out, "Addresses");
    let at_least = if found.capped { "at least " } else { "" };
    let mut text = format!(
        "{at_least}{}",
        counted(found.distinct, "distinct address", "distinct addresses")
    );
    if let (Some(expected), Some(low), Some(high)) =
        (found.expected, found.expected_low, found.expected_high)
    {
        let _ = write!(
            text,
            "; in all {expected:.0} to be expected (Chao1, 95 % interval {low:.0} to {high:.0})"
        );
    }
    push(out, wrapped(&text, width));
    let percent =
        |share: Option<f64>| share.map_or_else(|| number::NONE.to_owned(), number::percent);
    let text = format!(
        "the rarest has {} of the rows, the most frequent {}",
        percent(found.smallest_share_percent),
        percent(found.largest_share_percent)
    );
    push(out, wrapped(&text, width));
    let text = format!(
        "{} of the rows in the published Teams ranges; {} with another address than the row before",
        percent(found.in_teams_range_percent),
        percent(found.changed_percent)
    );
    push(out, wrapped(&text, width));
    for ttls in found.ttls.iter().take(5) {
        let _ = writeln!(
            out,
            "TTLs {} s: {}",
            cut(&ttls.name, 50),
            counted(ttls.count, "row", "rows")
        );
    }
    if found.ttls.len() > 5 {
        let _ = writeln!(out, "and {} other lists of TTLs", found.ttls.len() - 5);
    }
}

/// Certificates with issuer and validity.
pub fn certificates(out: &mut String, report: &Report, width: usize) {
    let Some(table) = report
        .tables
        .iter()
        .find(|table| table.by == ["certificate"])
    else {
        return;
    };
    let mut groups: Vec<_> = table
        .groups
        .iter()
        .filter(|group| !group.key[0].is_empty())
        .collect();
    if groups.is_empty() {
        return;
    }
    heading(out, "Certificates");
    groups.sort_by_key(|group| group.first);
    for group in groups.iter().take(20) {
        push(out, wrapped(&cut(&group.key[0], LONGEST), width));
        let seen = group.first.zip(group.last).map(|(first, last)| {
            format!(
                "seen {} to {}, ",
                time(report.time_zone, first),
                time(report.time_zone, last)
            )
        });
        let rows = counted(group.n, "row", "rows");
        let mut facts = vec![format!("{}{rows}", seen.unwrap_or_default())];
        if let Some(certificate) = &group.certificate {
            let named = [
                ("subject", &certificate.subject),
                ("issuer", &certificate.issuer),
            ];
            let named = named.into_iter().filter(|(_, text)| !text.is_empty());
            facts.extend(named.map(|(word, text)| format!("{word} {}", cut(text, LONGEST))));
            let (from, to) = (&certificate.not_before, &certificate.not_after);
            if !from.is_empty() && !to.is_empty() {
                facts.push(format!("valid from {} to {}", cut(from, 30), cut(to, 30)));
            }
        }
        for line in facts.iter().flat_map(|fact| wrapped(fact, width - 2)) {
            let _ = writeln!(out, "  {line}");
        }
    }
    if groups.len() > 20 {
        let _ = writeln!(out, "and {} more", groups.len() - 20);
    }
}
