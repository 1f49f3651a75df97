//! Times that say how far their clocks are from UTC, and numbers since 1970.

use super::of;

/// A file of End2End-TCP with these times of rows.
fn dates(times: &[&str]) -> String {
    let rows = times
        .iter()
        .map(|at| format!("{at};relay;OK;28;22;59;120\n"));
    format!(
        "datetime;remotehost;Status;dnstimems;connecttimems;tlstimems;totaltimems\n{}",
        rows.collect::<String>()
    )
}

#[test]
fn a_distance_from_utc_counts_behind_a_blank_and_in_dates_of_any_country() {
    let taken = of(dates(&[
        "2026-11-03 10:00:00 +0200",
        "2026-11-03 10:00:00 UTC",
        "03.11.2026 10:00:00 -05:00",
    ]));
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(
        taken.times(),
        [
            "2026-11-03T08:00:00+00:00",
            "2026-11-03T10:00:00+00:00",
            "2026-11-03T15:00:00+00:00"
        ]
    );
    let file = &taken.summary.files[0];
    assert_eq!((file.local_times, file.utc_times), (0, 3));
    // the second date tells which number is the day
    let taken = of(dates(&[
        "2/3/2021 1:46:01 PM +01:00",
        "2/13/2021 1:46:01 PM GMT",
    ]));
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(
        taken.times(),
        ["2021-02-03T12:46:01+00:00", "2021-02-13T13:46:01+00:00"]
    );
    // two digits of a year without points, and a name that several zones have
    let taken = of(dates(&[
        "03/11/26 10:00:00 +01:00",
        "2026-11-03 10:00:00 CST",
    ]));
    assert_eq!(taken.times(), ["-", "-"]);
    assert_eq!(
        taken.problems(),
        [
            "2: 2 lines whose time is missing, cannot be read or is outside 2000 to 2100, the first `03/11/26 10:00:00 +01:00` in the column datetime: counted, but without time; export the file with the column started_utc, or with times such as 2021-02-12 13:46:01"
        ]
    );
}

// date -u -d @1792872000 is 2026-10-24 20:00:00; pandas writes milliseconds
#[test]
fn numbers_since_1970_are_times_in_columns_of_times_alone() {
    let taken = of(
        "{\"started_utc\":1792872000000,\"connect_us\":12690,\"slot\":1792872000}\n\
         {\"started_utc\":1792872010250,\"connect_us\":1792872000,\"slot\":1}\n\
         {\"started_utc\":\"2026-10-24 20:00:20Z\",\"connect_us\":12700,\"slot\":2}\n",
    );
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(
        taken.times(),
        [
            "2026-10-24T20:00:00+00:00",
            "2026-10-24T20:00:10.250+00:00",
            "2026-10-24T20:00:20+00:00"
        ]
    );
    assert_eq!(taken.column("connect_us"), ["12690", "1792872000", "12700"]);
    assert_eq!(taken.column("slot"), ["1792872000", "1", "2"]);
    let notes = taken.summary.notes.join("\n");
    assert!(
        notes.ends_with("2 times were read from their numbers of milliseconds since 1970"),
        "{notes}"
    );
    // UTC also where dates without a zone are not
    let taken = of(dates(&["1792872000", "1792872010.5", "639284688000000000"]));
    assert_eq!(
        taken.times(),
        [
            "2026-10-24T20:00:00+00:00",
            "2026-10-24T20:00:10.500+00:00",
            "-"
        ]
    );
}

#[test]
fn times_of_other_years_than_those_of_rows_are_named() {
    // 2569 is 2026 of the Buddhist calendar, 1601 where the times of Windows' files begin
    for time in [
        "19/3/2569 9:00:00",
        "1601-01-01 00:00:05Z",
        "1999-12-31 23:59:59Z",
        "2101-01-01 00:00:00Z",
        "9999-12-31 20:00:00Z",
    ] {
        let taken = of(dates(&[time, time]));
        assert_eq!(taken.times(), ["-", "-"], "{time}");
        let told = format!("outside 2000 to 2100, the first `{time}` in the column datetime: ");
        assert!(
            taken.problems()[0].contains(&told),
            "{:?}",
            taken.problems()
        );
    }
    let taken = of(dates(&["2000-01-01 00:00:00Z", "2100-12-31 23:59:59Z"]));
    assert_eq!(taken.problems(), [""; 0]);
}

#[test]
fn dates_of_more_countries_are_times() {
    // by the clocks of Berlin in winter, an hour ahead
    for (time, expected) in [
        ("9.3.2026 9.00.00", "2026-03-09T08:00:00+00:00"),
        ("2026. 03. 09. 9:00:00", "2026-03-09T08:00:00+00:00"),
        ("09.03.26 09:00", "2026-03-09T08:00:00+00:00"),
        ("30-Nov-2026 15:27:35", "2026-11-30T14:27:35+00:00"),
        (
            "Mon, 30 Nov 2026 15:27:35 +0100",
            "2026-11-30T14:27:35+00:00",
        ),
    ] {
        let taken = of(dates(&[time]));
        assert_eq!(taken.times(), [expected], "{time}");
        assert_eq!(taken.problems(), [""; 0], "{time}");
    }
}

#[test]
fn of_three_pairs_of_digits_the_day_or_the_year_may_be_first() {
    // by the clocks of Berlin; Korea and Hungary; the first date could be of 2031 alone
    let korea = of(dates(&["26.05.31 08:00", "26.06.01 08:00"]));
    assert_eq!(
        korea.times(),
        ["2026-05-31T06:00:00+00:00", "2026-06-01T06:00:00+00:00"]
    );
    let note = korea.summary.notes.join(" ");
    assert!(note.contains("with the year first"), "{note}");
    let days = of(dates(&["24.10.25 08:00", "24.10.26 08:00"]));
    assert_eq!(
        days.times(),
        ["2024-10-25T06:00:00+00:00", "2024-10-26T06:00:00+00:00"]
    );
    let germany = of(dates(&["24.10.26 08:00", "25.10.26 08:00"]));
    assert_eq!(
        germany.times(),
        ["2026-10-24T06:00:00+00:00", "2026-10-25T07:00:00+00:00"]
    );
    let either = of(dates(&["24.10.26 08:00", "24.10.26 08:01"]));
    assert_eq!(
        either.times(),
        ["2026-10-24T06:00:00+00:00", "2026-10-24T06:01:00+00:00"]
    );
    let note = either.summary.notes.join(" ");
    assert!(
        note.contains(
            "such as `24.10.26 08:00` are read with the day first; nothing in the file shows"
        ),
        "{note}"
    );
}

// date -u -d @1791957600 is 2026-10-14 06:00:00; ConvertTo-Json of Windows PowerShell writes both forms
#[test]
fn times_as_windows_powershell_writes_them_in_json_are_read() {
    let taken = of(
        "{\"datetime\":\"\\/Date(1791957600141)\\/\",\"Status\":\"OK\",\"connect_us\":12690,\"dns_chain\":\"\"}\n\
         {\"datetime\":\"/Date(1791957610141)/\",\"Status\":\"OK\",\"connect_us\":12690,\"dns_chain\":\"\"}\n",
    );
    assert_eq!(taken.problems(), [""; 0]);
    let times = [
        "2026-10-14T06:00:00.141+00:00",
        "2026-10-14T06:00:10.141+00:00",
    ];
    assert_eq!(taken.times(), times);
    let row = |ms: u64| {
        format!(
            "{{\"datetime\":{{\"value\":\"\\/Date({ms})\\/\",\"DisplayHint\":2,\"DateTime\":\"Mittwoch\"}},\
             \"Status\":\"OK\",\"connect_us\":12690,\"dns_chain\":\"\"}}\n"
        )
    };
    let taken = of(row(1_791_957_600_141) + &row(1_791_957_610_141));
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.times(), times);
}

// the days are those of 2026-10-14 since 1904-01-01 and since 1899-12-30; 0.25 is 06:00
#[test]
fn days_since_1904_are_told_by_the_date_of_the_run() {
    let file = |run: &str, at: &[&str]| {
        let rows = at.iter().map(|at| format!("{at},{run},OK,12690,\n"));
        format!(
            "started_utc,run_id,Status,connect_us,dns_chain\n{}",
            rows.collect::<String>()
        )
    };
    let run = "20261013T220000Z-0badcafe";
    for (run, at, expected, since) in [
        (
            run,
            "44847.25000",
            "2026-10-14T06:00:00+00:00",
            "days since 1904",
        ),
        (
            run,
            "46309.25000",
            "2026-10-14T06:00:00+00:00",
            "days since 1900",
        ),
        (
            "x",
            "44847.25000",
            "2022-10-13T06:00:00+00:00",
            "days since 1900",
        ),
    ] {
        let taken = of(file(run, &[at, at]));
        assert_eq!(taken.times(), [expected; 2], "{run} {at}");
        let notes = taken.summary.notes.concat();
        assert!(notes.contains(since), "{notes}");
    }
}

#[test]
fn dates_of_other_countries_are_decided_by_the_rest_of_the_file() {
    // by the clocks of Berlin, in summer. Denmark and Indonesia: the second date tells which number is the day
    for mark in ["-", "/"] {
        let of_day = |day: &str| format!("{day}{mark}10{mark}2026 06.00");
        let taken = of(dates(&[&of_day("12"), &of_day("14")]));
        assert_eq!(taken.problems(), [""; 0]);
        assert_eq!(
            taken.times(),
            ["2026-10-12T04:00:00+00:00", "2026-10-14T04:00:00+00:00"]
        );
        // and without it nobody knows
        let taken = of(dates(&[&of_day("12")]));
        assert_eq!(taken.rows.len(), 0);
    }
    let taken = of(dates(&["14. 10. 2026 06:00:00", "14.10.2026. 06:00:10"]));
    assert_eq!(
        taken.times(),
        ["2026-10-14T04:00:00+00:00", "2026-10-14T04:00:10+00:00"]
    );
}

#[test]
fn a_file_as_long_as_a_sheet_gets_a_note() {
    let text = |lines: usize| dates(&["2026-10-14 06:00:00Z"]) + &"\n".repeat(lines - 2);
    let has_note = |lines| {
        of(text(lines))
            .summary
            .notes
            .concat()
            .contains("1,048,576 lines")
    };
    assert!(has_note(1_048_576));
    assert!(!has_note(1_048_577));
}
