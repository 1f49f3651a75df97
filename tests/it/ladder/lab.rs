//! The lab's relays, healthy and with faults.

use serde_json::{Value, json};

use crate::command::{Rows, has, is, own_addresses, run};

fn json(line: &str) -> (Value, Option<i32>) {
    let said = run(&format!("tls --lab -i 0 --format json {line}"));
    (
        serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{}", said.stderr)),
        said.code,
    )
}

/// Versions that are accepted.
fn accepted(json: &Value) -> Vec<&str> {
    let versions = json["relays"][0]["versions"].as_array().unwrap().iter();
    let accepted = versions.filter(|version| version["accepted"] == true);
    accepted
        .map(|version| version["version"].as_str().unwrap())
        .collect()
}

#[test]
fn a_healthy_relay_speaks_tls_1_2_and_reads_as_healthy() {
    let (json, code) = json("");
    assert_eq!((code, accepted(&json)), (Some(0), vec!["TLS 1.2"]));
    assert_eq!(json["verdict"]["colour"], "green");
    let relay = &json["relays"][0];
    let version = &relay["versions"][4];
    // rustls with ring has three suites of TLS 1.2 for an RSA key, and three groups
    assert_eq!(
        (
            version["suites"].as_array().unwrap().len(),
            version["suites_are_all"].as_bool()
        ),
        (3, Some(true))
    );
    assert_eq!(
        version["groups"],
        serde_json::json!(["x25519", "secp256r1", "secp384r1"])
    );
    assert_eq!(
        (&relay["tls_path"], &relay["way"]["not_the_relay"]),
        (&"direct".into(), &"".into())
    );
    is(
        relay,
        json!({"without_sni": "the same certificate", "stopped": ""}),
    );
    assert_eq!(relay["certificates"].as_array().unwrap().len(), 2);
    let odd = relay["odd_hellos"].as_array().unwrap();
    assert!(
        odd.len() == 3 && odd.iter().all(|offer| offer["taken"] == true),
        "{odd:?}"
    );
}

#[test]
fn the_table_of_versions_comes_first_and_fits_a_terminal() {
    let text = run("tls --lab -i 0").stdout;
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let at = |words: &str| {
        text.lines()
            .position(|line| line.starts_with(words))
            .unwrap_or_else(|| panic!("{words}: {text}"))
    };
    let order = [
        "GREEN: ",
        "version  accepted",
        "SSL 2.0  no",
        "SSL 3.0  no",
        "TLS 1.0  no",
        "TLS 1.1  no",
        "TLS 1.2  yes",
        "TLS 1.3  no",
        "Suites",
        "Details",
        "Certificates",
    ];
    assert!(order.map(at).is_sorted(), "{text}");
}

#[test]
fn rows_are_those_of_the_schema() {
    let said = run("tls --lab -i 0 --format csv");
    let rows = Rows::of(&said.stdout);
    let schema: Value = serde_json::from_str(&run("schema ladder --format json").stdout).unwrap();
    let names = schema
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["name"].as_str().unwrap());
    assert!(rows.header.iter().eq(names));
    assert_eq!(
        rows.column("version"),
        [
            "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"
        ]
    );
    assert_eq!(
        rows.column("accepted"),
        ["false", "false", "false", "false", "true", "false"]
    );
    assert_eq!(rows.column("refused_by")[5], "alert protocol_version");
}

#[test]
fn a_document_in_markdown_has_the_table() {
    let text = run("tls --lab -i 0 --format markdown").stdout;
    assert!(text.contains("| TLS 1.2 | yes |"), "{text}");
}

#[test]
fn the_certificates_are_kept_as_they_were_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chain.pem");
    let (json, _) = json(&format!("--pem {}", file.display()));
    let text = std::fs::read_to_string(&file).unwrap();
    let pems: Vec<_> = text.match_indices("-----BEGIN CERTIFICATE-----").collect();
    assert_eq!(
        pems.len(),
        json["relays"][0]["certificates"].as_array().unwrap().len()
    );
    // a file that cannot be written is told before anything is asked
    run(&format!("tls --lab -i 0 --pem {}", folder.path().display())).ended(3);
}

#[test]
fn faults_of_a_relay_are_told_as_what_they_are() {
    let (json13, code) = json("--lab-fault tls13-only");
    assert_eq!((code, accepted(&json13)), (Some(0), vec!["TLS 1.3"]));
    let relay = &json13["relays"][0];
    // the lab's relays keep no sessions
    assert_eq!(relay["versions"][5]["resumption"], false);
    // encrypted there: from whole handshakes
    assert_eq!(relay["certificates"].as_array().unwrap().len(), 2);
    for (fault, path) in [
        ("expired", "expired"),
        ("self-signed", "self-signed"),
        ("wrong-host", "wrong-name"),
    ] {
        let (json, code) = json(&format!("--lab-fault {fault}"));
        assert_eq!(
            (code, &json["relays"][0]["tls_path"]),
            (Some(0), &path.into()),
            "{fault}"
        );
        // the versions are as they should be, and it is not green all the same
        assert_eq!(json["verdict"]["colour"], "amber", "{fault}");
        assert!(
            json["verdict"]["text"].as_str().unwrap().contains(path),
            "{json}"
        );
    }
    let (alert, code) = json("--lab-fault tls-alert");
    assert_eq!((code, accepted(&alert).len()), (Some(0), 0));
    for fault in ["tls-eof", "reset"] {
        let (json, code) = json(&format!("--lab-fault {fault}"));
        // whoever closes at once may be anybody
        assert_eq!((code, accepted(&json).len()), (Some(1), 0), "{fault}");
        assert_eq!(json["relays"][0]["versions"][4]["accepted"], Value::Null);
    }
}

#[test]
fn a_head_inside_tls_is_told_in_rows_lines_and_summaries_and_belongs_to_no_phase() {
    let text = run("probe --lab --http -n 1").stdout;
    // the lab's relays close on what is no request of theirs
    has(&text, "HEAD: closed: TLS, but no HTTP: like a relay");
    assert!(text.contains("HEAD inside TLS: 1 closed: "), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    crate::command::run_into(&file, "probe --lab --http -n 1 -q");
    let rows = Rows::in_file(&file);
    assert_eq!(rows.column("http_reply"), ["closed"]);
    let us = |name: &str| rows.column(name)[0].parse::<u64>().unwrap();
    assert_eq!(
        us("dns_us") + us("connect_us") + us("tls_us"),
        us("total_us")
    );
    let report = run(&format!("report {}", file.display())).stdout;
    assert!(report.contains("HEAD inside TLS: 1 closed: "), "{report}");
    let (json, _) = json("--http");
    assert_eq!(json["relays"][0]["http_reply"], "closed");
}

#[test]
fn a_relay_that_is_not_reached_is_left_at_once() {
    if own_addresses() {
        let (json, code) = json("--lab-fault refused");
        assert_eq!(
            (code, &json["relays"][0]["connections"]),
            (Some(1), &1.into())
        );
        let stopped = json["relays"][0]["stopped"].as_str().unwrap();
        assert!(
            stopped.starts_with("no connection: connect-refused"),
            "{stopped}"
        );
    }
    let said = run("tls --lab --lab-fault dns-nxdomain");
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
    said.err_has("dns-nxdomain");
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused_before_anything_is_sent() {
    #[rustfmt::skip]
    let cases = [
        ("tls -i 0 192.0.2.1", "--i-own-this-server"),
        ("tls udp://relay.test", "this command is about TLS"),
        ("tls -6 192.0.2.1", "-6 does nothing without a name to resolve"),
        ("tls --lab-fault reset", "--lab-fault does nothing without --lab"),
        ("tls --lab --lab-fault udp-loss", "--lab-fault udp-loss does nothing, as only handshakes of TLS are done: leave it out"),
        ("tls --lab --resolver 192.0.2.53", "--resolver does nothing with --lab"),
        ("tls --address 192.0.2.1 --all-addresses", "--all-addresses does nothing with --address"),
        ("tls -i 1m", "--interval must be 10s or less"),
    ];
    for (line, wanted) in cases {
        let said = run(line);
        assert_eq!(said.code, Some(2), "{line}: {}", said.stderr);
        assert!(said.stderr.contains(wanted), "{line}: {}", said.stderr);
    }
}

#[cfg(unix)]
#[test]
fn an_interruption_prints_what_is_known() {
    use std::io::Read as _;

    let mut child = crate::command::start(crate::command::turnprobe("tls --lab -i 1s"));
    // half a minute in all; the first answer is there long before
    std::thread::sleep(std::time::Duration::from_secs(6));
    crate::command::signal(&child, "-INT");
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut stdout)
        .unwrap();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(crate::command::ended(child), Some(0), "{stderr}");
    assert!(stdout.contains("TLS 1.2  yes"), "{stdout}");
    assert!(stdout.contains("interrupted"), "{stdout}");
}
