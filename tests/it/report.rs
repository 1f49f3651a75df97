//! `turnprobe report` as a process: what is printed, filtered, refused, and what broken files do.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::command::{
    file, finished, is, output, report as run_report, report_json, start, turnprobe,
};

const HEAD: &str = "\"started_utc\",\"remotehost\",\"remotename\",\"remoteip\",\"Port\",\"Status\",\"Thumbprint\",\"host\",\"region\",\"connect_us\",\"run_id\",\"slot\",\"cause\",\"failed_phase\"";

/// A row of ours: second of the hour, host, region, outcome, connect time in microseconds.
fn row(second: u32, host: &str, region: &str, cause: &str, connect_us: &str) -> String {
    let status = if cause.is_empty() { "OK" } else { cause };
    let phase = cause.split('-').next().unwrap();
    format!(
        "\"2026-11-22 10:{:02}:{:02}.000000Z\",\"tr.teams.microsoft.com\",\"a.{region}.cloudapp.azure.com\",\"52.112.0.{}\",\"443\",\"{status}\",\"AB\",\"{host}\",\"{region}\",\"{connect_us}\",\"r\",\"{second}\",\"{cause}\",\"{phase}\"",
        second / 60,
        second % 60,
        second % 5
    )
}

/// Two hosts in two regions, a minute each; pc2 fails from second 10 to 19.
fn rows() -> Vec<String> {
    let mut rows = Vec::new();
    for second in 0..60 {
        let (host, region) = if second % 2 == 0 {
            ("pc1", "westeurope")
        } else {
            ("pc2", "ukwest")
        };
        if host == "pc2" && (10..20).contains(&second) {
            rows.push(row(second, host, region, "connect-timeout", "10000000"));
        } else {
            rows.push(row(
                second,
                host,
                region,
                "",
                &(20_000 + second * 100).to_string(),
            ));
        }
    }
    rows
}

fn csv(rows: &[String]) -> String {
    format!("{HEAD}\n{}\n", rows.join("\n"))
}

/// The problems as `line: what`.
fn problems(report: &Value) -> Vec<String> {
    let list = report["input"]["problems"].as_array().unwrap();
    list.iter()
        .map(|problem| format!("{}: {}", problem["line"], problem["what"].as_str().unwrap()))
        .collect()
}

#[test]
fn splitting_a_file_anywhere_gives_the_same_report() {
    let dir = tempfile::tempdir().unwrap();
    let rows = rows();
    let whole = file(dir.path(), "whole.csv", csv(&rows));
    let expected = report_json("", &[&whole]);
    for cut in [1, 13, 30, 59] {
        // the names are in the wrong order: the times decide
        let late = file(dir.path(), "a.csv", csv(&rows[cut..]));
        let early = file(dir.path(), "b.csv", csv(&rows[..cut]));
        let mut found = report_json("", &[&late, &early]);
        assert_eq!(found["input"]["files"][0]["name"], early.to_str().unwrap());
        found["input"] = expected["input"].clone();
        assert_eq!(found, expected, "cut at {cut}");
    }
}

#[test]
fn a_series_has_its_outage_with_start_end_and_cause() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows = rows();
    // rows of failures are written late
    rows.swap(11, 14);
    let report = report_json("", &[&file(dir.path(), "p.csv", csv(&rows))]);
    assert_eq!(report["series"].as_array().unwrap().len(), 2);
    let pc2 = &report["series"][1];
    is(pc2, json!({"host": "pc2", "rows": 30, "ok": 25}));
    let outage = &pc2["longest_outages"][0];
    assert_eq!(outage["from"], "2026-11-22T10:00:11Z");
    assert_eq!(outage["to"], "2026-11-22T10:00:21Z");
    assert_eq!(
        (outage["seconds"].as_f64(), &outage["rows"]),
        (Some(10.0), &5.into())
    );
    assert_eq!(outage["causes"][0]["name"], "connect-timeout");
    // the time until a failure is no connect time
    assert_eq!(report["overview"]["failed"], 5);
    let slowest = report["slow"]["slowest"].as_array().unwrap();
    assert!(slowest.is_empty(), "{slowest:?}");
}

#[test]
fn filters_leave_rows_out_and_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path(), "p.csv", csv(&rows()));
    let used = |line: &str| {
        report_json(line, &[&file])["input"]["rows_used"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(used("--where host=pc2"), 30);
    assert_eq!(used("--where host=pc2 --where host=pc1"), 60);
    assert_eq!(
        used("--where region=ukwest --where cause=connect-timeout"),
        5
    );
    assert_eq!(used("--since 2026-11-22T10:00:30Z"), 30);
    assert_eq!(used("--until 2026-11-22T10:00:30Z"), 30);
    assert_eq!(
        used("--time-zone Europe/Berlin --since 2026-11-22T11:00:50"),
        10
    );
    let report = report_json("--where host=pc2", &[&file]);
    assert_eq!(report["filters"][0], "--where host=pc2");
    assert_eq!(
        report["overview"]["missed_slots"],
        Value::Null,
        "the other host's are not missed"
    );
    for none in [
        "--where host=PC2 --where region=westeurope",
        "--since 2026-11-23",
    ] {
        let said = run_report(none, &[&file]);
        assert_eq!(said.code, Some(1), "{none}");
        let wanted = "the filters leave none of 60 rows, which go from 2026-11-22 10:00:00Z";
        said.err_has(wanted);
    }
}

#[test]
fn hours_and_days_are_those_of_the_zone() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path(), "p.csv", csv(&rows()));
    let hour = |zone: &str| {
        let report = report_json(&format!("--time-zone {zone}"), &[&file]);
        let tables = report["tables"].as_array().unwrap().clone();
        let table = tables
            .iter()
            .find(|table| table["by"][0] == "hour")
            .unwrap();
        table["groups"][0]["key"][0].as_str().unwrap().to_owned()
    };
    assert_eq!(hour("utc"), "10");
    assert_eq!(hour("Europe/Berlin"), "11");
    assert_eq!(hour("+05:30"), "15");
}

#[test]
fn any_columns_make_a_table() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path(), "p.csv", csv(&rows()));
    let report = report_json("--by host,region --by slot", &[&file]);
    let tables = report["tables"].as_array().unwrap();
    let by = |name: &str| {
        tables
            .iter()
            .find(|table| table["by"][0] == name && table["by"].as_array().unwrap().len() < 3)
    };
    let slots = by("slot").unwrap();
    // numbers are in the order of numbers
    assert_eq!(slots["groups"][2]["key"][0], "2");
    assert_eq!(slots["groups"].as_array().unwrap().len(), 60);
    let pairs = tables
        .iter()
        .find(|table| table["by"] == serde_json::json!(["host", "region"]))
        .unwrap();
    assert_eq!(
        pairs["groups"][1]["key"],
        serde_json::json!(["pc2", "ukwest"])
    );
    assert_eq!(pairs["groups"][1]["connect"]["n"], 25);
    assert_eq!(pairs["groups"][1]["connect"]["min_ms"], 20.1);
    let said = run_report("--by colour", &[&file]).ended(2);
    said.err_has("no file has a column `colour`; there are ");
}

#[test]
fn groups_beyond_the_cap_are_put_together_and_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path(), "p.csv", csv(&rows()));
    let report = report_json("--by slot --max-groups 7", &[&file]);
    for table in report["tables"].as_array().unwrap() {
        let groups = table["groups"].as_array().unwrap();
        assert!(groups.len() <= 7, "{}", table["by"]);
        let sum: u64 = groups
            .iter()
            .map(|group| group["n"].as_u64().unwrap())
            .sum();
        let more = table["overflow"]["n"].as_u64().unwrap_or(0);
        assert_eq!(sum + more, 60, "{}", table["by"]);
        let is_slots = table["by"][0] == "slot";
        assert_eq!(
            table["overflow"]["key"][0] == "(other)",
            is_slots,
            "{}",
            table["by"]
        );
    }
}

#[test]
fn the_tables_fit_eighty_columns_and_have_no_colours_in_a_pipe() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows = rows();
    let long = "x".repeat(63);
    rows.push(row(
        100,
        &format!("{long}.{long}"),
        "westeurope",
        "",
        "1016000",
    ));
    let file = file(dir.path(), "p.csv", csv(&rows));
    let said = run_report("--by region --by host --by address --top 0", &[&file]);
    assert!(!said.stdout.contains('\x1b'));
    let said_all = run_report("", &[&file]);
    for line in said
        .stdout
        .lines()
        .chain(said_all.stdout.lines())
        .filter(|line| !line.contains(&long))
    {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let region = said
        .stdout
        .lines()
        .find(|line| line.starts_with("ukwest"))
        .unwrap();
    let cells: Vec<&str> = region.split_whitespace().collect();
    assert_eq!(cells[..3], ["ukwest", "30", "5"], "{region}");
    assert_eq!(cells[4], "20.1", "{region}");
    let slowest = said_all
        .stdout
        .lines()
        .find(|line| line.contains("52.112.0.0  westeurope"));
    let slowest = slowest.unwrap_or_else(|| panic!("{}", said_all.stdout));
    assert!(slowest.contains("likely a lost"), "{slowest}");
}

#[test]
fn a_report_is_had_as_csv_and_as_markdown() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows = rows();
    rows.push(row(100, "=cmd|'x'", "a|b", "", "1000"));
    let file = file(dir.path(), "p.csv", csv(&rows));
    let said = run_report("--format csv --by host --metric connect", &[&file]);
    let mut reader = ::csv::Reader::from_reader(said.stdout.as_bytes());
    let read: Vec<_> = reader.records().map(Result::unwrap).collect();
    let read: Vec<_> = read.iter().filter(|line| &line[0] == "host").collect();
    assert_eq!(read.len(), 3);
    assert_eq!(&read[0][1], "'=cmd|'x'", "no formula for a spreadsheet");
    assert_eq!(
        (&read[2][1], &read[2][3], &read[2][7], &read[2][8]),
        ("pc2", "30", "25", "20100")
    );
    let said = run_report("--format markdown", &[&file]);
    said.out_has("| ukwest | 30 | 5 | 25 | 20.10 |");
    assert!(
        said.stdout.contains("a\\|b"),
        "a bar in a name is no column"
    );
}

#[test]
fn broken_input_is_counted_named_and_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows = rows();
    rows.insert(3, "\"2026-11-22 10:00:02".to_owned());
    rows.insert(7, "\"a\",\"b\"".to_owned());
    let mut text = csv(&rows);
    text.push_str("\"2026-11-22 10:59:59.000000Z\",\"tr.teams");
    let broken = file(dir.path(), "broken.csv", &text);
    let empty = file(dir.path(), "empty.csv", "");
    let report = report_json("--skip-unreadable", &[&broken, &empty, dir.path()]);
    assert_eq!(report["overview"]["rows"], 60, "{:?}", problems(&report));
    let found = problems(&report);
    assert!(
        found.iter().any(|problem| problem.starts_with("5: ")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|problem| problem.starts_with("9: ") && problem.contains('2')),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|problem| problem.contains("middle of a line")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|problem| problem.contains("empty")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|problem| problem.contains("directory")),
        "{found:?}"
    );
    let said = run_report("--strict", &[&broken]).ended(1);
    said.err_has("--strict");
    said.out_has("Problems in the input");
}

#[test]
fn nothing_to_read_is_an_error_that_names_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let said = run_report("", &[&dir.path().join("none-*.csv")]).ended(3);
    said.err_has("none-*.csv");
    let said = run_report(
        "",
        &[&file(
            dir.path(),
            "picture.csv",
            [0x89, b'P', b'N', b'G', 0, 1, 2, 255],
        )],
    )
    .ended(3);
    said.err_has("no row could be read");
    // a header alone is a run without rows
    let said = run_report("", &[&file(dir.path(), "header.csv", format!("{HEAD}\n"))]).ended(0);
    said.out_has("1 file, 0 rows");
}

#[test]
fn a_file_that_is_left_out_is_told_on_stderr_with_code_1_and_with_3_when_all_are() {
    let dir = tempfile::tempdir().unwrap();
    let good = file(dir.path(), "good.csv", csv(&rows()));
    let header = file(dir.path(), "header.csv", format!("{HEAD}\n"));
    let foreign = file(dir.path(), "sales.csv", "article;price\nnail;2\n");
    let picture = file(dir.path(), "picture.csv", [0x89, b'P', b'N', b'G', 0, 1]);
    let folder = dir.path().join("folder.csv");
    std::fs::create_dir(&folder).unwrap();
    let missing = dir.path().join("missing.csv");
    let dangling = dir.path().join("dangling.csv");
    // elsewhere it is one more that is missing
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
    let empty = file(dir.path(), "empty.csv", "");
    for bad in [&foreign, &picture, &folder, &missing, &dangling, &empty] {
        for format in ["table", "json", "csv", "markdown"] {
            let line = format!("--format {format}");
            let said = run_report(&line, &[&good, bad]);
            assert_eq!(said.code, Some(1), "{format} {}", said.stderr);
            let error = format!("turnprobe: error: {}: ", bad.display());
            assert_eq!(said.stderr.matches(&error).count(), 1, "{}", said.stderr);
            assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
            assert!(said.stdout.contains("westeurope"), "{format}");
            let said = run_report(&format!("{line} --skip-unreadable"), &[&good, bad]).ended(0);
            let note = format!("turnprobe: note: {}: ", bad.display());
            said.err_has(&note);
        }
        for line in ["", "--skip-unreadable"] {
            run_report(line, &[bad]).ended(3);
            let said = run_report(line, &[bad, &folder]).ended(3);
            said.err_has(bad.to_str().unwrap());
        }
        // a header alone is a run without rows, which can be read
        assert_eq!(run_report("", &[&header, bad]).code, Some(1));
        run_report("--skip-unreadable", &[&header, bad]).ended(0);
    }
    // beside others too: its name stands among the notes
    let said = run_report("", &[&good, &header]).ended(0);
    said.out_has("header.csv: a header and no rows");
    // what is read once is not left out
    let said = run_report("", &[&good, &good]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
}

#[test]
fn files_far_apart_that_overlap_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let long: Vec<String> = (0..600)
        .map(|second| row(second, "pc1", "ukwest", "", "20000"))
        .collect();
    let a = file(dir.path(), "a.csv", csv(&long));
    let b = file(dir.path(), "b.csv", csv(&long[1..]));
    let report = report_json("", &[&a, &b]);
    let series = &report["series"][0];
    let found = &report["input"]["problems"];
    let late = series["rows_out_of_order"].as_u64().unwrap();
    assert!(late > 400, "{series}");
    assert_eq!(found[0]["file"], b.to_str().unwrap());
    assert_eq!(found[0]["count"], late, "{found}");
    let overlap = found[1]["what"].as_str().unwrap();
    let wanted = format!("overlaps {} in time by 9 min 58 s", a.display());
    assert!(overlap.starts_with(&wanted), "{found}");
}

#[test]
fn standard_input_and_json_lines_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let rows_file = dir.path().join("p.jsonl");
    let mut probe = turnprobe("probe --lab -n 6 -i 0 --quiet --output");
    assert!(output(probe.arg(&rows_file)).status.success());
    let mut child = start(turnprobe("report --format json -").stdin(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(&std::fs::read(&rows_file).unwrap())
        .unwrap();
    drop(stdin);
    let report: Value = serde_json::from_str(&finished(child).stdout).unwrap();
    assert_eq!(report["overview"]["ok"], 6);
    assert_eq!(report["overview"]["missed_slots"], 0);
    assert_eq!(report["input"]["files"][0]["name"], "-");
    assert_eq!(report["addresses"]["in_teams_range_percent"], 100.0);
}

#[test]
fn the_page_is_written_and_a_file_that_is_no_page_is_spared() {
    let dir = tempfile::tempdir().unwrap();
    let rows = file(dir.path(), "p.csv", csv(&rows()));
    let page = dir.path().join("report.html");
    for _ in 0..2 {
        let said = run_report(&format!("--html {}", page.display()), &[&rows]).ended(0);
        said.err_has(&page.display().to_string());
    }
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(
        text.contains("<svg")
            && text.contains("westeurope")
            && text.trim_end().ends_with("</html>"),
        "{}",
        text.len()
    );
    // a file of rows is kept, whatever its name says
    let said = run_report(&format!("--html {}", rows.display()), &[&rows]).ended(2);
    said.err_has("HTML page");
    let named = dir.path().join("rows.html");
    std::fs::copy(&rows, &named).unwrap();
    let said = run_report(&format!("--html {}", named.display()), &[&rows]).ended(3);
    said.err_has("something other than a page");
    assert_eq!(
        std::fs::read(&named).unwrap(),
        std::fs::read(&rows).unwrap()
    );
    assert!(
        std::fs::read_to_string(&rows)
            .unwrap()
            .starts_with("\"started_utc\"")
    );
    let nowhere = dir.path().join("none").join("report.html");
    let said = run_report(&format!("--html {}", nowhere.display()), &[&rows]).ended(3);
    said.err_has("there is no directory");
}

#[cfg(unix)]
#[test]
fn a_page_keeps_its_rights_and_the_link_that_leads_to_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let dir = tempfile::tempdir().unwrap();
    let rows = file(dir.path(), "p.csv", csv(&rows()));
    let (page, link) = (dir.path().join("page.html"), dir.path().join("link.html"));
    std::fs::write(&page, "<!DOCTYPE html>old").unwrap();
    std::fs::set_permissions(&page, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("page.html", &link).unwrap();
    let is_page = |path: &Path| std::fs::read_to_string(path).unwrap().ends_with("</html>");
    for existing in [true, false] {
        if !existing {
            std::fs::remove_file(&page).unwrap();
        }
        run_report(&format!("--html {}", link.display()), &[&rows]).ended(0);
        assert!(link.is_symlink() && is_page(&page), "{existing}");
        let mode = std::fs::metadata(&page).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode == 0o640, existing, "{mode:o}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
    }
}

#[cfg(unix)]
#[test]
fn a_page_goes_into_a_pipe_and_to_stdout() {
    let dir = tempfile::tempdir().unwrap();
    let rows = file(dir.path(), "p.csv", csv(&rows()));
    let pipe = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let name = pipe.clone();
    let reader = std::thread::spawn(move || std::fs::read_to_string(name).unwrap());
    run_report(&format!("--html {}", pipe.display()), &[&rows]).ended(0);
    let page = reader.join().unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));

    let into_pipe = run_report("--html /dev/stdout --format csv", &[&rows]).stdout;
    assert!(into_pipe.starts_with(&page));
    let tables = &into_pipe[page.len()..];
    assert!(tables.contains("westeurope"), "{tables}");
    // the tables do not write over the page
    let out = dir.path().join("out");
    let mut command = turnprobe("report --html /dev/stdout --format csv");
    command
        .arg(&rows)
        .stdout(std::fs::File::create(&out).unwrap());
    assert!(output(&mut command).status.success());
    assert_eq!(std::fs::read_to_string(&out).unwrap(), into_pipe);
    // nobody listens: nothing is left behind
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
}

#[cfg(unix)]
#[test]
fn a_report_that_is_killed_leaves_the_old_page_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("page.html");
    let new = dir.path().join("new.html");
    std::fs::write(&page, "<!DOCTYPE html>old").unwrap();
    for name in [&page, &new] {
        let mut command = turnprobe("report - --html");
        let mut child = start(command.arg(name).stdin(Stdio::piped()));
        let mut stdin = child.stdin.take().unwrap();
        // more than a pipe holds: the reading is under way then
        for _ in 0..20 {
            stdin.write_all(csv(&rows()).as_bytes()).unwrap();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&page).unwrap(),
        "<!DOCTYPE html>old"
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn ctrl_c_prints_what_was_read_so_far_and_says_so() {
    let mut child = start(turnprobe("report --format json -").stdin(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    // more rows than a batch holds, and no end
    let many: Vec<String> = (0..3_000)
        .map(|second| row(second, "pc1", "ukwest", "", "20000"))
        .collect();
    for _ in 0..4 {
        stdin.write_all(csv(&many).as_bytes()).unwrap();
    }
    // the reading is under way when nothing more fits into the pipe
    let pid = child.id().to_string();
    std::thread::sleep(std::time::Duration::from_secs(1));
    std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .unwrap();
    let said = finished(child);
    drop(stdin);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    said.err_has("interrupted");
    let report: Value = said.json();
    assert_eq!(report["interrupted"], true);
    assert!(report["overview"]["rows"].as_u64().unwrap() >= 3_000);
}

#[test]
fn wrong_options_are_told_with_the_fix() {
    for (line, wanted) in [
        ("--where region", "COLUMN=VALUE"),
        ("--since soon", "2026-11-22"),
        ("--time-zone Berlin", "Europe/Berlin"),
        ("--by region,,hour", "--by region,hour"),
        (
            "--since 2026-11-22 --until 2026-11-21",
            "--since is not before --until",
        ),
    ] {
        let said = run_report(line, &[Path::new("p.csv")]);
        assert_eq!(said.code, Some(2), "{line}");
        assert!(said.stderr.contains(wanted), "{line}: {}", said.stderr);
    }
}

#[test]
fn times_that_are_none_are_left_out_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows = rows();
    for (second, odd) in [
        "33ms",
        "1.234,5",
        "0x21",
        "nan",
        "1e300",
        "12345678901234567890",
    ]
    .iter()
    .enumerate()
    {
        rows.push(row(
            100 + u32::try_from(second).unwrap(),
            "pc1",
            "westeurope",
            "",
            odd,
        ));
    }
    rows.push(row(110, "pc1", "westeurope", "", "-1"));
    let report = report_json("", &[&file(dir.path(), "p.csv", csv(&rows))]);
    let found = problems(&report);
    assert_eq!(
        found,
        [
            "62: 7 lines of probes that worked, without a time of the connect or answer that can be read: nobody knows whether these were slow",
            "62: 6 cells of the column connect_us cannot be read or are impossible, the first is `33ms`; they are left out"
        ]
    );
    let groups = &report["tables"][0]["groups"];
    assert_eq!(
        (&groups[1]["n"], &groups[1]["connect"]["n"]),
        (&37.into(), &30.into())
    );
    assert_eq!(groups[1]["connect"]["max_ms"], 25.8);
}

#[test]
fn the_worst_series_stands_first_and_the_others_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows: Vec<String> = (0..15)
        .flat_map(|host| {
            (0..4).map(move |second| row(second, &format!("pc{host:02}"), "ukwest", "", "20000"))
        })
        .collect();
    rows.push(row(10, "pc14", "ukwest", "connect-timeout", ""));
    let said = run_report("", &[&file(dir.path(), "p.csv", csv(&rows))]);
    let at = said.stdout.find("Availability and outages").unwrap();
    let first = said.stdout[at..]
        .lines()
        .find(|line| line.starts_with("pc"))
        .unwrap();
    assert!(first.starts_with("pc14"), "{first}");
    assert!(
        said.stdout[at..].contains("and 5 more; --top 0 shows all"),
        "{}",
        said.stdout
    );
}

#[test]
fn more_series_than_are_told_apart_do_not_mix_with_one_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<String> = (0..1_100)
        .flat_map(|host| {
            let cause = if host < 1_000 { "" } else { "connect-timeout" };
            (0..2).map(move |second| row(second, &format!("pc{host:04}"), "ukwest", cause, "20000"))
        })
        .collect();
    let report = report_json("", &[&file(dir.path(), "p.csv", csv(&rows))]);
    let series = report["series"].as_array().unwrap();
    assert_eq!(series.len(), 1_001);
    assert!(
        series[..1_000]
            .iter()
            .all(|series| series["rows"] == 2 && series["ok"] == 2)
    );
    let other = &series[1_000];
    is(other, json!({"host": "(other)", "rows": 200, "outages": 0}));
}

#[test]
fn a_stranger_s_text_drives_no_terminal_and_takes_no_memory() {
    let dir = tempfile::tempdir().unwrap();
    let long = "x".repeat(60_000);
    let mut rows: Vec<String> = (0..200)
        .map(|second| row(second, &format!("{long}{second}"), "ukwest", "", "20000"))
        .collect();
    rows.push(row(300, "a\u{202e}b\u{9b}c", "ukwest", "", "20000"));
    let path = file(dir.path(), "p.csv", csv(&rows));
    let said = run_report("--format json", &[&path]);
    assert!(said.stdout.len() < 1_000_000, "{}", said.stdout.len());
    assert!(said.stdout.contains("a\\u202eb"), "escaped in the JSON");
    assert!(!said.stdout.contains('\u{202e}') && !said.stdout.contains('\u{9b}'));
    let report: Value = said.json();
    assert_eq!(
        report["series"].as_array().unwrap().len(),
        201,
        "long names are told apart"
    );
}

#[test]
fn an_answered_error_fails_and_is_no_outage() {
    let dir = tempfile::tempdir().unwrap();
    let probes = dir.path().join("p.csv");
    let mut probe =
        turnprobe("probe --lab --transport udp --lab-fault turn-500 -n 3 -i 0 --quiet --output");
    output(probe.arg(&probes));
    let report = report_json("", &[&probes]);
    assert_eq!(report["overview"]["failed"], 3);
    let series = &report["series"][0];
    is(series, json!({"ok": 0, "answered": 3, "outages": 0}));
    assert_eq!(report["overview"]["answered"], 3);
    let said = run_report("", &[&probes]);
    let wanted = "3 answered with an error: the path worked";
    let told = said.stdout.split_whitespace().collect::<Vec<_>>();
    assert!(told.join(" ").contains(wanted), "{}", said.stdout);
    // its round trip counts: three values by region
    let tables = report["tables"].as_array().unwrap();
    let udp = tables
        .iter()
        .find(|table| table["by"][0] == "transport")
        .unwrap();
    assert_eq!(udp["groups"][0]["turn"]["n"], 3, "{udp}");
}

#[test]
fn another_dialect_s_name_of_a_column_is_understood() {
    let dir = tempfile::tempdir().unwrap();
    let early = "\"datetime\",\"Computername\",\"remoteip\",\"Port\",\"Status\",\"connecttimems\",\"tlstimems\"\n\
                 \"2021-02-01 00:22:51Z\",\"tr.teams.microsoft.com\",\"52.114.251.80\",\"443\",\"OK\",\"33\",\"112\"\n";
    let report = report_json(
        "--where remotehost=tr.teams.microsoft.com",
        &[&file(dir.path(), "early.csv", early)],
    );
    assert_eq!(report["input"]["rows_used"], 1);
}

#[test]
fn bursts_are_put_together_with_their_verdicts() {
    let dir = tempfile::tempdir().unwrap();
    let rows = dir.path().join("bursts.csv");
    let mut probe =
        turnprobe("probe --lab --transport udp --burst 50/s --for 1s -n 2 --quiet --output");
    assert!(output(probe.arg(&rows)).status.success());
    let read: Vec<_> = ::csv::Reader::from_path(&rows)
        .unwrap()
        .into_deserialize::<std::collections::HashMap<String, String>>()
        .map(Result::unwrap)
        .collect();
    let sum = |name: &str| {
        read.iter()
            .map(|row| row[name].parse::<u64>().unwrap())
            .sum::<u64>()
    };
    let report = report_json("", &[&rows]);
    assert_eq!(report["input"]["files"][0]["dialect"], "turnprobe bursts");
    let burst = &report["bursts"][0];
    is(burst, json!({"bursts": 2, "mode": "burst"}));
    assert_eq!(
        (burst["sent"].as_u64(), burst["lost"].as_u64()),
        (Some(sum("sent")), Some(sum("lost")))
    );
    assert_eq!(burst["rtt_p50"]["n"], 2);
    let verdicts = burst["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 5);
    for verdict in verdicts {
        let told = ["pass", "fail", "too_few"].map(|word| verdict[word].as_u64().unwrap());
        assert_eq!(told.iter().sum::<u64>(), 2, "{verdict}");
    }
    let said = run_report("", &[&rows]);
    said.out_has("Against Microsoft's table");
    let page = dir.path().join("report.html");
    run_report(&format!("--html {}", page.display()), &[&rows]).ended(0);
    assert!(
        std::fs::read_to_string(&page)
            .unwrap()
            .contains("Quality over UDP")
    );
}

#[test]
fn a_report_without_a_row_leaves_the_page_that_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("page.html");
    let line = "report tests/data/report/hosts.csv --html".to_owned();
    let code = |more: &str| {
        let mut command = turnprobe(&line);
        command.arg(&page).args(more.split_whitespace());
        finished(start(&mut command)).code
    };
    assert_eq!(code(""), Some(0));
    let whole = std::fs::read(&page).unwrap();
    assert_eq!(code("--where host=nobody"), Some(1));
    assert_eq!(std::fs::read(&page).unwrap(), whole);
}
