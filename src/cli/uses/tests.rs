//! Every option beside every other: what is accepted must do something.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::*;
use crate::cli::mode::ProbeMode;

/// What comes of a command line: the settings of its measurement, or the refusal.
type Outcome = Result<String, String>;

fn outcome(program: &mut clap::Command, line: &str) -> Outcome {
    let words = format!("turnprobe probe {line}");
    let read = Cli::read_by(program, words.split_whitespace());
    let (cli, given) = read.map_err(|error| error.to_string())?;
    check(&cli.command, &given).map_err(|failure| failure.error.to_string())?;
    let Command::Probe(args) = cli.command else {
        return Err("no probe".to_owned());
    };
    let settings = ProbeMode::of(&args).settings(&args);
    settings.map_err(|error| format!("{error:#}"))
}

/// Ids of the options of a command; targets are given with the contexts.
fn options(command: &str) -> Vec<String> {
    let mut program = Cli::command();
    program.build();
    let command = program.find_subcommand(command).unwrap();
    let options = command.get_arguments().map(|arg| arg.get_id().to_string());
    options
        .filter(|id| id != "help" && id != "version")
        .collect()
}

/// An option with a value that is not its default.
struct Sample {
    id: String,
    name: String,
    words: String,
}

/// All options of `probe`.
fn samples() -> Vec<Sample> {
    let values = BTreeMap::from([
        ("color", "always"),
        ("config", "examples/turnprobe.toml"),
        ("profile", "night"),
        ("count", "3"),
        ("duration", "90s"),
        ("until", "06:41"),
        ("log", "night.log"),
        ("wait_for_file", "7s"),
        ("store", "probes.db"),
        ("store_keep", "rows=7d,rollups=2y"),
        ("store_ca", "root.pem"),
        ("store_spool", "spool"),
        ("store_spool_limit", "500M"),
        ("metrics", "9464"),
        ("metrics_textfile", "teams.prom"),
        ("otlp", "http://localhost:4318"),
        ("interval", "20s"),
        ("resolver", "192.0.2.53"),
        ("transport", "tls,udp"),
        ("ask", "binding"),
        ("tls", "1.3"),
        ("burst", "40/s"),
        ("length", "4s"),
        ("packets", "packets.jsonl"),
        ("answer_timeout", "2s"),
        ("limits", "edge"),
        ("max_loss", "5"),
        ("fail_on", "quality"),
        ("source", "127.0.0.1"),
        ("source_port", "50000-50019"),
        ("dscp", "EF"),
        ("receive_buffer", "65536"),
        ("congestion", "reno"),
        ("hold", "3s"),
        ("hold_rate", "10/s"),
        ("samples", "samples.jsonl"),
        ("output", "rows.jsonl"),
        ("roll", "day"),
        ("keep", "90d"),
        ("rollup", "5m"),
        ("rollup_output", "rollups.csv"),
        ("format", "jsonl"),
        ("label", "access=Telekom"),
        ("proxy", "http://proxy.example:8080"),
        ("proxy_dns", "local"),
        ("proxy_auth_file", "tests/data/proxy/who"),
        ("proxy_timeout", "4s"),
        ("lab_fault", "silent"),
        ("lab_fault_share", "50"),
        ("concurrency", "3"),
        ("dns_timeout", "2s"),
        ("connect_timeout", "4s"),
        ("tls_timeout", "4s"),
        ("turn_timeout", "1s"),
        ("ports", "3478-3481"),
        ("alpn", "stun.turn"),
        ("address", "127.0.0.7"),
        ("sni", "other.example"),
        ("columns", "datetime,remoteip"),
        ("csv_profile", "excel"),
        ("max_failed", "5"),
        ("max_untrusted", "5"),
        ("endpoints", "list.json"),
    ]);
    let mut program = Cli::command();
    program.build();
    let command = program.find_subcommand("probe").unwrap();
    let mut samples = Vec::new();
    for id in options("probe").into_iter().filter(|id| id != "targets") {
        let arg = command
            .get_arguments()
            .find(|arg| arg.get_id() == id.as_str());
        let takes_value = arg.unwrap().get_action().takes_values();
        let name = spelled("probe", &id);
        let words = match values.get(id.as_str()) {
            Some(value) => format!("{name} {value}"),
            None => name.clone(),
        };
        assert_eq!(takes_value, words != name, "give {id} a sample value");
        samples.push(Sample { id, name, words });
    }
    samples
}

/// Pairs of which one may say what the other says, too, or how everything looks.
fn may_agree(context: &str, one: &str, other: &str) -> bool {
    let is_mode = |word: &str| {
        ["burst", "watch", "hold"]
            .iter()
            .any(|mode| word.contains(mode))
    };
    match one {
        "transport" => is_mode(context) || is_mode(other),
        // the kind of the source's address; another one is refused
        "ipv4" => other == "source",
        // of the two ends the sooner one counts
        "duration" => other == "count",
        // `no_proxy` is what is done anyway, `until` and `log` are done before there is a plan
        "color" | "no_proxy" | "until" | "log" | "config" | "profile" => true,
        _ => false,
    }
}

/// Short options of the contexts by their long names.
fn long(word: &str) -> &str {
    match word {
        "-o" => "--output",
        "-n" => "--count",
        word => word,
    }
}

#[test]
fn every_option_has_its_place_in_the_table_of_uses() {
    let sorted = |ids: Vec<String>| ids.into_iter().collect::<BTreeSet<_>>();
    let table = probe::USES
        .iter()
        .map(|(id, ..)| (*id).to_owned())
        .collect();
    assert_eq!(sorted(table), sorted(options("probe")));
    let table = report::USES
        .iter()
        .map(|(id, _)| (*id).to_owned())
        .collect();
    assert_eq!(sorted(table), sorted(options("report")));
    // these have no table: see whether a new option needs one
    let of_compare = [
        "files",
        "with",
        "a",
        "b",
        "since",
        "until",
        "wanted",
        "time_zone",
        "format",
        "html",
        "skip_unreadable",
        "store_ca",
        "config",
        "profile",
        "color",
    ];
    assert_eq!(options("compare"), of_compare);
    assert_eq!(options("schema"), ["row", "format", "color"]);
    assert_eq!(options("completions"), ["shell", "color"]);
    assert_eq!(options("man"), ["topic", "out", "html", "color"]);
}

/// In each mode and over each transport, an option that is accepted beside another changes what is
/// done, and one that is refused is named together with the other one and the fix.
#[test]
fn two_options_that_are_accepted_together_both_do_something() {
    let samples = samples();
    let mut program = Cli::command();
    let (mut list, mut wrong) = (String::new(), Vec::new());
    for context in [
        "",
        "-o rows.csv",
        "-o rows.csv --roll night",
        "-o rows.csv --burst 50/s -n 2",
        "-o rows.csv --watch",
        "-o rows.csv --hold 2s -n 2",
        "-o rows.csv --transport udp",
        "-o rows.csv --transport tcp",
        "-o rows.csv --transport pseudo-tls",
        "--format csv --lab --lab-fault silent",
        "-o rows.csv --proxy http://other.example:3128",
    ] {
        let mut outcome = |words: &[&str]| {
            let words = words.join(" ");
            outcome(&mut program, &format!("{context} {words} relay.example"))
        };
        let flags: Vec<_> = context.split_whitespace().map(long).collect();
        let is_free = |sample: &&Sample| !flags.contains(&sample.name.as_str());
        let samples: Vec<_> = samples.iter().filter(is_free).collect();
        let alone = samples.iter().map(|sample| outcome(&[&sample.words]));
        let alone: Vec<Outcome> = alone.collect();
        let _ = writeln!(list, "# probe {context}");
        for (place, one) in samples.iter().enumerate() {
            let mut refused = Vec::new();
            for (other_place, other) in samples.iter().enumerate().skip(place + 1) {
                let both = format!("{context} {} {}", one.words, other.words);
                match outcome(&[&one.words, &other.words]) {
                    Ok(settings) => {
                        let agree = may_agree(context, &one.id, &other.id)
                            || may_agree(context, &other.id, &one.id);
                        for (alone, idle) in [(&alone[place], other), (&alone[other_place], one)] {
                            if alone.as_ref() == Ok(&settings) && !agree {
                                wrong.push(format!("`{both}`: {} does nothing", idle.name));
                            }
                        }
                    }
                    Err(_) if alone[place].is_err() || alone[other_place].is_err() => {}
                    Err(said) => {
                        refused.push(other.name.as_str());
                        let is_whole = said.contains(&one.name) && said.contains(&other.name);
                        let has_fix = said.contains("leave") || said.contains("give");
                        if !is_whole || !has_fix {
                            wrong.push(format!("`{both}`: {said}"));
                        }
                    }
                }
            }
            let _ = match &alone[place] {
                Err(said) => writeln!(list, "{}: {}", one.name, said.lines().next().unwrap_or("")),
                Ok(_) if refused.is_empty() => writeln!(list, "{}", one.name),
                Ok(_) => writeln!(list, "{} not with {}", one.name, refused.join(" ")),
            };
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::with_settings!({ snapshot_path => "../../../tests/data/snapshots", prepend_module_to_snapshot => false,
        omit_expression => true }, {
        insta::assert_snapshot!("option-pairs", list);
    });
}
