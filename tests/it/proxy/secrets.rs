//! User and password of a proxy are planted in every way of giving them, and looked for in everything that is written,
//! in every coding.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

use crate::command::{has, output, turnprobe};
use crate::servers::proxy::request;
use crate::servers::tcp::{Relay, close};

/// Whole secrets in a file, and as a URL has them (RFC 3986 section 2.1).
const LINE: &str = "zq5user@%/€:Zq7pass:w%41/ö@\"'\\&#?x";
const IN_URL: &str = "zq5user%40%25%2F%E2%82%AC:Zq7pass%3Aw%2541%2F%C3%B6%40%22%27%5C%26%23%3Fx";
/// What a proxy gets: `printf %s LINE | base64 -w 0`.
const BASIC: &str = "enE1dXNlckAlL+KCrDpacTdwYXNzOnclNDEvw7ZAIidcJiM/eA==";

/// Pieces of both that no other text has.
const PIECES: [&str; 2] = ["zq5user", "Zq7pass"];

/// A piece as it looks in each coding, wherever it begins in it.
fn codings(piece: &str) -> Vec<Vec<u8>> {
    let bytes = piece.as_bytes();
    let mut all = vec![bytes.to_vec(), piece.to_uppercase().into_bytes()];
    all.push(piece.encode_utf16().flat_map(u16::to_le_bytes).collect());
    all.push(piece.encode_utf16().flat_map(u16::to_be_bytes).collect());
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    for between in ["", " ", ":", ", "] {
        all.push(hex.join(between).into_bytes());
        all.push(hex.join(between).to_uppercase().into_bytes());
    }
    for before in ["%", "\\x", "\\u00"] {
        let coded = format!("{before}{}", hex.join(before));
        all.push(coded.to_uppercase().into_bytes());
        all.push(coded.into_bytes());
    }
    for before in 0..3 {
        let padded = [&vec![b'?'; before][..], bytes].concat();
        for engine in [&BASE64_STANDARD, &BASE64_URL_SAFE] {
            let coded = engine.encode(&padded);
            // characters that no other byte has a part in
            let (start, end) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
            all.push(coded.as_bytes()[start..end].to_vec());
        }
    }
    all
}

/// Fails where one of the pieces stands in the bytes.
#[track_caller]
fn holds_none(what: &str, bytes: &[u8]) {
    for piece in PIECES {
        for coded in codings(piece) {
            let found = bytes.windows(coded.len()).any(|window| window == coded);
            let shown = String::from_utf8_lossy(bytes);
            assert!(
                !found,
                "{piece} as {} in {what}: {shown}",
                coded.escape_ascii()
            );
        }
    }
}

#[test]
fn the_search_finds_each_coding() {
    let holds = |bytes: &[u8]| std::panic::catch_unwind(|| holds_none("", bytes)).is_err();
    let utf16: Vec<u8> = LINE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [LINE.as_bytes(), IN_URL.as_bytes(), BASIC.as_bytes(), &utf16] {
        assert!(holds(bytes));
    }
    assert_eq!(BASE64_STANDARD.encode(LINE), BASIC);
    assert!(holds(
        BASE64_STANDARD
            .encode(&LINE[LINE.find(':').unwrap() + 1..])
            .as_bytes()
    ));
    assert!(!holds(b"user and password"));
}

/// One test at a time has secrets in the list of processes.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the processes of this machine are called with, at a moment when the program runs.
fn command_lines() -> Vec<u8> {
    let Ok(all) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let lines = all.filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok());
    lines
        .flat_map(|line| [line, vec![b'\n']].concat())
        .collect()
}

/// What stood behind `Basic`, and in the list of processes.
type Heard = (String, Vec<u8>);

/// A proxy that says again what it was told, as one may that somebody debugs.
struct Echoing {
    relay: Relay,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Echoing {
    fn start() -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let of_thread = heard.clone();
        let relay = Relay::start(move |mut stream| {
            let asked = request(&mut stream);
            let basic = asked.lines().find_map(|line| line.split_once("Basic "));
            let basic = basic.map_or("", |(_, basic)| basic).to_owned();
            // before it is answered: the program ends with that
            of_thread
                .lock()
                .unwrap()
                .push((basic.clone(), command_lines()));
            let line = String::from_utf8(BASE64_STANDARD.decode(&basic).unwrap()).unwrap();
            let _ = stream.write_all(
                format!(
                    "HTTP/1.1 407 no {basic}\r\nServer: {basic} {line}\r\nVia: {basic}\r\n\
                     Proxy-Authenticate: Basic realm=\"{basic}\", {basic}\r\n\r\n"
                )
                .as_bytes(),
            );
            close(&stream);
        });
        Self { relay, heard }
    }

    fn place(&self) -> String {
        format!("127.0.0.1:{}", self.relay.port())
    }

    /// What was heard since the last time; in no list of processes stands a secret, and the program's line does.
    #[track_caller]
    fn heard(&self) -> Vec<String> {
        let heard = std::mem::take(&mut *self.heard.lock().unwrap());
        let basics = heard.into_iter().map(|(basic, lines)| {
            holds_none("the list of processes", &lines);
            if cfg!(target_os = "linux") {
                let sees = |text: &[u8]| lines.windows(text.len()).any(|part| part == text);
                assert!(sees(b"relay.test"), "the program is not in the list");
            }
            basic
        });
        basics.collect()
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Runs it and searches all that it said; its standard error.
#[track_caller]
fn searched(command: &mut Command) -> String {
    let said = output(command);
    holds_none("standard output", &said.stdout);
    holds_none("standard error", &said.stderr);
    String::from_utf8(said.stderr).unwrap()
}

/// Everything that there is to be written, with a proxy that `give` gives.
#[track_caller]
fn write_everything(folder: &Path, give: impl Fn(&mut Command)) -> String {
    let rows = [folder.join("rows.jsonl"), folder.join("rows.csv")];
    let mut told = String::new();
    for line in [
        "probe relay.test -n 1",
        "probe relay.test -n 1 --format csv",
        "probe relay.test --hold 1s -n 1 --transport tls --format jsonl",
        "tls relay.test --format json",
        "tls relay.test --format markdown",
    ] {
        let mut command = turnprobe(line);
        if line.ends_with("-n 1") {
            for file in &rows {
                command.arg("-o").arg(file);
            }
        }
        give(&mut command);
        told += &searched(&mut command);
    }
    let page = folder.join("page.html");
    let mut report = turnprobe("report --format json");
    searched(report.arg(&rows[0]).arg("--html").arg(&page));
    for file in rows.iter().chain([&page]) {
        let bytes = std::fs::read(file).unwrap();
        assert!(bytes.len() > 500, "{}", file.display());
        holds_none(&file.display().to_string(), &bytes);
        std::fs::remove_file(file).unwrap();
    }
    told
}

#[test]
fn credentials_appear_nowhere_however_they_are_given() {
    let _alone = alone();
    let folder = Folder(tempfile::tempdir().unwrap());
    let proxy = Echoing::start();
    let url = format!("http://{IN_URL}@{}", proxy.place());
    let is_hidden = cfg!(target_os = "linux");
    if is_hidden {
        let told = write_everything(folder.0.path(), |command| {
            command.args(["--proxy", &url]);
        });
        assert_eq!(
            told.matches("a password on the command line").count(),
            5,
            "{told}"
        );
        assert_eq!(proxy.heard(), [BASIC; 5]);
        // as somebody types it who codes nothing, and behind it what is no option
        let raw = format!("--proxy=http://zq5user:Zq7pass/\"'@{}", proxy.place());
        searched(turnprobe("probe -n 1").args([&raw, "--", "relay.test"]));
        // printf %s zq5user:Zq7pass/\"\' | base64
        assert_eq!(proxy.heard(), ["enE1dXNlcjpacTdwYXNzLyIn"]);
    }
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let told = write_everything(folder.0.path(), |command| {
            command.args(["--proxy", "env"]).env(name, &url);
        });
        has(&told, &format!("through http://{}", proxy.place()));
        assert_eq!(proxy.heard(), [BASIC; 5]);
    }
    let file = folder.file("who");
    std::fs::write(&file, format!("{LINE}\n")).unwrap();
    write_everything(folder.0.path(), |command| {
        let place = format!("http://{}", proxy.place());
        command
            .args(["--proxy", &place, "--proxy-auth-file"])
            .arg(&file);
    });
    assert_eq!(proxy.heard(), [BASIC; 5]);
}

#[test]
fn what_is_wrong_with_a_proxy_is_told_without_its_credentials() {
    let _alone = alone();
    let folder = Folder(tempfile::tempdir().unwrap());
    let refused = |command: &mut Command| {
        let told = searched(command);
        assert!(told.contains("error: "), "{told}");
    };
    for url in [
        format!("http://{IN_URL}@relay.test:x"),
        format!("http://{IN_URL}@relay.test/path"),
        format!("ftp://{IN_URL}@relay.test"),
        format!("socks4://{IN_URL}@relay.test"),
        format!("{IN_URL}@re lay.test"),
        "http://zq5user:Zq7pass%00@relay.test".to_owned(),
        "http://zq5user:Zq7pass%FF@relay.test".to_owned(),
        "http://zq5user%3A:Zq7pass@relay.test".to_owned(),
        "http://zq5user:Zq7pass@".to_owned(),
        "http://zq5user@%/€:Zq7pass@relay.test".to_owned(),
        "zq5user:Zq7pass".to_owned(),
    ] {
        refused(turnprobe("probe relay.test -n 1").args(["--proxy", &url]));
        refused(turnprobe("probe relay.test -n 1").args(["--no-proxy", "--proxy", &url]));
        refused(turnprobe("tls relay.test --transport").arg(format!("--proxy={url}")));
        // the environment's are left out with a word, or refused
        let mut env = turnprobe("probe relay.test -n 1 --proxy env --lab");
        searched(env.env("HTTPS_PROXY", &url).env("NO_PROXY", &url));
    }
    let file = folder.file("who");
    for text in [
        "zq5user:Zq7pass\nzq5user:Zq7pass\n",
        "zq5user Zq7pass",
        "zq5user:Zq7pass\u{7}",
        &format!("zq5user:Zq7pass{}", "x".repeat(5000)),
    ] {
        std::fs::write(&file, text).unwrap();
        let mut command = turnprobe("probe relay.test -n 1 --proxy http://127.0.0.1:9");
        refused(command.arg("--proxy-auth-file").arg(&file));
    }
}
