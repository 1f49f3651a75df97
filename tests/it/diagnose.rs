//! `diagnose` against the lab: a healthy one blames nobody, each fault is named, saved facts come to the same.

use serde_json::Value;

use crate::command::{own_addresses, run};

/// What `--format json` says of a lab.
fn looked(flags: &str) -> (Value, Option<i32>) {
    let said = run(&format!("diagnose --lab --format json {flags}"));
    let told = serde_json::from_str(&said.stdout);
    let told: Value =
        told.unwrap_or_else(|error| panic!("{error}: {} {}", said.stdout, said.stderr));
    (told, said.code)
}

/// The root causes.
fn roots(told: &Value) -> Vec<String> {
    let roots = told["verdict"]["roots"].as_array().unwrap();
    roots
        .iter()
        .map(|root| root.as_str().unwrap().to_owned())
        .collect()
}

fn codes(told: &Value) -> Vec<&str> {
    let findings = told["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

#[test]
fn a_healthy_lab_blames_nobody_and_says_what_was_looked_at() {
    let (told, code) = looked("");
    assert!(roots(&told).is_empty(), "{told:#}");
    assert_eq!(
        (&told["verdict"]["outcome"], code),
        (&Value::from("ok"), Some(0)),
        "{told:#}"
    );
    let stream = &told["facts"]["quality"]["stream"]["known"];
    // a busy machine misses some of the 500
    assert!(stream["sent"].as_u64().unwrap() >= 400, "{stream:#}");
    let cells = told["facts"]["udp"]["cells"]["known"].as_array().unwrap();
    let ports: std::collections::BTreeSet<_> = cells
        .iter()
        .map(|cell| cell["port"].as_u64().unwrap())
        .collect();
    assert_eq!(
        ports.into_iter().collect::<Vec<_>>(),
        [443, 3478, 3479, 3480, 3481]
    );
    // nothing of it is left to the network
    for beside in ["page", "clocks"] {
        assert_eq!(
            told["facts"]["web"][beside]["unknown"], "not-asked",
            "{told:#}"
        );
    }
    assert_eq!(told["facts"]["tcp"]["control"]["unknown"], "not-asked");
}

#[test]
fn each_fault_of_the_lab_is_named_and_nobody_else_is_blamed() {
    for (fault, code) in [
        ("dns-timeout", "dns-timeout"),
        ("dns-nxdomain", "dns-error"),
        ("dns-servfail", "dns-error"),
        ("expired", "tls-date"),
        ("self-signed", "tls-not-microsoft"),
        ("not-tls", "tls-not-tls"),
        ("tls-eof", "tls-reset"),
        ("udp-loss", "udp-all-silent"),
        ("turn-300", "turn-error"),
    ] {
        let (told, exit) = looked(&format!("--quick --lab-fault {fault}"));
        assert_eq!(roots(&told), [code], "{fault}: {:#?}", codes(&told));
        let is_fault =
            told["verdict"]["outcome"] == "fault" || told["verdict"]["outcome"] == "could-not-tell";
        assert_eq!(
            exit,
            Some(i32::from(is_fault)),
            "{fault}: {}",
            told["verdict"]
        );
    }
}

#[test]
fn a_relay_where_nothing_listens_is_refused() {
    if !own_addresses() {
        return; // there the lab resets in its place
    }
    let (told, exit) = looked("--quick --lab-fault refused");
    assert!(codes(&told).contains(&"tcp443-refused"), "{told:#}");
    assert_eq!(exit, Some(1));
}

#[test]
fn saved_facts_come_to_the_same_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.json");
    let said = run("diagnose --lab --quick --lab-fault udp-loss --format json");
    std::fs::write(&file, &said.stdout).unwrap();
    let again = run(&format!(
        "diagnose --format json --facts {}",
        file.display()
    ));
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let (first, second) = (parse(&said.stdout), parse(&again.stdout));
    assert_eq!(first, second);
    assert_eq!((said.code, again.code), (Some(1), Some(1)));
    // the facts alone are read too
    let alone = dir.path().join("facts.json");
    std::fs::write(&alone, first["facts"].to_string()).unwrap();
    let again = run(&format!(
        "diagnose --format json --facts {}",
        alone.display()
    ));
    assert_eq!(parse(&again.stdout), first);
}

#[test]
fn files_that_hold_no_facts_are_refused_with_their_names() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("empty.json", ""),
        ("other.json", "{\"a\":1}"),
        ("list.json", "[]"),
        ("newer.json", "{\"about\":{\"format\":99}}"),
    ] {
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        let said = run(&format!("diagnose --facts {}", file.display()));
        assert_eq!(said.code, Some(3), "{name}: {}", said.stdout);
        said.err_has(name);
    }
    assert_eq!(run("diagnose --facts nowhere.json").code, Some(3));
}

#[test]
fn options_that_do_nothing_are_refused() {
    for line in [
        "relay.test:443",
        "tls://relay.test",
        "--facts x.json --quick",
        "--facts x.json --lab",
        "--lab-fault silent",
        "--lab --offline",
        "--offline --compare-resolver 9.9.9.9",
        "--compare-resolver 9.9.9.9 10.0.0.1",
        "--lab --lab-fault udp-loss,proxy-auth",
        "--lab 10.0.0.1",
        "--monitoring-plugin --format json",
    ] {
        let said = run(&format!("diagnose {line}"));
        let code = if line.contains("monitoring") { 3 } else { 2 };
        assert_eq!(
            said.code,
            Some(code),
            "{line}: {}{}",
            said.stdout,
            said.stderr
        );
    }
}

#[test]
fn a_plugin_says_one_line_with_numbers_and_ends_in_its_own_codes() {
    let healthy = run("diagnose --lab --monitoring-plugin").ended(0);
    assert_eq!(healthy.stdout.lines().count(), 1, "{}", healthy.stdout);
    assert!(
        healthy.stdout.starts_with("TURNPROBE OK - "),
        "{}",
        healthy.stdout
    );
    healthy.out_has(" | ");
    let bad = run("diagnose --lab --lab-fault udp-loss --monitoring-plugin").ended(2);
    assert!(
        bad.stdout.starts_with("TURNPROBE CRITICAL - "),
        "{}",
        bad.stdout
    );
    // what never began is no state of what is monitored
    // Monitoring Plugins Development Guidelines: the one line on stdout, whatever happens
    for line in ["--nonsense", "--quick", "--format json"] {
        let wrong = run(&format!("diagnose --monitoring-plugin {line}"));
        assert_eq!(wrong.code, Some(3), "{line}");
        assert!(wrong.stdout.starts_with("TURNPROBE UNKNOWN - "), "{line}");
        assert_eq!(wrong.stdout.lines().count(), 1, "{line}");
    }
    let unread = run("diagnose --monitoring-plugin --facts nowhere.json").ended(3);
    assert!(
        unread.stdout.starts_with("TURNPROBE UNKNOWN - "),
        "{}",
        unread.stdout
    );
}

#[test]
fn the_help_names_every_place_that_is_gone_to() {
    let help = run("diagnose --help").stdout;
    for place in [
        "teams.microsoft.com",
        "login.microsoftonline.com",
        "www.msftconnecttest.com",
        "52.123.195.2",
        "ipv4only.arpa",
        "first router",
        "--compare-resolver",
    ] {
        assert!(help.contains(place), "{place}");
    }
}

#[cfg(unix)]
#[test]
fn an_interruption_judges_what_is_known() {
    use crate::command::{ended, signal, start, turnprobe};
    use std::io::Read as _;

    let mut child = start(turnprobe("diagnose --lab --format json"));
    // the stream goes on for ten seconds
    std::thread::sleep(std::time::Duration::from_secs(4));
    signal(&child, "-INT");
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(ended(child), Some(0));
    let told: Value = serde_json::from_str(&text).unwrap();
    assert!(roots(&told).is_empty(), "{told:#}");
    assert!(told["facts"]["tcp"]["relays"]["known"].is_array());
    assert_eq!(
        told["facts"]["tcp"]["again"]["unknown"], "interrupted",
        "{told:#}"
    );
}

#[cfg(unix)]
#[test]
fn a_plugin_that_is_interrupted_says_one_line_and_does_not_know() {
    use crate::command::{finished, signal, start, turnprobe};

    // the questions go on for 4.5 s
    let line = "diagnose --lab --lab-fault dns-timeout --monitoring-plugin";
    for name in ["-INT", "-TERM"] {
        let child = start(turnprobe(line));
        std::thread::sleep(std::time::Duration::from_secs(2));
        signal(&child, name);
        let said = finished(child).ended(3);
        assert_eq!(
            said.stdout,
            "TURNPROBE UNKNOWN - interrupted before anything was known\n"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_before_it_knows_anything_says_so() {
    use crate::command::{finished, signal, start, turnprobe};

    let child = start(turnprobe("diagnose --lab --lab-fault dns-timeout --quiet"));
    std::thread::sleep(std::time::Duration::from_secs(2));
    signal(&child, "-INT");
    let said = finished(child).ended(130);
    assert_eq!(said.stdout, "");
    assert_eq!(
        said.stderr,
        "turnprobe: note: interrupted before anything was known\n"
    );
}

/// A relay that sends the first of its TLS and then nothing more may be slow: it takes more than six seconds to say that
/// it is not.
#[test]
fn a_short_wait_for_tls_accuses_nobody_and_says_what_to_do() {
    let (told, exit) = looked("--quick --lab-fault tls-stall");
    assert_eq!(told["verdict"]["outcome"], "could-not-tell", "{told:#}");
    assert!(roots(&told).is_empty());
    let text = told["verdict"]["text"].as_str().unwrap();
    for words in ["TLS (not finished within 3 s", "run without --quick"] {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(exit, Some(1));
}
