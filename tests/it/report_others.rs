//! `turnprobe report` on files of other programs: those that are refused, and those that have tables of their own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command::{file, finished, has, is, report, report_json, start, turnprobe};

const OURS: &str =
    "started_utc,remoteip,Status,connect_us\n2026-11-22 10:00:00.000000Z,52.112.0.1,OK,20000\n";

const SALES: &str = "timestamp,region,cost\n2025-07-01 10:00:05,westeurope,12\n";

/// Three rows in which none, a part and all of the pings are lost, between repeated headers. By hand: 15 pings, 8 lost;
/// the answered ones took 20 x 5 = 100 ms together, and the two of the second row 12 x 5 = 60.
const PINGS: &str = "Timestamp,RemoteIP,Min,Avg,Max,Total,Lost\r\n20181114014500,192.0.2.1,18,20,25,5,0\r\n\
                     Timestamp,RemoteIP,Min,Avg,Max,Total,Lost\r\n20181114014505,192.0.2.1,29,12,31,5,3\r\n\
                     Timestamp,RemoteIP,Min,Avg,Max,Total,Lost\r\n20181114014510,192.0.2.1,0,9999999,0,5,5\r\n";

/// The first row is published of a system with a decimal comma, the second of one without.
const TEAMS: &str = "Timestamp-UTC,LossRate-%,AverageLatency-Ms,AverageJitter-Ms,Protocol,LocalIP,RemoteIP,ProxyUsed,ReflexiveIP\n\
                     2022-06-07-08:54:26,0,75,69,95,32,UDP,10.0.10.52:50013,52.114.231.159:3478,False,31.45.200.124:50013\n\
                     2022-06-08-08:14:13,0,66.93,72.16,UDP,10.0.10.52:50019,52.114.254.107:3478,False,31.45.200.124:50019\n\
                     2022-06-08-08:14:18,100,0,0,UDP,10.0.10.52:50019,52.114.254.107:3478,False,31.45.200.124:50019\n\
                     2022-06-08-08:14:23,0,41,5,3,UDP,10.0.10.52:50019,52.114.254.107:3478,False,31.45.200.124:50019\n";

const SKYPE: &str = "CallStartTime\tPacketLossRate\tRoundTripLatencyInMs\tPacketsSent\tPacketsReceived\tAverageJitterInMs\tPacketReorderRatio\r\n\
                     18/03/2020 14:51:05\t0,00235849056603774\t41\t848\t846\t47,4421\t0\r\n\
                     04/03/2020 14:51:05\t0\t118,5\t200\t150\t7,5579\t0,05\r\n";

fn json(text: &str) -> Value {
    let dir = tempfile::tempdir().unwrap();
    report_json("", &[file(dir.path(), "it.csv", text)])
}

fn is_near(found: &Value, expected: f64) -> bool {
    found
        .as_f64()
        .is_some_and(|found| (found - expected).abs() < 1e-9)
}

#[test]
fn a_file_of_somebody_else_is_refused_and_is_mixed_into_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, sales) = (
        file(dir.path(), "ours.csv", OURS),
        file(dir.path(), "sales.csv", SALES),
    );
    let refused = "sales.csv: not a file of probes: its columns are timestamp, region, cost; missing are two columns";
    for (line, files, code) in [
        ("--format json", vec![sales.as_path()], 3),
        ("--format json", vec![&ours, &sales], 1),
        ("--format json --strict", vec![&ours, &sales], 1),
        ("--format json --skip-unreadable", vec![&ours, &sales], 0),
    ] {
        let said = report(line, &files);
        assert_eq!(said.code, Some(code), "{line} {}", said.stderr);
        assert!(said.stderr.contains(refused), "{line} {}", said.stderr);
        let report: Value = said.json();
        assert_eq!(report["overview"]["rows"], files.len() - 1, "{line}");
    }
    let said = report("", &[&ours, &sales]);
    let written_by = |name: &str, by: &str| {
        let mut lines = said.stdout.lines();
        let files = lines.any(|line| line.starts_with("file ") && line.contains("written by"));
        files && said.stdout.contains(name) && said.stdout.contains(by)
    };
    assert!(written_by("ours.csv", "turnprobe"), "{}", said.stdout);
    assert!(written_by("sales.csv", "not read"), "{}", said.stdout);
}

#[test]
fn an_unknown_word_is_no_failure_of_the_relay_and_an_error_under_strict() {
    let dir = tempfile::tempdir().unwrap();
    for (head, words, rows) in [
        ("Status", ["OK", "Completed"], 1),
        ("tls_path", ["direct", "bogus"], 2),
    ] {
        let [more, said] = match head {
            "Status" => ["", ""],
            _ => ["Status,", "OK,"],
        };
        let mut text = format!("started_utc,remoteip,connect_us,{more}{head}\n");
        for word in words {
            text.push_str("2026-11-22 10:00:00.000000Z,52.112.0.1,20000,");
            text.push_str(said);
            text.push_str(word);
            text.push('\n');
        }
        let path = file(dir.path(), "p.csv", &text);
        let said = report("--format json", &[&path]).ended(0);
        let told: Value = said.json();
        is(&told["overview"], json!({"rows": rows, "failed": 0}));
        let problem = &told["input"]["problems"][0];
        let what = problem["what"].as_str().unwrap();
        has(
            what,
            &format!("in the column {head}, the first \"{}\"", words[1]),
        );
        is(problem, json!({"line": 3, "count": 1}));
        assert_eq!(report("--strict", &[&path]).code, Some(1));
    }
}

// 250 of 1,500 are 16.7 %
#[test]
fn bursts_that_do_not_say_what_was_lost_say_it_by_what_came_back() {
    let dir = tempfile::tempdir().unwrap();
    let text = "started_utc,run_id,mode,host,remotehost,Port,Status,sent,received,rtt_p50_us\n\
                2026-11-22 10:00:00.000000Z,r,burst,pc1,relay.test,3478,OK,750,500,26000\n\
                2026-11-22 10:01:00.000000Z,r,burst,pc1,relay.test,3478,OK,750,750,26000\n";
    let path = file(dir.path(), "b.csv", text);
    let report: Value = report_json("", &[&path]);
    let burst = &report["bursts"][0];
    is(
        burst,
        json!({"bursts": 2, "answered": 2, "sent": 1_500, "lost": 250}),
    );
    assert_eq!(burst["rtt_p50"]["n"], 2, "{burst}");
}

// a spreadsheet that kept the numbers and not the verdicts: 250 of 750 are a third, and Microsoft allows 1 %
#[test]
fn bursts_without_verdicts_are_judged_by_what_they_lost() {
    let dir = tempfile::tempdir().unwrap();
    for (lost, colour, code) in [(250, "red", "quality"), (0, "green", "quality-unknown")] {
        let text = format!(
            "started_utc,run_id,mode,host,remotehost,Port,Status,sent,received,lost,rtt_p50_us\n\
             2026-11-22 10:00:00.000000Z,r,burst,pc1,relay.test,3478,OK,750,{},{lost},26000\n\
             2026-11-22 10:01:00.000000Z,r,burst,pc1,relay.test,3478,OK,750,750,0,26000\n",
            750 - lost
        );
        let report = report_json("", &[&file(dir.path(), "b.csv", text)]);
        assert_eq!(report["verdict"]["colour"], colour, "{lost}");
        is(&report["findings"][0], json!({"code": code}));
    }
}

#[test]
fn tests_of_the_assessment_tool_that_measured_nothing_are_no_answers() {
    let head = SKYPE.lines().next().unwrap();
    let none =
        "18/03/2020 14:51:05\tNaN\tNaN\t0\t0\tNaN\tNaN\r\n18/03/2020 14:56:05\t\t\t\t\t\t\r\n";
    let report = json(&format!("{head}\r\n{none}"));
    is(
        &report["assessments"][0],
        json!({"tests": 0, "untold": 2, "failed": 0}),
    );
    assert_eq!(report["verdict"]["colour"], "none");
    let report = json(&format!("{SKYPE}{none}"));
    is(&report["assessments"][0], json!({"tests": 2, "untold": 2}));
}

// its column of the answer is that of its last packet, which looks for the distance
#[test]
fn a_relay_that_answered_end2end_udp_is_no_silent_one() {
    let head = "remoteudpport,minroundtrip,successrttcount,failedrttcount,remoteip,answerreceived,averagertt,maxroundtrip\n";
    let rows = |row: &str| json(&format!("{head}{}", row.repeat(10)));
    let report = rows("3478,14,5,0,192.0.2.1,False,16,24\n");
    is(&report["overview"], json!({"rows": 10, "failed": 0}));
    let report = rows("3478,0,0,5,192.0.2.1,False,0,0\n");
    is(&report["overview"], json!({"rows": 10, "failed": 10}));
}

// five probes that work, and five that fail, whose roll-ups contradict themselves without their causes
#[test]
fn roll_ups_that_are_left_out_may_have_failed_and_make_no_green() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("r.csv");
    for (fault, code) in [("", 0), ("--lab-fault reset", 1)] {
        let line = format!("probe --lab -n 5 -i 10ms -q --rollup 1h {fault}");
        let mut command = turnprobe(&line);
        finished(start(command.arg("-o").arg(&path))).ended(code);
    }
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"causes\"", "\"reasons\"")).unwrap();
    let report: Value = report_json("", &[&path]);
    assert_eq!(report["overview"]["failed"], 0);
    assert_eq!(report["verdict"]["colour"], "amber", "{report:#}");
    let found = report["findings"].as_array().unwrap();
    assert!(found.iter().any(|one| one["code"] == "unknown-outcome"));
}

#[test]
fn pings_of_end2end_have_a_table_of_their_own() {
    let report = json(PINGS);
    let pings = report["pings"].as_array().unwrap();
    assert_eq!(pings.len(), 1);
    let one = &pings[0];
    for (name, expected) in [
        ("rows", 3),
        ("failed", 1),
        ("pings", 15),
        ("lost", 8),
        ("min_ms", 18),
        ("max_ms", 31),
        ("timed", 7),
    ] {
        assert_eq!(one[name], expected, "{name}");
    }
    // (5 x 20 + 5 x 12) / 7 answered ones
    assert!(is_near(&one["mean_ms"], 160.0 / 7.0), "{one}");
    assert!(is_near(&one["answered_percent"], 700.0 / 15.0), "{one}");
    assert_eq!(report["overview"]["rows"], 0);
    assert_eq!(report["input"]["problems"].as_array().unwrap().len(), 0);
    assert_eq!(report["input"]["files"][0]["dialect"], "End2End-Ping");
    let notes = report["input"]["notes"].to_string();
    assert!(
        notes.contains("2 repeated headers") && notes.contains("twelve-hour clock"),
        "{notes}"
    );
}

#[test]
fn both_forms_of_the_network_assessment_tool_are_read() {
    let teams = json(TEAMS);
    let one = &teams["assessments"][0];
    is(one, json!({"tests": 3, "failed": 1, "protocol": "UDP"}));
    assert!(is_near(&one["loss_percent"], 100.0 / 3.0), "{one}");
    // a test without answer has no times: (75.69 + 66.93) / 2 and (95.32 + 72.16) / 2
    assert!(is_near(&one["rtt"]["mean_ms"], 71.31), "{one}");
    assert!(is_near(&one["jitter"]["mean_ms"], 83.74), "{one}");
    let what = teams["input"]["problems"][0]["what"].as_str().unwrap();
    assert!(what.contains("more than one way"), "{what}");
    assert_eq!(teams["input"]["files"][0]["first"], "2022-06-07T08:54:26Z");
    let skype = json(SKYPE);
    let one = &skype["assessments"][0];
    // 2 of 848 and 50 of 200; of these the tool says 0
    assert!(
        is_near(&one["loss_percent"], f64::midpoint(200.0 / 848.0, 25.0)),
        "{one}"
    );
    assert!(
        is_near(&one["told_loss_percent"], 0.117_924_528_301_887),
        "{one}"
    );
    assert!(is_near(&one["worst_loss_percent"], 25.0), "{one}");
    assert!(is_near(&one["rtt"]["mean_ms"], 79.75), "{one}");
    assert!(is_near(&one["jitter"]["mean_ms"], 27.5), "{one}");
    assert!(is_near(&one["reordered_percent"], 2.5), "{one}");
    assert_eq!(skype["input"]["files"][0]["first"], "2020-03-04T14:51:05Z");
}

#[test]
fn what_other_programs_measured_stands_in_every_form_and_beside_probes() {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        file(dir.path(), "ours.csv", OURS),
        file(dir.path(), "ping.csv", PINGS),
        file(dir.path(), "teams.csv", TEAMS),
        file(dir.path(), "skype.tsv", SKYPE),
    ];
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let page = dir.path().join("page.html");
    let line = format!("--html {}", page.display());
    let text = report(&line, &files).stdout;
    let markdown = report("--format markdown", &files).stdout;
    let html = std::fs::read_to_string(page).unwrap();
    for said in [&text, &markdown, &html] {
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "The only probe succeeded",
            "End2End-Ping: 46.67 % of 15 pings were answered and 53.33 % lost; 1 row without any answer.",
            "Teams Network Assessment Tool: 3 tests over UDP, 1 of them without any answer",
            "Pings (ICMP) of End2End-Ping",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    let csv = report("--format csv", &files).stdout;
    for cell in [
        "\"pings\",\"192.0.2.1\",\"lost\"",
        "\"assessments\",\"Teams Network Assessment Tool UDP\",\"tests\"",
    ] {
        assert!(csv.contains(cell), "{cell}: {csv}");
    }
}

/// An hour of rows with a minute each, of which two in the middle were not answered.
fn silent_minutes(dir: &Path, mode: &str, sent: u64) -> Value {
    let mut text = "started_utc,run_id,mode,host,remotehost,Port,Status,cause,seconds,interval_us,sent,received,lost\n".to_owned();
    for minute in 0..60 {
        let (status, cause, received) = match minute {
            10 | 11 => ("turn-silent", "turn-silent", 0),
            _ => ("OK", "", sent),
        };
        let lost = sent - received;
        let _ = writeln!(
            text,
            "2026-11-22 10:{minute:02}:00.000000Z,r,{mode},pc1,relay.test,3478,{status},{cause},60,20000,{sent},{received},{lost}"
        );
    }
    report_json("", &[&file(dir, "rows.csv", text)])
}

// the minutes 10:10 and 10:11, up to the answer of 10:12; a fifth of a second is no outage, and between bursts nobody asked
#[test]
fn two_minutes_of_a_watch_without_an_answer_are_an_outage_and_two_bursts_are_lost_not_by_chance() {
    let dir = tempfile::tempdir().unwrap();
    let watch = silent_minutes(dir.path(), "watch", 3_000);
    let found = &watch["findings"][0];
    is(found, json!({"code": "outage", "severity": "fail"}));
    has(
        found["text"].as_str().unwrap(),
        "No answer for 2 min from 2026-11-22 10:10:00Z to 2026-11-22 10:12:00Z",
    );
    is(
        &watch["series"][0],
        json!({"outages": 1, "outages_s": 120.0, "lost_probes": 0}),
    );
    for (mode, sent) in [("burst", 750), ("watch", 10)] {
        let report = silent_minutes(dir.path(), mode, sent);
        is(
            &report["series"][0],
            json!({"outages": 0, "lost_probes": 2}),
        );
        let lost = report["findings"].as_array().unwrap().iter();
        let mut lost = lost.filter(|one| one["code"] == "lost-probes");
        let text = lost.next().unwrap()["text"].as_str().unwrap();
        assert!(!text.contains("by chance"), "{text}");
    }
}

/// Pings saved by programs of data analysis and spreadsheets; by hand, 15 pings, 8 lost, as in [`PINGS`].
#[test]
fn pings_saved_by_another_program_are_the_same_pings() {
    let head = "Timestamp,RemoteIP,Min,Avg,Max,Total,Lost";
    let whole = ["18,20,25,5,0", "29,12,31,5,3", "0,9999999,0,5,5"];
    let floats = [
        "18.0,20.0,25.0,5.0,0.0",
        "29.0,12.0,31.0,5.0,3.0",
        "0.0,9999999.0,0.0,5.0,5.0",
    ];
    let powers = [
        "1.8E+01,2E+01,2.5E+01,5E+00,0E+00",
        "29,12,31,5,3",
        "0,9999999,0,5,5",
    ];
    let of = |head: &str, stamp: &str, rows: &[&str]| {
        let rows = rows
            .iter()
            .map(|row| format!("20181114014500{stamp},192.0.2.1,{row}\n"));
        format!("{head}\n{}", rows.collect::<String>())
    };
    let german = of(
        head,
        ",0",
        &floats
            .map(|row| row.replace(',', ";").replace('.', ","))
            .each_ref()
            .map(String::as_str),
    )
    .replace("14500,0,192.0.2.1,", "14500,0;192.0.2.1;")
    .replace(head, &head.replace(',', ";"));
    for text in [
        of(head, "", &whole),
        of(head, "", &floats),
        of(head, ".0", &floats),
        of(head, "", &powers),
        german,
    ] {
        let report = json(&text);
        let found = &report["pings"][0];
        let counts =
            ["rows", "failed", "pings", "lost", "unreadable"].map(|name| found[name].as_u64());
        assert_eq!(counts, [3, 1, 15, 8, 0].map(Some), "{text}");
        assert_eq!(
            report["input"]["problems"].as_array().unwrap().len(),
            0,
            "{text}"
        );
        assert!(found["first"].is_string(), "{text}");
    }
}

#[test]
fn pings_whose_counts_cannot_be_read_are_a_problem_and_no_green() {
    let head = "Timestamp,RemoteIP,Min,Avg,Max,Total,Lost\n20181114014500,192.0.2.1,10,12,15,5,0\n";
    for counts in ["5,7", "x,0", "5,", "0,0", "-5,0", "4.5,0"] {
        let report = json(&format!(
            "{head}20181114014501,192.0.2.1,10,12,15,{counts}\n"
        ));
        assert_eq!(report["pings"][0]["unreadable"], 1, "{counts}");
        assert_eq!(report["verdict"]["colour"], "amber", "{counts}");
        let problems = report["input"]["problems"].to_string();
        assert!(
            problems.contains("nobody knows what was lost"),
            "{problems}"
        );
    }
}

/// 10 % of 1000 packets are lost where the tool says 0, whatever saved the file; without counts nobody knows.
#[test]
fn packets_of_the_assessment_tool_are_counted_in_whatever_form() {
    let head = SKYPE.lines().next().unwrap();
    let of = |counts: &str| {
        let row = |minute| format!("18/03/2020 14:5{minute}:05\t0\t41\t{counts}\t4\t0\n");
        json(&format!("{head}\n{}{}{}", row(1), row(2), row(3)))
    };
    for counts in [
        "1000\t900",
        "1000.0\t900.0",
        "1E+03\t9E+02",
        "1 000\t900",
        "1\u{202f}000\t900",
        "1'000\t900",
    ] {
        let report = of(counts);
        assert_eq!(report["verdict"]["colour"], "red", "{counts}");
        assert!(
            is_near(&report["assessments"][0]["loss_percent"], 10.0),
            "{report}"
        );
    }
    for counts in ["NaN\tNaN", "x\t900", "\t", "1000\t", "4.5\t3"] {
        let report = of(counts);
        assert_eq!(report["verdict"]["colour"], "amber", "{counts}");
        assert!(
            report["assessments"][0]["loss_percent"].is_null(),
            "{report}"
        );
    }
}

/// A row a minute by the clocks of Berlin; 10 failed from 02:20 to 02:29 of winter time on.
#[test]
fn files_of_a_series_that_is_split_where_summer_time_ends_go_on_from_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let head = "Timestamp,httpbytes,url,avg10,Status,Duration,Message,httpstatuscode";
    let part = |iso: bool, hours: &[u32], winter: bool| {
        let mut text = format!("{head}\n");
        for (hour, minute) in hours
            .iter()
            .flat_map(|hour| (0..60).map(move |minute| (hour, minute)))
        {
            let failed = winter && *hour == 2 && (20..30).contains(&minute);
            let day = if iso { "2026-10-25" } else { "25.10.2026" };
            let rest = if failed {
                ",900,FAIL,0,timeout,"
            } else {
                ",900,OK,50,,200"
            };
            let _ = writeln!(
                text,
                "{day} {hour:02}:{minute:02}:00,7886,https://relay.example/f{rest}"
            );
        }
        text
    };
    for iso in [false, true] {
        let name = |part: u8| format!("{iso}-{part}.csv");
        let files = [
            file(dir.path(), &name(1), part(iso, &[0, 1, 2], false)),
            file(dir.path(), &name(2), part(iso, &[2, 3, 4], true)),
        ];
        let report = report_json("--time-zone Europe/Berlin", &files);
        assert_eq!(report["overview"]["gaps"], 0, "{iso}");
        assert_eq!(report["overview"]["outages"], 1, "{iso}");
        let first = report["overview"]["first"].as_str().unwrap();
        assert!(first.starts_with("2026-10-24T22:00:00"), "{first}");
        assert!(
            !report["input"]["notes"].to_string().contains("twice"),
            "{report}"
        );
        // the second hour alone
        let alone = file(dir.path(), &name(3), part(iso, &[2], true));
        let report = report_json("--time-zone Europe/Berlin", &[alone]);
        assert!(
            report["input"]["notes"]
                .to_string()
                .contains("60 of its times twice")
        );
    }
}

#[test]
fn answers_beside_a_last_packet_without_one_are_told() {
    let row = "3478,14,5,0,192.0.2.1,False,16,24\n";
    let report = json(&format!(
        "remoteudpport,minroundtrip,successrttcount,failedrttcount,remoteip,answerreceived,averagertt,maxroundtrip\n{row}{row}"
    ));
    let notes = report["input"]["notes"].to_string();
    assert!(
        notes.contains("2 rows have answers (successrttcount)"),
        "{notes}"
    );
}

#[test]
fn what_is_no_json_and_no_text_is_called_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let row =
        r#"{"datetime":"2026-10-01 10:00:00Z","remotehost":"a","connect_us":5,"Status":"OK"}"#;
    let nested =
        r#"{"datetime":{"0":"2026-10-01 10:00:00Z"},"connect_us":{"0":5},"Status":{"0":"OK"}}"#;
    for (name, text, said) in [
        (
            "a.jsonl",
            format!("{row}\n{}\n", row.replace("5,", "NaN,")),
            "it has `NaN`",
        ),
        (
            "b.jsonl",
            format!("{row}\n{}\n", row.replace("\"OK\"", "\"OK\",")),
            "a comma before a closing bracket",
        ),
        (
            "c.jsonl",
            format!("{row}\n{}\n", row.replace(":5", "")),
            "at character",
        ),
        ("d.json", format!("{nested}\n"), "a JSON object of columns"),
        (
            "e.pcapng",
            "\n\r\r\n\0\0\0\u{1c}".to_owned(),
            "a capture of packets",
        ),
    ] {
        let path = file(dir.path(), name, &text);
        let shown = report("", &[&path]).stdout;
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        has(&shown, said);
    }
}

// by hand: 3 of 100 minutes lost, so that ln(0.01/1000)/ln(0.03) = 3.3 rows in a row come by chance in a hundred reports of ten
// such series; but three minutes are 180 packets in a row
#[test]
fn minutes_of_one_watch_of_many_are_an_outage_by_their_packets_and_not_by_their_rows() {
    for minutes in [2, 3] {
        let mut text = "started_utc,run_id,mode,host,remotehost,Port,Status,cause,seconds,interval_us,sent,received,lost\n".to_owned();
        for minute in 0..100 {
            for host in 0..10 {
                let lost = host == 3 && (40..40 + minutes).contains(&minute);
                let (status, cause, received) = if lost {
                    ("turn-silent", "turn-silent", 0)
                } else {
                    ("OK", "", 60)
                };
                let _ = writeln!(
                    text,
                    "2026-11-22 {:02}:{:02}:00.000000Z,r{host},watch,pc{host},relay.test,3478,{status},{cause},60,1000000,60,{received},{}",
                    10 + minute / 60,
                    minute % 60,
                    60 - received
                );
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let report = report_json("", &[&file(dir.path(), "rows.csv", text)]);
        let found = &report["findings"][0];
        is(
            found,
            json!({"code": "outage", "severity": "fail", "n": minutes}),
        );
        let text = found["text"].as_str().unwrap();
        has(text, &format!("No answer for {minutes} min"));
        has(
            text,
            "A row is a minute of a watch, and no packet of it was answered.",
        );
        assert!(!text.contains("by chance"), "{text}");
    }
}

/// Minutes of a watch with a packet a second of which one was lost at least, and what each tells of outages.
fn watched(outages: &[(&str, u64, u64)]) -> String {
    let mut text = "started_utc,run_id,slot,mode,host,remotehost,Port,Status,interval_us,seconds,sent,received,lost,outages,\
                    outages_after_us,outages_us,outages_lost\n"
        .to_owned();
    for (minute, (cells, sent, lost)) in outages.iter().enumerate() {
        let (status, received) = (if lost < sent { "OK" } else { "turn-silent" }, sent - lost);
        let _ = writeln!(
            text,
            "2026-11-22 10:{minute:02}:00.000000Z,r,{minute},watch,pc,relay.test,3478,{status},1000000,60,{sent},{received},\
             {lost},{cells}",
        );
    }
    text
}

// by hand: from 10:01:50 on all packets are lost until 10:03:20, 90 s in three rows; in 10:05 three are, two and four
// seconds long. Of 600 packets 96 are lost, a share of 0.16: ln(0.01 / 600) / ln 0.16 = 6.004, so 7 in a row are no chance
#[test]
fn the_outages_of_a_watch_are_told_to_the_packet_and_those_that_chance_makes_are_not() {
    let mut rows = vec![("0,,,", 60, 0); 10];
    rows[1] = ("1,[50000000],[10000000],[10]", 60, 10);
    rows[2] = ("1,[0],[60000000],[60]", 60, 60);
    rows[3] = ("1,[0],[20000000],[20]", 60, 20);
    rows[5] = (
        "2,\"[10000000,20000000]\",\"[2000000,4000000]\",\"[2,4]\"",
        60,
        6,
    );
    let report = json(&watched(&rows));
    let outages: Vec<_> = report["findings"].as_array().unwrap().iter().collect();
    let outages: Vec<_> = outages
        .iter()
        .filter(|one| one["code"] == "outage")
        .collect();
    assert_eq!(outages.len(), 1, "{}", report["findings"]);
    let [from, to] = ["2026-11-22T10:01:50Z", "2026-11-22T10:03:20Z"];
    is(outages[0], json!({"from": from, "to": to, "n": 90}));
    let burst = &report["bursts"][0];
    is(
        burst,
        json!({"outages": 3, "outages_s": 96.0, "outages_untold": 0}),
    );
    // within a minute only, and none of chance; a row alone says OK
    rows = vec![("0,,,", 60, 0); 10];
    rows[4] = ("1,[30500000],[3000000],[3]", 60, 3);
    let dir = tempfile::tempdir().unwrap();
    let said = self::report("", &[&file(dir.path(), "w.csv", watched(&rows))]);
    said.out_has("No answer for 3 s from 2026-11-22 10:04:30");
    said.out_has("3 packets in a row lost");
    said.out_has("within minutes of a watch 1 outage of 3 s in all");
}

#[test]
fn minutes_of_a_watch_that_lost_packets_and_tell_of_no_outages_leave_it_open() {
    let rows = vec![(",,,", 60, 5); 3];
    let report = json(&watched(&rows));
    is(&report["bursts"][0], json!({"outages_untold": 3}));
    let dir = tempfile::tempdir().unwrap();
    let said = self::report("", &[&file(dir.path(), "w.csv", watched(&rows))]);
    said.out_has("could not tell in 3 minutes of a watch with losses");
}
