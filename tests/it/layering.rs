//! The arrows between the modules: who may name whom, and which modules are pure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Each module and the modules of ours that it may name. `record`, `schema`, `words`, `target`, `arrange` and
/// `endpoints` are free to all; the impure ones may use `clock`.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let everybody = [
        "record",
        "schema",
        "words",
        "target",
        "endpoints",
        "arrange",
    ];
    let with = |more: &[&'static str]| [&everybody[..], more].concat();
    BTreeMap::from([
        ("words", vec![]),
        ("arrange", vec![]),
        ("two", vec![]),
        ("record", vec!["words", "arrange"]),
        // of `measure` only pure files: see `imports`
        ("schema", vec!["record", "words", "measure"]),
        ("target", vec!["record"]),
        ("endpoints", vec![]),
        ("clock", vec!["record", "sys", "zone"]),
        ("sys", vec![]),
        ("in_use", vec![]),
        ("timer", vec!["clock", "sys"]),
        ("readiness", vec!["timer"]),
        ("zone", vec![]),
        ("manual", vec![]),
        ("wire", vec!["record", "words", "target", "endpoints"]),
        ("explain", with(&[])),
        ("judge", with(&["zone", "stats"])),
        ("pace", with(&[])),
        ("stats", with(&["explain", "two", "zone"])),
        ("doc", with(&["stats", "zone"])),
        (
            "report",
            with(&["doc", "stats", "two", "zone", "measure", "judge"]),
        ),
        ("compare", with(&["report", "doc", "stats", "zone"])),
        (
            "net",
            with(&[
                "wire",
                "explain",
                "judge",
                "clock",
                "readiness",
                "sys",
                "timer",
            ]),
        ),
        ("metrics", with(&["stats"])),
        ("store", with(&[])),
        ("postgres", with(&["store"])),
        (
            "sink",
            with(&["clock", "in_use", "metrics", "store", "postgres"]),
        ),
        (
            "source",
            with(&[
                "clock", "in_use", "zone", "measure", "stats", "store", "postgres",
            ]),
        ),
        (
            "measure",
            with(&[
                "pace", "net", "wire", "explain", "judge", "stats", "doc", "zone", "clock", "timer",
            ]),
        ),
        ("lab", with(&["wire", "clock", "readiness", "timer"])),
        (
            "cli",
            with(&[
                "measure", "judge", "source", "report", "compare", "doc", "lab", "pace", "sink",
                "stats", "net", "clock", "wire", "in_use", "zone", "metrics", "store", "postgres",
            ]),
        ),
    ])
}

/// No tokio, no sockets, no files, no clock.
const PURE: &[&str] = &[
    "words",
    "arrange",
    "record",
    "schema",
    "target",
    "endpoints",
    "wire",
    "explain",
    "judge",
    "pace",
    "stats",
    "doc",
    "metrics",
    "report",
    "compare",
];

/// Files in the folders of the kinds of measurement that are pure: their rows, columns, what many
/// rows say, and what a person reads of them. Report, source and the numbers of the columns know no
/// others.
const PURE_OF_A_KIND: &[&str] = &[
    "row",
    "columns",
    "packet_columns",
    "sample_columns",
    "fold",
    "rolling",
    "finished",
    "sections",
    "text",
];

/// Whether the file below `src` is one of them.
pub fn is_pure_file_of_a_kind(file: &str) -> bool {
    let Some(rest) = file.strip_prefix("measure/") else {
        return false;
    };
    let part = rest
        .split('/')
        .nth(1)
        .map(|part| part.trim_end_matches(".rs"));
    ["registry.rs", "folds.rs", "rows.rs"].contains(&rest)
        || part.is_some_and(|part| PURE_OF_A_KIND.contains(&part))
}

const IMPURE_WORDS: &[&str] = &[
    "tokio::",
    "std::fs",
    "std::io::",
    "std::process",
    "std::thread",
    "std::env",
    "TcpStream",
    "UdpSocket",
    "Instant::now",
    "SystemTime",
    "Utc::now",
    "Local::now",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files_below(path: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without its comments and its tests, and the module it belongs to.
fn modules() -> Vec<(String, PathBuf, String)> {
    let mut files = Vec::new();
    files_below(&source(), &mut files);
    let mut modules = Vec::new();
    for file in files {
        let below = file.strip_prefix(source()).unwrap();
        let first = below
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        let module = first.trim_end_matches(".rs").to_owned();
        // `build` is the build script, no module
        if ["main", "lib", "build"].contains(&module.as_str())
            || below.components().any(|part| part.as_os_str() == "tests")
            || below.ends_with("tests.rs")
        {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code: Vec<&str> = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap()
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        modules.push((module, file, code.join("\n")));
    }
    assert!(modules.len() > 30, "the source was not found");
    modules
}

#[test]
fn modules_name_only_those_below_them() {
    let allowed = allowed();
    let mut wrong = Vec::new();
    for (module, file, code) in modules() {
        let may = allowed
            .get(module.as_str())
            .unwrap_or_else(|| panic!("no rule for {module}"));
        for other in allowed.keys().filter(|other| **other != module) {
            let names_it = code.contains(&format!("crate::{other}"))
                || code.contains(&format!("super::super::{other}::"));
            if names_it && !may.contains(other) {
                wrong.push(format!("{} names {other}", file.display()));
            }
        }
        // grouped imports would slip through the check above
        if code.contains("use crate::{") {
            wrong.push(format!(
                "{} groups imports at the crate's root",
                file.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_modules_touch_neither_system_nor_clock() {
    let mut wrong = Vec::new();
    for (module, file, code) in modules() {
        let name = file
            .strip_prefix(source())
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        if PURE.contains(&module.as_str()) || is_pure_file_of_a_kind(&name) {
            for word in IMPURE_WORDS.iter().filter(|word| code.contains(**word)) {
                wrong.push(format!("{} uses {word}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_uses_anyhow_and_prints() {
    for (module, file, code) in modules() {
        if module != "cli" {
            for word in ["anyhow", "println!", "eprintln!"] {
                assert!(!code.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

#[test]
fn unsafe_code_stands_only_where_the_system_is_asked() {
    for (_, file, code) in modules() {
        let file_name = file.to_string_lossy().replace('\\', "/");
        let inside = ["/net/tcp_info/", "/net/trust/windows.rs", "/sys/"]
            .iter()
            .any(|place| file_name.contains(place));
        assert!(
            inside || !code.contains("unsafe "),
            "{} is unsafe",
            file.display()
        );
    }
}

/// The type that a line defines.
fn defined(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let bare = line.strip_prefix("pub").map_or(line, |rest| {
        let inside = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        inside.map_or(rest, |(_, rest)| rest).trim_start()
    });
    let name = ["struct ", "enum ", "trait "]
        .iter()
        .find_map(|keyword| bare.strip_prefix(keyword))?;
    // none where a macro defines it
    let name = name.split(|c: char| !c.is_alphanumeric()).next();
    name.filter(|name| !name.is_empty())
}

#[test]
fn a_types_name_means_one_thing() {
    assert_eq!(defined("    pub(super) struct Row<'a> {"), Some("Row"));
    assert_eq!(defined("enum Cell {"), Some("Cell"));
    assert_eq!(defined("pub use row::Row;"), None);
    let mut places: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (_, file, code) in modules() {
        for name in code.lines().filter_map(defined) {
            let of_name = places.entry(name.to_owned()).or_default();
            // one file may define it for each system
            if !of_name.contains(&file) {
                of_name.push(file.clone());
            }
        }
    }
    assert!(places.len() > 400, "the types were not found");
    places.retain(|_, files| files.len() > 1);
    assert!(places.is_empty(), "{places:#?}");
}

#[test]
fn no_file_is_too_long_and_few_are_tiny() {
    let mut tiny = Vec::new();
    let mut files = Vec::new();
    files_below(&source(), &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let is_test =
            file.ends_with("tests.rs") || file.components().any(|part| part.as_os_str() == "tests");
        assert!(
            is_test || code.trim_end().lines().count() <= 400,
            "{} has more than 400 lines without its tests",
            file.display()
        );
        if text.lines().count() < 40 && !is_test && !file.ends_with("mod.rs") {
            tiny.push(file);
        }
    }
    assert!(tiny.len() <= 25, "{} files: {tiny:#?}", tiny.len());
}
