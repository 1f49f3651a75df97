//! Every form of `report` on every file of rows that the tests have.

use std::fmt::Write as _;
use std::path::Path;

use super::library;
use super::store::Store;
use crate::command::{Said, finished, start, turnprobe};

/// Larger ones are pinned by their SHA-256.
const LARGEST: usize = 97_000;

/// A folder with the inputs, in which the program runs: names in reports are short and the same
/// everywhere.
struct Inputs(tempfile::TempDir);

impl Inputs {
    /// Copies of the samples, and the rows of the other golden files.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let data = root.join("tests/data/report");
        for entry in std::fs::read_dir(data).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "csv") {
                std::fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
            }
        }
        let series = "sample-series.csv.gz";
        std::fs::copy(root.join("examples").join(series), dir.path().join(series)).unwrap();
        for (name, rows) in library::write_all(dir.path()) {
            // with the same line ending on every system, as their size is told
            let text = String::from_utf8(rows).unwrap().replace("\r\n", "\n");
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        Self(dir)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn report(&self, line: &str) -> Said {
        let mut command = turnprobe(&format!("report {line}"));
        command.current_dir(self.path());
        finished(start(&mut command))
    }

    /// The page, and what was said beside it.
    fn page(&self, line: &str) -> (String, Said) {
        let said = self.report(&format!("{line} --html page.html"));
        let page = self.path().join("page.html");
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        drop(std::fs::remove_file(page));
        (text, said)
    }

    /// Text without what differs from machine to machine and from version to version.
    fn normal(&self, text: &str) -> String {
        let folder = std::fs::canonicalize(self.path()).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let mut text = text.to_owned();
        for folder in [&*folder, self.path()] {
            let folder = folder.to_string_lossy().into_owned();
            text = text.replace(&folder, "FOLDER");
        }
        text.replace("FOLDER\\", "FOLDER/")
            .replace(
                &format!("\"tool_version\": \"{version}\""),
                "\"tool_version\": \"VERSION\"",
            )
            .replace(&format!("turnprobe {version}"), "turnprobe VERSION")
    }
}

/// JSON with its indentation left out and its numbers to 10 digits, as the last ones are the
/// mathematical library's: the same lines in a third of the space.
pub(super) fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len() / 2);
    for line in json.lines() {
        let line = line.trim_start();
        let (text, comma) = match line.strip_suffix(',') {
            Some(text) => (text, ","),
            None => (line, ""),
        };
        let number = text.rsplit(' ').next().unwrap_or_default();
        match number.parse::<f64>() {
            Ok(value) if number.contains('.') && number.len() > 11 => {
                let key = &text[..text.len() - number.len()];
                let power = format!("{value:e}");
                let power: i32 = power.rsplit('e').next().unwrap().parse().unwrap();
                let digits = 9 - power.clamp(-9, 9);
                let _ = write!(out, "{key}{value:.*}", usize::try_from(digits).unwrap_or(0));
            }
            _ => out.push_str(text),
        }
        out.push_str(comma);
        // an object or a list ends a line
        out.push_str(if text.ends_with(['}', ']']) { "\n" } else { "" });
    }
    out
}

/// A page without its style, which one file has.
pub(super) fn without_style(page: &str) -> String {
    match (page.find("<style>"), page.find("</style>")) {
        (Some(from), Some(to)) => format!("{}<style>{}", &page[..from], &page[to..]),
        _ => page.to_owned(),
    }
}

/// The text, or its SHA-256 where it is too large.
fn or_hash(text: String) -> String {
    if text.len() <= LARGEST {
        return text;
    }
    let hash = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let mut out = format!("{} bytes, SHA-256 ", text.len());
    for byte in hash.as_ref() {
        let _ = write!(out, "{byte:02x}");
    }
    out + "\n"
}

/// How much of a file's reports is pinned.
#[derive(PartialEq)]
enum Forms {
    /// The text: a file with little that the others lack.
    Text,
    /// JSON too: another dialect.
    Numbers,
    /// Every form.
    All,
}

const FILES: &[(&str, Forms)] = &[
    ("burst.csv", Forms::All),
    ("end2end-http.csv", Forms::All),
    ("end2end-tcp-early.csv", Forms::Text),
    ("end2end-tcp-german.csv", Forms::All),
    ("end2end-tcp-torn.csv", Forms::Numbers),
    ("end2end-tcp-utf16.csv", Forms::Text),
    ("end2end-tcp.csv", Forms::Text),
    ("end2end-udp3478.csv", Forms::All),
    ("hold.csv", Forms::All),
    ("hold.excel-de.csv", Forms::Text),
    ("hosts.csv", Forms::All),
    ("ours.csv", Forms::All),
    ("packet.csv", Forms::All),
    ("probe.csv", Forms::All),
    ("probe.jsonl", Forms::Text),
    ("reference-columns.csv", Forms::Numbers),
    ("sample.csv", Forms::All),
    ("sample-series.csv.gz", Forms::All),
];

#[test]
fn every_form_of_a_report_on_every_file() {
    let (inputs, mut store) = (Inputs::new(), Store::of("reports"));
    let mut told = String::new();
    for (file, forms) in FILES {
        let mut form = |line: &str, ending: &str, shape: fn(&str) -> String| {
            let said = inputs.report(&format!("{line} {file}"));
            let (code, stderr) = (said.code.unwrap(), inputs.normal(&said.stderr));
            let _ = writeln!(told, "$ {line} {file}\n{stderr}exit code {code}");
            let text = or_hash(shape(&inputs.normal(&said.stdout)));
            store.check(&format!("{file}.{ending}"), text);
        };
        form("", "txt", str::to_owned);
        if *forms == Forms::Text {
            continue;
        }
        form("--format json", "json", compact);
        if *forms == Forms::Numbers {
            continue;
        }
        form("--format csv", "csv", str::to_owned);
        form("--format markdown", "md", str::to_owned);
        let (page, said) = inputs.page(file);
        let _ = writeln!(told, "$ --html {file}\n{}", inputs.normal(&said.stderr));
        let mut text = inputs.normal(&page);
        if *file != "end2end-http.csv" {
            text = without_style(&text);
        }
        store.check(&format!("{file}.html"), or_hash(text));
    }
    store.check("told.txt", told);
    store.finish();
}

/// Options that change what a report says.
const LINES: &[&str] = &[
    "ours.csv --by region",
    "ours.csv --by region,hour --metric connect,total",
    "ours.csv --by cause --by transport",
    "hosts.csv --by host,region --top 3 --metric dns",
    "hosts.csv ours.csv --by host --metric connect",
    "ours.csv hosts.csv --by run_id --time-zone +05:30",
    "ours.csv --where region=ukwest",
    "ours.csv --where region=ukwest --where region=westeurope --where cause=connect-timeout",
    "ours.csv --since 2026-03-02T22:00 --until 2026-03-02T22:03:00Z --metric connect",
    "ours.csv --time-zone Europe/Berlin --by hour --since 2026-03-02T23:00",
    "ours.csv --slow 20ms --metric connect",
    "ours.csv --top 0 --by address",
    "ours.csv --max-groups 5 --by address --metric tls",
    "end2end-tcp-german.csv --time-zone Europe/Berlin --by hour",
    "end2end-tcp-torn.csv --strict",
    "burst.csv --by region",
    "burst.csv packet.csv",
    "hold.csv sample.csv",
    "probe.csv burst.csv hold.csv --where region=westeurope",
    "probe.csv --by explain,fast_open --metric turn",
    "ours.csv --where region=nowhere",
    "ours.csv --since 2027-01-01",
    "ours.csv --by nothing",
    "ours.csv missing.csv",
    "ours.csv ours.csv --metric dns",
    "*.missing",
    "ours.csv --format markdown --by region --where cause=connect-timeout",
    "ours.csv --format csv --by region,cause",
    "ours.csv --format csv --metric connect --by weekday",
];

#[test]
fn options_of_a_report() {
    let (inputs, mut store) = (Inputs::new(), Store::of("reports/options"));
    let mut text = String::new();
    for line in LINES {
        let said = inputs.report(line);
        let (code, out) = (said.code.unwrap(), inputs.normal(&said.stdout));
        let _ = write!(
            text,
            "$ turnprobe report {line}\n{out}{}exit code {code}\n\n",
            inputs.normal(&said.stderr)
        );
    }
    store.check("options.txt", text);
    let line = "end2end-udp3478.csv --format json --time-zone Europe/Berlin --since 2020-01-01";
    let said = inputs.report(line);
    // as it is, with the indentation: on Linux, as the last digits are the mathematical library's
    let (name, text) = ("filtered.json", inputs.normal(&said.stdout));
    if cfg!(target_os = "linux") {
        store.check(name, text);
    } else {
        store.skip(name);
    }
    let (page, _) = inputs.page("ours.csv --where region=ukwest --by hour --top 3 --slow 30ms");
    store.check("filtered.html", without_style(&inputs.normal(&page)));
    store.finish();
}

#[cfg(target_os = "linux")]
#[test]
fn reports_on_terminals_of_other_widths() {
    let (inputs, mut store) = (Inputs::new(), Store::of("reports/widths"));
    for file in ["ours.csv", "burst.csv", "hold.csv", "end2end-tcp-torn.csv"] {
        for columns in [60, 120] {
            if columns == 60 && file != "ours.csv" {
                continue; // the narrowest: one shows how it breaks
            }
            let command = turnprobe(&format!("report --color never {file}"));
            let text = super::terminal::on_terminal(command, inputs.path(), columns);
            store.check(&format!("{file}.{columns}.txt"), inputs.normal(&text));
        }
    }
    let command = turnprobe("report ours.csv --metric connect --by cause");
    let coloured = super::terminal::on_terminal(command, inputs.path(), 80);
    store.check("coloured.txt", inputs.normal(&coloured));
    store.finish();
}
