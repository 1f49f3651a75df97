//! The program as it is run, and the rows that it wrote.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::namespace::{Namespace, run};

/// Column to cell.
pub type Row = BTreeMap<String, String>;

/// The program at work.
pub struct Running {
    child: Child,
    file: PathBuf,
}

/// Runs a series inside to its end and gives its rows, with all columns.
pub fn probe(namespace: &Namespace, args: &[&str]) -> Vec<Row> {
    start(namespace, args).rows()
}

/// The row of a series that has but one.
pub fn probe_once(namespace: &Namespace, args: &[&str]) -> Row {
    let mut rows = probe(namespace, &[&["-n", "1"], args].concat());
    assert_eq!(rows.len(), 1, "{args:?}: {rows:?}");
    rows.remove(0)
}

/// Starts a series inside.
pub fn start(namespace: &Namespace, args: &[&str]) -> Running {
    let program = namespace.command(env!("CARGO_BIN_EXE_turnprobe"), &["probe"]);
    start_as(namespace, program, args)
}

/// Starts a series by a command that takes the program's options at its end.
pub fn start_as(namespace: &Namespace, mut program: Command, args: &[&str]) -> Running {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let number = RUNS.fetch_add(1, Ordering::Relaxed);
    let file = namespace.dir().join(format!("run-{number}.csv"));
    program
        .args(args)
        .args(["--columns", "all", "--output"])
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = program.spawn().unwrap();
    Running { child, file }
}

impl Running {
    /// Whether it has not ended yet.
    pub fn is_on(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// The rows that are whole by now.
    pub fn so_far(&self) -> Vec<Row> {
        let Ok(text) = std::fs::read_to_string(&self.file) else {
            return Vec::new();
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        read(&text[..whole])
    }

    /// Ends the series as Ctrl-C does and gives the rows.
    pub fn stop(self) -> Vec<Row> {
        let pid = self.child.id().to_string();
        run(Command::new("kill").args(["-INT", &pid]));
        self.rows()
    }

    /// Waits for the end and gives the rows. Exit codes other than those of a series that ran, 0
    /// (something answered) and 1 (nothing did), fail the test.
    pub fn rows(self) -> Vec<Row> {
        let output = self.child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        let text = std::fs::read_to_string(&self.file)
            .unwrap_or_else(|error| panic!("{}: {error}\n{said}", self.file.display()));
        let rows = read(&text);
        // an error of the relay's is an answer too
        let reply =
            |row: &Row| row["turn_reply"] == "success" || row["turn_reply"].parse::<u16>().is_ok();
        let answered = rows.iter().any(|row| row["Status"] == "OK" || reply(row));
        assert_eq!(output.status.code(), Some(i32::from(!answered)), "{said}");
        rows
    }
}

fn read(text: &str) -> Vec<Row> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .map(Result::unwrap)
        .collect()
}

/// A cell with several values.
pub fn list(cell: &str) -> Vec<&str> {
    cell.split(' ').filter(|item| !item.is_empty()).collect()
}
