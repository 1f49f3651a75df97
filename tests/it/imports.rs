//! The structure inside the modules: no two files import each other, and the commands do not
//! import each other.

mod parse;
mod tokens;
mod tree;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use tree::Tree;

/// Pairs of files that still import each other. It may only shrink: one that is gone is an error
/// too.
const KNOWN: &[(&str, &str)] = &[
    // side by side
    ("lab/broken.rs", "lab/relay.rs"),
    ("net/local_end.rs", "net/tcp_info/congestion.rs"),
    ("net/local_end.rs", "net/tcp_info/fast_open.rs"),
    ("record/burst.rs", "record/row_kind.rs"),
    ("record/columns.rs", "record/phase.rs"),
    ("record/hold.rs", "record/row_kind.rs"),
    ("record/packet.rs", "record/row_kind.rs"),
    ("record/row_kind.rs", "record/sample.rs"),
    ("report/connections.rs", "report/summary.rs"),
    ("report/summary.rs", "report/versus.rs"),
    ("sink/file.rs", "sink/header.rs"),
    ("sink/file.rs", "sink/jsonl.rs"),
    ("source/names.rs", "source/reading.rs"),
    ("stats/survey/series_names.rs", "stats/survey/steady.rs"),
    ("wire/stun/build.rs", "wire/stun/message.rs"),
    // a parent that uses what lies below it, which uses what the parent defines
    ("lab/certs.rs", "lab/mod.rs"),
    ("net/certificate/key.rs", "net/certificate/mod.rs"),
    ("net/certificate/mod.rs", "net/certificate/name.rs"),
    ("net/certificate/mod.rs", "net/certificate/sans.rs"),
    ("net/dns/mod.rs", "net/dns/os.rs"),
    ("net/tls/fault.rs", "net/tls/mod.rs"),
    ("record/columns.rs", "record/mod.rs"),
    ("report/build/bursts.rs", "report/build/mod.rs"),
    ("report/build/charts.rs", "report/build/mod.rs"),
    ("report/build/events.rs", "report/build/mod.rs"),
    ("report/build/held.rs", "report/build/mod.rs"),
    ("report/build/mod.rs", "report/build/series.rs"),
    ("report/build/mod.rs", "report/build/tables.rs"),
    ("report/html/bursts.rs", "report/html/mod.rs"),
    ("report/html/charts.rs", "report/html/mod.rs"),
    ("report/html/groups.rs", "report/html/mod.rs"),
    ("report/html/head.rs", "report/html/mod.rs"),
    ("report/html/held.rs", "report/html/mod.rs"),
    ("report/html/input.rs", "report/html/mod.rs"),
    ("report/html/mod.rs", "report/html/outages.rs"),
    ("report/html/mod.rs", "report/html/relays.rs"),
    ("report/markdown.rs", "report/markdown/held.rs"),
    ("report/model/held.rs", "report/model/mod.rs"),
    ("report/model/mod.rs", "report/model/series.rs"),
    ("report/table/bursts.rs", "report/table/mod.rs"),
    ("report/table/groups.rs", "report/table/mod.rs"),
    ("report/table/held.rs", "report/table/mod.rs"),
    ("report/table/mod.rs", "report/table/relays.rs"),
    ("report/table/mod.rs", "report/table/sections.rs"),
    ("sink/csv.rs", "sink/mod.rs"),
    ("sink/jsonl.rs", "sink/mod.rs"),
    ("sink/list.rs", "sink/mod.rs"),
    ("sink/mod.rs", "sink/roll.rs"),
    ("sink/mod.rs", "sink/stream.rs"),
    ("stream/held/mod.rs", "stream/held/pacer.rs"),
    ("stream/mod.rs", "stream/session.rs"),
    ("wire/stun/attributes.rs", "wire/stun/mod.rs"),
    ("wire/stun/build.rs", "wire/stun/mod.rs"),
];

/// Sets of files that lead to each other through however many imports, but for those of a parent
/// from what lies below it.
const KNOWN_RINGS: &[&[&str]] = &[
    &["lab/broken.rs", "lab/relay.rs", "lab/turn.rs"],
    &[
        "net/local_end.rs",
        "net/tcp_info/congestion.rs",
        "net/tcp_info/fast_open.rs",
    ],
    &[
        "record/burst.rs",
        "record/hold.rs",
        "record/packet.rs",
        "record/row_kind.rs",
        "record/sample.rs",
    ],
    &["record/cause.rs", "record/columns.rs", "record/phase.rs"],
    &[
        "report/connections.rs",
        "report/summary.rs",
        "report/versus.rs",
    ],
    &["sink/file.rs", "sink/header.rs", "sink/jsonl.rs"],
    &["source/names.rs", "source/open.rs", "source/reading.rs"],
    &["stats/survey/series_names.rs", "stats/survey/steady.rs"],
    &["wire/stun/build.rs", "wire/stun/message.rs"],
];

/// Imports between commands that are still there, from the first to the second; the same holds.
const KNOWN_OF_COMMANDS: &[(&str, &str)] = &[];

/// The commands below `cli`, by the beginning of their files.
const COMMANDS: &[&str] = &[
    "cli/burst/",
    "cli/hold/",
    "cli/probe/",
    "cli/report/",
    "cli/schema.rs",
];

fn source() -> Tree {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut files, mut folders) = (Vec::new(), vec![folder.clone()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(&folder).unwrap().to_string_lossy();
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((name.replace('\\', "/"), text));
            }
        }
    }
    Tree::of(
        files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    )
}

/// What is new and what is gone, in words; nothing when found and known are the same.
fn compare(found: &BTreeSet<(String, String)>, known: &[(&str, &str)], what: &str) -> String {
    let known: BTreeSet<(String, String)> = known
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    let list = |pairs: Vec<&(String, String)>| {
        let lines = pairs
            .iter()
            .map(|(a, b)| format!("    (\"{a}\", \"{b}\"),\n"));
        lines.collect::<String>()
    };
    let new = list(found.difference(&known).collect());
    let gone = list(known.difference(found).collect());
    let mut out = String::new();
    if !new.is_empty() {
        let _ = write!(out, "{what}, and no such pair may be added:\n{new}");
    }
    if !gone.is_empty() {
        let _ = write!(out, "no longer so, take these from the list:\n{gone}");
    }
    out
}

#[test]
fn no_two_files_import_each_other_in_a_circle() {
    let tree = source();
    assert!(tree.imports().len() > 300, "the source was not understood");
    let wrong = compare(&tree.circles(), KNOWN, "these files import each other");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_files_lead_to_each_other_in_a_longer_circle() {
    let found = source().rings();
    let known: BTreeSet<Vec<String>> = KNOWN_RINGS
        .iter()
        .map(|ring| ring.iter().map(|file| (*file).to_owned()).collect())
        .collect();
    assert_eq!(
        found, known,
        "on the left what was found, on the right the list"
    );
}

#[test]
fn commands_do_not_import_each_other() {
    let command = |file: &str| COMMANDS.iter().find(|command| file.starts_with(**command));
    let found = source().imports();
    for command in COMMANDS {
        assert!(
            found.iter().any(|(from, _)| from.starts_with(command)),
            "no {command}"
        );
    }
    let between = found.into_iter().filter(|(from, to)| {
        let (from, to) = (command(from), command(to));
        from.is_some() && to.is_some() && from != to
    });
    let what = "a command imports another";
    let wrong = compare(&between.collect(), KNOWN_OF_COMMANDS, what);
    assert!(wrong.is_empty(), "{wrong}");
}

/// Imports of a made-up tree, as `from > to`.
fn imports(files: &[(&str, &str)]) -> Vec<String> {
    let found = Tree::of(files.iter().copied()).imports();
    found
        .iter()
        .map(|(from, to)| format!("{from} > {to}"))
        .collect()
}

#[test]
fn a_module_and_its_re_exports_are_no_import_and_a_used_name_counts_as_its_definition() {
    let files = [
        ("lib.rs", "pub mod a;\npub mod b;"),
        (
            "a/mod.rs",
            "mod inner;\npub use inner::Thing;\nuse inner::help;",
        ),
        ("a/inner.rs", "pub struct Thing;\npub fn help() {}"),
        (
            "b.rs",
            "use crate::a::{self, Thing as Other};\nfn f() { a::Thing::new(); }",
        ),
    ];
    assert_eq!(
        imports(&files),
        ["a/mod.rs > a/inner.rs", "b.rs > a/inner.rs"]
    );
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    let files = [
        ("lib.rs", "pub mod a;\npub mod b;"),
        (
            "a/mod.rs",
            "mod one;\nmod two;\npub use one::One;\npub use two::*;",
        ),
        ("a/one.rs", "use super::Two;\npub struct One(Two);"),
        (
            "a/two.rs",
            "pub struct Two;\nimpl Two { fn f() { crate::a::One::make() } }",
        ),
        ("b.rs", "pub fn f(x: crate::a::Two) {}"),
    ];
    let circles = Tree::of(files).circles();
    let pair = ("a/one.rs".to_owned(), "a/two.rs".to_owned());
    assert_eq!(circles, BTreeSet::from([pair]));
    assert!(imports(&files).contains(&"b.rs > a/two.rs".to_owned()));
}

#[test]
fn what_a_parent_defines_counts_and_what_it_only_passes_on_does_not() {
    let parent = |text| {
        [
            ("lib.rs", "mod p;"),
            ("p/mod.rs", text),
            ("p/c.rs", "use super::Shape;"),
        ]
    };
    let defines = "mod c;\npub trait Shape {}\nfn f() { c::go(); }";
    let child = "use super::Shape;\npub fn go() {}";
    let files = [
        ("lib.rs", "mod p;"),
        ("p/mod.rs", defines),
        ("p/c.rs", child),
    ];
    assert_eq!(Tree::of(files).circles().len(), 1);
    assert_eq!(
        imports(&parent("mod c;\npub trait Shape {}")),
        ["p/c.rs > p/mod.rs"]
    );
    // a private import of the parent is passed on too
    let files = [
        ("lib.rs", "mod p;\nmod q;"),
        ("p/mod.rs", "mod c;\nuse crate::q::Shape;"),
        ("p/c.rs", "use super::Shape;"),
        (
            "q.rs",
            "macro_rules! shapes { ($n:ident) => { pub enum Shape { $n } } }\nshapes!(One);",
        ),
    ];
    assert_eq!(imports(&files), ["p/c.rs > q.rs", "p/mod.rs > q.rs"]);
}

#[test]
fn a_name_that_is_re_exported_and_used_is_imported() {
    let files = [
        ("lib.rs", "mod p;"),
        (
            "p/mod.rs",
            "mod c;\npub use c::Cell;\npub struct Row { cell: Cell }",
        ),
        ("p/c.rs", "pub struct Cell;\nfn f(row: &super::Row) {}"),
    ];
    assert_eq!(Tree::of(files).circles().len(), 1);
}

#[test]
fn tests_comments_strings_and_other_crates_are_no_imports() {
    let files = [
        ("lib.rs", "mod a;\nmod b;"),
        (
            "a.rs",
            "//! [`crate::b::B`]\nuse std::b::B;\nconst X: &str = \"crate::b::B\"; // crate::b::B\n\
             #[cfg(test)]\nmod tests { use crate::b::B; }\n#[cfg(test)]\nuse crate::b::{B, C};\n\
             impl A { #[cfg(test)] fn f() { crate::b::B } }\npub struct A;",
        ),
        (
            "b.rs",
            "pub struct B; fn f(x: u8) { x.a::<u8>(); let a = 1; }",
        ),
        ("a/tests.rs", "use crate::b::B;"),
        ("b/tests/more.rs", "use crate::a::A;"),
    ];
    assert!(imports(&files).is_empty(), "{:?}", imports(&files));
}

#[test]
fn a_list_that_is_not_true_any_more_fails() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let found = BTreeSet::from([pair("a", "b")]);
    assert_eq!(compare(&found, &[("a", "b")], "bad"), "");
    assert!(compare(&found, &[], "bad").contains("may be added"));
    assert!(compare(&BTreeSet::new(), &[("a", "b")], "bad").contains("take these"));
}
