//! `turnprobe endpoints` as a process: what is known, what answers, and
//! `--endpoints FILE` on the commands that decide by the list.

mod fetch;

use std::path::Path;

use serde_json::{Value, json};

use crate::command::{finished, run, start, turnprobe};

/// A list as the web service sends it, shortened; 203.0.113.0/24 is in no real one.
fn sent() -> Value {
    json!([
        {"id": 1, "serviceArea": "Exchange", "urls": ["outlook.cloud.microsoft"], "ips": ["13.107.6.152/31"],
         "tcpPorts": "80,443", "udpPorts": "443", "category": "Optimize", "required": true},
        {"id": 11, "serviceArea": "Skype", "ips": ["52.112.0.0/14", "203.0.113.0/24"],
         "udpPorts": "3478,3479,3480,3481", "category": "Optimize", "required": true},
        {"id": 12, "serviceArea": "Skype", "urls": ["*.teams.microsoft.com", "teams.microsoft.com"],
         "ips": ["52.112.0.0/14", "203.0.113.0/24"], "tcpPorts": "80,443", "udpPorts": "443",
         "category": "Allow", "required": true},
    ])
}

/// A file as `endpoints fetch` writes it.
fn file(folder: &Path, version: &str) -> String {
    let kept = json!({
        "form": "turnprobe-endpoints-1", "version": version, "source": "https://endpoints.office.com",
        "client_request_id": "5b1e4f0a-0000-4000-8000-000000000001",
        "checked": "2026-01-01T00:00:00Z", "fetched": "2026-01-01T00:00:00Z", "endpoints": sent(),
    });
    let path = folder.join(format!("{version}.json"));
    std::fs::write(&path, kept.to_string()).unwrap();
    path.display().to_string()
}

#[test]
fn a_check_tells_teams_from_what_is_taken_for_it() {
    let hosts = "52.113.9.9 2620:1ec:40::2 worldaz.tr.teams.microsoft.com 51.5.1.1 13.107.64.1 192.0.2.1 skype.com";
    let said = run(&format!("endpoints check {hosts} --format csv")).ended(1);
    insta::assert_snapshot!(said.stdout, @r#"
    host,what,id,tcp,udp,by,of
    52.113.9.9,teams,11,,3478-3481,52.112.0.0/14,Microsoft Teams
    52.113.9.9,teams,12,443 80,443,52.112.0.0/14,Microsoft Teams
    2620:1ec:40::2,teams,12,443 80,443,2620:1ec:40::/42,Microsoft Teams
    worldaz.tr.teams.microsoft.com,teams,12,443 80,443,*.teams.microsoft.com,Microsoft Teams
    51.5.1.1,neighbour,,,3478,51.5.0.0/16,Azure Virtual Desktop and Windows 365
    13.107.64.1,former,,,3478-3481,13.107.64.0/18,"Teams until 2024 or later, id 11 then"
    192.0.2.1,none,,,,,
    skype.com,none,,,,,
    "#);
    run("endpoints check 52.113.9.9 TR.Teams.Microsoft.com.").ended(0);
    let said = run("endpoints check ::ffff:52.113.9.9 --format json");
    let json: Value = said.json();
    let found = &json["checked"][0];
    assert_eq!(found["subject"], "52.113.9.9");
    assert_eq!(
        (&found["standing"], &found["media"]),
        (&json!("teams"), &json!(true))
    );
    for wrong in [
        "",
        "1.2.3.4:443",
        "tls://a.test",
        "*.teams.microsoft.com",
        "10.0.0.0/8",
    ] {
        let mut command = turnprobe("endpoints check");
        let said = finished(start(command.arg(wrong)));
        assert_eq!(said.code, Some(2), "{wrong}: {}", said.stdout);
        assert!(said.stderr.contains("give "), "{wrong}: {}", said.stderr);
    }
}

#[test]
fn the_built_in_list_is_shown_in_every_form() {
    let bare = run("endpoints").ended(0);
    assert_eq!(bare.stdout, run("endpoints list").stdout);
    for word in [
        "2026-08-14",
        "52.112.0.0/14",
        "*.lync.com",
        "51.5.0.0/16",
        "euaz.relay",
    ] {
        assert!(bare.stdout.contains(word), "{word}: {}", bare.stdout);
    }
    let json: Value = serde_json::from_str(&run("endpoints --format json").stdout).unwrap();
    assert_eq!(json["list"]["source"], "built-in");
    assert_eq!(json["entries"][0]["udp"], json!(["3478-3481"]));
    let said = run("endpoints list --format csv").stdout;
    let mut reader = csv::Reader::from_reader(said.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(
        rows.iter()
            .any(|row| &row[3] == "2603:1063::/38" && &row[1] == "11"),
        "{said}"
    );
}

#[test]
fn the_file_decides_and_says_how_old_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (
        file(folder.path(), "2024010100"),
        file(folder.path(), "2099010100"),
    );
    let check = |file: &str, host: &str| run(&format!("endpoints check {host} --endpoints {file}"));
    // in this file alone, and in the built-in list alone
    assert_eq!(check(&new, "203.0.113.7").code, Some(0));
    assert_eq!(check(&new, "52.122.0.1").code, Some(1));
    assert_eq!(check(&new, "203.0.113.7").stderr, "");
    let said = check(&old, "203.0.113.7").stderr;
    assert!(
        said.contains("list of 2024-01-01") && said.contains("days old"),
        "{said}"
    );
    assert!(
        check(&new, "outlook.cloud.microsoft")
            .stdout
            .contains("Exchange")
    );

    let raw = folder.path().join("raw.json");
    // as PowerShell 5.1 saves it
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(sent().to_string().encode_utf16().flat_map(u16::to_le_bytes));
    std::fs::write(&raw, utf16).unwrap();
    let said = check(&raw.display().to_string(), "203.0.113.7").ended(0);
    said.err_has("may be older than 90 days");

    std::fs::write(&raw, "datetime,remoteip\n").unwrap();
    let raw = raw.display();
    for line in [
        "endpoints check 52.112.0.1",
        "endpoints",
        "endpoints probe",
        "probe -n 1 127.0.0.1:1",
        "probe --burst 50/s -n 1 127.0.0.1",
        "probe --hold 1s -n 1 127.0.0.1:1",
        "tls 127.0.0.1:1",
        "report examples/sample-series.csv.gz",
    ] {
        let said = run(&format!("{line} --endpoints {raw}"));
        assert_eq!(said.code, Some(3), "{line}: {}", said.stderr);
        assert!(
            said.stderr.contains(&raw.to_string()),
            "{line}: {}",
            said.stderr
        );
        assert!(
            said.stderr.contains("endpoints fetch"),
            "{line}: {}",
            said.stderr
        );
    }
}

#[test]
fn probes_and_reports_go_by_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path(), "2099010100");
    let text = std::fs::read_to_string(&file).unwrap();
    // the server of this test is of Teams
    std::fs::write(&file, text.replace("203.0.113.0/24", "127.0.0.0/8")).unwrap();
    let relay = crate::servers::tls::Offer::good().start();
    let rows = folder.path().join("rows.csv");
    let port = relay.port();
    for (more, in_range) in [("", "false"), (&*format!("--endpoints {file}"), "true")] {
        let line =
            format!("probe -n 1 127.0.0.1:{port} --format csv --columns in_teams_range {more}");
        let said = run(&line);
        let last = said
            .stdout
            .lines()
            .last()
            .map(|line| line.trim_matches('"'));
        assert_eq!(last, Some(in_range), "{}", said.stderr);
        assert!(!said.stderr.contains("days old"), "{}", said.stderr);
    }
    let line = format!("probe -n 2 -i 0 127.0.0.1:{port} -q");
    assert_eq!(crate::command::run_into(&rows, &line).code, Some(0));
    let share = |more: &str| {
        let said = run(&format!("report {} --format json {more}", rows.display()));
        let report: Value = said.json();
        report["addresses"].clone()
    };
    let itself = share("");
    assert_eq!(itself["in_teams_range_percent"], 0.0);
    assert_eq!(itself.get("in_range_by_list"), None);
    let by_list = share(&format!("--endpoints {file}"));
    assert_eq!(by_list["in_teams_range_percent"], 100.0);
    assert_eq!(by_list["in_range_by_list"]["rows"], 2);
    assert_eq!(by_list["in_range_by_list"]["date"], "2099-01-01");
}

#[test]
fn every_known_name_is_probed_in_the_lab_and_wildcards_are_told() {
    let said = run("endpoints probe --lab --format json").ended(0);
    let json: Value = said.json();
    let requests = json["requests"].as_array().unwrap();
    // six names over TCP and over UDP
    assert_eq!(requests.len(), 12);
    for asked in requests {
        assert_eq!(asked["answers"], "ok", "{asked}");
        assert!(asked["ms"].as_f64().unwrap() > 0.0, "{asked}");
    }
    assert_eq!(json["list"], Value::Null);
    assert_eq!(json["wildcards"].as_array().unwrap().len(), 3);
    let ports: Vec<_> = json["ports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|port| port["n"].clone())
        .collect();
    assert_eq!(ports, [6, 6]);
    let said = run("endpoints probe --lab");
    for word in ["TCP 6 of 6, UDP 6 of 6", "*.lync.com", "median ms"] {
        assert!(said.stdout.contains(word), "{word}: {}", said.stdout);
    }
    let said = run("endpoints probe --lab --resolver 192.0.2.1").ended(2);
    said.err_has("--resolver does nothing with --lab");
}

#[test]
fn without_a_name_service_nothing_is_told_of_the_names() {
    // nobody listens there
    let said = run("endpoints probe --resolver 127.0.0.1:1 --format json").ended(1);
    let json: Value = said.json();
    let requests = json["requests"].as_array().unwrap();
    // six relays at two ports over TCP and four over UDP, two web names at two
    assert_eq!(requests.len(), 6 * 6 + 2 * 2);
    for asked in requests {
        assert_eq!(asked["answers"], "could not tell", "{asked}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_probe_tells_what_is_known() {
    let names = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = names.local_addr().unwrap().port();
    let line = format!("endpoints probe -4 --resolver 127.0.0.1:{port} --format json");
    let child = start(turnprobe(&line));
    let mut query = [0; 512];
    // three names that do not exist, and silence for all others
    for number in 0..8 {
        let (length, peer) = names.recv_from(&mut query).unwrap();
        if number < 3 {
            // an answer to a recursive query: NXDOMAIN (RFC 1035 section 4.1.1)
            (query[2], query[3]) = (0x81, 0x83);
            names.send_to(&query[..length], peer).unwrap();
        }
    }
    crate::command::signal(&child, "-INT");
    let said = finished(child).ended(1);
    let json: Value = said.json();
    let requests = json["requests"].as_array().unwrap();
    assert!(
        !requests.is_empty() && requests.len() <= 3,
        "{}",
        said.stdout
    );
    for asked in requests {
        assert_eq!(
            (&asked["answers"], &asked["cause"]),
            (&json!("no"), &json!("dns-nxdomain"))
        );
    }
    assert_eq!(json["not_asked"], 40 - requests.len());
    assert_eq!(json["interrupted"], true);
    said.err_has("interrupted");
}
