//! The program as a process.

use std::borrow::BorrowMut;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use chrono::DateTime;
use csv::StringRecord;
use serde_json::Value;

/// What a run said.
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// The same, after a look at the code that it ended with.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        self
    }

    /// These words stand on stderr.
    #[track_caller]
    pub fn err_has(&self, words: &str) {
        has(&self.stderr, words);
    }

    /// These words stand on stdout.
    #[track_caller]
    pub fn out_has(&self, words: &str) {
        has(&self.stdout, words);
    }

    /// What stands on stdout, which is JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// These words stand in a text.
#[track_caller]
pub fn has(text: &str, words: &str) {
    assert!(text.contains(words), "{words:?} is not in:\n{text}");
}

/// These fields of an object have these values, whatever else it has.
#[track_caller]
#[allow(clippy::needless_pass_by_value)] // made where it is called
pub fn is(object: &Value, fields: Value) {
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(&object[name], value, "{name} of {object}");
    }
}

/// A command of the program with its arguments, separated by spaces.
pub fn turnprobe(line: &str) -> Command {
    crate::signals::are_heard();
    let mut command = Command::new(env!("CARGO_BIN_EXE_turnprobe"));
    command.args(line.split_whitespace());
    command
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("COLUMNS", "80");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts a command. On a loaded machine a process of Wine now and then ends before it began to
/// run, which Wine reports as this error: nothing of the program ran, so that it is started again.
#[allow(clippy::print_stderr)] // for whoever reads the tests' output
pub fn start(mut command: impl BorrowMut<Command>) -> Child {
    const ERROR_INTERNAL_ERROR: i32 = 1359;
    let command = command.borrow_mut();
    for _ in 0..3 {
        match command.spawn() {
            Err(error) if on_wine() && error.raw_os_error() == Some(ERROR_INTERNAL_ERROR) => {
                eprintln!("Wine lost the process, once more: {error}");
            }
            started => return started.unwrap(),
        }
    }
    command.spawn().unwrap()
}

/// What a command gave at its end.
pub fn output(command: impl BorrowMut<Command>) -> Output {
    start(command).wait_with_output().unwrap()
}

/// Runs a command to its end.
pub fn run(line: &str) -> Said {
    finished(start(turnprobe(line)))
}

/// Runs `probe` with rows into a file.
pub fn run_into(file: &Path, line: &str) -> Said {
    let mut command = turnprobe(line);
    finished(start(command.arg("--output").arg(file)))
}

/// Runs a line that has one row of CSV: its cells by their names, and the exit code.
pub fn one_row(line: &str) -> (impl Fn(&str) -> String + use<>, Option<i32>) {
    let said = run(line);
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.rows.len(), 1, "{}", said.stderr);
    // a quiet run says why nothing was answered, and no more
    let is_reason = said
        .stderr
        .contains(": no probe worked and no relay answered a request: ")
        && said.stderr.lines().count() == 1;
    assert!(
        said.stderr.is_empty() || said.code == Some(1) && is_reason,
        "{}",
        said.stderr
    );
    let cell = move |name: &str| rows.column(name)[0].to_owned();
    (cell, said.code)
}

/// A cell with a number.
pub fn number(cell: &impl Fn(&str) -> String, name: &str) -> u64 {
    cell(name)
        .parse()
        .unwrap_or_else(|_| panic!("{name} is {:?}", cell(name)))
}

/// Writes a file.
pub fn file(dir: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// A time as rows have it, of a second since 1970.
pub fn stamp(second: i64) -> String {
    let at = DateTime::from_timestamp(second, 0).unwrap();
    at.format("%Y-%m-%d %H:%M:%S.000Z").to_string()
}

/// Runs `probe --lab` with rows into these files, each with the flag that names it.
pub fn probe_into(line: &str, files: &[(&str, &Path)]) -> Said {
    let mut command = turnprobe(&format!("probe --lab --quiet {line}"));
    for (flag, file) in files {
        command.arg(flag).arg(file);
    }
    finished(start(command))
}

/// What a report of files, which are all read, tells programs.
#[track_caller]
pub fn report_json(line: &str, files: &[impl AsRef<OsStr>]) -> Value {
    let mut command = turnprobe(&format!("report --format json {line}"));
    finished(start(command.args(files))).ended(0).json()
}

/// The page of a report.
#[track_caller]
pub fn page(line: &str, file: &Path) -> String {
    let page = file.with_extension("html");
    let mut command = turnprobe(&format!("report {line} --html"));
    finished(start(command.arg(&page).arg(file))).ended(0);
    std::fs::read_to_string(page).unwrap()
}

/// A report of files.
pub fn report(line: &str, files: &[&Path]) -> Said {
    let mut command = turnprobe(&format!("report {line}"));
    finished(start(command.args(files)))
}

/// A signal such as `-INT` to a process.
#[cfg(unix)]
pub fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let status = Command::new("kill").args([name, &id]).status();
    assert!(status.unwrap().success());
}

/// Waits for the end; a program that does not end is killed and fails the test.
#[cfg(unix)]
pub fn ended(mut child: Child) -> Option<i32> {
    for _ in 0..300 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child.kill().unwrap();
    panic!("still running");
}

pub fn finished(child: Child) -> Said {
    said(child.wait_with_output().unwrap())
}

fn said(output: Output) -> Said {
    Said {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Whether this is Wine. It does not share a UDP port between loopback addresses, so that the
/// lab's relays are all on one; it does not tell that a UDP port is unreachable; and of a
/// connection that was reset it may read an end.
pub fn on_wine() -> bool {
    cfg!(windows) && Path::new(r"C:\windows\system32\winecfg.exe").exists()
}

/// Whether each relay of the lab has an address of its own.
pub fn own_addresses() -> bool {
    !cfg!(target_os = "macos") && !on_wine()
}

/// The cause when nobody listens at the name server's port.
pub fn no_resolver() -> &'static str {
    if on_wine() {
        "dns-timeout"
    } else {
        "dns-no-resolver"
    }
}

/// A CSV file read by the csv crate.
pub struct Rows {
    pub header: StringRecord,
    pub rows: Vec<StringRecord>,
}

impl Rows {
    pub fn of(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        Self {
            header,
            rows: reader.records().map(Result::unwrap).collect(),
        }
    }

    pub fn in_file(path: &Path) -> Self {
        Self::of(&std::fs::read_to_string(path).unwrap())
    }

    /// All cells of a column.
    pub fn column(&self, name: &str) -> Vec<&str> {
        let index = self.header.iter().position(|column| column == name);
        let index = index.unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(|row| &row[index]).collect()
    }
}
