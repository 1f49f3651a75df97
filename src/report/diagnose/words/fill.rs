//! Values in sentences.

use crate::doc::number::{self, grouped};
use crate::doc::text::{cut, time};
use crate::judge::diagnose::{Datum, Evidence};
use crate::words::joined;
use crate::zone::Zone;

/// Microsoft's ranges of media, as rules of firewalls name them: endpoint id 11.
pub const RANGES: &str = "52.112.0.0/14, 52.122.0.0/15 and 2603:1063::/38";

/// Characters of a name that are shown.
const LONGEST: usize = 80;

/// Addresses that are listed; more are counted.
const MOST: usize = 3;

/// A value as a reader sees it, with its unit.
pub fn shown(value: &Datum) -> String {
    let float = |count: u64| count as f64;
    match value {
        Datum::Count(count) | Datum::Number(count) => grouped(*count),
        Datum::Micros(us) => format!("{} ms", number::millis(float(*us) / 1e3)),
        Datum::Millis(ms) => number::seconds(float(*ms) / 1e3),
        Datum::Seconds(seconds) if seconds.abs() < 1.0 => "less than 1 s".to_owned(),
        Datum::Seconds(seconds) => number::seconds(*seconds),
        Datum::Ppm(ppm) => number::percent(float(*ppm) / 1e4),
        Datum::Bytes(bytes) => format!("{} bytes", grouped(*bytes)),
        Datum::BitsPerSecond(bits) => number::bit_rate(float(*bits)),
        Datum::PerSecond(rate) => format!("{rate:.0} a second"),
        Datum::Word(word) => (*word).to_owned(),
        Datum::Public(text) => cut(text.as_str(), LONGEST),
        Datum::Region(name) => cut(name.as_str(), LONGEST),
        Datum::Name(name) => cut(name.as_str(), LONGEST),
        Datum::Interface(name) => cut(name.as_str(), LONGEST),
        Datum::Issuer(name) => cut(name.as_str(), LONGEST),
        Datum::Proxy(place) => cut(place.as_str(), LONGEST),
        Datum::Ip(ip) => ip.to_string(),
        Datum::Ips(ips) => listed(ips.iter().map(ToString::to_string).collect()),
        Datum::Endpoint(endpoint) => endpoint.to_string(),
        Datum::Ports(ports) => joined(&runs(ports)),
        Datum::Time(at) => time(Zone::Utc, *at),
        Datum::Day(day) => day.to_string(),
    }
}

fn listed(mut names: Vec<String>) -> String {
    names.dedup();
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    joined(&names)
}

/// Ports in order; three and more in a row by their ends.
fn runs(ports: &[u16]) -> Vec<String> {
    let next = |a: &u16, b: &u16| a.checked_add(1) == Some(*b);
    let rows = ports.chunk_by(next).flat_map(|row| match row {
        [first, _, .., last] => vec![format!("{first} to {last}")],
        few => few.iter().map(u16::to_string).collect(),
    });
    rows.collect()
}

/// A sentence with its values; a part in brackets only where its condition holds and all of its values are there. A value
/// that is missing elsewhere is a dash.
pub fn filled(template: &str, evidence: &[Evidence]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('[') {
        out.push_str(&values(&rest[..at], evidence).0);
        let end = rest[at..].find(']').map_or(rest.len(), |end| at + end);
        let (condition, part) = conditional(&rest[at + 1..end]);
        let (part, is_whole) = values(part, evidence);
        if is_whole && condition.is_none_or(|condition| holds(condition, evidence)) {
            out.push_str(&part);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    out.push_str(&values(rest, evidence).0);
    out
}

/// The condition of a part in brackets, where it has one, and its text.
pub fn conditional(part: &str) -> (Option<&str>, &str) {
    match part.split_once('?') {
        Some((condition, text)) => (Some(condition), text),
        None => (None, part),
    }
}

/// Whether the evidence has one of the words, or with `!=` none of them.
fn holds(condition: &str, evidence: &[Evidence]) -> bool {
    let (name, words) = condition.split_once('=').unwrap_or((condition, ""));
    let (name, is_wanted) = match name.strip_suffix('!') {
        Some(name) => (name, false),
        None => (name, true),
    };
    let is_one = |one: &Evidence| matches!(one.value, Datum::Word(word) if words.split('|').any(|other| other == word));
    let mut evidence = evidence.iter().filter(|one| one.name == name);
    evidence.any(is_one) == is_wanted
}

/// A text with its values, and whether all of them are there.
fn values(text: &str, evidence: &[Evidence]) -> (String, bool) {
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut is_whole = true;
    for part in parts {
        let (name, after) = part.split_once('}').unwrap_or((part, ""));
        let value = value(name, evidence);
        is_whole &= value.is_some();
        out.push_str(value.as_deref().unwrap_or(number::NONE));
        out.push_str(after);
    }
    (out, is_whole)
}

fn value(name: &str, evidence: &[Evidence]) -> Option<String> {
    if name == "ranges" {
        return Some(RANGES.to_owned());
    }
    let (name, of) = name.split_once(':').unwrap_or((name, ""));
    let found = evidence.iter().find(|one| one.name == name)?;
    match of {
        "n" => found.n.map(grouped),
        "queries" => found.n.map(|n| number::counted(n, "query", "queries")),
        _ => Some(shown(&found.value)).filter(|text| !text.is_empty()),
    }
}

/// What is said of a code. `{name}` is a value of the evidence, `{name:n}` how many measurements are behind it, `{name:queries}` the same as so
/// many queries; a part in
/// brackets is left out where a value in it is not there. `[name=word|word?text]` is there only where the evidence has one of
/// these words, `[name!=word?text]` only where it has none of them.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// What was seen.
    pub said: &'static str,
    /// What to do, for the person who can.
    pub next: &'static str,
    /// What would settle it, where it is possible only; empty where it never is.
    pub settle: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_in_brackets_is_left_out_where_its_value_is_missing() {
        let lost = Evidence {
            name: "lost",
            value: Datum::Count(12),
            n: Some(500),
            source: "",
        };
        let ports = Evidence {
            name: "ports",
            value: Datum::Ports(vec![3478, 3479, 3481]),
            n: None,
            source: "",
        };
        let all = [lost, ports];
        let template = "{lost} of {lost:n}[ at {rtt}][, UDP {ports}].";
        assert_eq!(
            filled(template, &all),
            "12 of 500, UDP 3478, 3479 and 3481."
        );
        assert_eq!(filled("{rtt}!", &all), "-!");
    }

    #[test]
    fn a_part_with_a_condition_is_there_where_the_evidence_has_such_a_word() {
        let state = Evidence {
            name: "state",
            value: Datum::Word("shut"),
            n: None,
            source: "",
        };
        let template = "[state=open?opens][state=shut|gone?shuts][state!=shut|gone?else][other!=shut?, none][state=shut? at {rtt}]";
        assert_eq!(filled(template, &[state]), "shuts, none");
        assert_eq!(filled(template, &[]), "else, none");
    }

    #[test]
    fn values_have_their_units() {
        for (value, expected) in [
            (Datum::Micros(22_400), "22.4 ms"),
            (Datum::Ppm(13_800), "1.38 %"),
            (Datum::Bytes(1400), "1400 bytes"),
            (Datum::PerSecond(29.2), "29 a second"),
            (Datum::Ports(vec![3478, 3479, 3480, 3481]), "3478 to 3481"),
            (Datum::Ports(vec![443, 3478, 3479]), "443, 3478 and 3479"),
            (Datum::Seconds(0.1), "less than 1 s"),
        ] {
            assert_eq!(shown(&value), expected);
        }
    }
}
