//! Every option of `report` beside every other one: what is accepted changes what is told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::command::{Said, run, start, turnprobe};

/// Options of `report` as its help has them.
fn options() -> Vec<String> {
    let help = run("report --help").stdout;
    let names = help
        .lines()
        .filter_map(|line| line.strip_prefix("      --"));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.map(|name| format!("--{name}")).collect()
}

/// A value for each option with which it does something to the file of the test.
fn with_values(page: &Path, list: &Path) -> Vec<(String, Vec<String>)> {
    let (page, list) = (page.to_str().unwrap(), list.to_str().unwrap());
    let values = BTreeMap::from([
        ("--by", "region,host"),
        ("--metric", "tls"),
        ("--sort", "n"),
        ("--slow", "33ms"),
        ("--outage", "1ms"),
        ("--top", "1"),
        ("--since", "2026-03-05T12:00"),
        ("--until", "2026-03-06"),
        ("--where", "host=wien"),
        ("--time-zone", "Europe/Berlin"),
        ("--format", "markdown"),
        ("--html", page),
        ("--max-groups", "1"),
        ("--endpoints", list),
        ("--color", "always"),
    ]);
    let with_value = |name: String| {
        let value = values.get(name.as_str()).map(|value| (*value).to_owned());
        assert!(value.is_some() || name == "--strict", "give {name} a value");
        (name.clone(), [name].into_iter().chain(value).collect())
    };
    // what these do shows in the exit code, as --strict does in that of a broken line: all have 1,
    // so that a pair cannot tell; the file has one world alone, as it must have without --world; and
    // --against needs --since: `compare` has its test; --sql prints a query instead of a report,
    // --config and --profile stand for other options; --store-ca needs a server, and has its test with one
    let not_here = [
        "--skip-unreadable",
        "--fail-on",
        "--world",
        "--against",
        "--sql",
        "--config",
        "--profile",
        "--store-ca",
    ];
    let told = options()
        .into_iter()
        .filter(|name| !not_here.contains(&name.as_str()));
    told.map(with_value).collect()
}

#[test]
fn two_options_that_are_accepted_together_both_change_what_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let (rows, page) = (dir.path().join("rows.csv"), dir.path().join("page.html"));
    let whole = std::fs::read_to_string("tests/data/report/hosts.csv").unwrap();
    let mut few: Vec<_> = whole.lines().step_by(6).collect();
    // a broken line, for --strict
    few.push("\"torn");
    std::fs::write(&rows, few.join("\n") + "\n").unwrap();
    // a list in which none of the addresses is
    let list = dir.path().join("list.json");
    let entries = r#"[{"id": 11, "serviceArea": "Skype", "category": "Optimize", "ips": ["192.0.2.0/24"], "udpPorts": "3478"},
        {"id": 12, "serviceArea": "Skype", "category": "Allow", "ips": ["192.0.2.0/24"], "tcpPorts": "443"}]"#;
    std::fs::write(&list, entries).unwrap();
    let options = with_values(&page, &list);
    assert_eq!(options.len(), 16, "{options:?}");
    let mut refused = String::new();
    for context in ["", "--format json", "--format csv --by region,host"] {
        let report = |words: &[&Vec<String>]| {
            let mut command = turnprobe(&format!("report {context}"));
            command.args(words.iter().copied().flatten()).arg(&rows);
            let Said {
                code,
                stdout,
                stderr,
            } = crate::command::finished(start(&mut command));
            let told = std::fs::read_to_string(&page).ok();
            // the next one has a page only when it writes one
            let _ = std::fs::remove_file(&page);
            match code {
                Some(2) => Err(stderr),
                code => Ok((code, stdout, told)),
            }
        };
        let free: Vec<_> = options
            .iter()
            .filter(|(name, _)| !context.contains(name.as_str()))
            .collect();
        let alone: Vec<_> = free.iter().map(|(_, words)| report(&[words])).collect();
        for (place, (name, words)) in free.iter().enumerate() {
            if let Err(said) = &alone[place] {
                let said = said.trim_start_matches("turnprobe: error: ").trim();
                let _ = writeln!(refused, "report {context}: {said}");
                continue;
            }
            for (other, (other_name, other_words)) in free.iter().enumerate().skip(place + 1) {
                match report(&[words, other_words]) {
                    Ok(told) => {
                        for (at, what) in [(place, other_name), (other, name)] {
                            let same = alone[at].as_ref() == Ok(&told);
                            // whatever is coloured, and files whose times have no zone
                            let is_pair = |pair: [&str; 2]| {
                                pair.contains(&name.as_str()) && pair.contains(&other_name.as_str())
                            };
                            // of one group there is only one order
                            let is_free = what == "--color"
                                || is_pair(["--sort", "--max-groups"])
                                || what == "--time-zone" && context.contains("--by");
                            assert!(
                                !same || is_free,
                                "{context} {words:?} {other_words:?}: {what} does nothing"
                            );
                        }
                    }
                    Err(said) if alone[other].is_ok() => {
                        for part in [name.as_str(), other_name, "leave one of them out"] {
                            assert!(
                                said.contains(part),
                                "{context} {words:?} {other_words:?}: {said}"
                            );
                        }
                        let _ = writeln!(refused, "report {context}: {name} not with {other_name}");
                    }
                    Err(_) => {}
                }
            }
        }
    }
    insta::assert_snapshot!(refused, @r"
    report : --by not with --endpoints
    report --format json: --metric does nothing with --format json, which has everything: leave one of them out
    report --format json: --top does nothing with --format json, which has everything: leave one of them out
    report --format csv --by region,host: --top does nothing with --format csv, which has all groups: leave one of them out
    report --format csv --by region,host: --endpoints does nothing with --by, whose tables have no ranges: leave one of them out
    ");
}
