//! Files that another program has saved again, and cells that nobody can read.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::of;

const HEAD: &str = "datetime,remotehost,Status,dnstimems,connecttimems,tlstimems,totaltimems";

/// A file of End2End-TCP with these cells of the four times.
fn end2end(times: &[&str]) -> String {
    let rows = times.iter().enumerate().map(|(second, times)| {
        format!(
            "2021-02-12 13:46:{second:02}Z;relay;OK;{}\n",
            times.replace(' ', ";")
        )
    });
    format!("{}\n{}", HEAD.replace(',', ";"), rows.collect::<String>())
}

/// A file of ours with these cells in the columns.
fn ours(columns: &str, rows: &[&str]) -> String {
    let rows = rows
        .iter()
        .enumerate()
        .map(|(second, cells)| format!("2021-02-12 13:46:{second:02}.000000Z;run;{cells}\n"));
    format!("started_utc;run_id;{columns}\n{}", rows.collect::<String>())
}

#[test]
fn whole_numbers_that_became_floating_ones_are_whole_again() {
    let taken = of(ours(
        "Port;slot;connect_us;turn_reply;clock_step_us;tcp_mss",
        &[
            "443.0;0.0;56.0;438.0;-1500.0;1460.0",
            "443;1;1E+05;;;1460",
            "443.0;2.00;5.6e1;silent;0.0;",
        ],
    ));
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.column("Port"), ["443", "443", "443"]);
    assert_eq!(taken.column("slot"), ["0", "1", "2"]);
    assert_eq!(taken.column("connect_us"), ["56", "100000", "56"]);
    assert_eq!(taken.column("turn_reply"), ["438", "", "silent"]);
    assert_eq!(taken.column("clock_step_us"), ["-1500", "", "0"]);
    assert_eq!(taken.column("tcp_mss"), ["1460", "1460", ""]);
}

#[test]
fn yes_and_no_of_every_program_are_the_same() {
    let taken = of(ours(
        "in_teams_range;connect_us",
        &[
            "true;1", "TRUE;1", "WAHR;1", "VRAI;1", "True;1", "1;1", "false;1", "FALSCH;1", "0;1",
            "maybe;1",
        ],
    ));
    let expected = [
        "true", "true", "true", "true", "true", "true", "false", "false", "false", "",
    ];
    assert_eq!(taken.column("in_teams_range"), expected);
    assert_eq!(
        taken.problems(),
        [
            "11: 1 cell of the column in_teams_range cannot be read or is impossible: `maybe`; it is left out"
        ]
    );
}

#[test]
fn the_sum_of_the_phases_tells_what_a_comma_is() {
    // 28 + 1016 + 59 = 1103, and 28 + 1.016 + 59 is not 1.103
    let thousands = of(end2end(&[
        "28 22 59 120",
        "28 1,016 59 1,103",
        "28 2,016 59 2,110",
    ]));
    assert_eq!(thousands.problems(), [""; 0]);
    assert_eq!(thousands.column("connecttimems"), ["22", "1016", "2016"]);
    assert_eq!(thousands.column("totaltimems"), ["120", "1103", "2110"]);
    // 28 + 22.016 + 59 = 109.016, and 28 + 22016 + 59 is not 109016
    let decimals = of(end2end(&["28 22 59 120", "28 22,016 59 109,016"]));
    assert_eq!(decimals.problems(), [""; 0]);
    assert_eq!(decimals.column("connecttimems"), ["22", "22.016"]);
    assert!(decimals.summary.notes[0].contains("stands in front of decimals"));
}

#[test]
fn a_cell_of_the_same_column_tells_what_a_mark_is_wherever_it_stands() {
    let decimal = of(end2end(&["28 22,016 59 ", "28 22,5 59 "]));
    assert_eq!(decimal.column("connecttimems"), ["22.016", "22.5"]);
    let thousands = of(end2end(&["28 22,016 59 ", "28 1,022,000 59 "]));
    assert_eq!(thousands.column("connecttimems"), ["22016", "1022000"]);
    // a column of whole numbers has no fraction
    let whole = of(ours("connect_us", &["1.016", "998", "12.500"]));
    assert_eq!(whole.column("connect_us"), ["1016", "998", "12500"]);
    // another column of the same file, and a country that writes the comma so
    let others = of(end2end(&["28,5 22,016 59 ", "28 1.016 59 "]));
    assert_eq!(others.column("connecttimems"), ["22.016", "1016"]);
}

#[test]
fn a_number_that_nothing_decides_is_refused_with_its_column() {
    let taken = of(end2end(&[" 22  ", " 1,016  ", " 2,016  "]));
    // whatever row comes first
    assert_eq!(taken.rows.len(), 0);
    let expected = "3: the column connecttimems has `1,016`, and nothing in the file shows \
                    whether its mark is a decimal or a thousands separator; save the file again without thousands separators: left \
                    out";
    assert_eq!(taken.problems(), [expected]);
    assert_eq!(taken.summary.left_out.len(), 1);
}

#[test]
fn a_row_that_contradicts_the_others_is_named() {
    let taken = of(end2end(&[
        "28 22,016 59 ",
        "28 22,5 59 ",
        "28 1,022,000 59 ",
    ]));
    assert_eq!(taken.column("connecttimems"), ["22.016", "22.5", ""]);
    assert_eq!(
        taken.problems(),
        [
            "4: 1 line of a probe that worked, without a time of the connect or answer that can be read: nobody knows whether it was \
             slow",
            "4: 1 cell of the column connecttimems cannot be read or is impossible: `1,022,000`; it is left out"
        ]
    );
}

#[test]
fn cells_that_cannot_be_are_named_by_column_with_the_first_one() {
    let taken = of(ours(
        "connect_us;tls_us;slot;Port",
        &[
            "abc;NaN;0;443",
            "-5;#WERT!;1;443",
            "86400000001;1;x;65536",
            "7;2;3;443",
        ],
    ));
    assert_eq!(taken.column("connect_us"), ["", "", "", "7"]);
    assert_eq!(
        taken.problems(),
        [
            "2: 3 cells of the column connect_us cannot be read or are impossible, the first is `abc`; they are left out",
            "3: 1 cell of the column tls_us cannot be read or is impossible: `#WERT!`; it is left out",
            "4: 1 cell of the column Port cannot be read or is impossible: `65536`; it is left out",
            "4: 1 cell of the column slot cannot be read or is impossible: `x`; it is left out",
        ]
    );
    let bursts = of(ours("loss_ppm;rtt_p50_us", &["1000000;1", "1000001;1"]));
    assert_eq!(bursts.column("loss_ppm"), ["1000000", ""]);
    let sentinels = of(end2end(&["-1 -2 -3 -4"]));
    assert_eq!(sentinels.column("tlstimems"), ["-3"]);
    assert_eq!(sentinels.problems().len(), 1);
}

#[test]
fn numbers_of_json_have_points_and_may_be_texts() {
    let taken = of(
        "{\"started_utc\":\"2021-02-12 13:46:01Z\",\"connect_us\":\"56\",\"in_teams_range\":\"WAHR\"}\n\
         {\"started_utc\":\"2021-02-12 13:46:02Z\",\"connect_us\":57.0,\"in_teams_range\":1}\n\
         {\"started_utc\":\"2021-02-12 13:46:03Z\",\"connect_us\":\"1E+05\",\"in_teams_range\":false}\n",
    );
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.column("connect_us"), ["56", "57", "100000"]);
    assert_eq!(taken.column("in_teams_range"), ["true", "true", "false"]);
}

/// A file of End2End-TCP with these times of rows.
fn dates(times: &[&str]) -> String {
    let rows = times
        .iter()
        .map(|at| format!("{at},relay,OK,28,22,59,120\n"));
    format!("{HEAD}\n{}", rows.collect::<String>())
}

#[test]
fn the_order_of_day_and_month_is_that_of_the_whole_file() {
    let month = of(dates(&["2/3/2021 1:46 PM", "2/13/2021 1:47 PM"]));
    assert_eq!(month.problems(), [""; 0]);
    assert_eq!(
        month.times(),
        ["2021-02-03T12:46:00+00:00", "2021-02-13T12:47:00+00:00"]
    );
    assert!(
        month.summary.notes[0].contains("month first"),
        "{:?}",
        month.summary.notes
    );
    assert!(
        month.summary.notes[1].contains("2 times have no seconds"),
        "{:?}",
        month.summary.notes
    );
    let day = of(dates(&["2/3/2021 13:46:01", "13/3/2021 13:46:01"]));
    assert_eq!(
        day.times(),
        ["2021-03-02T12:46:01+00:00", "2021-03-13T12:46:01+00:00"]
    );
    // from the third to the fourth of February, or from the second of March to the second of April
    let next = of(dates(&["2/3/2021 23:59:59", "2/4/2021 0:00:00"]));
    assert_eq!(
        next.times(),
        ["2021-02-03T22:59:59+00:00", "2021-02-03T23:00:00+00:00"]
    );
}

#[test]
fn a_date_that_nothing_decides_is_refused_and_one_that_contradicts_is_named() {
    let taken = of(dates(&["2/3/2021 13:46:01", "2/3/2021 13:47:01"]));
    assert_eq!(taken.rows.len(), 0);
    assert_eq!(
        taken.problems(),
        [
            "2: nothing in the file shows whether the day or the month comes first in `2/3/2021 13:46:01`; save the file \
          again with dates such as 2021-02-12 13:46:01: left out"
        ]
    );
    let taken = of(dates(&[
        "2/3/2021 13:46:01",
        "2/13/2021 13:47:01",
        "14/2/2021 13:48:01",
    ]));
    assert_eq!(taken.times()[2], "-");
    assert_eq!(
        taken.problems(),
        [
            "4: 1 line whose time is missing, cannot be read or is outside 2000 to 2100, the first `14/2/2021 13:48:01` in the column datetime: counted, but without time; export the file with the column started_utc, or with times such as 2021-02-12 13:46:01"
        ]
    );
}

// 44239 is 2021-02-12, as 44197 is 2021-01-01; 0.57362 of a day are 49,560.8 s, 13:46:01 by the second
#[test]
fn times_that_a_spreadsheet_made_numbers_of_are_read_and_said_to_be() {
    let taken = of(dates(&["44239.57362", "44239.5", "2021-02-12 13:46:03Z"]));
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(
        taken.times(),
        [
            "2021-02-12T13:46:01+00:00",
            "2021-02-12T12:00:00+00:00",
            "2021-02-12T13:46:03+00:00"
        ]
    );
    let notes = taken.summary.notes.join("\n");
    assert!(notes.contains("2 times were read from the serial numbers of a spreadsheet (days since 1900), taken as UTC"), "{notes}");
    // where the comma is the decimal mark
    let semicolons = of(dates(&["44239.57362"]).replace(',', ";").replace('.', ","));
    assert_eq!(semicolons.times(), ["2021-02-12T13:46:01+00:00"]);
    // 0.001 days are 86.4 s
    let coarse = of(dates(&["44239.574", "44239.575"]));
    assert_eq!(coarse.times()[0], "2021-02-12T13:46:34+00:00");
    let notes = coarse.summary.notes.join("\n");
    assert!(
        notes.contains("3 decimals: outages, gaps and intervals are only good to 87 s"),
        "{notes}"
    );
}

#[test]
fn numbers_of_days_without_a_time_of_the_day_are_no_times_and_the_mend_is_told() {
    for [one, other] in [["44239.57", "44239.58"], ["44239", "44240"]] {
        let taken = of(dates(&[one, other]));
        assert_eq!(taken.times(), ["-", "-"], "{one}");
        assert_eq!(
            taken.problems(),
            [format!(
                "2: 2 lines whose time is missing, cannot be read or is outside 2000 to 2100, the first `{one}` in the column datetime: counted, but without time; export the file with the column started_utc, or with times such as 2021-02-12 13:46:01"
            )]
        );
        let notes = taken.summary.notes.join("\n");
        assert!(notes.contains("too few to tell the time of the day: give the column the format yyyy-mm-dd hh:mm:ss"), "{notes}");
    }
}

#[test]
fn evidence_is_found_far_behind_the_first_block() {
    // 12,000 rows are more than one block
    let mut times = vec!["2/3/2021 13:46:01"; 12_000];
    times.push("2/13/2021 13:46:01");
    let taken = of(dates(&times));
    assert_eq!(taken.times()[0], "2021-02-03T12:46:01+00:00");
    assert_eq!(taken.rows.len(), 12_001);
}

#[test]
fn zeros_behind_a_gzip_are_no_damage_and_anything_else_is() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(dates(&["2021-02-12 13:46:01Z"]).as_bytes())
        .unwrap();
    let one = gzip.finish().unwrap();
    let zeros = vec![0; 70_000];
    let padded = of([&one[..], &zeros].concat());
    assert_eq!(
        (padded.rows.len(), padded.problems().len()),
        (1, 0),
        "{:?}",
        padded.problems()
    );
    // a header once more is a header within the file
    let two = of([&one[..], &one, &zeros[..]].concat());
    assert_eq!(two.rows.len(), 2);
    let other = of([&one[..], &zeros, b"x"].concat());
    assert!(
        other.problems()[0].contains("damaged or cut off"),
        "{:?}",
        other.problems()
    );
}

#[test]
fn blocks_of_nul_bytes_are_called_so() {
    let row = "2021-02-12 13:46:01Z,relay,OK,28,22,59,120\n";
    let nuls = "\0".repeat(4096);
    let front = of(format!("{HEAD}\n{row}{nuls}{row}"));
    assert_eq!(front.rows.len(), 2);
    assert_eq!(
        front.problems(),
        [
            "3: 1 line with NUL bytes before or after, as left by a power cut: read without them; 4096 bytes of them, in the place of about 52 rows"
        ]
    );
    let inside = of(format!("{HEAD}\n{row}2021-02-12 13{nuls}59,120\n{row}"));
    assert_eq!(
        inside.problems(),
        [
            "3: 1 line with NUL bytes inside, as left by a power cut: left out; 4115 bytes, about 51 rows"
        ]
    );
    let end = of(format!("{HEAD}\n{row}{nuls}"));
    assert!(
        end.problems()[0].starts_with(
            "3: 1 line of only NUL bytes, as left by a power cut: left out; 4096 bytes of them, in the place of about "
        ),
        "{:?}",
        end.problems()
    );
    let huge = of(format!("{HEAD}\n{row}{}{row}", "\0".repeat(3 << 20)));
    assert_eq!(huge.rows.len(), 2);
    assert!(
        huge.problems()[0].starts_with("3: 1 line of only NUL bytes"),
        "{:?}",
        huge.problems()
    );
    let begin = of(format!("{nuls}{nuls}{HEAD}\n{row}"));
    assert_eq!(begin.rows.len(), 1);
    assert_eq!(
        of(&nuls).problems(),
        ["only NUL bytes, as left by a power cut: left out"]
    );
}

// as R, pandas, PostgreSQL, SQL Server and Excel write a cell that has nothing
#[test]
fn a_word_for_nothing_is_an_empty_cell_and_loses_no_row() {
    for word in ["NA", "nan", "NULL", "None", "\\N", "#N/A", "<NA>"] {
        let taken = of(ours(
            "host;label;Status;cause;failed_phase;proxy;connect_us;in_teams_range",
            &[
                &format!("pc1;NA;OK;{word};{word};{word};56;True"),
                &format!("pc1;NA;connect-timeout;connect-timeout;connect;{word};{word};{word}"),
            ],
        ));
        assert_eq!(taken.problems(), [""; 0], "{word}");
        assert_eq!(taken.column("Status"), ["OK", "connect-timeout"], "{word}");
        assert_eq!(taken.column("cause"), ["", "connect-timeout"], "{word}");
        assert_eq!(taken.column("proxy"), ["", ""], "{word}");
        assert_eq!(taken.column("connect_us"), ["56", ""], "{word}");
        assert_eq!(taken.column("in_teams_range"), ["true", ""], "{word}");
        // a site may be called so
        assert_eq!(taken.column("label"), ["NA", "NA"], "{word}");
    }
    let taken = of(format!(
        "{HEAD}\n2021-02-12 13:46:01Z,relay,Timeout,28,NA,NA,NA\n"
    ));
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.column("connecttimems"), [""]);
}

// text mode on Windows makes CRLF of the LF in CRLF
#[test]
fn lines_that_end_in_two_carriage_returns_are_lines() {
    let plain = ours("Port;connect_us", &["443;56", "443;57"]);
    let taken = of(plain.replace('\n', "\r\r\n"));
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.column("connect_us"), ["56", "57"]);
}

#[test]
fn requests_of_end2end_udp_without_an_answer_are_told_of_rows_that_have_one() {
    let head = "remoteudpport,minroundtrip,successrttcount,failedrttcount,remoteip,answerreceived,averagertt,maxroundtrip";
    let rows = "3478,14,1,4,192.0.2.1,True,16,24\n3478,14,5,0,192.0.2.1,True,16,24\n3478,0,0,5,192.0.2.1,False,0,0\n";
    let taken = of(format!("{head}\n{rows}"));
    let notes = &taken.summary.notes;
    assert!(
        notes
            .iter()
            .any(|note| note.contains("4 of 10 requests in rows with an answer had none")),
        "{notes:?}"
    );
}

#[test]
fn answers_of_end2end_udp_are_read_in_the_language_of_each_excel() {
    for [yes, no] in [["SANT", "FALSKT"], ["PRAWDA", "FAŁSZ"], ["ИСТИНА", "ЛОЖЬ"]] {
        let head = "remoteudpport;minroundtrip;successrttcount;failedrttcount;remoteip;answerreceived;averagertt;maxroundtrip";
        let rows = format!("3478;14;5;0;192.0.2.1;{yes};16;24\n3478;0;0;5;192.0.2.1;{no};0;0\n");
        let taken = of(format!("{head}\n{rows}"));
        assert_eq!(taken.problems(), [""; 0], "{yes}");
        assert_eq!(taken.column("answerreceived"), ["true", "false"], "{yes}");
    }
}
