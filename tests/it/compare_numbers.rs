//! The numbers of `turnprobe compare` against those that `tests/data/compare/expected.py` works out of the same files.

use std::path::Path;

use serde_json::Value;

use crate::command::{finished, start, turnprobe};

/// What is wrong.
struct Wrong(Vec<String>);

impl Wrong {
    fn same(&mut self, what: &str, ours: &Value, expected: &Value) {
        if ours != expected {
            self.0.push(format!("{what}: {ours}, expected {expected}"));
        }
    }

    /// To so much, or neither there.
    fn near(&mut self, what: &str, ours: &Value, expected: &Value, by: f64) {
        let same = match (ours.as_f64(), expected.as_f64()) {
            (Some(ours), Some(expected)) => (ours - expected).abs() <= by,
            _ => ours.is_null() && expected.is_null(),
        };
        if !same {
            self.0.push(format!("{what}: {ours}, expected {expected}"));
        }
    }

    /// `value`, `low`, `high` against a list of the three.
    fn ends(&mut self, what: &str, ours: &Value, expected: &Value) {
        if expected.is_null() {
            self.same(what, ours, expected);
            return;
        }
        for (place, end) in ["value", "low", "high"].iter().enumerate() {
            // medians of blocks are kept to seven digits
            self.near(&format!("{what} {end}"), &ours[end], &expected[place], 2e-5);
        }
    }

    fn basis(&mut self, what: &str, ours: &Value, expected: &Value) {
        for (name, expected) in expected.as_object().unwrap() {
            self.same(&format!("{what} {name}"), &ours[name], expected);
        }
    }

    fn line(&mut self, ours: &Value, expected: &Value) {
        let what = format!("{} {}", expected["regions"], expected["metric"]);
        for name in [
            "transport",
            "target",
            "region",
            "regions",
            "metric",
            "verdict",
        ] {
            self.same(&format!("{what} {name}"), &ours[name], &expected[name]);
        }
        self.basis(&what, &ours["basis"], &expected["basis"]);
        for name in ["difference_ms", "ratio", "p95_difference_ms"] {
            self.ends(&format!("{what} {name}"), &ours[name], &expected[name]);
        }
        for name in ["matters_ms", "left_out_percent"] {
            // of 1,000 and more values a median is known to 0.6 %
            self.near(
                &format!("{what} {name}"),
                &ours[name],
                &expected[name],
                6e-3,
            );
        }
        for side in ["a", "b"] {
            self.same(
                &format!("{what} {side} n"),
                &ours[side]["n"],
                &expected[side]["n"],
            );
            for name in ["p50_ms", "p95_ms"] {
                let expected = &expected[side][name];
                let many = ours[side]["n"].as_u64().unwrap() >= 1_000;
                let by = expected.as_f64().unwrap_or(0.0) * if many { 6e-3 } else { 1e-9 };
                self.near(
                    &format!("{what} {side} {name}"),
                    &ours[side][name],
                    expected,
                    by,
                );
            }
        }
    }

    fn failures(&mut self, ours: &Value, expected: &Value) {
        let what = format!("{} of {}", expected["of"], expected["transport"]);
        for name in ["of", "transport", "target", "verdict"] {
            self.same(&format!("{what} {name}"), &ours[name], &expected[name]);
        }
        self.basis(&what, &ours["basis"], &expected["basis"]);
        self.ends(
            &what,
            &ours["difference_points"],
            &expected["difference_points"],
        );
        for side in ["a", "b"] {
            for name in ["rows", "failed"] {
                self.same(
                    &format!("{what} {name}"),
                    &ours[side][name],
                    &expected[side][name],
                );
            }
            let (ours, expected) = (&ours[side]["percent"], &expected[side]["percent"]);
            self.near(&format!("{what} percent"), ours, expected, 1e-9);
        }
    }
}

#[test]
fn shifts_and_intervals_are_those_that_another_program_works_out() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/compare");
    let expected = std::fs::read_to_string(data.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let mut wrong = Wrong(Vec::new());
    for pair in expected["pairs"].as_array().unwrap() {
        let files = &pair["files"];
        let line = format!(
            "compare {} {} --format json",
            files[0].as_str().unwrap(),
            files[1].as_str().unwrap()
        );
        let said = finished(start(turnprobe(&line).current_dir(&data)));
        assert_eq!(said.code, Some(0), "{line}: {}", said.stderr);
        let ours: Value = said.json();
        for (name, check) in [
            ("lines", Wrong::line as fn(&mut Wrong, &Value, &Value)),
            ("failures", Wrong::failures),
        ] {
            let [ours, expected] = [&ours[name], &pair[name]].map(|all| all.as_array().unwrap());
            assert_eq!(ours.len(), expected.len(), "{line}: {name}");
            ours.iter()
                .zip(expected)
                .for_each(|(ours, expected)| check(&mut wrong, ours, expected));
        }
    }
    assert!(wrong.0.is_empty(), "\n{}", wrong.0.join("\n"));
}
