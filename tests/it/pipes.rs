//! Readers of stdout that leave, stand still or are slow, and what is shown when the program is
//! killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::time::Duration;

use crate::command::{Rows, Said, finished, on_wine, start, turnprobe};

#[test]
fn a_reader_of_stdout_that_leaves_ends_the_series_quietly() {
    for format in ["", "--format csv", "--format jsonl"] {
        let mut child = start(turnprobe(&format!("probe --lab -i 20ms {format}")));
        drop(child.stdout.take());
        let said = finished(child);
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn with_a_file_the_series_goes_on_without_stdout() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    let mut command = turnprobe("probe --lab -n 10 -i 0 -o - -o");
    let mut child = start(command.arg(&file));
    drop(child.stdout.take());
    finished(child).ended(0);
    assert_eq!(Rows::in_file(&file).rows.len(), 10);
}

/// A series whose output its reader does not touch for seconds.
fn read_late(line: &str) -> Said {
    let child = start(turnprobe(line));
    std::thread::sleep(Duration::from_secs(6));
    let said = finished(child).ended(0);
    assert!(!said.stderr.contains(" lost"), "{}", said.stderr);
    said
}

#[test]
fn every_row_waits_for_a_reader_that_reads_nothing_for_seconds() {
    let said = read_late("probe --lab --transport udp -i 0 --concurrency 64 -n 2000 --format csv");
    let rows = Rows::of(&said.stdout);
    let mut slots: Vec<u64> = rows.column("slot").iter().map(number).collect();
    slots.sort_unstable();
    assert_eq!(slots, (0..2000).collect::<Vec<_>>());
    // Wine beside other load lets a name server of the lab be late
    let sent = if on_wine() {
        "2000 sent, "
    } else {
        "2000 sent, 2000 ok"
    };
    said.err_has(sent);
}

#[test]
fn every_line_waits_for_a_reader_that_reads_nothing_for_seconds() {
    let said = read_late("probe --lab --transport udp -i 0 --concurrency 64 -n 2600");
    let lines = said.stdout.lines().filter(|line| line.ends_with(" OK"));
    assert_eq!(lines.count(), 2600);
    said.out_has("2600 sent, 2600 ok");
}

fn number(text: &&str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn a_row_that_is_shown_stands_in_every_file_when_the_program_is_killed() {
    // many files take long for a row
    let names: Vec<_> = (0..60).map(|file| format!("{file}.csv")).collect();
    let mut rows = 0;
    for run in 0..8 {
        let dir = tempfile::tempdir().unwrap();
        let mut command = turnprobe(
            "probe --lab --transport udp -i 0 --concurrency 32 -q --columns run_id,slot,world -o -",
        );
        for name in &names {
            command.arg("-o").arg(dir.path().join(name));
        }
        let mut child = start(&mut command);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (begins, begun) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            stdout.read_line(&mut text).unwrap();
            begins.send(()).unwrap();
            stdout.read_to_string(&mut text).unwrap();
            text
        });
        // a slow system may take its time to begin 60 files
        begun.recv().unwrap();
        std::thread::sleep(Duration::from_millis(500 + 37 * run));
        child.kill().unwrap();
        child.wait().unwrap();
        let text = reader.join().unwrap();
        let shown = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        let shown: Vec<_> = shown.map(str::trim_end).collect();
        rows += shown.len();
        for name in &names {
            let file = std::fs::read_to_string(dir.path().join(name)).unwrap();
            let in_file: std::collections::HashSet<_> = file.lines().collect();
            let missing: Vec<_> = shown.iter().filter(|row| !in_file.contains(*row)).collect();
            assert!(missing.is_empty(), "{name}: {missing:?}");
        }
    }
    // each run is killed behind its first row
    assert!(rows >= 8, "only {rows} rows were shown");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use crate::command::{ended, signal};
    use crate::files::wait_for_rows;
    use std::io::{PipeReader, Write as _};
    use std::process::{Child, Command, Stdio};

    /// A run whose stdout takes nothing at all: the pipe is full, and nobody reads.
    fn unread(line: &str) -> (Child, PipeReader) {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut filler = writer.try_clone().unwrap();
        std::thread::spawn(move || while filler.write_all(&[b'.'; 4096]).is_ok() {});
        std::thread::sleep(Duration::from_millis(500));
        let child = turnprobe(line).stdout(Stdio::from(writer)).spawn();
        (child.unwrap(), reader)
    }

    /// What a run said whose stdout nobody reads; stderr is read to its end.
    fn said_without_stdout(mut child: Child) -> (Option<i32>, String) {
        let mut stderr = String::new();
        let mut pipe = child.stderr.take().unwrap();
        pipe.read_to_string(&mut stderr).unwrap();
        (ended(child), stderr)
    }

    /// The number before these words; 0 where they do not stand.
    fn number_before(what: &str, stderr: &str) -> u64 {
        let before = stderr.split(what).next().filter(|_| stderr.contains(what));
        before.map_or(0, |text| {
            let word = text.split_whitespace().next_back().unwrap();
            number(&word)
        })
    }

    fn lost(stderr: &str) -> u64 {
        let lost =
            " lost: stdout did not accept all, so keep its reader running or write to a file";
        number_before(&format!(" rows are{lost}"), stderr)
            + number_before(&format!(" row is{lost}"), stderr)
    }

    #[test]
    fn after_a_stop_what_a_reader_that_never_reads_did_not_take_is_counted_and_ends_with_3() {
        let lab = "probe --lab --transport udp -i 50ms";
        #[rustfmt::skip]
        let cases = [
            (lab, "-INT", " sent, "),
            (lab, "-TERM", " sent, "),
            ("probe --lab --burst 50/s --for 1s -i 1100ms -n 99", "-INT", " bursts, "),
            ("probe --lab --hold 1s -i 1100ms -n 99", "-INT", " connections, "),
        ];
        for (line, name, counted) in cases {
            let (child, reader) = unread(line);
            std::thread::sleep(Duration::from_secs(5));
            signal(&child, name);
            let stopped = turnprobe::clock::now();
            let (code, stderr) = said_without_stdout(child);
            let took = stopped.elapsed();
            drop(reader);
            assert_eq!(code, Some(3), "{line}: {stderr}");
            // 2 s for the probes, 1 s for their connections, 2 s for the reader
            assert!(took.as_secs() < 9, "{line}: {took:?}");
            let rows = number_before(counted, &stderr);
            assert!(rows > 1, "{line}: {stderr}");
            assert_eq!(lost(&stderr), rows, "{line}: {stderr}");
        }
    }

    #[test]
    fn a_second_interruption_does_not_change_what_is_told_of_an_unread_pipe() {
        let line = "probe --lab --lab-fault tls-stall --lab-fault-share 30 -i 50ms";
        let (child, reader) = unread(line);
        std::thread::sleep(Duration::from_secs(5));
        signal(&child, "-INT");
        std::thread::sleep(Duration::from_millis(300));
        let second = turnprobe::clock::now();
        signal(&child, "-INT");
        let (code, stderr) = said_without_stdout(child);
        drop(reader);
        assert_eq!(code, Some(3), "{stderr}");
        assert!(second.elapsed().as_secs() < 7, "{:?}", second.elapsed());
        let rows = number_before(" sent, ", &stderr);
        assert!(rows > 1 && lost(&stderr) == rows, "{stderr}");
        assert!(stderr.contains(" cut off"), "{stderr}");
    }

    #[test]
    fn rows_that_a_pipe_took_are_not_called_lost() {
        // the pipe holds some of the rows; nobody reads them
        let line = "probe --lab --transport udp -i 0 --concurrency 16 --format csv";
        let child = start(turnprobe(line));
        std::thread::sleep(Duration::from_secs(4));
        signal(&child, "-TERM");
        let (code, stderr) = said_without_stdout(child);
        assert_eq!(code, Some(3), "{stderr}");
        let (sent, lost) = (number_before(" sent, ", &stderr), lost(&stderr));
        assert!(sent > 200 && lost > 0, "{stderr}");
        // 64 KiB of rows of half a kilobyte and more
        assert!(lost < sent && lost + 130 >= sent, "{stderr}");
    }

    #[test]
    fn a_reader_that_stands_still_neither_starves_the_file_nor_keeps_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("probes.csv");
        let mut command = turnprobe("probe --lab --transport udp -i 0 --concurrency 16 -o - -o");
        let child = start(command.arg(&file));
        // far more than pipe and queue hold
        wait_for_rows(&file, 2_000);
        signal(&child, "-TERM");
        let (code, stderr) = said_without_stdout(child);
        assert_eq!(code, Some(0), "{stderr}");
        let sent = number_before(" sent, ", &stderr);
        assert_eq!(Rows::in_file(&file).rows.len() as u64, sent, "{stderr}");
        let missing = number_before(" rows are missing on stdout: it was blocked", &stderr);
        assert!(missing > 0 && missing < sent, "{stderr}");
    }

    #[test]
    fn a_slow_reader_of_a_pipe_gets_every_row_beside_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let (file, copy) = (dir.path().join("probes.csv"), dir.path().join("copy.csv"));
        let script = format!(
            "'{}' probe --lab -n 400 -i 0 --concurrency 16 --format csv --output '{}' | \
             (sleep 4; cat > '{}')",
            env!("CARGO_BIN_EXE_turnprobe"),
            file.display(),
            copy.display()
        );
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert!(output.status.success());
        let (rows, copied) = (Rows::in_file(&file), Rows::in_file(&copy));
        assert_eq!((rows.rows.len(), copied.rows.len()), (400, 400));
    }
}

/// What Ctrl-S does: the terminal takes nothing any more.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_stands_still_keeps_no_series_from_its_end() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{Action, tcflow};

    for (line, rows) in [
        ("probe --lab -n 8 -i 50ms -o", 8),
        ("probe --lab --burst 20/s --for 1s -o", 1),
        ("probe --lab --hold 1s -o", 1),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("rows.csv");
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let its = || {
            let mut options = std::fs::File::options();
            options.read(true).write(true);
            options.open(name.to_str().unwrap()).unwrap()
        };
        let held = its();
        tcflow(&held, Action::OOff).unwrap();
        let mut command = turnprobe(line);
        command.arg(&file).stdout(its()).stderr(its());
        let mut child = start(&mut command);
        let ended = (0..600).find_map(|_| {
            std::thread::sleep(Duration::from_millis(100));
            child.try_wait().unwrap()
        });
        if ended.is_none() {
            child.kill().unwrap();
        }
        assert_eq!(ended.and_then(|status| status.code()), Some(0), "{line}");
        assert_eq!(Rows::in_file(&file).rows.len(), rows, "{line}");
    }
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_opened_once_by_whoever_reads_it() {
    use std::io::Write as _;
    let dir = tempfile::tempdir().unwrap();
    let rows = dir.path().join("rows.csv");
    crate::command::probe_into("-n 3 -i 0", &[("-o", &rows)]).ended(0);
    let csv = std::fs::read(&rows).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&csv).unwrap();
    let gzip = gzip.finish().unwrap();
    let pipe = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for (bytes, code) in [
        (&csv, 0),
        (&gzip, 0),
        (&b"PAR1 and more".to_vec(), 3),
        (&Vec::new(), 3),
    ] {
        let (name, bytes) = (pipe.clone(), bytes.clone());
        // whoever writes to a pipe writes once, as `mysqldump > pipe` does
        let writer = std::thread::spawn(move || {
            let mut pipe = std::fs::File::options().write(true).open(name).unwrap();
            pipe.write_all(&bytes)
        });
        let said = crate::command::report("", &[&pipe]).ended(code);
        let _ = writer.join().unwrap();
        if code == 0 {
            said.out_has("3");
        }
    }
}
