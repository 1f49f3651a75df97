//! The document of a ladder: the table of versions first, what belongs to it below. Pure.

use super::finished::{Grade, Ladder, LadderRelay, Sent, Version};
use crate::doc::parts::{filled, main_section, section};
use crate::doc::{Block, Cell, Document, NamedValue, Paragraph, Section, ShownRows, Style, Table};
use crate::judge::severity::Colour;
use crate::record::{Order, World};
use crate::zone::Zone;

/// The whole of it.
pub fn document(ladder: &Ladder) -> Document {
    let mut about = Vec::new();
    if !ladder.remotename.is_empty() {
        about.push(Paragraph::new(ladder.remotename.clone()));
    }
    let mut sections = Vec::new();
    for relay in &ladder.relays {
        // where there are several, each table says whose it is
        let whose = match ladder.relays.len() {
            1 => String::new(),
            _ => format!(" of {}", relay.address),
        };
        sections.extend(of_relay(relay, &whose));
    }
    let differences = ladder.differences.iter();
    let differences = differences.map(|text| Block::Paragraph(Paragraph::new(text.clone())));
    sections.insert(
        0,
        section(
            "differences",
            "Differences between the relays",
            differences.collect(),
        ),
    );
    Document {
        title: title(ladder),
        maker: format!("turnprobe {}", ladder.tool_version),
        zone: Zone::Utc,
        about,
        verdict: paragraph(&ladder.verdict),
        sections,
        footer: String::new(),
    }
}

fn title(ladder: &Ladder) -> String {
    let lab = if ladder.world == World::Lab.as_str() {
        " (lab)"
    } else {
        ""
    };
    let at = match ladder.relays.as_slice() {
        // a proxy that resolves the name alone knows the address
        [one] if !one.address.is_empty() => format!(" at {}", one.address),
        _ => String::new(),
    };
    let through = match ladder.proxy.as_str() {
        "" => String::new(),
        proxy => format!(" through {proxy}"),
    };
    format!("TLS of {}{at}{through}{lab}", ladder.target)
}

fn paragraph(verdict: &Grade) -> Paragraph {
    let colour = Colour::of_word(verdict.colour);
    let style = match colour {
        Some(Colour::Red) => Style::Bad,
        Some(Colour::Amber) => Style::Warn,
        Some(Colour::Green) => Style::Good,
        None => Style::Plain,
    };
    let text = match colour {
        Some(colour) => format!("{}: {}", colour.as_str().to_uppercase(), verdict.text),
        None => verdict.text.clone(),
    };
    Paragraph { text, style }
}

fn of_relay(relay: &LadderRelay, whose: &str) -> Vec<Section> {
    let mut versions = vec![Block::Table(Table {
        caption: if whose.is_empty() {
            String::new()
        } else {
            format!("Versions{whose}")
        },
        ..table_of_versions(&relay.versions)
    })];
    if !whose.is_empty() {
        versions.push(Block::Paragraph(paragraph(&relay.verdict)));
    }
    let named = |table: Table| Table {
        caption: format!("{}{whose}", table.caption),
        ..table
    };
    let mut all = vec![
        main_section("versions", "Versions", versions),
        section(
            "suites",
            "Suites",
            filled(named(table_of_suites(&relay.versions)))
                .into_iter()
                .collect(),
        ),
        section(
            "features",
            "Features",
            filled(named(table_of_features(&relay.versions)))
                .into_iter()
                .collect(),
        ),
        section("details", "Details", vec![Block::Facts(details(relay))]),
    ];
    let certificates = relay.certificates.iter().zip(1..);
    let certificates = certificates.map(|(sent, number)| Block::Facts(certificate(sent, number)));
    all.push(section(
        "certificates",
        "Certificates as sent",
        certificates.collect(),
    ));
    all
}

fn yes_or_no(value: Option<bool>) -> Cell {
    Cell::of(value, |yes| Cell::from(if yes { "yes" } else { "no" }))
}

/// The reference's table: a line a version.
fn table_of_versions(versions: &[Version]) -> Table {
    let count = |version: &Version, list: &[String], are_all: bool| {
        let is_on = version.accepted == Some(true);
        match (is_on && !list.is_empty(), are_all) {
            (false, _) => Cell::None,
            (true, true) => Cell::from(list.len() as u64),
            (true, false) => Cell::text(format!("{} or more", list.len())),
        }
    };
    Table::of("versions", "", versions)
        .key("version", "version", |of| of.version.as_str())
        .words("accepted", "accepted", |of| match of.accepted {
            Some(true) if of.version.is_outdated() => Cell::Text("yes".into(), Style::Warn),
            Some(true) => Cell::Text("yes".into(), Style::Good),
            Some(false) => Cell::from("no"),
            None => Cell::from("could not tell"),
        })
        .words("refused_by", "refused by", |of| {
            let by = Some(&of.refused_by).filter(|text| !text.is_empty());
            Cell::of(by, |text| Cell::text(text.clone()))
        })
        .numbers("suites", "suites", |of| {
            count(of, &of.suites, of.suites_are_all)
        })
        .words("order", "order", |of| {
            Cell::of(of.order, |order| order.as_str().into())
        })
        .numbers("groups", "groups", |of| {
            count(of, &of.groups, of.groups_are_all)
        })
        .table()
}

/// A line a suite, with its place in each version's order.
fn table_of_suites(versions: &[Version]) -> Table {
    let accepted: Vec<&Version> = versions
        .iter()
        .rev()
        .filter(|version| !version.suites.is_empty())
        .collect();
    let mut names: Vec<&String> = Vec::new();
    for version in &accepted {
        for name in &version.suites {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let has_order = accepted
        .iter()
        .any(|version| version.order == Some(Order::Server));
    let mut table =
        Table::of("suites", "Suites", names).key("suite", "suite", |name| (*name).clone());
    for version in accepted {
        let name = version.version.as_str();
        table = table.numbers(name, name, |name| {
            let place = version.suites.iter().position(|suite| suite == *name);
            Cell::of(place, |place| match version.order {
                Some(Order::Server) => Cell::from(place as u64 + 1),
                _ => Cell::from("yes"),
            })
        });
    }
    let mut table = table.table().keep(ShownRows::All);
    if has_order {
        table
            .caption
            .push_str(", by their places in the server's order");
    }
    table
}

/// What each accepted version has.
fn table_of_features(versions: &[Version]) -> Table {
    let accepted = versions
        .iter()
        .rev()
        .filter(|version| version.accepted == Some(true));
    Table::of("features", "What each version has", accepted)
        .key("version", "version", |of| of.version.as_str())
        .words("resumption", "resumption", |of| yes_or_no(of.resumption))
        .words("ocsp_stapling", "OCSP", |of| yes_or_no(of.ocsp_stapling))
        .words("extended_master_secret", "ext. master", |of| {
            yes_or_no(of.extended_master_secret)
        })
        .words("secure_renegotiation", "secure reneg.", |of| {
            yes_or_no(of.secure_renegotiation)
        })
        .words("compression", "compression", |of| yes_or_no(of.compression))
        .numbers("dh_bits", "DH bits", |of| of.dh_bits.map(u64::from))
        .table()
}

fn details(relay: &LadderRelay) -> Vec<NamedValue> {
    let mut facts = Vec::new();
    let mut groups: Vec<(Vec<&str>, &[String])> = Vec::new();
    for version in relay
        .versions
        .iter()
        .rev()
        .filter(|version| !version.groups.is_empty())
    {
        match groups.last_mut() {
            Some((names, list)) if *list == version.groups => names.push(version.version.as_str()),
            _ => groups.push((vec![version.version.as_str()], &version.groups)),
        }
    }
    for (names, list) in groups {
        facts.push(NamedValue::new("groups", list.join(" ")).note(names.join(", ")));
    }
    for offer in &relay.alpn {
        facts.push(NamedValue::new(
            "ALPN",
            format!("{}: {}", offer.offer, offer.answer),
        ));
    }
    let names = [
        ("without a name (SNI)", &relay.without_sni),
        ("with a wrong name", &relay.wrong_sni),
    ];
    for (label, answer) in names {
        if let Some(answer) = answer {
            facts.push(NamedValue::new(label, answer.clone()));
        }
    }
    // those that work are what everybody expects
    for offer in relay
        .odd_hellos
        .iter()
        .filter(|offer| offer.taken != Some(true))
    {
        let text = match offer.taken {
            Some(_) => format!("{}: {}, while a plain one works", offer.offer, offer.answer),
            None => format!("{}: {}", offer.offer, offer.answer),
        };
        facts.push(NamedValue::new(
            "hello",
            Cell::Text(text.into(), Style::Warn),
        ));
    }
    if let Some(path) = relay.tls_path {
        facts.push(
            NamedValue::new("path (tls_path)", path.as_str()).note(relay.tls_path_evidence.clone()),
        );
    }
    if let Some(reply) = relay.http_reply {
        facts.push(NamedValue::new("HEAD inside TLS", reply.word()).note(reply.meaning()));
    }
    if !relay.way.turn_in_the_clear.is_empty() {
        facts.push(NamedValue::new(
            "TURN in the clear",
            relay.way.turn_in_the_clear.clone(),
        ));
    }
    if relay.way.not_the_relay.is_empty() {
        for seen in &relay.way.evidence {
            facts.push(NamedValue::new(
                "seen",
                format!("{seen}: this alone proves nothing"),
            ));
        }
    }
    if relay.is_unsteady {
        let text = "not always: what was answered once got no answer another time, so a missing answer proves nothing";
        facts.push(NamedValue::new("answers", text));
    }
    if !relay.stopped.is_empty() {
        facts.push(NamedValue::new("stopped", relay.stopped.clone()));
    }
    let took = Cell::Seconds(relay.took_ms as f64 / 1e3);
    facts.push(NamedValue::new("connections", u64::from(relay.connections)));
    facts.push(NamedValue::new("time", took));
    facts
}

/// A certificate, the server's own as number 1.
fn certificate(sent: &Sent, number: u64) -> Vec<NamedValue> {
    let whose = if number == 1 { "the server's own" } else { "" };
    let mut facts = vec![
        NamedValue::new("certificate", number).note(whose),
        NamedValue::new("subject", sent.subject.clone()),
        NamedValue::new("issuer", sent.issuer.clone()),
    ];
    if let (Some(from), Some(to)) = (sent.not_before, sent.not_after) {
        facts.push(NamedValue::new("valid", Cell::Span(from, to)));
    }
    let key = format!("{}, signed with {}", sent.key, sent.signature);
    for (label, text) in [
        ("key", &key),
        ("serial", &sent.serial_number),
        ("names", &sent.names),
        ("SHA-1", &sent.sha1),
        ("SHA-256", &sent.sha256),
        ("unreadable", &sent.faults),
    ] {
        if !text.is_empty() {
            facts.push(NamedValue::new(label, text.clone()));
        }
    }
    facts
}
