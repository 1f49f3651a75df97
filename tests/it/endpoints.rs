//! `turnprobe endpoints` as a process: what is known, Microsoft's web service in this process, what answers, and
//! `--endpoints FILE` on the commands that decide by the list.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Said, finished, run, start, turnprobe};
use crate::servers::tcp::Relay;

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

/// The web service in this process: what it answers to a path, and what it was asked.
struct Service {
    relay: Relay,
    asked: Arc<Mutex<Vec<String>>>,
    folder: TempDir,
}

impl Service {
    fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let own = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), own.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let pkcs8 = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], pkcs8)
            .unwrap();
        let (config, asked) = (Arc::new(config), Arc::<Mutex<Vec<String>>>::default());
        let heard = Arc::clone(&asked);
        let relay = Relay::start(move |stream| converse(stream, &config, &heard, &answer));
        Self {
            relay,
            asked,
            folder,
        }
    }

    /// The service with the list of a version, plain.
    fn with(version: &'static str) -> Self {
        Self::start(move |path| plain(&answer(path, version)))
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn fetch(&self, name: &str, more: &str) -> Said {
        let (ca, file) = (self.path("ca.pem"), self.path(name));
        let port = self.relay.port();
        let line =
            format!("endpoints fetch --ca {ca} --from https://127.0.0.1:{port} -o {file} {more}");
        let mut command = turnprobe(&line);
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            command.env_remove(name);
        }
        finished(start(command))
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn kept(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// Makes it as if the file were of hours ago.
    fn age(&self, name: &str) {
        let mut kept = self.kept(name);
        kept["checked"] = json!("2026-01-01T00:00:00Z");
        std::fs::write(self.path(name), kept.to_string()).unwrap();
    }

    /// Names of all files but that of the roots.
    fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != "ca.pem").collect();
        names.sort();
        names
    }
}

fn converse(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    asked: &Mutex<Vec<String>>,
    answer: &impl Fn(&str) -> Vec<u8>,
) {
    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            // a client that does not trust it
            _ => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let answer = answer(&path);
    asked.lock().unwrap().push(path);
    let _ = stream.write_all(&answer);
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

fn answer(path: &str, version: &str) -> String {
    if path.starts_with("/version/") {
        return json!({"instance": "Worldwide", "latest": version, "versions": [version]})
            .to_string();
    }
    sent().to_string()
}

fn plain(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").into()
}

fn status(line: &str, more: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n").into()
}

#[test]
fn the_list_comes_with_its_version_and_all_that_is_stored_stands_in_the_file() {
    let service = Service::with("2026112800");
    let said = service.fetch("list.json", "");
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(said.stdout, "");
    let kept = service.kept("list.json");
    let id = kept["client_request_id"].as_str().unwrap();
    let wanted = [
        format!("/version/worldwide?clientrequestid={id}"),
        format!("/endpoints/worldwide?clientrequestid={id}"),
    ];
    assert_eq!(service.asked(), wanted);
    assert_eq!(id.len(), 36, "{id}");
    assert_eq!(kept["version"], "2026112800");
    assert_eq!(kept["endpoints"], sent());
    for word in ["2026-11-28", id, "nothing is stored elsewhere", "3 entries"] {
        assert!(said.stderr.contains(word), "{word}: {}", said.stderr);
    }
    assert_eq!(service.files(), ["list.json"]);
}

#[test]
fn the_service_is_asked_once_an_hour_and_for_the_list_only_when_that_is_new() {
    let service = Service::with("2026112800");
    assert_eq!(service.fetch("list.json", "").code, Some(0));
    let first = service.kept("list.json");
    service.asked();

    let again = service.fetch("list.json", "");
    assert_eq!((again.code, service.asked().len()), (Some(0), 0));
    assert!(
        again.stderr.contains("nothing was asked"),
        "{}",
        again.stderr
    );
    assert_eq!(service.kept("list.json"), first);

    service.age("list.json");
    let later = service.fetch("list.json", "");
    assert_eq!(later.code, Some(0), "{}", later.stderr);
    let asked = service.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].starts_with("/version/"), "{asked:?}");
    assert!(
        later.stderr.contains("still the newest"),
        "{}",
        later.stderr
    );
    let kept = service.kept("list.json");
    assert_ne!(kept["checked"], "2026-01-01T00:00:00Z");
    for name in ["client_request_id", "fetched", "endpoints", "version"] {
        assert_eq!(kept[name], first[name], "{name}");
    }
}

#[test]
fn a_new_list_replaces_the_old_one_and_the_machine_keeps_its_name() {
    let service = Service::with("2026120100");
    let name = "2026112800.json";
    file(service.folder.path(), "2026112800");
    let said = service.fetch(name, "");
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let kept = service.kept(name);
    assert_eq!(kept["version"], "2026120100");
    assert_eq!(
        kept["client_request_id"],
        "5b1e4f0a-0000-4000-8000-000000000001"
    );
    assert!(!said.stderr.contains("was made"), "{}", said.stderr);
}

#[test]
fn chunks_and_gzip_are_taken_apart() {
    let service = Service::start(|path| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(answer(path, "2026112800").as_bytes())
            .unwrap();
        let body = gzip.finish().unwrap();
        let mut out =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
                .to_vec();
        for chunk in body.chunks(7) {
            out.extend(format!("{:x}\r\n", chunk.len()).bytes());
            out.extend(chunk);
            out.extend(b"\r\n");
        }
        out.extend(b"0\r\n\r\n");
        out
    });
    let said = service.fetch("list.json", "");
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(service.kept("list.json")["endpoints"], sent());
}

#[test]
fn what_is_not_the_list_is_refused_and_the_file_stays_as_it_was() {
    type Answer = fn(&str) -> Vec<u8>;
    fn unless(path: &str, answer: Vec<u8>) -> Vec<u8> {
        if path.starts_with("/version/") {
            return plain(&self::answer(path, "2026112800"));
        }
        answer
    }
    let cases: [(Answer, &str); 9] = [
        (|_| status("429 Too Many Requests", ""), "wait an hour"),
        (
            |_| status("302 Found", "Location: https://portal.test/\r\n"),
            "sends elsewhere",
        ),
        (|_| plain("<html>Log in</html>"), "no JSON"),
        (|_| plain("{\"latest\": \"soon\"}"), "`soon`"),
        (|path| unless(path, status("500 Oops", "")), "HTTP 500"),
        (|path| unless(path, plain("[]")), "id 11 is missing"),
        // cut in the middle
        (
            |path| {
                unless(
                    path,
                    plain(&sent().to_string()).into_iter().take(300).collect(),
                )
            },
            "could not be asked",
        ),
        (
            |path| unless(path, plain(&"x".repeat(8 * 1024 * 1024 + 1))),
            "more than 8 MiB",
        ),
        (
            |path| {
                unless(
                    path,
                    plain(&sent().to_string().replace("52.112.0.0/14", "52.112.0.0/99")),
                )
            },
            "`ips`",
        ),
    ];
    for (answer, word) in cases {
        let service = Service::start(answer);
        file(service.folder.path(), "2026112700");
        let before = service.kept("2026112700.json");
        let said = service.fetch("2026112700.json", "");
        assert_eq!(said.code, Some(1), "{word}: {}", said.stderr);
        assert!(said.stderr.contains(word), "{word}: {}", said.stderr);
        assert!(said.stderr.contains("stays as it was"), "{}", said.stderr);
        assert_eq!(service.kept("2026112700.json"), before, "{word}");
        let fresh = service.fetch("new.json", "");
        assert_eq!(fresh.code, Some(1), "{word}");
        // neither half a file nor one beside it
        assert_eq!(service.files(), ["2026112700.json"], "{word}");
    }
}

#[test]
fn a_certificate_that_nobody_trusts_is_told_with_the_fix() {
    let service = Service::with("2026112800");
    let (port, file) = (service.relay.port(), service.path("list.json"));
    let mut command = turnprobe(&format!(
        "endpoints fetch --from https://127.0.0.1:{port} -o {file}"
    ));
    command.env_remove("HTTPS_PROXY").env_remove("https_proxy");
    command.env_remove("ALL_PROXY").env_remove("all_proxy");
    let said = finished(start(command));
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    assert!(said.stderr.contains("--ca FILE"), "{}", said.stderr);
    assert_eq!(service.asked(), [""; 0]);
    assert!(service.files().is_empty());
}

#[test]
fn a_file_of_something_else_is_not_written_over_and_nothing_is_asked() {
    let service = Service::with("2026112800");
    std::fs::write(service.path("rows.csv"), "datetime,remoteip\n").unwrap();
    let said = service.fetch("rows.csv", "");
    assert_eq!(said.code, Some(3));
    assert!(
        said.stderr.contains("rows.csv holds something else"),
        "{}",
        said.stderr
    );
    let said = service.fetch("nowhere/list.json", "");
    assert_eq!(said.code, Some(3));
    assert!(said.stderr.contains("cannot be written"), "{}", said.stderr);
    for (more, word) in [
        ("--client-request-id 7", "GUID"),
        (
            "--client-request-id b10c5ed1-bad1-445f-b386-b919946339a7",
            "examples",
        ),
    ] {
        let said = service.fetch("list.json", more);
        assert_eq!(said.code, Some(2), "{}", said.stderr);
        assert!(said.stderr.contains(word), "{}", said.stderr);
    }
    assert_eq!(
        run("endpoints fetch -o x.json --from http://a.test").code,
        Some(2)
    );
    assert_eq!(service.asked(), [""; 0]);
    let text = std::fs::read_to_string(service.path("rows.csv")).unwrap();
    assert_eq!(text, "datetime,remoteip\n");
}

#[cfg(unix)]
#[test]
fn an_interrupted_fetch_leaves_nothing() {
    let service = Service::start(|_| {
        std::thread::sleep(std::time::Duration::from_secs(3));
        Vec::new()
    });
    let (ca, file) = (service.path("ca.pem"), service.path("list.json"));
    let port = service.relay.port();
    let line = format!("endpoints fetch --ca {ca} --from https://127.0.0.1:{port} -o {file}");
    let child = start(turnprobe(&line).env("NO_PROXY", "127.0.0.1"));
    for _ in 0..400 {
        if service.relay.accepted() > 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    crate::command::signal(&child, "-INT");
    assert_eq!(crate::command::ended(child), Some(130));
    assert!(service.files().is_empty(), "{:?}", service.files());
}

#[test]
fn a_check_tells_teams_from_what_is_taken_for_it() {
    let hosts = "52.113.9.9 2620:1ec:40::2 worldaz.tr.teams.microsoft.com 51.5.1.1 13.107.64.1 192.0.2.1 skype.com";
    let said = run(&format!("endpoints check {hosts} --format csv"));
    assert_eq!(said.code, Some(1));
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
    let said = run("endpoints check 52.113.9.9 TR.Teams.Microsoft.com.");
    assert_eq!(said.code, Some(0), "{}", said.stdout);
    let said = run("endpoints check ::ffff:52.113.9.9 --format json");
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
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
    let bare = run("endpoints");
    assert_eq!(bare.code, Some(0));
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
    let said = check(&raw.display().to_string(), "203.0.113.7");
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("cannot be told"), "{}", said.stderr);

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
        let report: Value = serde_json::from_str(&said.stdout).unwrap();
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
    let said = run("endpoints probe --lab --format json");
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
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
    let said = run("endpoints probe --lab --resolver 192.0.2.1");
    assert_eq!(said.code, Some(2));
    assert!(
        said.stderr.contains("--resolver does nothing with --lab"),
        "{}",
        said.stderr
    );
}

#[test]
fn without_a_name_service_nothing_is_told_of_the_names() {
    // nobody listens there
    let said = run("endpoints probe --resolver 127.0.0.1:1 --format json");
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
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
    let said = finished(child);
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
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
    assert!(said.stderr.contains("interrupted"), "{}", said.stderr);
}
