//! What the last rows of an existing CSV file may be, and the file of the day.

use super::*;
use crate::clock::local;
use crate::sink::Roll;

const CHOSEN: &[&str] = &["slot", "world"];
const HEADER: &str = "\"slot\",\"world\"\n";

fn in_lab(spec: FileSpec) -> FileSpec {
    FileSpec {
        world: World::Lab,
        ..spec
    }
}

#[test]
fn real_rows_and_lab_rows_never_share_a_file() {
    let real = Place::holding(
        "probes.csv",
        format!("{HEADER}\"1\",\"lab\"\n\"2\",\"real\"\n"),
    );
    let error = refused(&real, &in_lab(real.spec(CHOSEN)));
    let expected = "holds real rows: choose another file for lab rows";
    assert!(error.to_string().ends_with(expected), "{error}");
    assert_eq!(append(&real.spec(CHOSEN), &[slot(3)]), []);

    let lab_rows = Place::holding("probes.csv", format!("{HEADER}\"1\",\"lab\"\n\n"));
    let error = refused(&lab_rows, &lab_rows.spec(CHOSEN));
    let expected = "holds lab rows: choose another file for real rows";
    assert!(error.to_string().ends_with(expected), "{error}");
    assert_eq!(append(&in_lab(lab_rows.spec(CHOSEN)), &[lab(3)]), []);
    assert!(lab_rows.text().ends_with("\"3\",\"lab\"\n"));
}

#[test]
fn the_world_of_a_row_counts_even_if_it_lacks_its_newline() {
    let place = Place::holding("probes.csv", format!("{HEADER}\"1\",\"lab\""));
    assert!(matches!(
        refused(&place, &place.spec(CHOSEN)),
        SinkError::World { .. }
    ));
}

#[test]
fn a_torn_row_of_the_other_world_does_not_hide_the_whole_one_before() {
    let place = Place::holding("probes.csv", format!("{HEADER}\"1\",\"lab\"\n\"2\",\"re"));
    assert!(matches!(
        refused(&place, &place.spec(CHOSEN)),
        SinkError::World { .. }
    ));
}

#[test]
fn rows_that_cannot_be_told_are_continued_by_real_ones_only() {
    for text in [
        "\"slot\"\n\"1\"\n".to_owned(),
        format!("{HEADER}\"1\",\"\"\n"),
    ] {
        let place = Place::holding("probes.csv", &text);
        let error = refused(&place, &in_lab(place.spec(&["slot"])));
        assert!(matches!(error, SinkError::WorldUnknown(..)), "{error}");
        append(&place.spec(&["slot"]), &[]);
        assert_eq!(place.text(), text);
    }
}

#[test]
fn without_a_column_for_it_addresses_and_names_tell_the_world() {
    const CHOSEN: &[&str] = &["remotename", "remoteip"];
    const LAB: (&str, &str) = ("a.ukwest.cloudapp.azure.com", "127.0.0.23");
    const REAL: (&str, &str) = ("a.ukwest.cloudapp.azure.com", "52.112.0.1");
    const FAILED: (&str, &str) = ("a.ukwest.cloudapp.azure.com", "");
    const OWN: (&str, &str) = ("relay.test", "127.0.0.1");
    let continued = |rows: &[(&str, &str)], world: World| {
        let csv = |(name, ip)| format!("\"{name}\",\"{ip}\"\n");
        let json = |(name, ip)| format!("{{\"remotename\":\"{name}\",\"remoteip\":\"{ip}\"}}\n");
        let csv: String = rows.iter().copied().map(csv).collect();
        let json: String = rows.iter().copied().map(json).collect();
        let files = [
            ("probes.csv", format!("\"remotename\",\"remoteip\"\n{csv}")),
            ("probes.jsonl", json),
        ];
        let results = files.map(|(name, text)| {
            let place = Place::holding(name, text);
            let spec = place.spec(CHOSEN);
            start(&FileSpec { world, ..spec })
                .err()
                .map(|error| match error {
                    SinkError::World { .. } => "other",
                    SinkError::WorldUnknown(..) => "unknown",
                    error => panic!("{error}"),
                })
        });
        assert_eq!(results[0], results[1], "{rows:?}");
        results[0]
    };
    for (rows, by_real, by_lab) in [
        (&[LAB, LAB][..], Some("other"), None),
        (&[LAB, FAILED], Some("other"), None),
        (&[REAL], None, Some("other")),
        (&[FAILED, REAL, FAILED], None, Some("other")),
        (&[LAB, REAL], None, Some("other")),
        (&[REAL, LAB], None, Some("other")),
        (&[FAILED], None, Some("unknown")),
        // a server of the user's own
        (&[OWN], None, Some("unknown")),
    ] {
        assert_eq!(continued(rows, World::Real), by_real, "{rows:?}");
        assert_eq!(continued(rows, World::Lab), by_lab, "{rows:?}");
    }
}

#[test]
fn a_file_that_was_prepared_for_nothing_is_as_it_was() {
    let wall = Wall::from_fn(started);
    let place = Place::new("probes.csv");
    drop(crate::sink::prepare(&place.spec(CHOSEN), &wall).unwrap());
    assert!(!place.path.exists());
    let torn = format!("{HEADER}\"1\",\"re");
    let place = Place::holding("probes.csv", &torn);
    drop(crate::sink::prepare(&place.spec(CHOSEN), &wall).unwrap());
    assert_eq!(place.text(), torn);
    // an empty one of somebody else's stays
    let place = Place::holding("probes.csv", "");
    drop(crate::sink::prepare(&place.spec(CHOSEN), &wall).unwrap());
    assert!(place.path.exists());
}

#[test]
fn a_file_that_cannot_tell_lab_rows_gets_a_note() {
    for name in ["probes.csv", "probes.jsonl"] {
        let place = Place::new(name);
        let notes = append(&in_lab(place.spec(&["slot"])), &[lab(1)]);
        assert_eq!(notes, [Note::LabUnmarked(place.shown())]);
    }
}

#[test]
fn a_header_alone_takes_rows_of_either_world() {
    for world in [World::Real, World::Lab] {
        let place = Place::holding("probes.csv", HEADER);
        assert_eq!(
            append(
                &FileSpec {
                    world,
                    ..place.spec(CHOSEN)
                },
                &[]
            ),
            []
        );
        assert_eq!(place.text(), HEADER);
    }
}

#[test]
fn a_last_line_that_is_ended_but_no_row_is_refused() {
    for last in [
        "\"1\"\n",
        "\"1\",\"real\",\"x\"\n",
        "\"1\",\"real\n",
        "# a remark\n",
    ] {
        let place = Place::holding("probes.csv", format!("{HEADER}\"0\",\"real\"\n{last}"));
        let error = refused(&place, &place.spec(CHOSEN));
        assert!(matches!(error, SinkError::BrokenRow(..)), "{error}");
    }
}

#[test]
fn a_line_beyond_a_mebibyte_is_refused() {
    let place = Place::holding(
        "probes.csv",
        format!("{HEADER}{}", "x".repeat((1 << 20) + 100)),
    );
    assert!(matches!(
        refused(&place, &place.spec(CHOSEN)),
        SinkError::LongLine(..)
    ));
}

#[test]
fn each_day_hour_and_month_has_its_file_by_local_time() {
    // noon in UTC, and 40 days later
    let first = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
    let later = first + chrono::Duration::days(40);
    let cases = [
        (Roll::Hour, "probes-%Y-%m-%dT%H.csv"),
        (Roll::Day, "probes-%Y-%m-%d.csv"),
        (Roll::Month, "probes-%Y-%m.csv"),
    ];
    for (roll, pattern) in cases {
        let place = Place::new("probes.csv");
        let spec = FileSpec {
            roll: Some(roll),
            ..place.spec(CHOSEN)
        };
        let path = |at| {
            place
                .directory
                .path()
                .join(local(at).format(pattern).to_string())
        };
        let (mut sink, _) = open(&spec, &Wall::from_fn(move || first)).unwrap();
        assert!(path(first).exists() && !place.path.exists());
        sink.write(&Record {
            started: first,
            ..slot(1)
        })
        .unwrap();
        sink.write(&Record {
            started: later,
            ..slot(3)
        })
        .unwrap();
        // a probe that began before the turn and ended after it
        sink.write(&Record {
            started: first,
            ..slot(2)
        })
        .unwrap();
        sink.write(&Record {
            started: later,
            ..slot(4)
        })
        .unwrap();
        sink.finish().unwrap();
        let read = |at| fs::read_to_string(path(at)).unwrap();
        let header = HEADER.trim_end();
        assert_eq!(
            read(first),
            lines(&[header, r#""1","real""#, r#""2","real""#])
        );
        assert_eq!(
            read(later),
            lines(&[header, r#""3","real""#, r#""4","real""#])
        );
    }
}

#[test]
fn a_file_of_a_later_day_is_judged_like_the_first() {
    let first = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
    let day = |number: i64| first + chrono::Duration::days(number);
    let place = Place::new("probes.csv");
    let path = |number| {
        let name = local(day(number)).format("probes-%Y-%m-%d.csv").to_string();
        place.directory.path().join(name)
    };
    fs::write(path(1), "mine\n").unwrap();
    fs::write(path(2), "\"slot\"\n\"1\"\n\"2").unwrap();
    let spec = FileSpec {
        roll: Some(Roll::Day),
        ..place.spec(CHOSEN)
    };
    let (mut sink, _) = open(&spec, &Wall::from_fn(move || first)).unwrap();
    sink.write(&Record {
        started: day(1),
        ..slot(1)
    })
    .unwrap();
    assert!(matches!(&sink.notes()[..], [Note::Held(why)] if why.contains("known columns")));
    sink.write(&Record {
        started: day(2),
        ..slot(3)
    })
    .unwrap();
    for number in 3..10 {
        sink.write(&Record {
            started: day(number),
            ..slot(4)
        })
        .unwrap();
    }
    // what is somebody else's stays as it is, and the rows of that day go into a file beside it
    sink.finish().unwrap();
    assert_eq!(fs::read_to_string(path(1)).unwrap(), "mine\n");
    let beside = path(1).with_extension("");
    let beside = format!("{}-2.csv", beside.display());
    assert_eq!(fs::read_to_string(beside).unwrap().lines().count(), 2);
    assert_eq!(
        fs::read_to_string(path(2)).unwrap(),
        "\"slot\"\n\"1\"\n\"3\"\n"
    );
    assert!((3..10).all(|number| path(number).exists()));
}
