//! The other end: addresses and certificates.

use std::fmt::Write as _;

use crate::doc::number::grouped;
use crate::doc::parts::{filled, main_section, percent, section};
use crate::doc::{Block, Cell, NamedValue, Paragraph, Section, Table, TableColumn, TableRow};
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
            Table::new(
                "ttls",
                "TTLs of the DNS answers",
                vec![TableColumn::words("ttls", "TTLs of the chain in s")],
                vec![TableColumn::number("rows", "rows")],
            )
            .rows(
                found
                    .ttls
                    .iter()
                    .map(|ttl| ([ttl.name.clone().into()], [ttl.count.into()])),
            ),
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
    groups.sort_by_key(|group| group.first);
    let mut table = Table::new(
        "certificates",
        "",
        vec![TableColumn::words("thumbprint", "thumbprint (SHA-1)")],
        vec![
            TableColumn::number("rows", "rows"),
            TableColumn::words("subject", "subject"),
            TableColumn::words("issuer", "issuer"),
            TableColumn::words("not_before", "valid from"),
            TableColumn::words("not_after", "valid to"),
            TableColumn::words("seen", "seen"),
        ],
    );
    table.rows.extend(groups.into_iter().map(|group| {
        let certificate = group.certificate.clone().unwrap_or_default();
        let texts = [
            certificate.subject,
            certificate.issuer,
            certificate.not_before,
            certificate.not_after,
        ];
        let mut cells = vec![Cell::Count(group.n)];
        cells.extend(texts.map(Cell::from));
        let seen = group.first.zip(group.last);
        cells.push(Cell::of(seen, |(first, last)| Cell::Span(first, last)));
        TableRow {
            key: vec![group.key.join(" ").into()],
            cells,
            weight: group.n,
            ..TableRow::default()
        }
    }));
    if let Some(table) = filled(table) {
        blocks.push(table);
        blocks.push(Block::Paragraph(Paragraph::new(
            "Validity is shown as the file has it; End2End-TCP wrote local time.",
        )));
    }
    main_section("certificates", "Certificates", blocks)
}
