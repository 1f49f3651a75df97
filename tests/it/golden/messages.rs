//! What is said of wrong command lines and of files that are refused; man pages, completions and
//! the schema as JSON.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::store::Store;
use crate::command::{Said, finished, run, start, turnprobe};

/// Command lines that are refused before anything is done, wherever they are given.
const WRONG: &[&str] = &[
    "",
    "nonsense",
    "probes",
    "--nonsense",
    "help nonsense",
    "man nonsense",
    "completions",
    "completions tcsh",
    "schema nonsense",
    "schema --format csv",
    "--color sometimes probe",
    // targets
    "probe host:0",
    "probe host:70000",
    "probe host:http",
    "probe a..b",
    "probe host/path",
    "probe http://host",
    "probe user@host",
    "probe turn://host",
    "probe tcp:host",
    "probe turns:host?transport=udp",
    "probe turn:host?transport=sctp",
    "probe stun:host?transport=udp",
    "probe fe80::1%eth0",
    "probe [::1",
    "probe tls://host --transport udp",
    "probe turn:host?transport=tcp --transport udp",
    // pace
    "probe -n 0",
    "probe -n -1",
    "probe -n many",
    "probe -d 0",
    "probe -d 4000days",
    "probe --interval soon",
    "probe -i 25h",
    "probe -i -1",
    "probe --address 203.0.113.7 -i 50ms",
    "probe --transport udp --ports 3478-3481 --address 203.0.113.7 -i 100ms",
    "probe --concurrency 0",
    "probe --dns-timeout 0",
    "probe --connect-timeout 11m",
    "probe --turn-timeout soon",
    // addresses
    "probe -4 -6",
    "probe -4 --all-addresses",
    "probe -4 [::1]:443",
    "probe -6 --address 127.0.0.1",
    "probe --address host",
    "probe --lab 203.0.113.7",
    "probe --lab --address 203.0.113.7",
    "probe --lab --resolver os",
    "probe --resolver name-server",
    "probe --resolver 127.0.0.1:0",
    "probe --sni a..b",
    "probe --source 0.0.0.0",
    "probe --source 127.0.0.1 -6",
    "probe --source 127.0.0.1 --address ::1",
    "probe --lab --source 192.0.2.1",
    "probe --source-port 0",
    "probe --source-port 50019-50000",
    "probe --dscp 64",
    "probe --dscp EF9",
    "probe --receive-buffer 1",
    // what is spoken
    "probe --tls 1.1",
    "probe --transport sctp",
    "probe --transport tls,tls",
    "probe --ask everything",
    "probe --transport udp --ask none",
    "probe --transport pseudo-tls --ask binding",
    "probe --transport udp --alpn stun.turn",
    "probe --alpn=",
    "probe --ports 3478",
    "probe --transport udp --ports 0",
    "probe --transport udp --ports 3478,3478",
    "probe --transport udp --ports 1000-2000",
    "probe --transport udp --ports 3478 udp://host:1",
    "probe --lab --transport udp --ports 3478",
    "probe --transport udp --receive-buffer 65536",
    "probe --transport tcp --tls-timeout 1s",
    "probe turn:host?transport=tcp --sni name",
    // packets
    "probe --burst 0",
    "probe --burst fast",
    "probe --burst 50/s --watch",
    "probe --burst 50/s --transport tls",
    "probe --burst 50/s tls://host",
    "probe --burst 50/s turn:host?transport=tcp",
    "probe --burst 50/s --for 2h",
    "probe --burst 50/s --for 10ms",
    "probe --burst 50/s -n 0",
    "probe --burst 50/s --answer-timeout 1m",
    "probe --burst 50/s --address 203.0.113.7 --for 90s",
    "probe --burst 60/s --address 203.0.113.7",
    "probe --burst 50/s --packets a.txt",
    "probe --burst 50/s --packets a.csv -o a.csv",
    "probe --burst 50/s --columns connect_us",
    "probe --burst 50/s --limits home",
    "probe --packets a.csv",
    "probe --hops",
    "probe --watch -i 2m",
    "probe --watch -i 1ms",
    "probe --watch a b",
    // held connections
    "probe --hold 0",
    "probe --hold 2h",
    "probe --hold 10s --transport udp",
    "probe --hold 10s udp://host",
    "probe --hold 10s turn:host?transport=tcp",
    "probe --hold 10s --burst 50/s",
    "probe --hold 10s --hold-rate 0",
    "probe --hold 10s --hold-rate 100/s --address 203.0.113.7",
    "probe --hold 10s --samples a.csv -o a.csv",
    "probe --samples a.csv",
    "probe --hold-rate 10/s",
    // output
    "probe -o rows.txt",
    "probe -o rows",
    "probe -o a.csv -o a.csv",
    "probe -o - -o -",
    "probe --roll day",
    "probe --roll week -o a.csv",
    "probe --keep 90d -o a.csv",
    "probe --compress -o a.csv",
    "probe --roll day --keep 90 -o a.csv",
    "probe --roll month --keep 3m -o a.csv",
    "probe --format table",
    "probe --columns nope",
    "probe --columns Status,Status",
    "probe --csv-profile excel",
    "probe --csv-profile excel-fr -o a.csv",
    "probe --label access",
    "probe --label access=",
    "probe --label access=at:home:or:not --label two=a\u{a0}b --label =x",
    "probe --max-failed 101",
    "probe --max-failed few",
    "probe --lab --lab-fault nonsense",
    "probe --lab-fault refused",
    "probe --lab --lab-fault-share 5",
    "probe --lab --lab-fault refused --lab-fault-share 0",
    // reports
    "report",
    "report a.csv --by ,",
    "report a.csv --by a,b,c,d,e,f,g,h,i",
    "report a.csv --metric speed",
    "report a.csv --slow soon",
    "report a.csv --top few",
    "report a.csv --since yesterday",
    "report a.csv --since 2026-02-02 --until 2026-02-01",
    "report a.csv --where region",
    "report a.csv --where =x",
    "report a.csv --time-zone Berlin",
    "report a.csv --format xml",
    "report a.csv --max-groups 0",
];

/// The folder by the name that the program finds for it.
fn named(folder: &Path) -> PathBuf {
    // Windows' form of it is no folder to start a program in
    let real = std::fs::canonicalize(folder).ok().filter(|_| cfg!(unix));
    real.unwrap_or_else(|| folder.to_owned())
}

/// What a command says that ends at once; one that is not refused would go on without an end.
fn soon(command: &mut Command) -> Said {
    let mut child = start(command);
    for _ in 0..600 {
        if child.try_wait().unwrap().is_some() {
            return finished(child);
        }
        std::thread::sleep(Duration::from_millis(if cfg!(windows) { 50 } else { 20 }));
    }
    child.kill().unwrap();
    finished(child)
}

/// What was said, without the folder that it was said in.
fn told(folder: &Path, line: &str, said: &Said) -> String {
    let stderr = said.stderr.replace(&*folder.to_string_lossy(), "FOLDER");
    let stderr = stderr
        .replace('\\', "/")
        .replace("turnprobe.exe", "turnprobe");
    let code = said.code.unwrap_or(-1);
    format!("$ turnprobe {line}\n{stderr}exit code {code}\n\n")
}

#[test]
fn wrong_command_lines_are_refused_in_these_words() {
    let (dir, mut store) = (tempfile::tempdir().unwrap(), Store::of("messages/usage"));
    let folder = named(dir.path());
    let (mut text, mut accepted) = (String::new(), Vec::new());
    for line in WRONG {
        let said = soon(turnprobe(line).current_dir(&folder));
        if said.code != Some(2) || !said.stdout.is_empty() {
            accepted.push(format!("{line}: {:?}", said.code));
        }
        text += &told(&folder, line, &said);
    }
    assert!(accepted.is_empty(), "not refused: {accepted:#?}");
    assert_eq!(
        std::fs::read_dir(&folder).unwrap().count(),
        0,
        "nothing is made"
    );
    store.check("wrong.txt", text);
    store.finish();
}

/// Files that rows cannot be appended to, that are mended, or that cannot be read.
#[cfg(target_os = "linux")]
#[rustfmt::skip]
const FILES: &[(&str, &[u8])] = &[
    ("commas.csv", b"name,value\n1,2\n"),
    ("semicolons.csv", b"\"datetime\";\"world\"\n"),
    ("no-header.csv", b"\x00\x01\x02 nothing like it \n"),
    ("unknown.csv", b"\"datetime\",\"Computername\",\"world\"\n"),
    ("twice.csv", b"\"datetime\",\"Port\",\"Port\",\"world\"\n"),
    ("utf16.csv", b"\xff\xfed\x00a\x00t\x00e\x00"),
    ("excel.csv", b"\xef\xbb\xbf\"datetime\",\"world\"\n\"2026-01-01 00:00:00\",\"lab\"\n"),
    ("real.csv", b"\"datetime\",\"world\"\n\"2026-01-01 00:00:00Z\",\"real\"\n"),
    ("no-world.csv", b"\"datetime\",\"Status\"\n\"2026-01-01 00:00:00Z\",\"OK\"\n"),
    ("bursts.csv", b"\"datetime\",\"world\",\"loss_ppm\"\n"),
    ("broken.csv", b"\"datetime\",\"world\"\n\"2026-01-01 00:00:00Z\",\"lab\",\"more\"\n"),
    ("torn.csv", b"\"datetime\",\"world\"\n\"2026-01-01 00:00:00Z\",\"lab\"\n\"2026-01-01 00:0"),
    ("unended.csv", b"\"datetime\",\"world\"\n\"2026-01-01 00:00:00Z\",\"lab\""),
    ("older.csv", b"\"world\",\"Status\",\"datetime\"\n"),
    ("text.jsonl", b"no JSON\n"),
    ("real.jsonl", b"{\"datetime\":\"2026-01-01 00:00:00Z\",\"world\":\"real\"}\n"),
    ("torn.jsonl", b"{\"datetime\":\"2026-01-01 00:00:00Z\",\"world\":\"lab\"}\n{\"datetime\":\"20"),
    ("bursts.jsonl", b"{\"datetime\":\"2026-01-01 00:00:00Z\",\"world\":\"lab\",\"loss_ppm\":1}\n"),
    ("page.html", b"not a page"),
    ("empty.csv", b""),
];

/// What is done with them: messages of the system are in it, hence on Linux only.
#[cfg(target_os = "linux")]
#[test]
fn files_that_cannot_be_used_are_told_in_these_words() {
    let (dir, mut store) = (tempfile::tempdir().unwrap(), Store::of("messages/files"));
    let folder = named(dir.path());
    let mut text = String::new();
    let mut say = |line: &str| {
        let mut command = turnprobe(line);
        let said = finished(start(command.current_dir(&folder)));
        text += &told(&folder, line, &said);
    };
    for (name, bytes) in FILES {
        std::fs::write(folder.join(name), bytes).unwrap();
        if *name != "page.html" {
            say(&format!("probe --lab -n 1 -q -o {name}"));
        }
    }
    let read_only = folder.join("read-only.csv");
    std::fs::write(&read_only, "").unwrap();
    let mut rights = std::fs::metadata(&read_only).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(&read_only, rights).unwrap();
    std::fs::create_dir(folder.join("folder.csv")).unwrap();
    for line in [
        "probe --lab -n 1 -q -o read-only.csv",
        "probe --lab -n 1 -q -o folder.csv",
        "probe --lab -n 1 -q -o gone/rows.csv",
        "probe --lab -n 1 -q -o /dev/full.csv/rows.csv",
        "probe --lab -n 1 -q --csv-profile excel-de -o real.csv",
        "probe --lab -n 1 -q --csv-profile excel -o unended.csv",
        "probe --lab --burst 5/s --for 1s -q -o older.csv",
        "probe --lab --hold 1s -q -o ok.csv --samples bursts.csv",
        "probe --congestion nonsense",
        "probe --source 192.0.2.1",
        "report gone.csv",
        "report folder.csv",
        "report *.gone",
        "report empty.csv",
        "report utf16.csv",
        "report no-header.csv commas.csv",
        "report text.jsonl",
        "report older.csv --html page.html",
        "report older.csv --html folder.csv",
        "report older.csv --html gone/page.html",
        "report older.csv --html -",
    ] {
        say(line);
    }
    // what the system offers is not the same on every machine
    let text: String = (text.split_inclusive('\n'))
        .map(|line| match line.find("; this system has ") {
            Some(at) => format!("{}; this system has ...\n", &line[..at]),
            None => line.to_owned(),
        })
        .collect();
    store.check("files.txt", text);
    store.finish();
}

fn without_version(text: &str) -> String {
    text.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn man_pages_and_completions() {
    let mut store = Store::of("man");
    store.check("list.txt", run("man").stdout);
    // files are man pages on every system, what is shown on Windows is not
    let pages = tempfile::tempdir().unwrap();
    finished(start(turnprobe("man --out").arg(pages.path()))).ended(0);
    for topic in [
        "turnprobe",
        "probe",
        "report",
        "schema",
        "completions",
        "man",
    ] {
        let name = match topic {
            "turnprobe" => "turnprobe.1".to_owned(),
            topic => format!("turnprobe-{topic}.1"),
        };
        let page = std::fs::read_to_string(pages.path().join(name)).unwrap();
        store.check(&format!("{topic}.1"), without_version(&page));
    }
    let mut hashes = String::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let said = run(&format!("completions {shell}"));
        let hash = ring::digest::digest(&ring::digest::SHA256, said.stdout.as_bytes());
        let _ = write!(hashes, "{shell} {} bytes, SHA-256 ", said.stdout.len());
        for byte in hash.as_ref() {
            let _ = write!(hashes, "{byte:02x}");
        }
        hashes.push('\n');
    }
    store.check("completions.txt", hashes);
    store.finish();
}

#[test]
fn the_schema_as_json() {
    let mut store = Store::of("schema");
    for kind in ["probe", "burst", "packet", "hold", "sample"] {
        let json = run(&format!("schema {kind} --format json")).stdout;
        // a column a line
        let joined: String = json.lines().map(str::trim_start).collect();
        store.check(&format!("{kind}.json"), joined.replace("},", "},\n") + "\n");
    }
    assert_eq!(
        run("schema --format json").stdout,
        run("schema probe --format json").stdout
    );
    store.finish();
}
