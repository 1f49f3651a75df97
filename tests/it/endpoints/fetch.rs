//! `endpoints fetch` against the web service in this process.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{file, sent};
use crate::command::{Said, finished, run, start, turnprobe};
use crate::servers::tcp::{Relay, close, until_closed};

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

/// Answers one request. One that comes on the same connection has no answer: a server may end a connection at any time
/// that it did not promise to keep.
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
    let _ = stream.flush();
    let ends = String::from_utf8_lossy(&answer).contains("Connection: close");
    if ends {
        stream.conn.send_close_notify();
        let _ = stream.flush();
        close(stream.get_ref());
    } else {
        until_closed(stream.get_ref());
    }
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
    let said = service.fetch("list.json", "").ended(0);
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
    again.err_has("nothing was requested");
    assert_eq!(service.kept("list.json"), first);

    service.age("list.json");
    let later = service.fetch("list.json", "").ended(0);
    let asked = service.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].starts_with("/version/"), "{asked:?}");
    later.err_has("still the newest");
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
    let said = service.fetch(name, "").ended(0);
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
    service.fetch("list.json", "").ended(0);
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
    #[rustfmt::skip]
    let cases: [(Answer, &str); 9] = [
        (|_| status("429 Too Many Requests", ""), "wait an hour"),
        (|_| status("302 Found", "Location: https://portal.test/\r\n"), "sends elsewhere"),
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
        (|path| unless(path, plain(&"x".repeat(8 * 1024 * 1024 + 1))), "more than 8 MiB"),
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
        said.err_has("stays as it was");
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
    let said = finished(start(command)).ended(1);
    said.err_has("--ca FILE");
    assert_eq!(service.asked(), [""; 0]);
    assert!(service.files().is_empty());
}

#[test]
fn a_file_of_something_else_is_not_written_over_and_nothing_is_asked() {
    let service = Service::with("2026112800");
    std::fs::write(service.path("rows.csv"), "datetime,remoteip\n").unwrap();
    let said = service.fetch("rows.csv", "").ended(3);
    said.err_has("rows.csv holds something other");
    let said = service.fetch("nowhere/list.json", "").ended(3);
    said.err_has("cannot be written");
    for (more, word) in [
        ("--client-request-id 7", "GUID"),
        (
            "--client-request-id b10c5ed1-bad1-445f-b386-b919946339a7",
            "examples",
        ),
    ] {
        let said = service.fetch("list.json", more).ended(2);
        said.err_has(word);
    }
    run("endpoints fetch -o x.json --from http://a.test").ended(2);
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
