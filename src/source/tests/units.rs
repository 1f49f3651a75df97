//! Columns of times whose cells are not the whole numbers that belong there, and columns that are not there.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::schema::Metric;
use crate::source::{Input, ReadSummary, read};
use crate::zone::Zone;

/// What the rows of a file of ours say of these times, in microseconds.
fn times_of(text: &str, metrics: &[Metric]) -> (Vec<Vec<Option<u64>>>, ReadSummary) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it");
    std::fs::write(&path, text).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let mut reading = read(vec![Input::File(path)], Zone::Utc, stop);
    let mut times = Vec::new();
    while let Some(batch) = reading.next() {
        let rows = batch.rows();
        let of = |row: crate::schema::Row<'_>| {
            let all = row.times();
            metrics.iter().map(|metric| all[*metric as usize]).collect()
        };
        times.extend(rows.map(of));
        reading.recycle(batch);
    }
    (times, reading.finish())
}

/// The same of the connect alone.
fn connects(text: &str) -> (Vec<Option<u64>>, ReadSummary) {
    let (times, summary) = times_of(text, &[Metric::Connect]);
    (times.into_iter().flatten().collect(), summary)
}

/// A file with these cells in these columns.
fn file(columns: &str, rows: &[&str]) -> String {
    let rows = rows.iter().enumerate();
    let rows = rows.map(|(n, cells)| {
        let (minute, second) = (n / 60, n % 60);
        format!("2021-02-12 13:{minute:02}:{second:02}.000000Z;run;{cells}\n")
    });
    format!("started_utc;run_id;{columns}\n{}", rows.collect::<String>())
}

fn problems(summary: &ReadSummary) -> Vec<&str> {
    let problems = summary.problems.iter();
    problems.map(|problem| problem.what.as_str()).collect()
}

fn notes(summary: &ReadSummary) -> String {
    summary.notes.join("\n")
}

// 12.69 ms are 12,690 us, 0.0127 s are 12,700 us
#[test]
fn whole_milliseconds_of_the_same_phase_tell_the_unit_of_exact_times() {
    let columns = "connect_us;connecttimems";
    for (rows, expected, unit) in [
        (
            // the first rows, too, though they look like whole microseconds
            &[
                "14;14",
                "15.0;15",
                "12.69;13",
                ";",
                "13.5;14",
                "1016.25;1016",
            ][..],
            &[
                Some(14_000),
                Some(15_000),
                Some(12_690),
                None,
                Some(13_500),
                Some(1_016_250),
            ][..],
            "read as milliseconds, which the column connecttimems shows",
        ),
        (
            &["0.0127;13", "0.014;14", "1;1000", "1.016;1016"],
            &[Some(12_700), Some(14_000), Some(1_000_000), Some(1_016_000)],
            "read as seconds, which the column connecttimems shows",
        ),
        (
            &["12693.4;13", "14000;14", "13500.5;14"],
            &[Some(12_693), Some(14_000), Some(13_501)],
            "read as microseconds with a fraction, rounded, which the column connecttimems shows",
        ),
        // where the comma is in front of decimals
        (
            &["12,69;13", "1016,2;1016", "14;14"],
            &[Some(12_690), Some(1_016_200), Some(14_000)],
            "read as milliseconds",
        ),
        // of three digits, with one that tells that the point is no mark of thousands
        (
            &["12.693;13", "10000.000;10000", "14.250;14"],
            &[Some(12_693), Some(10_000_000), Some(14_250)],
            "read as milliseconds",
        ),
    ] {
        let (times, summary) = connects(&file(columns, rows));
        assert_eq!(times, expected, "{rows:?}");
        assert_eq!(problems(&summary), [""; 0]);
        assert!(notes(&summary).contains(unit), "{}", notes(&summary));
    }
    let (times, _) = connects(
        "{\"started_utc\":\"2021-02-12 13:46:01Z\",\"connect_us\":14,\"connecttimems\":14}\n\
         {\"started_utc\":\"2021-02-12 13:46:02Z\",\"connect_us\":12.69,\"connecttimems\":13}\n",
    );
    assert_eq!(times, [Some(14_000), Some(12_690)]);
}

#[test]
fn a_column_whose_unit_nothing_tells_is_left_out_as_a_whole() {
    // 14, 15 and 16 are of the same unit as the others, whatever that is
    let rows = ["14", "12.69", "13.5", "15", "0.7", "16", "12.1", "13.9"];
    let (times, summary) = connects(&file("connect_us", &rows));
    assert_eq!(times, [None; 8]);
    assert_eq!(
        problems(&summary),
        [
            "most numbers of the column connect_us have a fraction, such as `12.69`, where whole ones belong, and nothing in the \
             file shows their unit: the column is left out"
        ]
    );
    assert_eq!(summary.files[0].rows, 8);
    // milliseconds that fit none: these are read
    let rows = rows.map(|cell| format!("{cell};77"));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let (times, summary) = connects(&file("connect_us;connecttimems", &rows));
    assert_eq!(times, [Some(77_000); 8]);
    assert!(
        problems(&summary)[0].ends_with(
            "the column is left out, and the whole milliseconds of connecttimems are read instead"
        ),
        "{:?}",
        summary.problems
    );
    // the same header again is no other one
    let text = file("connect_us;connecttimems", &rows);
    let (_, summary) = connects(&format!("{text}{text}"));
    assert!(
        problems(&summary)[1].starts_with("1 header is repeated"),
        "{:?}",
        summary.problems
    );
}

#[test]
fn one_fraction_among_whole_numbers_is_refused_alone() {
    let rows = ["14000", "12.69", "13500", "15000"];
    let (times, summary) = connects(&file("connect_us", &rows));
    assert_eq!(times, [Some(14_000), None, Some(13_500), Some(15_000)]);
    assert_eq!(
        problems(&summary),
        [
            "1 cell of the column connect_us cannot be read or is impossible: `12.69`; it is left out"
        ]
    );
}

#[test]
fn times_in_whole_milliseconds_are_said_to_be() {
    let rows = ["13;46000", "14;47000"];
    let (times, summary) = connects(&file("connecttimems;total_us", &rows));
    assert_eq!(times, [Some(13_000), Some(14_000)]);
    assert!(
        notes(&summary).ends_with(
            ": it has no column connect_us: these times are the whole milliseconds of connecttimems"
        ),
        "{}",
        notes(&summary)
    );
    let (_, summary) = connects(&file("connecttimems;totaltimems;tls_path", &["13;46;"]));
    assert!(
        notes(&summary).ends_with(
            ": it has no columns connect_us, total_us: these times are the whole milliseconds of connecttimems, totaltimems"
        ),
        "{}",
        notes(&summary)
    );
    let (_, summary) = connects(
        "{\"started_utc\":\"2021-02-12 13:46:01Z\",\"tls_path\":\"\",\"connecttimems\":14}\n",
    );
    assert!(
        notes(&summary).contains("it has no column connect_us"),
        "{}",
        notes(&summary)
    );
    // End2End has no other
    let (_, summary) = connects(
        "datetime,remotehost,Status,connecttimems,totaltimems\n2021-02-12 13:46:01Z,relay,OK,22,59\n",
    );
    assert_eq!(notes(&summary), "");
    let (_, summary) = connects(&file("connecttimems;connect_us", &["13;12690"]));
    assert_eq!(notes(&summary), "");
}

// 24 whole milliseconds are 24,000 us, not 24
#[test]
fn whole_milliseconds_in_a_column_of_microseconds_are_no_microseconds() {
    let columns = "connect_us;connecttimems";
    let rows = ["0;0", ";", "24;24", "1025;1025", "31;31"];
    let (times, summary) = connects(&file(columns, &rows));
    let expected = [Some(0), None, Some(24_000), Some(1_025_000), Some(31_000)];
    assert_eq!(times, expected);
    assert_eq!(problems(&summary), [""; 0]);
    let told = "it: the column connect_us has whole milliseconds, such as `24`, where microseconds belong, as the column \
                connecttimems shows: that is read instead";
    assert!(notes(&summary).contains(told), "{}", notes(&summary));
    assert!(
        summary.files[0].odd.is_some(),
        "queries read another number"
    );
    // the same of JSON Lines
    let (times, _) = connects(
        "{\"started_utc\":\"2021-02-12 13:46:01Z\",\"connect_us\":0,\"connecttimems\":0}\n\
         {\"started_utc\":\"2021-02-12 13:46:02Z\",\"connect_us\":24,\"connecttimems\":24}\n",
    );
    assert_eq!(times, [Some(0), Some(24_000)]);
    // a connect of 24 us on this computer is none of milliseconds
    let (times, summary) = connects(&file(columns, &["24;0", "999;1", "1499;1", "500;1"]));
    assert_eq!(times, [Some(24), Some(999), Some(1_499), Some(500)]);
    assert_eq!(
        (problems(&summary), notes(&summary)),
        (vec![], String::new())
    );
}

// dns 20, connect 25, tls 54 and turn 31 ms are 130 ms
#[test]
fn a_phase_without_milliseconds_is_told_by_what_the_total_leaves_for_it() {
    let columns = "dns_us;connect_us;tls_us;turn_us;total_us;lag_us;dnstimems;connecttimems;tlstimems;totaltimems";
    let row = "20;25;54;31;130;3;20;25;54;130";
    let all = [
        Metric::Dns,
        Metric::Connect,
        Metric::Tls,
        Metric::Turn,
        Metric::Total,
    ];
    let (times, summary) = times_of(&file(columns, &[row, row]), &all);
    let expected = [20_000, 25_000, 54_000, 31_000, 130_000].map(Some).to_vec();
    assert_eq!(times, [expected.clone(), expected]);
    assert_eq!(
        problems(&summary),
        [
            "the column lag_us is left out: the times of the file are not in microseconds, as other columns or TLS handshakes of less \
             than 0.1 ms show, and nothing shows its unit"
        ]
    );
    assert!(notes(&summary).contains("turn_us has numbers such as `31`: read as milliseconds"));
}

#[test]
fn a_cell_that_cannot_be_read_has_the_milliseconds_beside_it() {
    let rows = [
        "24100;24",
        "#WERT!;1025",
        ";1030",
        "25;25",
        "-1;1040",
        "#WERT!;",
        "24200;24",
    ];
    let (times, summary) = connects(&file("connect_us;connecttimems", &rows));
    let expected = [
        Some(24_100),
        Some(1_025_000),
        Some(1_030_000),
        Some(25_000),
        Some(1_040_000),
        None,
        Some(24_200),
    ];
    assert_eq!(times, expected);
    assert_eq!(
        problems(&summary),
        [
            "5 cells of the column connect_us cannot be read or are impossible, the first is `#WERT!`; they are left out, and in 4 \
             of their rows connecttimems is read instead"
        ]
    );
}

#[test]
fn a_row_over_udp_has_the_time_of_its_answer_in_place_of_a_connect() {
    let columns = "transport;Status;connect_us;turn_us";
    let rows = [
        "udp;OK;;20000",
        "udp;OK;;",
        "tls;OK;20000;",
        "tls;OK;;20000",
        "tls;connect-timeout;;",
        "udp;turn-silent;;",
    ];
    let (_, summary) = connects(&file(columns, &rows));
    assert_eq!(summary.unknown_times, 2);
    // a file without the columns says nothing of times
    let (_, summary) = connects(&file("transport;Status", &["tls;OK", "udp;OK"]));
    assert_eq!(summary.unknown_times, 0);
    // answered, and the mean of its answers cannot be read
    let udp = "remoteudpport,successrttcount,failedrttcount,remoteip,answerreceived,averagertt\n\
               3478,5,0,52.112.1.1,True,#N/A\n3478,5,0,52.112.1.1,True,21.5\n3478,0,5,52.112.1.1,False,\n";
    assert_eq!(connects(udp).1.unknown_times, 1);
}

// the refusal is the same whichever row comes first
#[test]
fn a_file_that_leaves_it_open_is_refused_whatever_came_before() {
    let head = "remoteudpport;minroundtrip;successrttcount;failedrttcount;remoteip;answerreceived;averagertt;maxroundtrip\n";
    let answered = "3478;1.014;5;0;52.112.1.1;True;1.016;1.024\n";
    let lost = "3478;9999;0;5;52.112.1.1;False;0;0\n";
    for rows in [
        [answered, answered, lost],
        [answered, lost, answered],
        [lost, answered, answered],
    ] {
        let (times, summary) = connects(&format!("{head}{}", rows.concat()));
        assert_eq!((times.len(), summary.files[0].rows), (0, 0), "{rows:?}");
        assert_eq!(summary.left_out.len(), 1);
        assert!(
            summary.left_out[0].what.ends_with(": left out"),
            "{:?}",
            summary.left_out
        );
    }
}

// 5,000 rows were delivered before 200 of which nobody knows what they say
#[test]
fn what_is_left_out_behind_a_number_that_nothing_decides_is_counted() {
    let head = "datetime;remotehost;Status;dnstimems;connecttimems;tlstimems;totaltimems\n";
    let row = |n: usize, connect: &str| {
        let (minute, second) = (n / 60 % 60, n % 60);
        format!("2021-02-12 13:{minute:02}:{second:02}Z;relay;OK;;{connect};;\n")
    };
    let before: String = (0..5000).map(|n| row(n, "22")).collect();
    let behind: String = (0..200).map(|n| row(n, "1,016")).collect();
    let (times, summary) = connects(&format!("{head}{before}{behind}"));
    assert!(!times.is_empty());
    let [problem] = &summary.problems[..] else {
        panic!("{:?}", summary.problems);
    };
    assert!(problem.outcomes);
    let counted = u64::try_from(times.len()).unwrap() + problem.count;
    assert!((5190..=5225).contains(&counted), "{problem:?}");
}

// names of 20, connects of 25, handshakes of 54 ms; nothing but that no handshake takes 54 us shows that it is so
#[test]
fn times_that_are_impossible_in_microseconds_are_left_out() {
    let columns = "dns_us;connect_us;tls_us";
    let all = [Metric::Dns, Metric::Connect, Metric::Tls];
    let rows = ["20;25;54", "20;25;154", "20;25;54", "20;25;54"];
    let (times, summary) = times_of(&file(columns, &rows), &all);
    assert_eq!(times, vec![vec![None; 3]; 4]);
    let [problem] = problems(&summary)[..] else {
        panic!("{:?}", summary.problems);
    };
    assert!(
        problem.starts_with("the columns dns_us, connect_us, tls_us are left out"),
        "{problem}"
    );
    // on this computer
    let rows = ["20;25;254", "20;25;400", "20;25;90"];
    let (times, summary) = times_of(&file(columns, &rows), &all);
    assert_eq!(times[0], [Some(20), Some(25), Some(254)]);
    assert_eq!(problems(&summary), [""; 0]);
}

// 25,300 us beside a column of milliseconds that holds microseconds, of a total of 100 ms
#[test]
fn milliseconds_longer_than_the_total_tell_nothing() {
    let columns = "connect_us;total_us;connecttimems;totaltimems";
    let rows = ["25300;100200;25300;100", "25400;100300;25400;100"];
    let (times, _) = connects(&file(columns, &rows));
    assert_eq!(times, [Some(25_300), Some(25_400)]);
}
