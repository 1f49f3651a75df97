//! The man pages by mandoc's judgement.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::namespace::run;

/// What mandoc has to say, style included.
fn linted(page: &Path) -> String {
    let mut command = Command::new("mandoc");
    let said = command.args(["-Tlint"]).arg(page);
    let said = said.output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert_eq!(said.status.success(), text.is_empty(), "{text}");
    text
}

/// Bold letters and lines below them are two letters with a backspace between them.
fn without_overstrike(shown: &str) -> String {
    let mut out = String::new();
    for letter in shown.chars() {
        if letter == '\u{8}' {
            out.pop();
        } else {
            out.push(letter);
        }
    }
    out
}

#[test]
#[ignore = "needs mandoc; .ci/run runs it"]
fn mandoc_finds_nothing_wrong_in_any_page() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_turnprobe"));
    run(program.args(["man", "--out"]).arg(dir.path()));
    let files = std::fs::read_dir(dir.path()).unwrap();
    let pages: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    assert!(pages.len() > 10, "{pages:?}");
    for page in &pages {
        assert_eq!(linted(page), "", "{}", page.display());
        // as they are shown: a section begins at the margin
        let mut mandoc = Command::new("mandoc");
        let shown = run(mandoc.arg("-Tascii").arg(page)).stdout;
        let shown = without_overstrike(&String::from_utf8(shown).unwrap());
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "EXIT STATUS",
            "FILES",
            "EXAMPLES",
            "SEE ALSO",
        ] {
            let mut lines = shown.lines().skip_while(|line| *line != section).skip(1);
            let text = lines.find(|line| !line.is_empty());
            let is_empty = text.is_none_or(|line| !line.starts_with(' '));
            assert!(!is_empty, "{}: {section}", page.display());
        }
    }
    // a page that another one refers to is there
    for page in &pages {
        let text = std::fs::read_to_string(page).unwrap().replace('\\', "");
        for word in text.split([' ', ',', '\n']) {
            let name = word.replace("fB", "").replace("fR", "");
            let Some(name) = name.strip_suffix("(1)") else {
                continue;
            };
            if name.starts_with("turnprobe") {
                let of = dir.path().join(format!("{name}.1"));
                assert!(of.is_file(), "{}: {name}", page.display());
            }
        }
    }
    // what mandoc would say of a page that is wrong
    let page = std::fs::read_to_string(&pages[0]).unwrap();
    for (from, to) in [
        (".SH FILES\n", ".SH FILES\n.PP\n.PP\n"),
        (".SH NAME", ".SH NAME\n.NO"),
        (" 1 2", " 1 no-day-2"),
    ] {
        assert!(page.contains(from), "{from}");
        let wrong = dir.path().join("wrong.1");
        std::fs::write(&wrong, page.replacen(from, to, 1)).unwrap();
        assert_ne!(linted(&wrong), "", "{to}");
    }
}
