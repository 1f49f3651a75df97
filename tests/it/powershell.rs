//! `examples/questions.ps1` keeps to Windows PowerShell 5.1, as far as that can be told without one.

use std::collections::BTreeMap;
use std::path::Path;

use crate::command::run;

/// The commands that it uses and which of their parameters, all in Microsoft's reference of 5.1.
const COMMANDS: [(&str, &[&str]); 8] = [
    ("Import-Csv", &["-LiteralPath", "-Encoding"]),
    ("Where-Object", &["-eq", "-ne"]),
    ("Select-Object", &["-First"]),
    ("Format-Table", &[]),
    ("Group-Object", &["-NoElement"]),
    ("Sort-Object", &["-Descending"]),
    ("ForEach-Object", &[]),
    (
        "Measure-Object",
        &["-Minimum", "-Average", "-Maximum", "-Sum"],
    ),
];

/// Operators that are a parameter's like to the eye.
const OPERATORS: [&str; 1] = ["-gt"];

/// What only later ones read: `a ? b : c`, `??`, `?.`, `&&` and `||` between pipelines.
const LATER: [&str; 5] = [" ? ", "??", "?.", "&&", "||"];

fn script() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/questions.ps1");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_questions_use_what_5_1_has() {
    let known: BTreeMap<_, _> = COMMANDS.into_iter().collect();
    let script = script();
    // 5.1 reads a file without a mark in the code page of the machine
    assert!(script.is_ascii());
    let lines = script.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        for later in LATER {
            assert!(!line.contains(later), "{line}");
        }
        let mut parameters: &[&str] = &[];
        for word in line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
            let verb = word.split_once('-').map(|(verb, _)| verb);
            match verb {
                Some("") if word.len() > 1 => {
                    let is_known = parameters.contains(&word) || OPERATORS.contains(&word);
                    assert!(is_known, "{word} in {line}");
                }
                Some(verb) if !verb.is_empty() => {
                    parameters = known
                        .get(word)
                        .unwrap_or_else(|| panic!("{word} in {line}"));
                }
                _ => {}
            }
        }
    }
}

#[test]
fn the_questions_ask_for_columns_that_there_are() {
    let columns: Vec<String> = {
        let said = run("schema --format json");
        let columns: serde_json::Value = said.json();
        let names = columns.as_array().unwrap().iter();
        names
            .map(|column| column["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let script = script();
    let mut asked: Vec<&str> = Vec::new();
    let is_command = |line: &&str| line.contains('|') || line.trim().starts_with("Format-Table");
    for line in script.lines().filter(is_command) {
        let names = line.split('"').skip(1).step_by(2);
        let grouped = line.split("Group-Object ").skip(1);
        let grouped = grouped.filter_map(|rest| rest.split(' ').next());
        asked.extend(names.chain(grouped).filter(|name| !name.starts_with('{')));
    }
    let made = ["OK", "Count", "Name"];
    asked.retain(|name| !made.contains(name));
    assert!(asked.len() > 12, "{asked:?}");
    for name in asked {
        assert!(columns.iter().any(|column| column == name), "{name}");
    }
}
