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
