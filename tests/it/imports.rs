//! The structure inside the modules: no two files import each other, and the commands do not
//! import each other.

mod parse;
mod tokens;
mod tree;

use std::collections::BTreeSet;
use std::path::Path;

use crate::layering::is_pure_file_of_a_kind;
use tree::Tree;

/// The commands below `cli`, by the beginning of their files.
const COMMANDS: &[&str] = &[
    "cli/burst/",
    "cli/compare/",
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

/// Pairs of files, a line each.
fn listed(pairs: &BTreeSet<(String, String)>) -> String {
    let lines = pairs.iter().map(|(from, to)| format!("{from} > {to}\n"));
    lines.collect()
}

#[test]
fn no_two_files_import_each_other_in_a_circle() {
    let tree = source();
    assert!(tree.imports().len() > 300, "the source was not understood");
    let circles = tree.circles();
    assert!(
        circles.is_empty(),
        "these files import each other:\n{}",
        listed(&circles)
    );
}

#[test]
fn no_files_lead_to_each_other_in_a_longer_circle() {
    let rings = source().rings();
    assert!(
        rings.is_empty(),
        "these files lead to each other: {rings:#?}"
    );
}

#[test]
fn of_the_kinds_of_measurement_others_know_only_the_pure_files() {
    let mut wrong = BTreeSet::new();
    let mut checked = 0;
    for (from, to) in source().imports() {
        if to.starts_with("measure/") && !from.starts_with("measure/") && !from.starts_with("cli/")
        {
            checked += 1;
            let may = match from.as_str() {
                "schema/ids.rs" => to == "measure/registry.rs",
                _ if from.starts_with("report/") || from.starts_with("source/") => {
                    is_pure_file_of_a_kind(&to)
                }
                _ => false,
            };
            if !may {
                wrong.insert((from.clone(), to.clone()));
            }
        }
        // and what is pure knows nothing that is not
        let impure = ["net/", "sink/", "source/", "cli/", "lab/", "clock.rs"];
        if is_pure_file_of_a_kind(&from)
            && (impure.iter().any(|part| to.starts_with(part))
                || to.starts_with("measure/") && !is_pure_file_of_a_kind(&to))
        {
            wrong.insert((from, to));
        }
    }
    assert!(checked > 3, "the source was not understood");
    assert!(
        wrong.is_empty(),
        "these must not know each other:\n{}",
        listed(&wrong)
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
    let between: BTreeSet<_> = between.collect();
    assert!(
        between.is_empty(),
        "a command imports another:\n{}",
        listed(&between)
    );
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
    #[rustfmt::skip]
    let files = [
        ("lib.rs", "pub mod a;\npub mod b;"),
        ("a/mod.rs", "mod inner;\npub use inner::Thing;\nuse inner::help;"),
        ("a/inner.rs", "pub struct Thing;\npub fn help() {}"),
        ("b.rs", "use crate::a::{self, Thing as Other};\nfn f() { a::Thing::new(); }"),
    ];
    assert_eq!(
        imports(&files),
        ["a/mod.rs > a/inner.rs", "b.rs > a/inner.rs"]
    );
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    #[rustfmt::skip]
    let files = [
        ("lib.rs", "pub mod a;\npub mod b;"),
        ("a/mod.rs", "mod one;\nmod two;\npub use one::One;\npub use two::*;"),
        ("a/one.rs", "use super::Two;\npub struct One(Two);"),
        ("a/two.rs", "pub struct Two;\nimpl Two { fn f() { crate::a::One::make() } }"),
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
