//! The other end: addresses, certificates, slow connects.

use maud::{Markup, html};

use super::budget::Budget;
use super::parts::{Number, Times, Words, folded_if_long, table, tile};
use crate::report::model::{Group, Report};
use crate::report::number::{grouped, millis, percent, share};
use crate::report::text::{cut, named, time};

/// How many relays there are, and how evenly they are met.
pub(super) fn addresses(report: &Report, budget: &Budget) -> Markup {
    let addresses = &report.addresses;
    if addresses.rows == 0 {
        return html! {};
    }
    let (ttls, left_out) = budget.rows(6_000, &addresses.ttls, |ttl| {
        html! { tr {
            th scope="row" { (cut(&ttl.name, 60)) }
            td { (grouped(ttl.count)) }
        } }
    });
    let distinct = grouped(addresses.distinct);
    html! {
        dl class="tiles" {
            (tile("Distinct addresses", &distinct, if addresses.capped { "at least: more than are counted" } else { "" }))
            @if let Some(expected) = addresses.expected.and_then(whole) {
                (tile("To be expected in all", &expected, &interval(addresses.expected_low, addresses.expected_high)))
            }
            @if let Some(smallest) = addresses.smallest_share_percent {
                (tile("Rarest address", &percent(smallest), "of the rows"))
            }
            @if let Some(largest) = addresses.largest_share_percent {
                (tile("Most frequent address", &percent(largest), "of the rows"))
            }
            @if let Some(inside) = addresses.in_teams_range_percent {
                (tile("In the Teams ranges", &percent(inside), "of the rows"))
            }
            @if let Some(changed) = addresses.changed_percent {
                (tile("Another than before", &percent(changed), "of the rows"))
            }
        }
        @if addresses.expected.is_some() {
            p class="note" {
                "How many addresses there are in all is estimated from those seen only once or twice (Chao1)."
            }
        }
        @if !addresses.ttls.is_empty() {
            @let columns = [Words("TTLs of the chain, s"), Number("rows")];
            (table("Time to live of the DNS answers", &columns, &html! { tbody { (ttls) } }, left_out))
        }
    }
}

fn whole(value: f64) -> Option<String> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked
    (value.is_finite() && (0.0..1e15).contains(&value)).then(|| grouped(value.round() as u64))
}

fn interval(low: Option<f64>, high: Option<f64>) -> String {
    match (low.and_then(whole), high.and_then(whole)) {
        (Some(low), Some(high)) => format!("95 % interval {low} to {high}"),
        _ => String::new(),
    }
}

/// The certificates that the relays showed.
pub(super) fn certificates(report: &Report, budget: &Budget) -> Markup {
    let Some(found) = report
        .tables
        .iter()
        .find(|table| table.by == ["certificate"])
    else {
        return html! {};
    };
    let groups: Vec<&Group> = found.groups.iter().chain(&found.overflow).collect();
    if groups
        .iter()
        .all(|group| group.key.iter().all(String::is_empty))
    {
        return html! {};
    }
    let seen =
        |at| -> String { Option::map_or(at, String::new(), |at| time(report.time_zone, at)) };
    let (rows, left_out) = budget.rows(40_000, &groups, |group| {
        let certificate = group.certificate.clone().unwrap_or_default();
        let key = group
            .key
            .first()
            .map_or("others together".to_owned(), |key| {
                if key.is_empty() {
                    "(no certificate)".to_owned()
                } else {
                    cut(key, 64)
                }
            });
        html! { tr {
            th scope="row" class="hash" { (in_parts(&key)) }
            td { (grouped(group.n)) }
            td class="t long wider" { (cut(&certificate.subject, 160)) }
            td class="t long wider" { (cut(&certificate.issuer, 160)) }
            td class="t whole" { (cut(&certificate.not_before, 40)) br; (cut(&certificate.not_after, 40)) }
            td class="t whole" { (seen(group.first)) br; (seen(group.last)) }
        } }
    });
    let columns = [
        Words("thumbprint (SHA-1)"),
        Number("rows"),
        Words("subject"),
        Words("issuer"),
        Words("valid from, to"),
        Words("first, last seen"),
    ];
    html! {
        (table("Certificates", &columns, &html! { tbody { (rows) } }, left_out))
        p class="note" { "Validity is shown as the file has it; End2End-TCP wrote local time." }
    }
}

/// A thumbprint that is broken in its middle, where it has to be.
fn in_parts(key: &str) -> Markup {
    let letters: Vec<char> = key.chars().collect();
    html! {
        @for (n, part) in letters.chunks(20).enumerate() {
            @if n > 0 { wbr; }
            (part.iter().collect::<String>())
        }
    }
}

/// Connects over the threshold.
pub(super) fn slow(report: &Report, budget: &Budget) -> Markup {
    let slow = &report.slow;
    if slow.regions.iter().all(|region| region.connects == 0) {
        return html! {};
    }
    let (rows, left_out) = budget.rows(20_000, &slow.regions, |region| {
        html! { tr {
            th scope="row" { (named(&region.region, "region", 60)) }
            td { (grouped(region.connects)) }
            td { (grouped(region.slow)) }
            td { (share(region.slow, region.connects)) }
            td { (grouped(region.syn_lost)) }
            td { (grouped(region.syn_likely_lost)) }
            td { (grouped(region.unexplained)) }
        } }
    });
    let columns = [
        Words("region"),
        Number("connects"),
        Number("slow"),
        Number("share"),
        Number("lost SYN"),
        Number("likely a lost SYN"),
        Number("neither"),
    ];
    let threshold = millis(slow.threshold_ms);
    html! {
        p { "A connect is slow when it took longer than " (threshold) " ms." }
        (table("Slow connects by region", &columns, &html! { tbody { (rows) } }, left_out))
        @if slow.regions.iter().any(|region| region.slow > 0) {
            p class="note" {
                strong { "Lost SYN" }
                ": the kernel counted a SYN that it sent again, so a packet was lost on the way there or back. "
                strong { "Likely a lost SYN" }
                ": the kernel was not asked, but the time is that of a SYN timer; likely, not proven. "
                strong { "Neither" }
                ": not explained by this; queues, a busy relay or a busy host are possible."
            }
        }
        @if !slow.slowest.is_empty() { (slowest(report, budget)) }
    }
}

fn slowest(report: &Report, budget: &Budget) -> Markup {
    let (rows, left_out) = budget.rows(25_000, &report.slow.slowest, |row| {
        html! { tr {
            th scope="row" { @if let Some(at) = row.at { (time(report.time_zone, at)) } @else { "(no time)" } }
            td { (millis(row.connect_ms)) }
            td class="t" { (named(&row.region, "region", 60)) }
            td class="t" { (cut(&row.address, 60)) }
            td class="t" { (cut(&row.explanation, 80)) }
        } }
    });
    let columns = [
        Times("when"),
        Number("connect, ms"),
        Words("region"),
        Words("address"),
        Words("explanation"),
    ];
    let count = report.slow.slowest.len();
    let inside = table(
        "The slowest connects, in the order of their time",
        &columns,
        &html! { tbody { (rows) } },
        left_out,
    );
    folded_if_long(count, "The slowest connects", inside)
}
