//! Runs of the program in a namespace, and their rows.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::namespace::Namespace;

/// One row by the names of its columns.
pub type Row = BTreeMap<String, String>;

/// `turnprobe probe` in a namespace, with arguments separated by spaces.
pub fn turnprobe(namespace: &Namespace, line: &str) -> Command {
    let mut command = namespace.command(env!("CARGO_BIN_EXE_turnprobe"), &["probe"]);
    command.args(line.split_whitespace());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end; the rows by their slots.
pub fn rows(namespace: &Namespace, line: &str) -> Vec<Row> {
    let output = turnprobe(namespace, line)
        .args(["--format", "csv"])
        .output()
        .unwrap();
    let mut rows = parse(&String::from_utf8(output.stdout.clone()).unwrap());
    assert!(!rows.is_empty(), "{}", said(&output));
    no_panic(&output);
    rows.sort_by_key(|row| number(row, "slot"));
    rows
}

/// The only row.
pub fn row(namespace: &Namespace, line: &str) -> Row {
    let mut rows = rows(namespace, &format!("-n 1 {line}"));
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Rows of CSV text with a header; every one must be whole.
pub fn parse(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// Rows of a file; every one must be whole and the last ended.
pub fn in_file(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.ends_with("\"\n"), "the last row is torn");
    parse(&text)
}

/// A number in a row.
pub fn number(row: &Row, column: &str) -> u64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column} is {:?} in {row:?}", row[column]))
}

/// What a program wrote to both of its outputs.
pub fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Nothing in the program panicked.
pub fn no_panic(output: &Output) {
    assert!(!said(output).contains("panicked"), "{}", said(output));
}
