//! What was measured, one row each, as CSV, for anyone who wants to recalculate it.

use serde::Serialize;

use crate::judge::diagnose::Facts;
use crate::judge::diagnose::facts::{ConnectFacts, Fact, NameServerFacts, RouterPacket, TlsFacts};
use crate::record::with_marks;

/// The columns.
const HEADER: [&str; 10] = [
    "step", "remote", "name", "region", "outcome", "took_us", "rtt_us", "sent", "answered", "at_ms",
];

/// A row by the places of its columns.
type CsvRow = [String; HEADER.len()];

/// All rows with their header.
pub fn rows(facts: &Facts) -> Vec<u8> {
    let mut all = Vec::new();
    let servers = facts.names.system.known().into_iter().flatten();
    let servers = servers.chain(facts.names.comparison.known());
    servers.for_each(|server| lookup(server, &mut all));
    let tcp = &facts.tcp;
    let relays = tcp.relays.known().into_iter().flatten();
    relays.for_each(|relay| connects("tcp-443", relay, &mut all));
    for (step, one) in [
        ("tcp-443-control", &tcp.control),
        ("tcp-80", &tcp.port80),
        ("tcp-443-ipv6", &tcp.v6),
        ("tcp-443-again", &tcp.again),
    ] {
        if let Some(one) = one.known() {
            connects(step, one, &mut all);
        }
    }
    let encrypted = &facts.encrypted;
    let handshakes = encrypted.relays.known().into_iter().flatten();
    handshakes.for_each(|tls| handshake("tls", tls, &mut all));
    if let Some(tls) = encrypted.control.known() {
        handshake("tls-control", tls, &mut all);
    }
    for cell in facts.udp.cells.known().into_iter().flatten() {
        let mut row = row(&format!("udp-{}", cell.port), cell.remote.to_string());
        row[3].clone_from(&cell.region.0);
        row[6] = number(cell.rtt_us);
        row[7] = cell.sent.to_string();
        row[8] = cell.answered.to_string();
        all.push(row);
    }
    if let Some(Some(router)) = facts.machine.router.known()
        && let Some(trips) = router.trips.known()
    {
        samples("router", &router.ip.to_string(), &trips.samples, &mut all);
    }
    if let Some(stream) = facts.quality.stream.known() {
        samples(
            "stream",
            &stream.remote.to_string(),
            &stream.samples,
            &mut all,
        );
    }
    written(&all)
}

fn row(step: &str, remote: String) -> CsvRow {
    let mut row = CsvRow::default();
    step.clone_into(&mut row[0]);
    row[1] = remote;
    row
}

fn number(value: Option<u64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The word by which `facts.json` tells an outcome, without what goes with it.
fn word(outcome: &impl Serialize) -> String {
    match serde_json::to_value(outcome) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(serde_json::Value::Object(of)) => of.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

fn lookup(server: &NameServerFacts, all: &mut Vec<CsvRow>) {
    let mut row = row("dns", server.server.to_string());
    row[2] = server
        .chain
        .last()
        .map(|name| name.0.clone())
        .unwrap_or_default();
    row[4] = word(&server.answer);
    row[5] = number(server.times_us.first().copied());
    row[7] = server.asked.to_string();
    row[8] = server.answered.to_string();
    all.push(row);
}

fn connects(step: &str, relay: &ConnectFacts, all: &mut Vec<CsvRow>) {
    for tried in &relay.tried {
        let mut row = row(step, relay.remote.to_string());
        row[2].clone_from(&relay.name.0);
        row[3].clone_from(&relay.region.0);
        row[4] = word(&tried.outcome);
        row[5] = tried.took_us.to_string();
        row[6] = number(tried.rtt_us);
        row[7] = number(
            tried
                .syn_retransmits
                .map(|again| u64::from(again).saturating_add(1)),
        );
        all.push(row);
    }
}

fn handshake(step: &str, tls: &TlsFacts, all: &mut Vec<CsvRow>) {
    let mut row = row(step, tls.remote.to_string());
    row[4] = word(&tls.outcome);
    row[5] = tls.took_us.to_string();
    if let Fact::Known(certificate) = &tls.certificate {
        row[2].clone_from(&certificate.asked.0);
    }
    all.push(row);
}

fn samples(step: &str, remote: &str, samples: &[RouterPacket], all: &mut Vec<CsvRow>) {
    for sample in samples {
        let mut row = row(step, remote.to_owned());
        row[6] = number(sample.rtt_us);
        "1".clone_into(&mut row[7]);
        row[8] = u8::from(sample.rtt_us.is_some()).to_string();
        row[9] = sample.at_ms.to_string();
        all.push(row);
    }
}

fn written(all: &[CsvRow]) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    // into memory: nothing can fail
    let _ = out.write_record(HEADER);
    for row in all {
        // a name is a stranger's: no spreadsheet must take it for a formula
        let _ = out.write_record(row.iter().map(|cell| with_marks(cell).into_owned()));
    }
    out.into_inner().unwrap_or_default()
}
