//! The other end: addresses and certificates.

use crate::arrange::Arrange as _;
use std::fmt::Write as _;

use crate::doc::number::grouped;
use crate::doc::parts::{filled, main_section, percent, section};
use crate::doc::{Block, Cell, NamedValue, Paragraph, Section, Table};
use crate::endpoints::OLD_AFTER_DAYS;
use crate::report::model::{ByList, Report};

/// How many relays there are, and how evenly they are met.
pub fn addresses(report: &Report) -> Section {
    let found = &report.addresses;
    let mut blocks = Vec::new();
    if found.distinct > 0 {
        blocks.push(Block::Facts(facts(report)));
        if found.expected.is_some() {
            blocks.push(Block::Paragraph(Paragraph::new(
                "The total number of addresses is estimated from those seen only once or twice (Chao1).",
            )));
        }
        blocks.extend(filled(
            Table::of("ttls", "TTLs of the DNS answers", &found.ttls)
                .key("ttls", "TTLs of the chain in s", |ttl| ttl.name.clone())
                .numbers("rows", "rows", |ttl| ttl.count)
                .table(),
        ));
    }
    section("addresses", "Addresses", blocks)
}

fn facts(report: &Report) -> Vec<NamedValue> {
    let found = &report.addresses;
    let capped = if found.capped {
        "at least: there are more than are counted"
    } else {
        ""
    };
    let mut facts = vec![NamedValue::new("Distinct addresses", found.distinct).note(capped)];
    if let Some(expected) = found.expected.and_then(whole) {
        let ends = found
            .expected_low
            .and_then(whole)
            .zip(found.expected_high.and_then(whole));
        let note =
            ends.map(|(low, high)| format!("95 % interval {} to {}", grouped(low), grouped(high)));
        facts.push(NamedValue::new("Expected in all", expected).note(note.unwrap_or_default()));
    }
    let by_list = found.in_range_by_list.as_ref().map(judged);
    let by_list = format!("of the rows{}", by_list.unwrap_or_default());
    #[rustfmt::skip]
    let shares = [
        ("Rarest address", found.smallest_share_percent, "of the rows"),
        ("Most frequent address", found.largest_share_percent, "of the rows"),
        ("In the Teams ranges", found.in_teams_range_percent, &by_list),
        (
            "Different from the one before",
            found.changed_percent,
            "of the rows",
        ),
    ];
    let known = shares.into_iter().filter(|(_, share, _)| share.is_some());
    facts.extend(
        known.map(|(label, share, note)| NamedValue::new(label, percent(share)).note(note)),
    );
    facts
}

/// By which list, and whether that is far from the rows in time.
fn judged(by: &ByList) -> String {
    let mut text = format!(", by {}", by.named);
    match by.list.age_days {
        Some(days) if days > OLD_AFTER_DAYS => {
            let _ = write!(text, ", {} days before the last of them", whole_days(days));
        }
        Some(days) if days < -OLD_AFTER_DAYS => {
            let _ = write!(text, ", {} days after the last of them", whole_days(days));
        }
        _ => {}
    }
    text
}

fn whole_days(days: i64) -> String {
    grouped(days.unsigned_abs())
}

fn whole(value: f64) -> Option<u64> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked
    (value.is_finite() && (0.0..1e15).contains(&value)).then(|| value.round() as u64)
}

/// The certificates that the relays showed.
pub fn certificates(report: &Report) -> Section {
    let mut blocks = Vec::new();
    let mut groups = report.certificates();
    groups.retain(|group| group.key.iter().any(|part| !part.is_empty()));
    groups.arrange_by_key(|group| group.first);
    let of = groups.iter().map(|group| {
        let certificate = group.certificate.clone().unwrap_or_default();
        (group, certificate)
    });
    let table = Table::of("certificates", "", of)
        .key("thumbprint", "thumbprint (SHA-1)", |(group, _)| {
            group.key.join(" ")
        })
        .numbers("rows", "rows", |(group, _)| group.n)
        .words("subject", "subject", |(_, sent)| sent.subject.clone())
        .words("issuer", "issuer", |(_, sent)| sent.issuer.clone())
        .words("not_before", "valid from", |(_, sent)| {
            sent.not_before.clone()
        })
        .words("not_after", "valid to", |(_, sent)| sent.not_after.clone())
        .words("seen", "seen", |(group, _)| {
            let seen = group.first.zip(group.last);
            Cell::of(seen, |(first, last)| Cell::Span(first, last))
        })
        .weight(|(group, _)| group.n)
        .table();
    if let Some(table) = filled(table) {
        blocks.push(table);
        blocks.push(Block::Paragraph(Paragraph::new(
            "Validity is shown as the file has it; End2End-TCP wrote local time.",
        )));
    }
    main_section("certificates", "Certificates", blocks)
}
