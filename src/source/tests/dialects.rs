//! Every dialect and every encoding that a file of rows may come in.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{EARLY, of};
use crate::schema::Dialect;

const FULL: &str = concat!(
    r#""datetime","remotehost","remotename","remoteip","Port","Status","SslProtocol","CipherAlgorithm","HashAlgorithm","KeyExchangeAlgorithm","CN","Subject","NotAfter","NotBefore","Issuer","Thumbprint","SerialNumber","SignatureAlgorithmFriendlyName","dnstimems","connecttimems","tlstimems","totaltimems""#,
    "\r\n",
    r#""2021-02-12 13:46:01Z","tr.teams.microsoft.com","a-tr-teams-frcn-08.francecentral.cloudapp.azure.com","52.112.173.78","443","OK","Tls12","Aes256","Sha384","44550","CN=tr.teams.microsoft.com","CN=tr.teams.microsoft.com","26.11.2021 16:52:50","26.11.2020 16:52:50","CN=Microsoft RSA TLS CA 01, O=Microsoft Corporation, C=US","3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0","6B000364481F8F4E4869832568000000036448","sha256RSA","28","22","59","120""#,
    "\r\n",
);

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = format!("\u{feff}{text}");
    text.encode_utf16().flat_map(bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn the_early_version_of_end2end_tcp() {
    let taken = of(EARLY);
    assert_eq!(taken.problems(), [""; 0]);
    let file = &taken.summary.files[0];
    assert_eq!(file.dialect, Some(Dialect::End2EndTcpEarly));
    assert_eq!((file.rows, file.bytes), (2, EARLY.len() as u64));
    assert_eq!(
        file.first.unwrap().to_rfc3339(),
        "2021-02-01T00:22:51+00:00"
    );
    assert_eq!(file.last.unwrap().to_rfc3339(), "2021-02-01T00:22:52+00:00");
    assert_eq!(taken.column("totaltimems"), ["126", "119"]);
    assert_eq!(taken.column("Computername"), ["tr..", "tr.."]);
}

#[test]
fn end2end_tcp_with_its_22_columns() {
    let taken = of(FULL);
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.summary.files[0].dialect, Some(Dialect::End2EndTcp));
    assert_eq!(taken.times(), ["2021-02-12T13:46:01+00:00"]);
    assert_eq!(
        taken.column("Issuer"),
        ["CN=Microsoft RSA TLS CA 01, O=Microsoft Corporation, C=US"]
    );
    assert_eq!(taken.column("totaltimems"), ["120"]);
}

#[test]
fn end2end_udp_with_decimal_commas_and_no_time() {
    let taken = of(
        "remoteudpport,minroundtrip,successrttcount,remoteip,answerreceived,averagertt,maxroundtrip\n\
         3478,21,10,52.114.251.80,True,\"23,4\",31\n3478,9999,0,52.114.251.81,False,0,0\n",
    );
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.summary.files[0].dialect, Some(Dialect::End2EndUdp));
    assert_eq!(taken.times(), ["-", "-"]);
    assert_eq!(taken.column("averagertt"), ["23.4", "0"]);
}

#[test]
fn end2end_http_with_local_times_and_a_message_over_two_lines() {
    let taken = of(
        "Timestamp;httpbytes;url;avg10;Status;Duration;Message;httpstatuscode\r\n\
         12.02.2021 14:46:01;100;https://a/;\"0,00117785630153121\";OK;12;\"one\r\ntwo; three\";200\r\n\
         01.07.2021 14:46:01;100;https://a/;;OK;12;;200\r\n",
    );
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.summary.files[0].dialect, Some(Dialect::End2EndHttp));
    assert_eq!(
        taken.times(),
        ["2021-02-12T13:46:01+00:00", "2021-07-01T12:46:01+00:00"]
    );
    assert_eq!(taken.column("Message"), ["one\r\ntwo; three", ""]);
    assert_eq!(taken.column("avg10"), ["0,00117785630153121", ""]);
}

#[test]
fn any_subset_of_our_columns_in_any_order_with_columns_of_others() {
    let taken = of("connect_us,Bemerkung,started_utc,remoteip,datetime\n\
         22000,nach dem Umbau,2021-02-12 13:46:01.123456Z,52.112.1.1,2021-02-12 13:46:01Z\n");
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.summary.files[0].dialect, Some(Dialect::Turnprobe));
    assert_eq!(
        taken.times(),
        ["2021-02-12T13:46:01.123456+00:00"],
        "the exact one"
    );
    assert_eq!(taken.column("Bemerkung"), ["nach dem Umbau"]);
    let few = of("datetime,connect_us\n2021-02-12 13:46:01Z,22000\n2021-02-12 13:46:02Z,23000\n");
    assert_eq!(few.column("connect_us"), ["22000", "23000"]);
}

#[test]
fn a_mangled_exact_time_falls_back_to_the_other_and_both_are_utc() {
    // as Excel in German saves our own file again
    let taken = of("datetime;connect_us;started_utc\r\n12.02.2021 13:46;22000;46:01,1\r\n");
    assert_eq!(taken.times(), ["2021-02-12T13:46:00+00:00"]);
    assert_eq!(taken.problems(), [""; 0]);
}

#[test]
fn every_encoding_and_compression_gives_the_same_rows() {
    let text = FULL.replace("Microsoft Corporation", "Müller & Söhne €");
    let expected = of(&text).rows;
    assert_eq!(expected.len(), 1);
    let (w1252, ..) = encoding_rs::WINDOWS_1252.encode(&text);
    #[rustfmt::skip]
    let cases = [
        ("UTF-8 with BOM", format!("\u{feff}{text}").into_bytes()),
        ("UTF-16LE", utf16(&text, u16::to_le_bytes)),
        ("UTF-16BE", utf16(&text, u16::to_be_bytes)),
        ("UTF-16LE without BOM", utf16(&text, u16::to_le_bytes)[2..].to_vec()),
        ("gzip", gzip(text.as_bytes())),
        ("gzip of UTF-16", gzip(&utf16(&text, u16::to_le_bytes))),
        ("lines end in LF", text.replace("\r\n", "\n").into_bytes()),
        ("no last line end", text.trim_end().as_bytes().to_vec()),
        ("sep=", format!("sep=,\r\n{text}").into_bytes()),
        ("#TYPE", format!("#TYPE Selected.System.Object\r\n{text}").into_bytes()),
        ("tabs", text.replace("\",\"", "\"\t\"").into_bytes()),
        ("semicolons", text.replace("\",\"", "\";\"").into_bytes()),
        ("empty lines", format!("\r\n{}\r\n \r\n", text.replace("\r\n", "\r\n\r\n")).into_bytes()),
    ];
    for (name, bytes) in cases {
        let taken = of(&bytes);
        assert_eq!(taken.problems(), [""; 0], "{name}");
        assert_eq!(taken.rows, expected, "{name}");
        assert_eq!(taken.summary.files[0].bytes, bytes.len() as u64, "{name}");
    }
    let taken = of(&w1252);
    assert_eq!(taken.rows, expected);
    assert_eq!(
        taken.problems(),
        ["2: 1 line not in UTF-8: read as Windows-1252"]
    );
}

#[test]
fn grouped_hexadecimal_of_excel_becomes_plain() {
    let plain = "\"3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0\"";
    let taken = of(FULL
        .replace(plain, "\"3A:6E:1A:FF:B0\"")
        .replace("\"6B0003", "\"6:B0:00:3"));
    assert_eq!(taken.column("Thumbprint"), ["3A6E1AFFB0"]);
    assert_eq!(taken.column("Status"), ["OK"]);
    assert_eq!(taken.column("totaltimems"), ["120"]);
}

// RFC 8259 section 4: which of the two a reader takes is not said
#[test]
fn a_line_of_json_that_has_a_key_twice_is_no_row() {
    let line = |second: u64, more: &str| {
        format!(
            "{{\"datetime\":\"2021-02-12 13:46:0{second}Z\",\"connect_us\":20000,\"tls_us\":30000,\"Status\":\"OK\",\"cause\":null{more}}}\n"
        )
    };
    let twice = line(2, r#","Status":"dns_timeout""#);
    let taken = of(line(1, "") + &twice + &line(3, ""));
    assert_eq!(taken.rows.len(), 2, "{:?}", taken.problems());
    assert_eq!(taken.problems().len(), 1, "{:?}", taken.problems());
    assert!(taken.problems()[0].starts_with("2: "));
}

#[test]
fn json_lines_of_ours_in_any_order_of_keys() {
    let taken = of(concat!(
        r#"{"datetime":"2021-02-12 13:46:01Z","Port":443,"cause":null,"in_teams_range":true,"dns_ttls":[0,10],"label":["a=b","c=d"],"detail":"a \"b\"\n"}"#,
        "\n",
        r#"{"Port":444,"datetime":"2021-02-12 13:46:02Z","x":{"y":[1]},"lag_us":1.5,"connect_us":-1}"#,
        "\r\n",
        r#"{"Port":445}"#,
    ));
    assert_eq!(
        taken.problems(),
        [
            "2: 2 lines of probes that worked, without a time of the connect or answer that can be read: nobody knows whether these \
             were slow",
            "2: 1 cell of the column lag_us cannot be read or is impossible: `1.5`; it is left out",
            "2: 1 cell of the column connect_us cannot be read or is impossible: `-1`; it is left out",
            "3: 1 line whose time is missing: counted, but without time",
        ]
    );
    assert_eq!(
        taken.rows[0].1,
        [
            "2021-02-12 13:46:01Z",
            "443",
            "",
            "true",
            "0 10",
            "a=b c=d",
            "a \"b\""
        ]
    );
    assert_eq!(
        taken.times()[..2],
        ["2021-02-12T13:46:01+00:00", "2021-02-12T13:46:02+00:00"]
    );
    assert_eq!(taken.names[7..], ["x", "lag_us", "connect_us"]);
    assert_eq!(taken.rows[1].1[..2], ["2021-02-12 13:46:02Z", "444"]);
    assert_eq!(taken.rows[1].1[7..], ["", "", ""]);
    assert_eq!(taken.column("Port").last(), Some(&"445"));
}

#[test]
fn headers_in_the_middle_switch_the_dialect_and_are_named_with_their_lines() {
    let taken = of(format!(
        "{EARLY}\u{feff}{EARLY}{FULL}connect_us;datetime\n5;12.02.2021 13:46\n{EARLY}"
    ));
    assert_eq!(
        taken.problems(),
        [
            "4: 1 header is repeated within the file, as when files are joined: skipped",
            "7: 3 other headers stand within the file, as when files are joined: the rows after \
             it are read by it",
        ]
    );
    assert_eq!(taken.rows.len(), 2 + 2 + 1 + 1 + 2);
    assert_eq!(taken.rows[5].1, ["5", "12.02.2021 13:46"]);
    assert_eq!(taken.summary.notes.len(), 1);
    assert!(taken.summary.notes[0].contains("1 time has no seconds"));
}

/// A cell that a column may have.
fn cell(name: &str) -> &'static str {
    match name {
        "Status" => "OK",
        "cause" => "",
        _ => "1",
    }
}

#[test]
fn bursts_are_told_by_a_column_that_only_they_have() {
    use crate::measure::burst::Burst;
    use crate::schema::RowKind as _;
    use crate::source::dialect::kind as dialect;
    let names: Vec<_> = Burst::COLUMNS.iter().map(|c| c.name.to_owned()).collect();
    let cells = names.iter().map(|name| cell(name));
    let cells = cells.collect::<Vec<_>>().join(",");
    let taken = of(format!("{}\n{cells}\n", names.join(",")));
    assert_eq!(
        (taken.rows.len(), taken.summary.files[0].dialect),
        (1, Some(Dialect::Bursts))
    );
    assert_eq!(
        of("datetime,loss_ppm,jitter_us\n2021-02-12 13:46:01Z,1,2\n")
            .rows
            .len(),
        1
    );
    // a column of somebody's own with such a name
    let probes = ["datetime", "Status", "connecttimems", "lost"].map(str::to_owned);
    assert_eq!(dialect(&probes), Dialect::End2EndTcp);
}

#[test]
fn held_connections_and_their_samples_are_told_by_columns_that_only_they_have() {
    use crate::measure::hold::{Hold, Sample};
    use crate::schema::RowKind;
    use crate::source::dialect::kind as dialect;
    fn names<K: RowKind>() -> Vec<&'static str> {
        K::COLUMNS.iter().map(|c| c.name).collect()
    }
    for (names, expected) in [
        (names::<Hold>(), Dialect::Held),
        (names::<Sample>(), Dialect::Samples),
    ] {
        let cells: Vec<_> = names.iter().map(|name| cell(name)).collect();
        let csv = format!("{}\n{}\n", names.join(","), cells.join(","));
        let pairs = names.iter().zip(&cells);
        let pairs: Vec<_> = pairs
            .map(|(name, cell)| format!("\"{name}\":\"{cell}\""))
            .collect();
        let json = format!("{{{}}}\n", pairs.join(","));
        for text in [csv, json] {
            let taken = of(&text);
            let found = (taken.rows.len(), taken.summary.files[0].dialect);
            assert_eq!(found, (1, Some(expected)), "{text}");
        }
    }
    let taken = of("at_utc,at_us,rtt_us,in_flight\n2026-11-22 10:00:00.5Z,500000,26000,49\n");
    assert_eq!(taken.times(), ["2026-11-22T10:00:00.500+00:00"]);
    // what bursts have, too, makes no held connection
    let bursts = ["datetime", "loss_ppm", "rtt_p50_us", "jitter_us"].map(str::to_owned);
    assert_eq!(dialect(&bursts), Dialect::Bursts);
    let probes = ["datetime", "Status", "total_us", "held_us"].map(str::to_owned);
    assert_eq!(dialect(&probes), Dialect::Turnprobe);
}
