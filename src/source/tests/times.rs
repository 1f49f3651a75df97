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
    // two digits of a year, and a name that several zones have
    let taken = of(dates(&[
        "03.11.26 10:00:00 +01:00",
        "2026-11-03 10:00:00 CST",
    ]));
    assert_eq!(taken.times(), ["-", "-"]);
    assert_eq!(
        taken.problems(),
        ["2: 2 lines whose time is missing or cannot be read: counted, but without time"]
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
