//! What is on the TLS path, in every place where somebody may look.

use serde_json::json;

use crate::command::{Rows, finished, has, is, run, start, turnprobe};

/// The report on files in a form, its words with one space between them.
fn report(line: &str, file: &std::path::Path) -> String {
    let mut command = turnprobe(&format!("report {line}"));
    let said = finished(start(command.arg(file))).ended(0);
    words(&said.stdout)
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

// the lab's relays have the name tr.teams.microsoft.com, which only Microsoft has
#[test]
fn a_certificate_that_is_not_the_relays_is_told_in_every_place() {
    let dir = tempfile::tempdir().unwrap();
    for (fault, path, sentence) in [
        ("expired", "expired", "3 of 3 certificates have expired"),
        (
            "self-signed",
            "self-signed",
            "3 of 3 certificates are not Microsoft's: issuer CN=tr.teams.microsoft.com; self-signed",
        ),
        (
            "wrong-host",
            "wrong-name",
            "3 of 3 certificates are for a name other than the one asked for",
        ),
    ] {
        let file = dir.path().join(format!("{fault}.csv"));
        let mut command = turnprobe(&format!("probe --lab --lab-fault {fault} -n 3 -i 0 -o"));
        let said = finished(start(command.arg(&file))).ended(0);
        assert!(words(&said.stdout).contains(sentence), "{}", said.stdout);
        for form in ["", "--format markdown"] {
            let told = report(form, &file).replace('\\', "");
            let verdict = format!("All 3 lab probes succeeded; {sentence}");
            assert!(told.contains(&verdict), "{form}: {told}");
        }
        let json: serde_json::Value =
            serde_json::from_str(&report("--format json", &file)).unwrap();
        let found = &json["tls_paths"];
        is(found, json!({"judged": 3, "untrusted": 3}));
        assert_eq!(found["findings"][0]["tls_path"], path);
        assert_eq!(found["findings"][0]["rows"], 3);
        let page = dir.path().join("page.html");
        report(&format!("--html {}", page.display()), &file);
        let page = std::fs::read_to_string(&page).unwrap();
        let page = page.replace("&#39;", "'").replace('\u{a0}', " ");
        assert!(page.contains("What is on the TLS path"));
        assert!(
            page.contains(sentence.split(':').next().unwrap()),
            "{sentence}"
        );
        let list = run(&format!(
            "probe --lab --lab-fault {fault} -n 1 --format list"
        ));
        let line = list
            .stdout
            .lines()
            .find(|line| line.starts_with("tls_path "));
        assert!(
            line.unwrap().ends_with(&format!(": {path}")),
            "{}",
            list.stdout
        );
        let lines = run(&format!("probe --lab --lab-fault {fault} -n 1"));
        // a busy machine has a line on slowness, too
        let begin = format!("       {path}: ");
        let is_told = lines.stdout.lines().any(|line| line.starts_with(&begin));
        assert!(is_told, "{}", lines.stdout);
    }
}

#[test]
fn a_lab_that_is_well_says_nothing_of_certificates() {
    let said = run("probe --lab -n 3 -i 0");
    assert!(!said.stdout.contains("certificate"), "{}", said.stdout);
}

// of eight probes two have a certificate that has expired: 25 %
#[test]
fn the_share_of_certificates_that_cannot_be_trusted_decides() {
    let line = "probe --lab -n 8 -i 0 -q --lab-fault expired --lab-fault-share 25";
    assert_eq!(run(&format!("{line} --max-untrusted 25")).code, Some(0));
    assert_eq!(run(&format!("{line} --max-untrusted 24.9")).code, Some(1));
    run("probe --lab -n 3 -i 0 -q --max-untrusted 0").ended(0);
    run("probe --lab -n 1 --transport udp --max-untrusted 0").ended(2);
}

#[test]
fn of_a_file_without_the_column_nothing_is_claimed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("old.csv");
    let columns =
        "--columns datetime,remotehost,Status,Issuer,Thumbprint,connecttimems,run_id,slot";
    let rows = run(&format!("probe --lab -n 3 -i 0 --format csv -q {columns}")).stdout;
    assert_eq!(Rows::of(&rows).rows.len(), 3);
    std::fs::write(&file, rows).unwrap();
    let told = report("", &file);
    let wanted =
        "For 3 rows with a certificate it could not be determined whether TLS is inspected";
    assert!(told.contains(wanted), "{told}");
    has(&told, "All 3 probes succeeded; the median");
}

/// Which certificate has expired, and when.
fn is_dated(rows: &Rows) {
    let [end, detail] = ["NotAfter", "detail"].map(|name| rows.column(name)[0]);
    let name = "the server's, CN=tr.teams.microsoft.com";
    let expected = format!("certificate 1 of the chain ({name}) expired on {end}");
    assert_eq!(detail, expected);
}

#[test]
fn the_certificate_of_a_held_connection_is_told_in_every_place_too() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("held.csv");
    let line = "probe --lab --lab-fault expired --hold 1s --max-untrusted 50 -o";
    let said = finished(start(turnprobe(line).arg(&file))).ended(1);
    let sentence = "1 of 1 certificates has expired: issuer CN=turnprobe lab CA";
    assert!(words(&said.stdout).contains(sentence), "{}", said.stdout);
    let rows = Rows::in_file(&file);
    assert_eq!(
        ["Status", "tls_path", "trust_public", "trust_os"].map(|name| rows.column(name)[0]),
        ["OK", "expired", "expired", "expired"]
    );
    is_dated(&rows);
    let probes = run("probe --lab --lab-fault expired -n 1 -q --format csv").ended(0);
    is_dated(&Rows::of(&probes.stdout));
    let good = run("probe --lab -n 1 -q --format csv").ended(0);
    assert_eq!(Rows::of(&good.stdout).column("detail"), [""]);
    let verdict = format!("The only lab probe succeeded; {sentence}");
    assert!(report("", &file).contains(&verdict));
    let said = run("probe --lab --lab-fault self-signed --hold 1s");
    let line = "self-signed: self-signed (its own issuer";
    assert!(words(&said.stdout).contains(line), "{}", said.stdout);
    let said = run("probe --lab --hold 1s --max-untrusted 0").ended(0);
    assert!(!said.stdout.contains("certificate"), "{}", said.stdout);
}
