//! `turnprobe tls` against real servers, and what sslscan, testssl.sh and the servers themselves say of the same:
//! versions, suites, and their order where it is the server's.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use turnprobe::record::suites;

use crate::authority::{EC, RSA, self_signed};
use crate::namespace::{Namespace, wait_for_text, wait_until};
use crate::servers::{Bind9, RELAYS, coturn_with, nginx, pair, s_server};

const SUBJECT: &str = "/CN=tr.teams.microsoft.com";

/// Versions that are accepted, with their suites in the order in which the server takes them.
type Spoken = BTreeMap<String, Vec<String>>;

/// What the ladder says, with the order of each version.
fn climb(namespace: &Namespace, target: &str) -> (Spoken, Value) {
    let program = env!("CARGO_BIN_EXE_turnprobe");
    let said = namespace.output(
        program,
        &["tls", "-i", "0", "--http", "--format", "json", target],
    );
    let json: Value = serde_json::from_str(&said).unwrap();
    let relay = json["relays"][0].clone();
    let mut spoken = Spoken::new();
    for version in relay["versions"].as_array().unwrap() {
        assert_ne!(version["accepted"], Value::Null, "{version}");
        if version["accepted"] == true {
            assert_eq!(version["suites_are_all"], true, "{version}");
            let suites = version["suites"].as_array().unwrap().iter();
            let suites = suites.map(|suite| suite.as_str().unwrap().to_owned());
            let name = version["version"].as_str().unwrap();
            spoken.insert(name.to_owned(), suites.collect());
        }
    }
    (spoken, relay)
}

fn named(number: u16) -> String {
    let found = suites().find(|(suite, _)| *suite == number);
    found.unwrap_or_else(|| panic!("{number:04X}")).1.to_owned()
}

/// The values of an element's attributes.
fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    Some(rest.split_once('"')?.0)
}

/// What sslscan says.
fn sslscan(namespace: &Namespace, target: &str) -> Spoken {
    let said = namespace.output("sslscan", &["--xml=-", "--no-colour", target]);
    let mut spoken = Spoken::new();
    for line in said.lines().map(str::trim) {
        if line.starts_with("<protocol ") && attribute(line, "enabled") == Some("1") {
            let kind = attribute(line, "type").unwrap().to_uppercase();
            let version = attribute(line, "version").unwrap();
            let dot = if version.contains('.') { "" } else { ".0" };
            spoken.insert(format!("{kind} {version}{dot}"), Vec::new());
        }
        if line.starts_with("<cipher ") {
            let version = attribute(line, "sslversion").unwrap();
            let version = match version {
                "SSLv3" => "SSL 3.0".to_owned(),
                other => other.replacen("TLSv", "TLS ", 1),
            };
            let number = attribute(line, "id").unwrap().trim_start_matches("0x");
            let suite = named(u16::from_str_radix(number, 16).unwrap());
            spoken.get_mut(&version).unwrap().push(suite);
        }
    }
    spoken
}

/// What testssl.sh says.
fn testssl(namespace: &Namespace, target: &str) -> Spoken {
    let file = namespace.dir().join(format!("testssl-{target}.json"));
    let path = file.to_str().unwrap();
    let options = [
        "--quiet",
        "--warnings",
        "off",
        "--color",
        "0",
        "--mapping",
        "iana",
        "--jsonfile",
        path,
    ];
    // its exit code counts what it finds fault with
    let output = namespace
        .command(
            "testssl",
            &[&options[..], &["-p", "-P", "-E", target]].concat(),
        )
        .output();
    let said = String::from_utf8_lossy(&output.unwrap().stdout).into_owned();
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {said}"));
    let json: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut spoken = Spoken::new();
    for (key, name) in [
        ("SSLv2", "SSL 2.0"),
        ("SSLv3", "SSL 3.0"),
        ("TLS1", "TLS 1.0"),
        ("TLS1_1", "TLS 1.1"),
        ("TLS1_2", "TLS 1.2"),
        ("TLS1_3", "TLS 1.3"),
    ] {
        let finding = |id: &str| {
            let mut of_id = json.iter().filter(|entry| entry["id"] == id);
            of_id.next().map(|entry| entry["finding"].as_str().unwrap())
        };
        if !finding(key)
            .is_some_and(|said| said.starts_with("offered") || said.contains("is offered"))
        {
            continue;
        }
        let order = finding(&format!("cipherorder_{}", key.replacen("TLS1", "TLSv1", 1)));
        let mut suites: Vec<String> = order
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        if suites.is_empty() {
            // "cipher-tls1_2_xc030"
            let prefix = format!("cipher-{}_x", key.to_lowercase());
            let ids = json.iter().map(|entry| entry["id"].as_str().unwrap());
            let numbers = ids.filter_map(|id| id.strip_prefix(&prefix));
            suites = numbers
                .map(|number| named(u16::from_str_radix(number, 16).unwrap()))
                .collect();
        }
        spoken.insert(name.to_owned(), suites);
    }
    spoken
}

/// The same versions and suites, and the same order where it is the server's.
fn agrees(target: &str, (ours, relay): &(Spoken, Value), theirs: &Spoken) {
    let sorted = |spoken: &Spoken| {
        let mut spoken = spoken.clone();
        for suites in spoken.values_mut() {
            suites.sort();
        }
        spoken
    };
    assert_eq!(sorted(ours), sorted(theirs), "{target}");
    for version in relay["versions"].as_array().unwrap() {
        let name = version["version"].as_str().unwrap();
        if version["order"] == "server" {
            assert_eq!(ours[name], theirs[name], "{target}: {name}");
        }
    }
}

/// One of openssl for each way to speak; what they are, and where.
fn openssl_servers(namespace: &mut Namespace) -> Vec<String> {
    self_signed(namespace.dir(), "rsa", SUBJECT, RSA);
    self_signed(namespace.dir(), "ec", SUBJECT, EC);
    let (key, pem) = pair(namespace.dir(), "rsa");
    let (ec_key, ec_pem) = pair(namespace.dir(), "ec");
    let rsa = ["-key", &key, "-cert", &pem];
    let ec = ["-key", &ec_key, "-cert", &ec_pem];
    let old = ["-cipher", "DEFAULT:@SECLEVEL=0"];
    let servers = [
        [&["-tls1"][..], &old, &rsa].concat(),
        [&["-tls1_1"][..], &old, &rsa].concat(),
        [&["-tls1_2", "-serverpref"][..], &rsa].concat(),
        [&["-tls1_3", "-serverpref"][..], &rsa].concat(),
        [&old[..], &rsa].concat(),
        [&["-cipher", "ALL:@SECLEVEL=0", "-serverpref"][..], &rsa].concat(),
        [&["-serverpref"][..], &ec].concat(),
        [&["-tls1_2", "-cipher", "AES128-SHA"][..], &rsa].concat(),
    ];
    let mut targets = Vec::new();
    for (server, number) in servers.iter().zip(1..) {
        let target = format!("127.0.2.{number}:443");
        s_server(namespace, &target, server);
        namespace.wait_for(&target);
        targets.push(target);
    }
    targets
}

fn web_server(namespace: &mut Namespace) -> String {
    self_signed(namespace.dir(), "web", SUBJECT, RSA);
    let (key, pem) = pair(namespace.dir(), "web");
    let http = format!(
        "ssl_certificate {pem}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;\n\
         server {{ listen 127.0.1.1:443 ssl; }}\n"
    );
    let target = "127.0.1.1:443";
    nginx(namespace, &http, &[target]);
    target.to_owned()
}

#[test]
#[ignore = "needs root, openssl and sslscan; .ci/run runs it"]
fn openssl_at_every_version_is_told_as_sslscan_tells_it() {
    let mut namespace = Namespace::new("ladder-openssl");
    for target in openssl_servers(&mut namespace) {
        agrees(
            &target,
            &climb(&namespace, &target),
            &sslscan(&namespace, &target),
        );
    }
}

#[test]
#[ignore = "needs root, nginx and sslscan; .ci/run runs it"]
fn nginx_is_told_as_sslscan_tells_it() {
    let mut namespace = Namespace::new("ladder-nginx");
    let target = web_server(&mut namespace);
    let climbed = climb(&namespace, &target);
    agrees(&target, &climbed, &sslscan(&namespace, &target));
    let relay = &climbed.1;
    // a web server knows its protocol, ignores the relay's, and keeps sessions
    let alpn = [&relay["alpn"][0], &relay["alpn"][1]].map(|offer| offer["taken"].as_bool());
    assert_eq!(alpn, [Some(false), Some(true)]);
    // there is no page
    assert_eq!(relay["http_reply"], "http 404");
}

#[test]
#[ignore = "needs root and coturn; .ci/run runs it"]
fn coturn_speaks_tls_1_2_in_its_own_order_and_stays_silent_to_older_versions() {
    let (namespace, target) = relay("ladder-coturn");
    let (spoken, relay) = climb(&namespace, &target);
    assert_eq!(spoken.keys().collect::<Vec<_>>(), ["TLS 1.2"]);
    assert_eq!(relay["versions"][4]["order"], "server");
    assert_eq!(relay["versions"][2]["refused_by"], "silence");
    assert_eq!(relay["http_reply"], "silence");
}

fn relay(purpose: &str) -> (Namespace, String) {
    let mut namespace = Namespace::with_relays(purpose);
    self_signed(namespace.dir(), "turn", SUBJECT, RSA);
    coturn_with(&mut namespace, &RELAYS[2], &[]);
    let target = "10.0.1.3:443".to_owned();
    namespace.wait_for(&target);
    (namespace, target)
}

#[test]
#[ignore = "needs root, openssl, nginx, coturn and testssl.sh, and half an hour; .ci/full runs it"]
fn servers_are_told_as_testssl_tells_them() {
    let mut namespace = Namespace::new("ladder-testssl");
    let mut targets = openssl_servers(&mut namespace);
    targets.push(web_server(&mut namespace));
    for target in targets {
        agrees(
            &target,
            &climb(&namespace, &target),
            &testssl(&namespace, &target),
        );
    }
    // sslscan finds no suite at all there
    let (namespace, target) = relay("ladder-testssl-turn");
    agrees(
        &target,
        &climb(&namespace, &target),
        &testssl(&namespace, &target),
    );
}

#[test]
#[ignore = "needs root and tlslite-ng from PyPI; .ci/full runs it"]
fn tlslite_down_to_ssl_3_has_the_suites_that_it_is_configured_for() {
    let mut namespace = Namespace::new("ladder-tlslite");
    self_signed(namespace.dir(), "rsa", SUBJECT, RSA);
    let (key, pem) = pair(namespace.dir(), "rsa");
    let file = namespace.dir().join("suites.json");
    // where tlslite-ng is installed
    let python = std::env::var("TURNPROBE_TLSLITE_PYTHON");
    let python = python.expect("TURNPROBE_TLSLITE_PYTHON names a python with tlslite-ng");
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/interop/tlslite_server.py");
    let args = [
        script.to_str().unwrap(),
        "127.0.3.1",
        "443",
        &key,
        &pem,
        file.to_str().unwrap(),
    ];
    let log = namespace.dir().join("tlslite.log");
    namespace.start(&python, &args, &log);
    wait_until("tlslite listens", || file.exists());
    wait_for_text(&file, "}");
    std::thread::sleep(Duration::from_millis(200));
    let configured: BTreeMap<String, Vec<u16>> =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let configured: Spoken = configured
        .into_iter()
        .map(|(version, suites)| (version, suites.into_iter().map(named).collect()))
        .collect();
    let target = "127.0.3.1:443";
    let climbed = climb(&namespace, target);
    agrees(target, &climbed, &configured);
    assert_eq!(climbed.0.len(), 5);
}

#[test]
#[ignore = "needs root, bind9 and openssl; .ci/run runs it"]
fn relays_of_one_name_are_asked_each_and_what_differs_is_named() {
    let mut namespace = Namespace::with_relays("ladder-several");
    self_signed(namespace.dir(), "rsa", SUBJECT, RSA);
    self_signed(namespace.dir(), "ec", SUBJECT, EC);
    Bind9::at("127.0.0.1")
        .zone("relay.test", "two 60 IN A 10.0.1.1\ntwo 60 IN A 10.0.1.2\n")
        .start(&mut namespace);
    for (address, name, version) in [
        ("10.0.1.1", "rsa", "-tls1_2"),
        ("10.0.1.2", "ec", "-tls1_3"),
    ] {
        let (key, pem) = pair(namespace.dir(), name);
        let listen = format!("{address}:443");
        s_server(
            &mut namespace,
            &listen,
            &[version, "-key", &key, "-cert", &pem],
        );
        namespace.wait_for(&listen);
    }
    let program = env!("CARGO_BIN_EXE_turnprobe");
    let args = [
        "tls",
        "-i",
        "0",
        "--all-addresses",
        "two.relay.test",
        "--format",
    ];
    let said = namespace.output(program, &[&args[..], &["json"]].concat());
    let json: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(json["relays"].as_array().unwrap().len(), 2);
    let differences = json["differences"].as_array().unwrap().iter();
    let differences: Vec<_> = differences.map(|text| text.as_str().unwrap()).collect();
    for what in ["TLS 1.2: ", "TLS 1.3: ", "certificate: "] {
        let told = |text: &&&str| {
            text.starts_with(what) && text.contains("10.0.1.1 ") && text.contains("10.0.1.2 ")
        };
        assert_eq!(
            differences.iter().filter(told).count(),
            1,
            "{what}{differences:?}"
        );
    }
    let text = namespace.output(program, &[&args[..], &["table"]].concat());
    for heading in [
        "Differences between the relays",
        "Versions of 10.0.1.1",
        "Versions of 10.0.1.2",
    ] {
        assert!(text.contains(heading), "{text}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}
