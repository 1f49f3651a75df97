//! Facts of a scenario: a healthy path, and what is different.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::judge::diagnose::Facts;

/// A situation and what it comes to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// The code of which it is the plain form, for pairs.
    #[serde(default)]
    pub(crate) fault: Option<String>,
    /// Differences that several have.
    #[serde(default)]
    with: Vec<String>,
    /// Values by their places. A step is a key, an index, `*` for all, `key=value` or `key^=beginning` for those that have
    /// it, `+` for one more; `known` is stepped over. A value `+ 5` is added to what is there, `max 5` is the larger of both.
    set: Map<String, Value>,
    pub(crate) outcome: String,
    pub(crate) roots: Vec<String>,
    /// `code severity party confidence`, and ` < root` where it follows from one.
    pub(crate) findings: Vec<String>,
}

fn data(name: &str) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/diagnose");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The families of scenarios, each a file.
pub(crate) const FAMILIES: [&str; 10] = [
    "healthy", "edges", "machine", "local", "names", "proxy", "tcp", "tls", "udp", "quality",
];

/// All of them.
pub(crate) fn scenarios() -> Vec<Scenario> {
    let read = |family: &&str| -> Vec<Scenario> {
        serde_json::from_value(data(&format!("{family}.json"))).unwrap()
    };
    FAMILIES.iter().flat_map(read).collect()
}

/// The healthy path with the differences of each, one after the other.
pub(crate) fn facts(scenarios: &[&Scenario]) -> Facts {
    let (mut facts, parts) = (data("base.json"), data("parts.json"));
    for scenario in scenarios {
        let shared = scenario
            .with
            .iter()
            .map(|part| parts[part].as_object().unwrap());
        for (place, value) in shared.chain([&scenario.set]).flatten() {
            let steps: Vec<&str> = place.split('/').skip(1).collect();
            let done = put(&mut facts, &steps, value);
            // in a pair the other one may have taken the place away
            assert!(
                done > 0 || scenarios.len() > 1,
                "{}: no place {place}",
                scenario.name
            );
        }
    }
    serde_json::from_value(facts).unwrap()
}

/// Puts a value there; in how many places.
fn put(at: &mut Value, steps: &[&str], value: &Value) -> usize {
    let Some((step, rest)) = steps.split_first() else {
        *at = changed(at, value);
        return 1;
    };
    match at {
        Value::Array(all) if *step == "+" => {
            all.push(value.clone());
            1
        }
        Value::Object(object) if !object.contains_key(*step) && object.contains_key("known") => {
            put(&mut object["known"], steps, value)
        }
        Value::Object(object) => object
            .get_mut(*step)
            .map_or(0, |next| put(next, rest, value)),
        Value::Array(all) => {
            let chosen = all
                .iter_mut()
                .enumerate()
                .filter(|(at, item)| is(*at, item, step));
            chosen.map(|(_, item)| put(item, rest, value)).sum()
        }
        _ => 0,
    }
}

fn changed(at: &Value, value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default();
    let number = |text: &str| text.parse::<i64>().unwrap();
    let now = at.as_i64().unwrap_or(0);
    match (text.strip_prefix("+ "), text.strip_prefix("max ")) {
        (Some(more), _) => Value::from(now + number(more)),
        (_, Some(least)) => Value::from(now.max(number(least))),
        _ => value.clone(),
    }
}

fn is(at: usize, item: &Value, step: &str) -> bool {
    let text = |key: &str| match &item[key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (step.split_once("^="), step.split_once('=')) {
        (Some((key, begin)), _) => text(key).starts_with(begin),
        (None, Some((key, value))) => text(key) == value,
        (None, None) => step == "*" || step == at.to_string(),
    }
}
