//! What rows look like: CSV in its profiles, lists, streams.

use std::io::{self, Write};
use std::sync::Mutex;

use super::*;
use crate::measure::probe::{COLUMNS, REFERENCE_COLUMNS};
use crate::record::{is_formula, plain};
use crate::sink::{csv_line, csv_stream, jsonl_stream, list_stream};

fn reference() -> Vec<&'static Column> {
    COLUMNS[..REFERENCE_COLUMNS].iter().collect()
}

/// A stream that the test can look into.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    /// Takes so many bytes, then fails.
    room: Option<(usize, io::ErrorKind)>,
}

impl Pipe {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().bytes.clone()).unwrap()
    }

    fn fail_after(&self, room: usize, kind: io::ErrorKind) {
        self.0.lock().unwrap().room = Some((room, kind));
    }

    fn mend(&self) {
        self.0.lock().unwrap().room = None;
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap();
        let taken = match &mut state.room {
            Some((0, kind)) => return Err((*kind).into()),
            Some((room, _)) => {
                let taken = bytes.len().min(*room);
                *room -= taken;
                taken
            }
            None => bytes.len(),
        };
        state.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

// The list of the reference; its two dates in UTC and in the form of the first, as agreed.
const LIST: &str = "\
datetime                       : 2021-02-12 13:46:01Z
remotehost                     : tr.teams.microsoft.com
remotename                     : a-tr-teams-frcn-08.francecentral.cloudapp.azure.com
remoteip                       : 52.112.173.78
Port                           : 443
Status                         : OK
SslProtocol                    : Tls12
CipherAlgorithm                : Aes256
HashAlgorithm                  : Sha384
KeyExchangeAlgorithm           : 44550
CN                             : CN=tr.teams.microsoft.com
Subject                        : CN=tr.teams.microsoft.com
NotAfter                       : 2021-11-26 16:52:50Z
NotBefore                      : 2020-11-26 16:52:50Z
Issuer                         : CN=Microsoft RSA TLS CA 01, O=Microsoft Corporation, C=US
Thumbprint                     : 3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0
SerialNumber                   : 6B000364481F8F4E4869832568000000036448
SignatureAlgorithmFriendlyName : sha256RSA
dnstimems                      : 28
connecttimems                  : 22
tlstimems                      : 59
totaltimems                    : 120
";

#[test]
fn the_list_is_the_references_with_an_empty_line_between_probes() {
    let pipe = Pipe::default();
    let mut sink = list_stream(Box::new(pipe.clone()), &reference()).unwrap();
    sink.write(&sample()).unwrap();
    let list = LIST.replace('\n', NEWLINE);
    assert_eq!(pipe.text(), list);
    sink.write(&sample()).unwrap();
    assert_eq!(pipe.text(), format!("{list}{NEWLINE}{list}"));
    sink.finish().unwrap();
}

#[test]
fn a_list_is_as_wide_as_its_longest_name_and_missing_is_empty() {
    let pipe = Pipe::default();
    let mut sink = list_stream(Box::new(pipe.clone()), &columns(&["slot", "lag_us"])).unwrap();
    sink.write(&sample()).unwrap();
    assert_eq!(pipe.text(), lines(&["slot   : 0", "lag_us :"]));
}

// The first row of the reference's CSV. Left out is its total, which is not the sum of its
// phases; the dates are in UTC, as agreed.
#[test]
fn a_row_of_csv_is_the_references() {
    let chosen = columns(&[
        "datetime",
        "remotehost",
        "remotename",
        "remoteip",
        "Port",
        "Status",
        "CN",
        "Subject",
        "NotAfter",
        "NotBefore",
        "Issuer",
        "Thumbprint",
        "SerialNumber",
        "SignatureAlgorithmFriendlyName",
        "connecttimems",
        "tlstimems",
    ]);
    let mut record = sample();
    record.started = Utc.with_ymd_and_hms(2021, 2, 1, 0, 22, 51).unwrap();
    record.host = "tr..".into();
    record.remote = Some("52.114.251.80:443".parse().unwrap());
    record.dns.chain[1].name = "b-tr-teasc-euno-05.northeurope.cloudapp.azure.com".to_owned();
    let certificate = Arc::make_mut(record.tls.certificate.as_mut().unwrap());
    certificate.issuer = "CN=Mi..".to_owned();
    certificate.thumbprint = "xx".to_owned();
    certificate.serial_number = "x".to_owned();
    record.times = PhaseTimes::default();
    record.times.set(Phase::Connect, Duration::from_millis(33));
    record.times.set(Phase::Tls, Duration::from_millis(112));
    let expected = concat!(
        r#""2021-02-01 00:22:51Z","tr..","b-tr-teasc-euno-05.northeurope.cloudapp.azure.com","#,
        r#""52.114.251.80","443","OK","CN=tr.teams.microsoft.com","CN=tr.teams.microsoft.com","#,
        r#""2021-11-26 16:52:50Z","2020-11-26 16:52:50Z","CN=Mi..","xx","x","sha256RSA","33","112""#,
    );
    assert_eq!(csv_line(&record, &chosen), expected);
}

#[test]
fn a_stream_of_csv_begins_with_the_header() {
    let pipe = Pipe::default();
    let chosen = columns(&[
        "datetime",
        "started_utc",
        "slot",
        "lag_us",
        "in_teams_range",
    ]);
    let mut sink = csv_stream(Box::new(pipe.clone()), &chosen, Profile::Plain).unwrap();
    let header = r#""datetime","started_utc","slot","lag_us","in_teams_range""#;
    assert_eq!(pipe.text(), lines(&[header]));
    sink.write(&slot(7)).unwrap();
    let row = r#""2021-02-12 13:46:01Z","2021-02-12 13:46:01.123456Z","7","","true""#;
    assert_eq!(pipe.text(), lines(&[header, row]));
}

#[test]
fn the_profiles_of_excel_have_a_mark_dates_without_z_and_grouped_hexadecimal() {
    let chosen = columns(&["datetime", "started_utc", "SerialNumber"]);
    for (profile, separator) in [(Profile::Excel, ","), (Profile::ExcelDe, ";")] {
        let pipe = Pipe::default();
        let mut sink = csv_stream(Box::new(pipe.clone()), &chosen, profile).unwrap();
        sink.write(&sample()).unwrap();
        let header = [
            "\u{feff}\"datetime\"",
            "\"started_utc\"",
            "\"SerialNumber\"",
        ];
        let row = [
            "\"2021-02-12 13:46:01\"",
            "\"2021-02-12 13:46:01.123456\"",
            "\"6B:00:03:64:48:1F:8F:4E:48:69:83:25:68:00:00:00:03:64:48\"",
        ];
        assert_eq!(
            pipe.text(),
            lines(&[&header.join(separator), &row.join(separator)])
        );
    }
}

#[test]
fn what_a_stranger_sent_is_no_formula_and_no_new_row() {
    let mut record = sample();
    let certificate = Arc::make_mut(record.tls.certificate.as_mut().unwrap());
    certificate.common_name = "=HYPERLINK(\"http://x\")".to_owned();
    certificate.subject = "@SUM(A1)\r\n\"2021".to_owned();
    certificate.issuer = "O=\"A, B\"".to_owned();
    let line = csv_line(&record, &columns(&["CN", "Subject", "Issuer"]));
    let expected =
        r#""'=HYPERLINK(""http://x"")","'@SUM(A1)\u{d}\u{a}""2021","O=""A, B""""#.to_owned();
    assert_eq!(line, expected);
}

#[test]
fn no_formula_begins_where_a_spreadsheet_may_split_the_cell() {
    let mut record = sample();
    let certificate = Arc::make_mut(record.tls.certificate.as_mut().unwrap());
    certificate.common_name = "CN=x;=1+1".to_owned();
    certificate.subject = "CN=a, O=\"b;\"".to_owned();
    certificate.issuer = "CN=x,\"=1+1".to_owned();
    let line = csv_line(&record, &columns(&["CN", "Subject", "Issuer"]));
    let expected = r#""CN=x;'=1+1","CN=a, O=""b;""","CN=x,'""=1+1""#.to_owned();
    assert_eq!(line, expected);
}

#[test]
fn a_closed_stream_is_told_from_a_full_disk() {
    let pipe = Pipe::default();
    let mut sink = csv_stream(Box::new(pipe.clone()), &columns(&["slot"]), Profile::Plain).unwrap();
    pipe.fail_after(0, io::ErrorKind::StorageFull);
    assert!(matches!(sink.write(&sample()), Err(SinkError::Full { .. })));
    pipe.fail_after(0, io::ErrorKind::BrokenPipe);
    assert!(matches!(sink.write(&sample()), Err(SinkError::Closed(path)) if path == "stdout"));
    let closed = csv_stream(Box::new(pipe), &columns(&["slot"]), Profile::Plain);
    assert!(matches!(closed.err(), Some(SinkError::Closed(..))));
}

#[test]
fn a_stream_holds_whole_rows_even_after_an_error() {
    let row = |number: u64| format!("{{\"slot\":{number}}}\n");
    for room in 0..row(1).len() {
        let pipe = Pipe::default();
        let mut sink = jsonl_stream(Box::new(pipe.clone()), &columns(&["slot"])).unwrap();
        pipe.fail_after(room, io::ErrorKind::StorageFull);
        assert!(sink.write(&slot(1)).is_err());
        assert!(sink.write(&slot(2)).is_err());
        pipe.mend();
        sink.write(&slot(3)).unwrap();
        let begun = if room == 0 { String::new() } else { row(1) };
        assert_eq!(pipe.text(), begun + &row(3));
    }
}

proptest::proptest! {
    #[test]
    fn another_reader_gets_every_text_back(name in "\\PC*", region in ".*") {
        let mut record = sample();
        record.host = name.as_str().into();
        record.region.clone_from(&region);
        for (profile, separator) in [(Profile::Plain, b','), (Profile::ExcelDe, b';')] {
            let pipe = Pipe::default();
            let chosen = columns(&["remotehost", "region", "slot"]);
            let mut sink = csv_stream(Box::new(pipe.clone()), &chosen, profile).unwrap();
            sink.write(&record).unwrap();
            let text = pipe.text();
            let mut reader =
                ::csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
            let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
            assert_eq!((rows.len(), text.lines().count()), (1, 2));
            for (field, text) in rows[0].iter().zip([&name, &region]) {
                let text = plain(text);
                // nothing but marks against formulas is added, and no formula is left
                assert_eq!(field.replace('\'', ""), text.replace('\'', ""));
                assert!(!is_formula(field), "{field}");
                // (a quote in front of one is seen through, as a reader may take it off)
                if !text.contains([',', ';']) && !is_formula(text.trim_start_matches('"')) {
                    assert_eq!(field, text);
                }
            }
        }
    }
}
