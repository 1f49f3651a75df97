//! The continuous watch: outages told live and in the summary, a row a minute.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::command::{Rows, has, output, report, run, turnprobe};
use crate::servers::bindings::{UdpServer, answer};
use crate::servers::dns::DnsServer;
use crate::servers::wire::a;

/// A server that is silent from packet 10 to packet 29.
fn outage() -> UdpServer {
    UdpServer::start(|number, request| match number {
        10..30 => Vec::new(),
        _ => vec![answer(request, None)],
    })
}

#[test]
fn an_outage_is_told_when_it_begins_and_when_it_ends_and_in_the_summary() {
    let server = outage();
    let said = run(&format!(
        "probe {} --transport udp --watch -i 100ms -n 45",
        server.address()
    ))
    .ended(0);
    let lines: Vec<_> = said.stdout.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 80));
    let begun = lines
        .iter()
        .position(|line| line.starts_with("outage since "));
    let over = lines
        .iter()
        .position(|line| line.starts_with("outage over: "));
    assert!(begun.unwrap() < over.unwrap(), "{}", said.stdout);
    assert!(
        lines[over.unwrap()].contains("20 packets lost"),
        "{}",
        said.stdout
    );
    let summary = said.stdout.split("---").last().unwrap();
    has(summary, "1 outage of a second or more");
    assert!(summary.contains("20 packets lost"), "{summary}");
    // a minute has its line
    let minute = lines
        .iter()
        .find(|line| line.starts_with("20") && line.contains("  45    20 "));
    assert!(minute.is_some(), "{}", said.stdout);
}

#[test]
fn a_row_holds_a_minute_and_outages_are_told_beside_the_files() {
    let server = outage();
    let dir = tempfile::tempdir().unwrap();
    let (file, packets) = (dir.path().join("w.csv"), dir.path().join("p.csv"));
    let mut command = turnprobe("probe --watch -i 100ms -n 45");
    command.arg(server.address().to_string());
    command.arg("-o").arg(&file).arg("--packets").arg(&packets);
    let output = output(&mut command);
    assert_eq!(output.status.code(), Some(0));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("outage since "), "{stdout}");
    let rows = Rows::in_file(&file);
    assert_eq!(rows.column("mode"), ["watch"]);
    assert_eq!(rows.column("lost"), ["20"]);
    let sent: usize = rows.column("sent")[0].parse().unwrap();
    assert_eq!(Rows::in_file(&packets).rows.len(), sent);
}

// packets 10 to 29 of one each 100 ms: 2 s, whatever is told of them where
#[test]
fn an_outage_is_in_the_rows_in_the_log_and_in_the_report_of_a_quiet_watch() {
    for (quiet, is_told) in [("", false), ("-q", true)] {
        let server = outage();
        let dir = tempfile::tempdir().unwrap();
        let (file, log) = (dir.path().join("w.csv"), dir.path().join("w.log"));
        let mut command = turnprobe(&format!("probe --watch -i 100ms -n 45 {quiet}"));
        command.arg(server.address().to_string());
        command.arg("-o").arg(&file).arg("--log").arg(&log);
        let output = output(&mut command);
        assert_eq!(output.status.code(), Some(0));
        let rows = Rows::in_file(&file);
        assert_eq!(rows.column("outages"), ["1"]);
        assert_eq!(rows.column("outages_us"), ["[2000000]"]);
        assert_eq!(rows.column("outages_lost"), ["[20]"]);
        let after = rows.column("outages_after_us")[0].trim_matches(['[', ']']);
        let after: u64 = after.parse().unwrap();
        assert!((900_000..1_500_000).contains(&after), "{after}");
        let log = std::fs::read_to_string(&log).unwrap();
        for line in [
            "turnprobe: note: outage since 20",
            "turnprobe: note: outage over: 20",
        ] {
            has(&log, line);
        }
        has(&log, ", 2 s, 20 packets lost");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(stderr.contains("outage over: "), is_told, "{stderr}");
        let said = report("", &[&file]);
        said.out_has("No answer for 2 s from 20");
        said.out_has("20 packets in a row lost");
        said.out_has("The longest outages of watches");
    }
}

#[test]
fn an_outage_that_lasts_where_the_watch_ends_is_in_its_row_and_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let (file, log) = (dir.path().join("w.csv"), dir.path().join("w.log"));
    let mut command = turnprobe("probe --lab --watch -i 50ms -n 40 --lab-fault silent -q");
    command.arg("-o").arg(&file).arg("--log").arg(&log);
    assert_eq!(output(&mut command).status.code(), Some(1));
    assert_eq!(Rows::in_file(&file).column("outages_lost"), ["[40]"]);
    let log = std::fs::read_to_string(&log).unwrap();
    has(&log, "outage not over: 20");
    has(&log, "until the end, 2 s, 40 packets lost");
}

#[test]
fn without_any_answer_the_exit_code_is_1() {
    let said = run("probe --lab --watch -i 50ms -n 40 --lab-fault silent --format csv").ended(1);
    assert_eq!(Rows::of(&said.stdout).column("cause"), ["turn-silent"]);
    said.err_has("outage since");
    said.err_has("until the end");
}

#[test]
fn a_name_that_does_not_resolve_gives_a_row() {
    let said =
        run("probe --lab --watch -d 1s -i 100ms --lab-fault dns-loop --format csv -q").ended(1);
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.column("cause"), ["dns-loop"]);
    assert_eq!(rows.column("sent"), [""]);
}

#[test]
fn a_name_that_never_resolves_is_an_outage_and_the_summary_says_that_nothing_was_measured() {
    let said = run("probe --lab --watch -d 2s --lab-fault dns-nxdomain").ended(1);
    let since = |line: &&str| line.starts_with("outage since ");
    assert_eq!(
        said.stdout.lines().filter(since).count(),
        1,
        "{}",
        said.stdout
    );
    let (_, summary) = said.stdout.rsplit_once("---").unwrap();
    for part in [
        "nothing could be measured since 20",
        "dns-nxdomain:",
        "1 outage of a second or more",
        "until the end",
        "nothing could be sent",
    ] {
        assert!(summary.contains(part), "{part}: {}", said.stdout);
    }
    // too short for an outage, and that there was none is not known
    let said = run("probe --lab --watch -d 500ms -i 100ms --lab-fault dns-nxdomain");
    said.out_has("nothing could be measured since");
    assert!(!said.stdout.contains("no outage"), "{}", said.stdout);
}

#[test]
fn a_name_that_resolves_at_last_ends_the_outage_within_seconds() {
    let server = UdpServer::start(|_, request| vec![answer(request, None)]);
    let asked = AtomicUsize::new(0);
    let names = DnsServer::start(move |query| {
        vec![match asked.fetch_add(1, Ordering::SeqCst) {
            0 => query.reply(2, &[], &[]),
            _ => query.answer(&[a("relay.test", 9)], &[]),
        }]
    });
    let port = server.address().port();
    let said = run(&format!(
        "probe relay.test:{port} --resolver {} --watch -i 200ms -d 7s",
        names.address()
    ))
    .ended(0);
    for part in [
        "FAIL dns-servfail",
        "outage since ",
        "outage over: ",
        ", nothing could be sent",
    ] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    said.out_has("1 outage of a second or more, 5");
}

#[test]
fn the_distance_is_told_before_the_first_minute_and_in_the_summary() {
    let said = run("probe --lab --watch -i 50ms -n 10 --hops");
    let lines: Vec<_> = said.stdout.lines().collect();
    assert_eq!(lines[1], "1 hop away", "{}", said.stdout);
    said.out_has("10 packets; 1 hop away");
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_a_watch_in_order() {
    use std::io::{BufRead as _, BufReader, Read as _};

    let mut child = crate::command::start(
        turnprobe("probe --lab --watch -i 20ms --packets")
            .arg(tempfile::tempdir().unwrap().path().join("gone.csv")),
    );
    assert_eq!(child.wait().unwrap().code(), Some(3), "no such directory");

    let dir = tempfile::tempdir().unwrap();
    let packets = dir.path().join("p.csv");
    let mut child =
        crate::command::start(turnprobe("probe --lab --watch -i 20ms --packets").arg(&packets));
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    assert!(first.starts_with("minute "), "{first}");
    while std::fs::read_to_string(&packets).map_or(0, |text| text.lines().count()) < 20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    let mut said = String::new();
    let mut error = child.stderr.take().unwrap();
    error.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}{said}");
    assert!(rest.contains("interrupted"), "{rest}");
    assert!(rest.contains("no outage of a second or more"), "{rest}");
    let rows = Rows::in_file(&packets);
    has(&rest, &format!("{} packets", rows.rows.len()));
}
