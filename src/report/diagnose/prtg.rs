//! What PRTG's "EXE/Script Advanced" sensors read, as JSON.
//!
//! Source: PRTG Manual, "Custom Sensors", sections "Advanced Script, HTTP Data, and REST Custom Sensors".

use serde::Serialize;

use super::figures::{figures, plain, state};
use super::verdict::{sentence, word};
use crate::judge::diagnose::{Diagnosis, Facts};

/// Longest text that PRTG takes, in characters.
const LONGEST: usize = 2_000;

#[derive(Serialize)]
struct Prtg {
    #[serde(rename = "prtg")]
    inside: Inside,
}

#[derive(Serialize)]
struct Inside {
    result: Vec<Channel>,
    text: String,
}

#[derive(Serialize)]
struct Channel {
    #[serde(rename = "channel")]
    name: &'static str,
    value: String,
    float: u8,
    unit: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    customunit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limitmaxwarning: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limitmaxerror: Option<String>,
    limitmode: u8,
}

fn inside(facts: &Facts, diagnosis: &Diagnosis) -> Inside {
    let outcome = diagnosis.verdict.outcome;
    // 0 is well, 1 a warning, and from 2 on an error
    let mut result = vec![Channel {
        name: "Verdict",
        value: state(outcome).to_string(),
        float: 0,
        unit: "Custom",
        customunit: "",
        limitmaxwarning: Some("0".to_owned()),
        limitmaxerror: Some("1".to_owned()),
        limitmode: 1,
    }];
    result.extend(figures(facts, diagnosis).into_iter().map(|figure| {
        let (unit, customunit) = match figure.unit {
            "%" => ("Percent", ""),
            "" => ("Count", ""),
            other => ("Custom", other),
        };
        Channel {
            name: figure.label,
            value: plain(figure.value),
            float: 1,
            unit,
            customunit,
            limitmaxwarning: figure.limit.map(plain),
            limitmaxerror: None,
            limitmode: u8::from(figure.limit.is_some()),
        }
    }));
    // PRTG reads a number sign as the beginning of something else
    let text = format!("{}: {}", word(outcome), sentence(diagnosis)).replace('#', "");
    Inside {
        result,
        text: crate::doc::text::cut(&text, LONGEST),
    }
}

/// As JSON.
pub fn prtg_json(facts: &Facts, diagnosis: &Diagnosis) -> String {
    let prtg = Prtg {
        inside: inside(facts, diagnosis),
    };
    serde_json::to_string_pretty(&prtg).unwrap_or_default() + "\n"
}
