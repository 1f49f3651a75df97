//! Files that are something else, or several things in one.

use super::broken::{HEAD, row};
use super::of;

#[test]
fn a_text_with_a_word_that_is_a_column_gives_no_row() {
    for text in [
        "hello\nworld\n",
        "Status\nOK\n",
        "host,label\na,b\n",
        "world,World\na,b\n",
        "well,world,slot\na,b,c\n",
        "host,x\na,b\n",
        "{\"host\":\"a\",\"level\":\"info\"}\n",
        "{\"host\":\"a\",\"label\":\"info\"}\n",
    ] {
        let taken = of(text.repeat(100));
        assert_eq!(taken.rows.len(), 0, "{text}");
        let lines = text.lines().count() as u64 * 100;
        assert_eq!(taken.summary.problems.len(), 1, "{text}");
        assert_eq!(taken.summary.problems[0].count, lines, "{text}");
    }
}

#[test]
fn packets_are_refused() {
    use crate::measure::burst::Packet;
    use crate::schema::RowKind as _;
    let names: Vec<_> = Packet::COLUMNS.iter().map(|c| c.name).collect();
    let cells = ["1"].repeat(names.len()).join(",");
    let csv = format!("{}\n{cells}\n", names.join(","));
    let json = format!("{{\"{}\":1}}\n", names.join("\":1,\"")).repeat(2);
    for text in [csv, json] {
        let taken = of(&text);
        assert_eq!(taken.rows.len(), 0, "{text}");
        assert_eq!(
            taken.problems(),
            [
                "1: packets of a burst or watch: a report reads probes, bursts and held connections; left out"
            ]
        );
    }
}

#[test]
fn utf_8_appended_to_utf_16_is_read() {
    for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
        // wherever the blocks of the reading end
        for (more, mark) in (0..40).flat_map(|more| [(more, ""), (more, "\u{feff}")]) {
            let note = format!(
                "\"2021-02-12 13:46:01Z\",\"{}\",\"OK\"\r\n",
                "x".repeat(more)
            );
            let first = format!("\u{feff}{HEAD}{}{note}", row(1).repeat(800));
            let mut bytes: Vec<u8> = first.encode_utf16().flat_map(bytes_of).collect();
            bytes.extend(format!("{mark}{}\"\",\"M\u{fc}ller\",\"OK\"\n", row(2)).into_bytes());
            let taken = of(&bytes);
            assert_eq!(taken.rows.len(), 803, "{more}");
            assert_eq!(taken.times()[801], "2021-02-12T13:46:02+00:00");
            assert_eq!(taken.column("remoteip")[802], "M\u{fc}ller");
            assert_eq!(
                taken.problems()[0],
                "803: not UTF-16 from here on, as another program appended it: read as UTF-8"
            );
        }
    }
}

#[test]
fn utf_16_whose_bytes_are_in_other_pairs_is_read_on() {
    let units = |text: &str, bytes_of: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    };
    let json = |second: u32| {
        let at = format!("2021-02-12 13:46:{second:02}Z");
        format!("{{\"datetime\":\"{at}\",\"remoteip\":\"52.112.1.1\",\"Status\":\"OK\"}}\r\n")
    };
    for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
        let other_order = if bytes_of(1) == [1, 0] {
            u16::to_be_bytes
        } else {
            u16::to_le_bytes
        };
        // wherever the blocks of the reading end
        for padding in 0..24 {
            let note = format!(
                "\"2021-02-12 13:46:00Z\",\"{}\",\"OK\"\r\n",
                "x".repeat(padding)
            );
            let above = format!("\u{feff}{HEAD}{}{note}", row(1).repeat(800));
            let above = units(&above, bytes_of);
            let below = format!(
                "{}\"2021-02-12 13:46:03Z\",\"M\u{fc}ller\",\"OK\"\n",
                row(2)
            );
            let header = format!("\u{feff}{HEAD}{below}");
            let same = units(&below, bytes_of);
            let join = |parts: &[&[u8]]| parts.concat();
            let lines = [
                ("a byte missing", join(&[&above[..above.len() - 1], &same])),
                ("a byte too many", join(&[&above, b"\n", &same])),
                ("NUL bytes", join(&[&above, &[0; 4095], &same])),
                (
                    "the other order",
                    join(&[&above, &units(&header, other_order)]),
                ),
                (
                    "the other order without a mark",
                    join(&[&above, &units(&below, other_order)]),
                ),
            ];
            for (name, bytes) in lines {
                let taken = of(&bytes);
                assert_eq!(taken.rows.len(), 803, "{name} {padding}");
                assert_eq!(taken.times()[801], "2021-02-12T13:46:02+00:00", "{name}");
                assert_eq!(taken.column("remoteip")[802], "M\u{fc}ller", "{name}");
                let told = "UTF-16 of which a byte is missing or too many";
                let problems = taken.problems();
                let has = problems.iter().any(|one| one.contains(told));
                assert!(has, "{name} {padding}: {problems:?}");
            }
            // torn within a row
            let torn = join(&[&above[..above.len() - 21], &same]);
            assert_eq!(of(&torn).rows.len(), 802, "{padding}");
            let objects = units(&format!("\u{feff}{}", json(1).repeat(300)), bytes_of);
            let more = units(&json(2), bytes_of);
            let torn = of(join(&[&objects[..objects.len() - 1 - 2 * padding], &more]));
            let lost = usize::from(padding > 1);
            assert_eq!(torn.rows.len(), 301 - lost, "{padding}");
        }
    }
}

#[test]
fn utf_16_of_no_latin_letters_stays_in_its_pairs() {
    // of each code unit, one byte is 0
    let far = "\u{4e00}\u{5100}\u{6200}".repeat(5);
    let text = format!(
        "\u{feff}{HEAD}{}\"2021-02-12 13:46:03Z\",\"{}\",\"OK\"\n",
        row(1),
        &far[..9]
    );
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let taken = of(&bytes);
    assert_eq!((taken.rows.len(), taken.problems().len()), (2, 0));
    assert_eq!(taken.column("remoteip")[1], &far[..9]);
}

#[test]
fn marks_of_byte_order_within_a_file_are_no_part_of_a_cell() {
    let more = format!("\u{feff}{}", row(2));
    let utf16: Vec<u8> = more.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for more in [utf16, more.into_bytes()] {
        let mut bytes = format!("{HEAD}{}", row(1)).into_bytes();
        bytes.extend(more);
        let times = of(&bytes).times().join(" ");
        assert_eq!(times, "2021-02-12T13:46:01+00:00 2021-02-12T13:46:02+00:00");
    }
}

#[test]
fn the_end_of_a_text_for_dos_between_texts_is_no_part_of_a_cell() {
    let taken = of(format!("{HEAD}{}\u{1a}{HEAD}{}\u{1a}", row(1), row(2)));
    let (first, second) = ("2021-02-12T13:46:01+00:00", "2021-02-12T13:46:02+00:00");
    assert_eq!(taken.times(), [first, second]);
    assert_eq!(
        taken.problems(),
        ["3: 1 header is repeated within the file, as when files are joined: skipped"]
    );
    let taken = of(format!("{HEAD}{}\u{1a}{}", row(1), row(2)));
    assert_eq!(taken.times(), [first, second]);
    assert_eq!(taken.problems(), [""; 0]);
}

#[test]
fn lines_that_end_in_cr_only_are_read() {
    let text = format!("{HEAD}{}", row(1).repeat(20_000));
    let taken = of(text.replace('\n', "\r"));
    assert_eq!((taken.rows.len(), taken.problems().len()), (20_000, 0));
    assert!(taken.summary.notes[0].ends_with(": lines end in CR only, as on old Macs"));
    let torn = of(format!("{HEAD}{}\r", row(1).trim_end()));
    assert_eq!((torn.rows.len(), torn.summary.notes.len()), (1, 0));
}

#[test]
fn a_json_array_is_said_to_be_one() {
    let object = r#"{"datetime":"2021-02-12 13:46:01Z","remoteip":"192.0.2.1"}"#;
    for text in [
        format!("[{object},{object}]"),
        format!("\u{feff}[\r\n    {object},\r\n    {object}\r\n]\r\n"),
        format!(" [ {object}\n]"),
        "[]".to_owned(),
        "{\n  \"Status\": \"OK\"\n}\n".to_owned(),
        // of more than a line may have
        format!(
            "\u{feff} [{}{object}]\n",
            format!("{object},").repeat(20_000)
        ),
        format!(
            "{{\"value\": [{}{object}]}}",
            format!("{object},").repeat(20_000)
        ),
    ] {
        let taken = of(&text);
        assert_eq!(taken.rows.len(), 0);
        assert_eq!(
            taken.problems(),
            [
                "1: a JSON array or an object over several lines: left out; JSON Lines are read, \
                 one object a line"
            ],
            "{}",
            text.chars().take(80).collect::<String>()
        );
    }
    let log = of("[2021] datetime\n".repeat(3));
    assert!(
        log.problems()[0]
            .starts_with("1: not a file of probes: it begins with \"[2021] datetime\"")
    );
}

#[test]
fn lines_of_a_single_zero_byte_are_counted() {
    let taken = of(format!("{HEAD}{}{}", row(1), "\0\n".repeat(1000)));
    assert_eq!(taken.rows.len(), 1);
    assert_eq!(taken.summary.problems[0].count, 1000);
}

/// Files of other programs, with what is said of each.
#[rustfmt::skip]
const OTHERS: &[(&str, &str)] = &[
    (
        "timestamp,region,cost\n2025-07-01 10:00:05,westeurope,12\n",
        "its columns are timestamp, region, cost; missing are two columns",
    ),
    (
        "timestamp,status,region\n2025-07-01 10:00:05,OK,westeurope\n",
        "its columns are timestamp, status, region;",
    ),
    ("datetime,Status\n2025-07-01 10:00:05Z,OK\n", "its columns are datetime, Status;"),
    (
        "timestamp;url;status;Duration\n2025-07-01 10:00:05;https://a/;OK;3\n",
        "its columns are timestamp, url, status, Duration;",
    ),
    (
        "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes\n1616000000000,57,HTTP,200,OK,t 1-1,true,10\n",
        "looks like JMeter's results; missing are two columns",
    ),
    (
        "Mtr_Version,Start_Time,Status,Host,Hop,Ip,Loss%,Snt,,Last,Avg,Best,Wrst,StDev\nMTR.0.95,1785261016,OK,192.0.2.8,1,192.0.2.1,0.00,10,0,0.81,1.05,0.81,1.30,0.16\n",
        "looks like mtr's CSV;",
    ),
    (
        "\"Timestamp\",\"ComputerName\",\"RemoteAddress\",\"Port\",\"TcpTestSucceeded\",\"Latency\"\n\"2026-11-01 10:00:00\",\"r.example\",\"192.0.2.1\",\"443\",\"True\",\"21\"\n",
        "looks like results of Test-NetConnection;",
    ),
    (
        "{\"level\":\"info\",\"ts\":1.5,\"logger\":\"http.log.access\",\"msg\":\"handled request\",\"status\":200,\"duration\":0.1}\n",
        "looks like Caddy's access log;",
    ),
    (
        "time_local,remote_addr,request,status,bytes_sent\n1/Jul/2025:10:00:00 +0000,192.0.2.1,GET /,200,5\n",
        "looks like the access log of a web server;",
    ),
    (
        "\"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)\",\"\\\\PC\\Processor(_Total)\\% Processor Time\"\n\"11/01/2026 10:00:00.000\",\"3.1\"\n",
        "looks like counters of Windows' performance monitor;",
    ),
    ("20261101100000,192.0.2.1,5001,192.0.2.2,50311,3,0.0-10.0,1179648,943718\n", "looks like iperf's CSV;"),
    (
        "date,time_namelookup,time_connect,time_total,http_code\n2026-11-01,0.01,0.02,0.3,200\n",
        "looks like curl's timings;",
    ),
    (
        "id,important,monitor_id,status,msg,time,ping,duration,down_count\n1,0,3,1,OK,2026-11-01 10:00:00,12,60,0\n",
        "looks like Uptime Kuma's heartbeats;",
    ),
    // own columns without a time, and one alone
    ("dns_us,connect_us\n1,2\n", "missing is a column of times, such as started_utc or datetime;"),
    (
        "datetime,note,connect_us\n2026-11-01 10:00:00Z,x,5\n",
        "missing is a second column that only turnprobe or End2End writes, besides connect_us;",
    ),
    // scripts of End2End that measure something else
    (
        "\"timestamp\",\"durationavgms\",\"durationmaxms\",\"durationminms\",\"totalchecks\",\"beserver\",\"Message\"\n\"2019-01-17 11:44:51\",\"382\",\"3867\",\"217\",\"60\",\"AM6\",\"OK\"\n",
        "looks like results of End2End-EWS, which are not read;",
    ),
    (
        "\"beserver\",\"timestamp\",\"durationmin\",\"durationmax\",\"durationavg\"\n\"VI1\",\"08.05.2018 00:00:52\",\"173,9\",\"210,2\",\"182,1\"\n",
        "looks like results of End2End-EWS, which",
    ),
    ("timestamp;performance\n15.06.2018 16:34:12; 879\n", "looks like results of End2End-LDAP or another"),
    ("timestam;performance\n24.07.2010 21:44:38;0\n", "looks like results of End2End-File, which"),
    (
        "datetime,ipaddress,roundtrip\n20150212015149,192.0.2.8,Timeout\n",
        "looks like results of End2End-Pathping, which",
    ),
    ("\"datetime\",\"target\",\"status\"\n,,\n", "looks like results of End2End-Pathping, which"),
    (
        "26.01.2009 14:53:27,Out0,end2end-ping: gestartet\n",
        "looks like the lines of an End2End script's log, which",
    ),
];

#[test]
fn files_of_other_programs_are_refused_with_what_they_look_like() {
    for (text, said) in OTHERS {
        let taken = of(text);
        assert_eq!(taken.rows.len(), 0, "{text}");
        let problems = taken.problems();
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        let (what, lines) = (&problems[0], text.lines().count());
        assert!(
            what.starts_with("1: not a file of probes: ") && what.contains(said),
            "{what}"
        );
        assert!(
            what.ends_with(&format!(
                "{lines} line{} left out",
                if lines == 1 { "" } else { "s" }
            )),
            "{what}"
        );
        assert_eq!(taken.summary.left_out.len(), 1, "{text}");
        assert_eq!(taken.summary.files[0].dialect, None, "{text}");
    }
}

#[test]
fn a_header_is_asked_back_only_where_rows_of_ours_have_lost_it() {
    for text in [
        row(1),
        "\"2021-02-01 00:22:51Z\",\"tr..\",\"b\",\"52.114.251.80\",\"443\",\"OK\",\"33\",\"112\",\"126\"\n".to_owned(),
        "11.01.2018 09:51:38,SLOWABS,246,246,https://outlook.office365.com/owa/favicon.ico,200,7886\n".to_owned(),
        "\"3478\",\"24\",\"5\",\"13.107.8.2\",\"True\",\"26\",\"31\"\n".to_owned(),
        "20181115041959,13.107.4.52,27,19,29,15,5,1,0,0\n".to_owned(),
        ",13.107.4.52,21,60,222,60,2,0,0,0\n".to_owned(),
    ] {
        let what = of(&text).problems()[0].clone();
        assert!(what.ends_with("put the header back as the first line"), "{text}: {what}");
    }
    let preamble = of(format!("Report of the night\n{HEAD}{}", row(1)));
    assert_eq!(preamble.rows.len(), 1);
    assert_eq!(
        preamble.problems(),
        ["1: 1 line before the header: left out"]
    );
}

#[test]
fn rows_with_an_outcome_that_nobody_writes_are_errors_of_the_file() {
    let taken = of(format!(
        "{HEAD}{}\"2021-02-12 13:46:02Z\",\"52.112.1.1\",\"Completed\"\n\"2021-02-12 13:46:03Z\",\"52.112.1.1\",\"\"\n\
         \"2021-02-12 13:46:04Z\",\"52.112.1.1\",\"connect-timeout\"\n",
        row(1)
    ));
    assert_eq!(taken.column("Status"), ["OK", "connect-timeout"]);
    assert_eq!(
        taken.problems(),
        [
            "3: 2 rows with an unknown word in the column Status, the first \"Completed\": left \
             out, as that says nothing about the relay"
        ]
    );
    assert_eq!(taken.summary.left_out.len(), 0);
    let only = of(format!(
        "{HEAD}\"2021-02-12 13:46:02Z\",\"52.112.1.1\",\"Completed\"\n"
    ));
    assert_eq!((only.rows.len(), only.summary.files[0].dialect), (0, None));
    assert!(
        only.summary.left_out[0]
            .what
            .starts_with("not a file of probes: 1 row with an unknown word")
    );
    // a code of a later version, in either form of a file
    let later = "{\"started_utc\":\"2026-11-22 10:00:00.5Z\",\"connect_us\":5,\"Status\":\"tls-later\",\"cause\":\"tls-later\"}\n";
    let fine = later.replace("tls-later", "tls-eof");
    let taken = of(format!("{fine}{later}"));
    assert_eq!((taken.rows.len(), taken.problems().len()), (1, 1));
    let cause = of(
        "started_utc,connect_us,cause\n2026-11-22 10:00:00.5Z,5,\n2026-11-22 10:00:01.5Z,5,eof\n",
    );
    assert_eq!(cause.rows.len(), 1);
    assert!(cause.problems()[0].contains("in the column cause, the first \"eof\""));
}

#[test]
fn a_word_for_the_certificates_that_is_unknown_is_a_problem_and_the_row_counts() {
    let taken = of(
        "started_utc,connect_us,tls_path\n2026-11-22 10:00:00.5Z,5,direct\n2026-11-22 10:00:01.5Z,5,bogus\n",
    );
    assert_eq!(taken.rows.len(), 2);
    assert_eq!(
        taken.problems(),
        [
            "3: 1 row with an unknown word in the column tls_path, the first \"bogus\": the rows \
          count, but not for what the certificates show"
        ]
    );
}

#[test]
fn every_word_that_a_script_of_end2end_writes_is_known() {
    let words = ["OK", "FAIL", "Fail", "SLOWABS", "SLOWAVG", "Timeout"];
    for head in [
        "timestamp,status,duration,url,Message",
        "timestamp,status,duration,url,httpbytes,avg10",
    ] {
        let rows = words.map(|word| {
            format!(
                "28.03.2018 14:57:42,{word},481,https://a/,5{}\n",
                if head.ends_with("10") { ",6" } else { "" }
            )
        });
        let taken = of(format!("{head}\n{}", rows.concat()));
        assert_eq!((taken.rows.len(), taken.problems().len()), (6, 0), "{head}");
        assert_eq!(
            taken.summary.files[0].dialect,
            Some(crate::schema::Dialect::End2EndHttp)
        );
    }
}

#[test]
fn own_files_with_a_few_columns_are_read() {
    for head in [
        "datetime,connect_us",
        "started_utc,Status",
        "datetime,remoteip,Status",
        "datetime,Status,connecttimems",
        "started_utc,host,region,Status",
        "connect_us,started_utc,Unnamed: 0",
        ",datetime,tls_us,Status,connect_us",
        "at_utc,rtt_us,cwnd",
        "datetime,host,lost,loss_ppm",
    ] {
        let cells: Vec<_> = (head.split(','))
            .map(|name| match name {
                "datetime" | "started_utc" | "at_utc" => "2026-11-22 10:00:00Z",
                "Status" => "OK",
                _ => "7",
            })
            .collect();
        let taken = of(format!("{head}\n{}\n", cells.join(",")));
        assert_eq!((taken.rows.len(), taken.problems().len()), (1, 0), "{head}");
    }
}
