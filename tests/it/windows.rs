//! What is Windows' own: sharing modes, line ends, long paths, error codes.

use std::fs::{self, File};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::command::{Rows, finished, on_wine, run, run_into, start, turnprobe};
use crate::files::wait_for_rows;

#[test]
fn lines_end_as_windows_programs_expect_it_in_files_and_on_stdout() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("Büro Nürnberg").join("probes 1.csv");
    fs::create_dir(file.parent().unwrap()).unwrap();
    for _ in 0..2 {
        let said = run_into(&file, "probe --lab -n 2 -i 0");
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    }
    let said = run("probe --lab -n 4 -i 0 --format csv --quiet");
    for text in [fs::read_to_string(&file).unwrap(), said.stdout] {
        assert_eq!(text.matches("\r\n").count(), 5, "{text}");
        assert_eq!(text.matches('\n').count(), 5, "{text}");
        assert_eq!(text.matches("\"datetime\"").count(), 1, "{text}");
    }
}

#[test]
fn a_program_that_reads_the_file_all_the_time_does_not_disturb() {
    const READ_WRITE_DELETE: u32 = 7;
    const READ_WRITE: u32 = 3;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    run_into(&file, "probe --lab -n 1");
    for share in [READ_WRITE_DELETE, READ_WRITE] {
        let reader = File::options().read(true).share_mode(share).open(&file);
        let before = Rows::in_file(&file).rows.len();
        let said = run_into(&file, "probe --lab -n 2 -i 0");
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{share}");
        assert_eq!(Rows::in_file(&file).rows.len(), before + 2);
        drop(reader.unwrap());
    }
}

#[test]
fn a_file_that_another_program_lets_nobody_write_is_named_with_exit_code_3() {
    const READ: u32 = 1;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    run_into(&file, "probe --lab -n 1");
    for share in [0, READ] {
        let held = File::options().read(true).share_mode(share).open(&file);
        let said = run_into(&file, "probe --lab -n 1");
        assert_eq!(said.code, Some(3), "{share}: {}", said.stderr);
        let message = format!(
            "{} is open in another program such as Excel",
            file.display()
        );
        assert!(said.stderr.contains(&message), "{}", said.stderr);
        assert_eq!(said.stdout, "", "nothing was measured");
        drop(held.unwrap());
    }
    assert_eq!(Rows::in_file(&file).rows.len(), 1);
}

#[test]
fn a_file_that_a_program_shares_with_nobody_is_told_by_a_report_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["good.csv", "held.csv", "page.html"];
    let [good, taken, page] = names.map(|name| dir.path().join(name));
    for file in [&good, &taken] {
        run_into(file, "probe --lab -n 2 -i 0");
    }
    let report = |line: &str, files: &[&Path]| {
        let mut command = turnprobe(&format!("report {line}"));
        finished(start(command.args(files)))
    };
    let message = |file: &Path| {
        format!(
            "{}: open in another program such as Excel: close it there",
            file.display()
        )
    };
    let open = |path: &Path| File::options().read(true).share_mode(0).open(path).unwrap();
    let hold = open(&taken);
    for (line, code) in [("", 1), ("--skip-unreadable", 0)] {
        let said = report(line, &[&good, &taken]);
        assert_eq!(said.code, Some(code), "{}", said.stderr);
        assert!(said.stderr.contains(&message(&taken)), "{}", said.stderr);
        let said = report(line, &[&taken]);
        assert_eq!(said.code, Some(3), "{}", said.stderr);
        assert!(said.stderr.contains(&message(&taken)), "{}", said.stderr);
    }
    let pattern = dir.path().join("*.csv");
    let said = report("", &[&pattern]);
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    assert!(said.stderr.contains(&message(&taken)), "{}", said.stderr);
    drop(hold);

    let to_page = format!("--html {}", page.display());
    for _ in 0..2 {
        assert_eq!(report(&to_page, &[&good, &taken]).code, Some(0));
    }
    let before = fs::read(&page).unwrap();
    let hold = open(&page);
    let said = report(&to_page, &[&good]);
    drop(hold);
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    let wanted = format!(
        "{} is open in another program such as Excel: close it there",
        page.display()
    );
    assert!(said.stderr.contains(&wanted), "{}", said.stderr);
    assert_eq!(fs::read(&page).unwrap(), before);
    // a browser that reads it does not disturb
    for share in [7, 3] {
        let reader = File::options().read(true).share_mode(share).open(&page);
        let said = report(&to_page, &[&good]);
        drop(reader.unwrap());
        assert_eq!(said.code, Some(0), "{share}: {}", said.stderr);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
}

#[test]
fn a_path_longer_than_260_characters_works() {
    let dir = tempfile::tempdir().unwrap();
    let deep = (0..4).fold(dir.path().to_owned(), |path, _| path.join("d".repeat(80)));
    fs::create_dir_all(&deep).unwrap();
    let file = deep.join("probes.csv");
    assert!(file.as_os_str().len() > 320);
    for _ in 0..2 {
        let said = run_into(&file, "probe --lab -n 1");
        assert_eq!(said.code, Some(0), "{}", said.stderr);
    }
    assert_eq!(Rows::in_file(&file).rows.len(), 2);
}

#[test]
fn names_are_taken_in_whatever_form_and_case() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("probes.csv");
    run_into(&plain, "probe --lab -n 1");
    let slashes = plain.to_string_lossy().replace('\\', "/").to_uppercase();
    let verbatim = format!(r"\\?\{}", plain.display());
    for name in [slashes, verbatim] {
        let said = run_into(Path::new(&name), "probe --lab -n 1");
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{name}");
    }
    assert_eq!(Rows::in_file(&plain).rows.len(), 3);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_second_run_of_the_day_shares_the_file_of_the_day_with_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let pattern = dir.path().join("probes.csv");
    let mut first = turnprobe("probe --lab -i 50ms --roll day --output");
    let mut first = start(first.arg(&pattern));
    let today = || {
        let entry = fs::read_dir(dir.path()).unwrap().next()?;
        Some(entry.unwrap().path())
    };
    while today().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let file = today().unwrap();
    wait_for_rows(&file, 1);
    let said = run_into(&pattern, "probe --lab -n 1 --roll day");
    first.kill().unwrap();
    finished(first);
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    assert!(
        said.stderr.contains(&*file.to_string_lossy()),
        "{}",
        said.stderr
    );
    let today = turnprobe::clock::local(turnprobe::clock::Wall::system().now());
    let date = today.format("probes-%Y-%m-%d.csv").to_string();
    assert_eq!(file.file_name().unwrap().to_str(), Some(date.as_str()));
}

#[test]
fn failures_have_their_causes_by_windows_error_codes_and_english_details() {
    // bound and not listening: nothing else can take the port meanwhile
    let held = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    held.bind(&any.into()).unwrap();
    let closed = held.local_addr().unwrap().as_socket().unwrap();
    let said = run(&format!("probe {closed} -n 1 --format csv"));
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.column("Status"), ["connect-refused"]);
    assert_eq!(rows.column("detail"), ["connection refused"]);
}

#[test]
fn numbers_that_the_system_does_not_give_are_empty_and_no_error() {
    let said = run("probe --lab -n 2 -i 0 --format csv");
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.column("Status"), ["OK"; 2], "{}", said.stdout);
    assert_eq!(rows.column("tcp_rttvar_us"), [""; 2]);
    assert_eq!(rows.column("tcp_wscale"), [""; 2]);
    // from Windows 10 1703 on all of these are there, before that and on Wine none
    for row in 0..2 {
        let count = ["tcp_mss", "tcp_syn_retransmits"]
            .iter()
            .filter(|name| rows.column(name)[row].is_empty())
            .count();
        assert!(count == 0 || count == 2, "{}", said.stdout);
    }
}

/// SIO_TCP_INFO came with Windows 10 1703; Wine has none.
#[test]
fn where_the_system_does_not_tell_its_numbers_the_cells_are_empty_and_the_probe_works() {
    let said = run("probe --lab -n 1 --format csv --quiet");
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.column("Status"), ["OK"], "{}", said.stderr);
    assert_eq!(rows.column("explain"), ["none"]);
    for column in [
        "tcp_rtt_us",
        "tcp_syn_retransmits",
        "tcp_mss",
        "tcp_end_cwnd",
        "tcp_end_retransmits",
    ] {
        let cells = rows.column(column);
        assert_eq!(cells == [""], on_wine(), "{column}: {cells:?}");
    }
    // none of these is in Windows' structure
    for column in [
        "tcp_wscale",
        "tcp_congestion",
        "tcp_options_offered",
        "tcp_end_pmtu",
    ] {
        assert_eq!(rows.column(column), [""], "{column}");
    }
}
