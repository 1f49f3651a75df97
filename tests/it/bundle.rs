//! `diagnose --bundle`: what a ticket needs is in it, and nothing that is somebody's own; `--repeat`.

use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::command::{Said, finished, run, start, turnprobe};

/// The files of an archive, unpacked.
fn unpacked(path: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = std::fs::read(path).unwrap();
    let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
    let mut entries = archive.entries();
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().unwrap() {
        let name = entry.file_path().try_normalize().unwrap();
        let packed = archive.get_entry(entry.wayfinder()).unwrap();
        let inside = flate2::bufread::DeflateDecoder::new(packed.data());
        let mut text = Vec::new();
        packed
            .verifying_reader(inside)
            .read_to_end(&mut text)
            .unwrap();
        files.push((name.as_ref().to_owned(), text));
    }
    files
}

fn text<'a>(files: &'a [(String, Vec<u8>)], name: &str) -> &'a str {
    let found = files.iter().find(|(is, _)| is == name);
    std::str::from_utf8(&found.unwrap_or_else(|| panic!("no {name}")).1).unwrap()
}

/// All that is in the files, also inside the certificates.
fn all(files: &[(String, Vec<u8>)]) -> String {
    let mut all = String::new();
    for (_, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        for pem in text.split("-----BEGIN CERTIFICATE-----").skip(1) {
            let body: String = pem
                .split("-----END")
                .next()
                .unwrap()
                .split_whitespace()
                .collect();
            all.push_str(&String::from_utf8_lossy(&STANDARD.decode(body).unwrap()));
        }
        all.push_str(&text);
    }
    all.to_lowercase()
}

const FILES: [&str; 8] = [
    "README.txt",
    "facts.json",
    "diagnosis.json",
    "diagnosis.html",
    "diagnosis.txt",
    "rows.csv",
    "chain.txt",
    "versions.txt",
];

fn verdict(said: &Said) -> Value {
    let told: Value = said.json();
    let codes = told["findings"].as_array().unwrap().iter();
    let codes: Vec<Value> = codes.map(|one| one["code"].clone()).collect();
    json!([told["verdict"]["outcome"], told["verdict"]["roots"], codes])
}

#[test]
fn a_bundle_has_all_files_and_is_judged_as_what_it_was_made_of() {
    let dir = tempfile::tempdir().unwrap();
    for fault in ["", "--lab-fault expired", "--lab-fault silent"] {
        let zip = dir.path().join("ticket.zip");
        let mut command = turnprobe(&format!("diagnose --lab --quick -q --format json {fault}"));
        command.arg("--bundle").arg(&zip).env(
            "HTTPS_PROXY",
            "http://jdoe:pa%20ss-canary@proxy.canary.example:3128",
        );
        let said = finished(start(command));
        let files = unpacked(&zip);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, FILES);
        let again = run(&format!("diagnose --format json --facts {}", zip.display()));
        assert_eq!(verdict(&said), verdict(&again), "{fault}");
        assert_eq!(said.code, again.code);
        said.err_has("the name of the machine: 1");
        // user, password and place of the proxy, in all codings; the lab's authority, also in its certificate
        let all = all(&files);
        for canary in [
            "jdoe",
            "pa%20ss-canary",
            "pa ss-canary",
            "proxy.canary",
            &STANDARD.encode("jdoe:pa ss-canary").to_lowercase(),
            "turnprobe lab ca",
        ] {
            assert!(!all.contains(canary), "{canary}");
        }
        assert!(text(&files, "chain.txt").contains("SHA-256") || fault.contains("silent"));
        // the lab's relays are Microsoft's by their names
        assert!(all.contains("tr.teams.microsoft.com"));
    }
}

#[test]
fn without_redaction_all_stands_as_it_was_found_and_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let zip = dir.path().join("ticket.zip");
    let mut command = turnprobe("diagnose --lab --quick -q --redact none");
    let said = finished(start(command.arg("--bundle").arg(&zip)));
    said.err_has("nothing in it was replaced");
    let files = unpacked(&zip);
    // the search of the other test would find it
    assert!(all(&files).contains("turnprobe lab ca"));
    assert!(text(&files, "chain.txt").contains("-----BEGIN CERTIFICATE-----"));
    assert!(text(&files, "README.txt").contains("Redaction: none"));
}

#[test]
fn a_file_that_is_no_archive_and_a_name_that_is_none_are_refused_before_anything_is_measured() {
    let dir = tempfile::tempdir().unwrap();
    let precious = dir.path().join("precious.zip");
    std::fs::write(&precious, "thesis").unwrap();
    for (file, code, word) in [
        (precious.clone(), 3, "is something other than an archive"),
        // no more than a word on the command line
        (dir.path().join("x.txt"), 2, "let the name end in .zip"),
        (
            dir.path().join("missing").join("x.zip"),
            3,
            "cannot be written",
        ),
    ] {
        let mut command = turnprobe("diagnose --lab --quick -q");
        let said = finished(start(command.arg("--bundle").arg(&file))).ended(code);
        said.err_has(word);
    }
    assert_eq!(std::fs::read_to_string(precious).unwrap(), "thesis");
    run("diagnose --lab --redact full").ended(2);
    let broken = dir.path().join("broken.zip");
    std::fs::write(&broken, b"PK\x03\x04 and then nothing").unwrap();
    let said = run(&format!("diagnose --facts {}", broken.display())).ended(3);
    said.err_has("not the facts of a diagnosis");
}

#[test]
fn looks_that_are_too_near_and_options_of_one_look_are_refused() {
    for (options, word) in [
        ("--repeat 5s", "at least 30s"),
        ("--repeat 1m --html x.html", "--repeat"),
        ("--repeat 1m --bundle x.zip", "--repeat"),
        ("--repeat 1m --monitoring-plugin", "--repeat"),
        ("--repeat 1m --format prtg", "--repeat"),
    ] {
        let said = run(&format!("diagnose --lab {options}"));
        let code = if options.contains("plugin") { 3 } else { 2 };
        assert_eq!(
            said.code,
            Some(code),
            "{options}: {} {}",
            said.stdout,
            said.stderr
        );
        let told = format!("{}{}", said.stdout, said.stderr);
        assert!(told.contains(word), "{options}: {told}");
    }
}

/// The first look is told whole; Ctrl-C while it waits for the next one ends it with that look's code.
#[test]
#[cfg(unix)]
fn a_repeated_look_that_is_ended_has_the_code_of_its_last_one() {
    use crate::command::{ended, signal};
    use std::io::BufRead as _;
    for (fault, code) in [("", 0), ("--lab-fault expired", 1)] {
        let mut child = start(turnprobe(&format!(
            "diagnose --lab --quick -q --repeat 1h --format json {fault}"
        )));
        let mut line = String::new();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        assert!(told["verdict"]["outcome"].is_string());
        signal(&child, "-INT");
        assert_eq!(ended(child), Some(code));
    }
}
