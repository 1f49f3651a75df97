//! JSON Lines: what a row looks like, which files are continued.

use super::*;
use crate::record::{Cause, Failure};

const CHOSEN: &[&str] = &["slot", "world"];

#[test]
fn a_row_is_an_object_with_numbers_flags_lists_and_null() {
    let place = Place::new("probes.jsonl");
    let names = [
        "datetime",
        "Port",
        "Status",
        "Thumbprint",
        "label",
        "started_utc",
        "lag_us",
        "connect_us",
        "dns_chain",
        "dns_ttls",
        "in_teams_range",
    ];
    let mut record = sample();
    record.run = Arc::new(Run {
        label: "vlan=7 12 q=\"a\\b\"".to_owned(),
        ..(*record.run).clone()
    });
    append(&place.spec(&names), &[record]);
    let expected = concat!(
        r#"{"datetime":"2021-02-12 13:46:01Z","Port":443,"Status":"OK","#,
        r#""Thumbprint":"3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0","#,
        r#""label":["vlan=7","12","q=\"a\\b\""],"#,
        r#""started_utc":"2021-02-12 13:46:01.123456Z","lag_us":null,"connect_us":22000,"#,
        r#""dns_chain":["tr.teams.microsoft.com","#,
        r#""a-tr-teams-frcn-08.francecentral.cloudapp.azure.com"],"#,
        r#""dns_ttls":[0,10],"in_teams_range":true}"#,
        "\n",
    );
    assert_eq!(place.text(), expected);
}

#[test]
fn a_formula_is_left_as_it_is() {
    let place = Place::new("probes.jsonl");
    let mut record = sample();
    record.region = "=1+1".to_owned();
    append(&place.spec(&["region"]), &[record]);
    assert_eq!(place.text(), "{\"region\":\"=1+1\"}\n");
}

#[test]
fn every_row_is_an_object_for_another_reader_whatever_a_stranger_sent() {
    let place = Place::new("probes.jsonl");
    let detail = "\x1b[2J\u{202e}\"\\\n\u{0}ü".to_owned();
    let outcome = Outcome::from(Failure::new(Cause::TlsNotTls, detail));
    let spec = FileSpec {
        columns: Record::defaults(),
        ..place.spec(&[])
    };
    append(
        &spec,
        &[Record {
            outcome,
            ..sample()
        }],
    );
    let text = place.text();
    assert_eq!(text.lines().count(), 1);
    let row: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(row["detail"], "\\u{1b}[2J\\u{202e}\"\\\\u{a}\\u{0}ü");
    assert_eq!(row["cause"], "tls-not-tls");
    assert_eq!(row.as_object().unwrap().len(), spec.columns.len());
}

#[test]
fn a_file_of_rows_is_continued_with_its_own_line_ending() {
    for ending in ["\n", "\r\n"] {
        for end in [ending, "", &ending[..ending.len() - 1]] {
            let before = format!("{{\"slot\":0}}{ending}{{\"slot\":1,\"else\":[{{}}]}}");
            let place = Place::holding("probes.jsonl", format!("{before}{end}"));
            let notes = append(&place.spec(CHOSEN), &[slot(2)]);
            let row = "{\"slot\":2,\"world\":\"real\"}";
            assert_eq!(place.text(), format!("{before}{ending}{row}{ending}"));
            let completed = (end != ending).then(|| Note::Completed(place.shown()));
            assert_eq!(notes, completed.into_iter().collect::<Vec<_>>());
        }
    }
}

#[test]
fn files_of_something_else_are_refused() {
    let all = [
        "my notes",
        "my notes\n",
        "[{\"slot\":1}]\n",
        "{\n  \"slot\": 1\n}\n",
        "{\n  \"slot\": 1\n}",
        "{\"slot\":1}\n{\"slot\":\n",
        "{\"level\":\"info\",\"msg\":\"started\"}\n",
        "{\"level\":\"inf",
        "17\n",
        "\"slot\",\"world\"\n",
    ];
    for before in all {
        let place = Place::holding("probes.jsonl", before);
        let error = refused(&place, &place.spec(CHOSEN));
        assert!(matches!(error, SinkError::NotJsonLines(..)), "{before}");
    }
}

#[test]
fn a_torn_first_row_is_cut_off() {
    for before in [
        "{",
        "{\"datet",
        "{\"datetime\":\"2021-02",
        "\u{feff}{\"slot\":1",
    ] {
        let place = Place::holding("probes.jsonl", before);
        let notes = append(&place.spec(CHOSEN), &[slot(1)]);
        let row = "{\"slot\":1,\"world\":\"real\"}\n";
        assert_eq!(place.text().trim_start_matches('\u{feff}'), row);
        assert!(matches!(&notes[..], [Note::Cut { .. }]));
    }
}

#[test]
fn real_objects_and_lab_objects_never_share_a_file() {
    let place = Place::holding("probes.jsonl", "{\"slot\":1,\"world\":\"lab\"}\n");
    assert!(matches!(
        refused(&place, &place.spec(CHOSEN)),
        SinkError::World { .. }
    ));
    append(
        &FileSpec {
            world: World::Lab,
            ..place.spec(CHOSEN)
        },
        &[lab(2)],
    );
    assert!(place.text().ends_with("{\"slot\":2,\"world\":\"lab\"}\n"));
    let place = Place::holding("probes.jsonl", "{\"slot\":1}\n{\"slot\":2");
    let error = refused(
        &place,
        &FileSpec {
            world: World::Lab,
            ..place.spec(CHOSEN)
        },
    );
    assert!(matches!(error, SinkError::WorldUnknown(..)));
}

#[test]
fn a_second_run_on_objects_is_refused() {
    let place = Place::new("probes.jsonl");
    let (_sink, _) = start(&place.spec(CHOSEN)).unwrap();
    assert!(matches!(
        start(&place.spec(CHOSEN)).err(),
        Some(SinkError::Locked(..))
    ));
}
