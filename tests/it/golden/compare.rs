//! Every form of `compare` on the pairs of files under `tests/data/compare`, whose numbers `expected.py` has there.

use std::fmt::Write as _;
use std::path::Path;

use super::reports::{compact, without_style};
use super::store::Store;
use crate::command::{finished, start, turnprobe};

const PAIRS: [(&str, &str); 3] = [
    ("direct-vpn", "direct.csv vpn.csv"),
    ("before-after", "before.csv after.csv"),
    ("udp", "direct-udp.csv vpn-udp.csv"),
];

/// Text without the version of the program.
fn normal(text: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let version = |before: &str, text: &str| {
        text.replace(&format!("{before}{version}"), &format!("{before}VERSION"))
    };
    version("turnprobe ", &version("\"tool_version\": \"", text))
}

#[test]
fn every_form_of_a_comparison_on_every_pair() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/compare");
    let (page, mut store) = (
        tempfile::NamedTempFile::new().unwrap(),
        Store::of("compare"),
    );
    let mut told = String::new();
    for (name, files) in PAIRS {
        let mut form = |line: &str, ending: &str, shape: fn(&str) -> String| {
            let mut command = turnprobe(&format!("compare {files} {line}"));
            let said = finished(start(command.current_dir(&data)));
            let (code, stderr) = (said.code.unwrap(), said.stderr);
            let _ = writeln!(told, "$ {line} {files}\n{stderr}exit code {code}");
            store.check(&format!("{name}.{ending}"), shape(&normal(&said.stdout)));
        };
        form("", "txt", str::to_owned);
        form("--format json", "json", compact);
        form("--format csv", "csv", str::to_owned);
        form("--format markdown", "md", str::to_owned);
        let mut command = turnprobe(&format!("compare {files} --html"));
        finished(start(command.arg(page.path()).current_dir(&data))).ended(0);
        let text = std::fs::read_to_string(page.path()).unwrap();
        // the style stands in a page of `reports`
        store.check(&format!("{name}.html"), without_style(&normal(&text)));
    }
    store.check("told.txt", told);
    store.finish();
}
