//! What is Windows' own: sharing modes, line ends, long paths, error codes.

use std::fs::{self, File};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::command::{Rows, Said, finished, on_wine, run, run_into, start, turnprobe};
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
fn the_program_has_its_version_its_icon_and_a_manifest_for_long_paths_and_utf_8() {
    let program = fs::read(env!("CARGO_BIN_EXE_turnprobe")).unwrap();
    let has = |what: &[u8]| program.windows(what.len()).any(|part| part == what);
    // as the version's resource has texts
    let has_wide = |text: &str| {
        has(&text
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>())
    };
    let version = env!("CARGO_PKG_VERSION");
    for text in [
        "VS_VERSION_INFO",
        "ProductName\0",
        "turnprobe.exe\0",
        &format!("{version}\0"),
    ] {
        assert!(has_wide(text), "{text:?}");
    }
    for part in [
        format!("name=\"turnprobe\" version=\"{version}.0\""),
        ">true</longPathAware>".to_owned(),
        ">UTF-8</activeCodePage>".to_owned(),
        // Windows 10 and later
        "{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}".to_owned(),
    ] {
        assert!(has(part.as_bytes()), "{part}");
    }
    // the first picture of the icon, behind its head of 6 and its list of 4 times 16 bytes
    let icon = include_bytes!("../../src/build/turnprobe.ico");
    assert!(has(&icon[70..1000]), "no icon");
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
        let said = run_into(&file, "probe --lab -n 1 --wait-for-file 1s");
        assert_eq!(said.code, Some(3), "{share}: {}", said.stderr);
        let message = format!(
            "{} is open in another program such as Excel",
            file.display()
        );
        said.err_has(&message);
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
        let said = report(line, &[&good, &taken]).ended(code);
        said.err_has(&message(&taken));
        let said = report(line, &[&taken]).ended(3);
        said.err_has(&message(&taken));
    }
    let pattern = dir.path().join("*.csv");
    let said = report("", &[&pattern]).ended(1);
    said.err_has(&message(&taken));
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
    said.err_has(&wanted);
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
        run_into(&file, "probe --lab -n 1").ended(0);
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
    said.err_has(&file.to_string_lossy());
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
    assert_eq!(rows.column("detail"), ["connection refused (10061)"]);
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
    // without the numbers no segment is known to be lost
    assert!(
        !rows.column("explain")[0].contains("syn"),
        "{}",
        said.stdout
    );
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

#[test]
fn names_of_devices_and_of_streams_are_refused_by_name() {
    for name in [
        "aux.csv",
        "nul.csv",
        "COM1.csv",
        "prn.jsonl",
        "probes.csv:night.csv",
        "prob?es.csv",
    ] {
        let said = run(&format!("probe --lab -n 1 --output {name}"));
        assert_eq!(said.code, Some(3), "{name}: {}", said.stderr);
        let word = if name.contains('?') {
            "which Windows does not allow in a name"
        } else if name.contains(':') {
            "has a colon"
        } else {
            "Windows device"
        };
        assert!(said.stderr.contains(word), "{name}: {}", said.stderr);
    }
    // also where the ending is that of nothing else
    for line in [
        "probe --lab -n 1 --output nul",
        "probe --lab -n 1 --output prn",
        "diagnose --lab --quick --bundle aux.zip",
        "diagnose --lab --quick --html aux.html",
        "tls --lab --pem aux.pem",
        "tls --lab --pem chain:night.pem",
    ] {
        let said = run(line);
        assert!(matches!(said.code, Some(2 | 3)), "{line}: {:?}", said.code);
        let is_told = ["Windows device", "has a colon"];
        let is_told = is_told.iter().any(|word| said.stderr.contains(word));
        assert!(is_told, "{line}: {}", said.stderr);
    }
}

#[test]
fn a_file_that_an_editor_replaces_is_noticed_and_the_rows_go_into_the_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    let mut command = turnprobe("probe --lab -n 40 -i 100ms -q");
    let child = start(command.arg("--output").arg(&file));
    wait_for_rows(&file, 5);
    // what an editor does on "save": a copy, the old one out of the way, the new one into its place
    let (new, old) = (dir.path().join("new.csv"), dir.path().join("old.bak"));
    fs::copy(&file, &new).unwrap();
    let copied = Rows::in_file(&new).rows.len();
    fs::rename(&file, &old).unwrap();
    fs::rename(&new, &file).unwrap();
    let said = finished(child).ended(0);
    let rows = Rows::in_file(&file);
    let slots: Vec<u64> = rows
        .column("slot")
        .iter()
        .map(|slot| slot.parse().unwrap())
        .collect();
    // none of it is lost: what came between the copy and the rename stands in the old one
    let between = Rows::in_file(&old).rows.len() - copied;
    assert_eq!(slots.len() + between, 40, "{}", said.stderr);
    assert_eq!(slots.last(), Some(&39));
}

#[test]
fn brackets_in_names_are_no_wildcards() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("dir[1]");
    fs::create_dir(&folder).unwrap();
    run_into(&folder.join("probes.csv"), "probe --lab -n 2 -i 0");
    let pattern = folder.join("*.csv");
    let said = run(&format!("report {}", pattern.display())).ended(0);
    said.out_has("Read 1 file, 2 rows");
}

/// As Excel has a file open: others may read it.
const READ: u32 = 1;

fn slots(file: &Path) -> Vec<u64> {
    let rows = Rows::in_file(file);
    rows.column("slot")
        .iter()
        .map(|slot| slot.parse().unwrap())
        .collect()
}

/// Every probe that was sent has its row, each slot once; a busy machine misses some slots.
fn all_were_sent(slots: &[u64], said: &Said) {
    let sent = format!(" {} sent,", slots.len());
    assert!(
        said.stdout.replace('\n', " ").contains(&sent),
        "{slots:?}{}{}",
        said.stdout,
        said.stderr
    );
}

#[test]
fn a_file_that_is_held_before_the_start_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    run_into(&file, "probe --lab -n 1");
    let held = File::options()
        .read(true)
        .share_mode(READ)
        .open(&file)
        .unwrap();
    let mut command = turnprobe("probe --lab -n 2 -i 0 --wait-for-file 60s");
    let child = start(command.arg("--output").arg(&file));
    std::thread::sleep(std::time::Duration::from_secs(3));
    drop(held);
    let said = finished(child).ended(0);
    assert!(
        said.stderr.contains("such as Excel") && said.stderr.contains("waiting for it"),
        "{}",
        said.stderr
    );
    assert_eq!(Rows::in_file(&file).rows.len(), 3);
}

/// The file is moved away, and one that is held has its name.
fn hold(file: &Path, old: &Path) -> File {
    fs::rename(file, old).unwrap();
    fs::copy(old, file).unwrap();
    File::options()
        .read(true)
        .share_mode(READ)
        .open(file)
        .unwrap()
}

#[test]
fn rows_wait_for_a_file_that_is_held_and_go_into_it_in_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let (file, old) = (dir.path().join("probes.csv"), dir.path().join("old.bak"));
    let mut command = turnprobe("probe --lab -n 150 -i 100ms");
    let child = start(command.arg("--output").arg(&file));
    wait_for_rows(&file, 5);
    let held = hold(&file, &old);
    // more rows than wait in memory
    std::thread::sleep(std::time::Duration::from_secs(9));
    drop(held);
    let said = finished(child).ended(0);
    assert_eq!(
        said.stderr.matches("the series continues").count(),
        1,
        "{}",
        said.stderr
    );
    said.err_has("can be written again");
    let slots = slots(&file);
    // rows come as their probes end, a few of them at a time; what waited stands before what came later
    let mut sorted = slots.clone();
    sorted.sort_unstable();
    let is_near = |(one, other): (&u64, &u64)| one.abs_diff(*other) <= 8;
    assert!(slots.iter().zip(&sorted).all(is_near), "{slots:?}");
    sorted.dedup();
    assert_eq!(sorted.len(), slots.len(), "a row stands twice: {slots:?}");
    // the copy and the move are two moments: a row between them stands in the old one alone
    let mut all = slots.clone();
    all.extend(self::slots(&old));
    all.sort_unstable();
    all.dedup();
    all_were_sent(&all, &said);
    assert!(!dir.path().join("probes.pending.csv").exists());
}

#[test]
fn rows_of_a_file_that_stays_held_are_kept_and_the_next_run_takes_them_in() {
    let dir = tempfile::tempdir().unwrap();
    let (file, old) = (dir.path().join("probes.csv"), dir.path().join("old.bak"));
    let mut command = turnprobe("probe --lab -n 60 -i 100ms");
    let child = start(command.arg("--output").arg(&file));
    wait_for_rows(&file, 5);
    let held = hold(&file, &old);
    let first = finished(child).ended(3);
    let pending = dir.path().join("probes.pending.csv");
    first.err_has(&pending.display().to_string());
    drop(held);
    let said = run_into(&file, "probe --lab -n 1 -q").ended(0);
    said.err_has("was given");
    assert!(!pending.exists());
    let mut all = slots(&file);
    // the last one is that of the second run
    assert_eq!(all.pop(), Some(0));
    all.extend(slots(&old));
    all.sort_unstable();
    all.dedup();
    all_were_sent(&all, &first);
}

#[test]
fn a_file_of_the_hour_that_stays_held_gives_way_to_another_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    let mut command = turnprobe("probe --lab -n 150 -i 500ms --roll month");
    let child = start(command.arg("--output").arg(&file));
    let rolled = || {
        let entries = fs::read_dir(dir.path()).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "csv"));
        paths.sort();
        paths
    };
    while rolled().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let of_month = rolled().remove(0);
    wait_for_rows(&of_month, 3);
    let held = hold(&of_month, &dir.path().join("old.bak"));
    let said = finished(child);
    drop(held);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let [other, first] = &rolled()[..] else {
        panic!("{:?}: {}", rolled(), said.stderr);
    };
    let name = other.file_name().unwrap().to_string_lossy();
    assert!(name.ends_with("-2.csv"), "{name}");
    let mut all = slots(first);
    all.extend(slots(other));
    all.extend(slots(&dir.path().join("old.bak")));
    all.sort_unstable();
    all.dedup();
    all_were_sent(&all, &said);
}

#[test]
fn a_replacement_that_its_program_shares_with_nobody_is_another_file() {
    let dir = tempfile::tempdir().unwrap();
    let (file, old) = (dir.path().join("probes.csv"), dir.path().join("old.bak"));
    let mut command = turnprobe("probe --lab -n 60 -i 100ms");
    let child = start(command.arg("--output").arg(&file));
    wait_for_rows(&file, 5);
    fs::rename(&file, &old).unwrap();
    let before = slots(&old);
    fs::write(&file, "").unwrap();
    let held = File::options()
        .read(true)
        .share_mode(0)
        .open(&file)
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    drop(held);
    let said = finished(child).ended(0);
    // a row or two of the moment between the name and the hold
    assert!(slots(&old).len() <= before.len() + 3, "{:?}", slots(&old));
    let mut all = slots(&file);
    all.extend(slots(&old));
    all.sort_unstable();
    all_were_sent(&all, &said);
}
