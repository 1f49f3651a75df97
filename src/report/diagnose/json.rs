//! A diagnosis for programs: codes are stable, sentences are not.

use serde::{Serialize, Serializer};

use super::verdict::{sentence, untold};
use super::words::{next, said, shown, words};
use crate::judge::diagnose::facts::About;
use crate::judge::diagnose::{
    CheckState, Code, Confidence, Datum, Diagnosis, Evidence, Facts, Item, Party, VerdictOutcome,
    layer,
};
use crate::judge::mos::{FORMULA, MosInput, mos};

/// The version of the form.
const FORMAT: u32 = 1;

/// Everything.
#[derive(Debug, Serialize)]
pub struct DiagnosisJson<'a> {
    format: u32,
    about: &'a About,
    verdict: ConclusionJson<'a>,
    findings: Vec<FindingJson<'a>>,
    checks: Vec<CheckJson<'a>>,
    /// Of the stream, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    mos_g711_plc_g107: Option<Score>,
}

/// A mean opinion score: one number for programs, by which nothing is judged.
#[derive(Debug, Serialize)]
struct Score {
    value: f64,
    formula: &'static str,
}

#[derive(Debug, Serialize)]
struct ConclusionJson<'a> {
    outcome: VerdictOutcome,
    text: String,
    roots: &'a [Code],
    more: usize,
    missing: &'a [Item],
}

#[derive(Debug, Serialize)]
struct FindingJson<'a> {
    code: Code,
    layer: u8,
    severity: &'static str,
    party: Party,
    confidence: Confidence,
    explained_by: Option<Code>,
    text: String,
    next: String,
    settle: Option<&'static str>,
    evidence: Vec<One<'a>>,
}

#[derive(Debug, Serialize)]
struct CheckJson<'a> {
    item: Item,
    what: &'static str,
    state: CheckState,
    code: Option<Code>,
    why: Option<String>,
    evidence: Vec<One<'a>>,
}

#[derive(Debug, Serialize)]
struct One<'a> {
    name: &'static str,
    value: Plain<'a>,
    unit: &'static str,
    n: Option<u64>,
    source: &'static str,
}

/// A value as a number where it is one.
#[derive(Debug)]
struct Plain<'a>(&'a Datum);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Datum::Count(n)
            | Datum::Micros(n)
            | Datum::Millis(n)
            | Datum::Ppm(n)
            | Datum::Bytes(n)
            | Datum::BitsPerSecond(n)
            | Datum::Number(n) => to.serialize_u64(*n),
            Datum::Seconds(value) | Datum::PerSecond(value) => to.serialize_f64(*value),
            Datum::Ports(ports) => ports.serialize(to),
            Datum::Ips(ips) => ips.serialize(to),
            Datum::Name(name) => to.serialize_str(name.as_str()),
            Datum::Interface(name) => to.serialize_str(name.as_str()),
            Datum::Issuer(name) => to.serialize_str(name.as_str()),
            Datum::Proxy(place) => to.serialize_str(place.as_str()),
            Datum::Region(name) => to.serialize_str(name.as_str()),
            Datum::Public(text) => to.serialize_str(text.as_str()),
            Datum::Time(at) => at.serialize(to),
            Datum::Word(_) | Datum::Ip(_) | Datum::Endpoint(_) | Datum::Day(_) => {
                to.serialize_str(&shown(self.0))
            }
        }
    }
}

fn unit(value: &Datum) -> &'static str {
    match value {
        Datum::Micros(_) => "us",
        Datum::Millis(_) => "ms",
        Datum::Seconds(_) => "s",
        Datum::Ppm(_) => "ppm",
        Datum::Bytes(_) => "B",
        Datum::BitsPerSecond(_) => "bit/s",
        Datum::PerSecond(_) => "1/s",
        _ => "",
    }
}

fn ones(evidence: &[Evidence]) -> Vec<One<'_>> {
    let one = |one: &'_ Evidence| (one.name, unit(&one.value), one.n, one.source);
    evidence
        .iter()
        .map(|of| {
            let (name, unit, n, source) = one(of);
            One {
                name,
                value: Plain(&of.value),
                unit,
                n,
                source,
            }
        })
        .collect()
}

/// Everything of a diagnosis, for serde.
pub fn told<'a>(facts: &'a Facts, diagnosis: &'a Diagnosis) -> DiagnosisJson<'a> {
    let verdict = &diagnosis.verdict;
    let findings = diagnosis.findings.iter().map(|finding| {
        let settle = words(finding.code).settle;
        let is_open = finding.confidence == Confidence::Possible && !settle.is_empty();
        FindingJson {
            code: finding.code,
            layer: layer(finding.code),
            severity: finding.severity.as_str(),
            party: finding.party,
            confidence: finding.confidence,
            explained_by: finding.explained_by,
            text: said(finding),
            next: next(finding),
            settle: is_open.then_some(settle),
            evidence: ones(&finding.evidence),
        }
    });
    let checks = diagnosis.checks.iter().map(|check| CheckJson {
        item: check.item,
        what: check.item.meaning(),
        state: check.state,
        code: check.code,
        why: untold(check),
        evidence: ones(&check.told),
    });
    DiagnosisJson {
        format: FORMAT,
        about: &facts.about,
        verdict: ConclusionJson {
            outcome: verdict.outcome,
            text: sentence(diagnosis),
            roots: &verdict.roots,
            more: verdict.more,
            missing: &verdict.missing,
        },
        findings: findings.collect(),
        checks: checks.collect(),
        mos_g711_plc_g107: score(facts),
    }
}

fn score(facts: &Facts) -> Option<Score> {
    let stream = facts.quality.stream.known()?;
    let lost = stream.sent.saturating_sub(stream.received);
    let ms = |us: u64| us as f64 / 1e3;
    let value = mos(MosInput {
        rtt_ms: ms(stream.rtt_p50_us?),
        jitter_ms: ms(stream.jitter_us?),
        loss_percent: lost as f64 * 100.0 / stream.sent.max(1) as f64,
    });
    Some(Score {
        value: (value * 100.0).round() / 100.0,
        formula: FORMULA,
    })
}
