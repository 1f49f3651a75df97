//! Relays and name servers that never end, and those that send more than anybody should.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::process::Stdio;
use std::time::Duration;

use crate::link::{Link, SERVER, inside};
use crate::process::{MOST_MEMORY, watched};
use crate::relay;
use crate::rows::{Row, in_file, no_panic, number, parse, turnprobe};

/// One probe; its row, after a check that it held little memory and took little time beyond the
/// limits.
fn probe(link: &Link, options: &str) -> Row {
    let start = turnprobe::clock::now();
    let arguments = format!("{options} -n 1 --format csv --tls-timeout 2s --dns-timeout 2s");
    let (output, memory) = watched(turnprobe(&link.client, &arguments).spawn().unwrap());
    no_panic(&output);
    assert!(memory > 0 && memory < MOST_MEMORY, "{memory} KiB");
    // 2 s for a phase, 1 s for the orderly end, and a busy machine
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    let mut rows = parse(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Sends the same bytes again and again until the client is gone.
fn flood(mut stream: TcpStream, first: &[u8], again: &[u8]) {
    let mut hello = [0; 1024];
    let _ = stream.read(&mut hello);
    let again = again.repeat(64 * 1024 / again.len());
    let _ = stream.write_all(first);
    while stream.write_all(&again).is_ok() {}
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_relay_that_drips_a_byte_a_second_ends_with_the_limit() {
    let link = Link::new("drip");
    relay::serve(&link.server, |mut stream| {
        // a handshake record of 16 KiB
        for byte in [22, 3, 3, 64, 0].into_iter().chain(std::iter::repeat(2)) {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_secs(1));
        }
    });
    let row = probe(&link, "10.77.0.2:443");
    assert_eq!(row["Status"], "tls-timeout", "{}", row["detail"]);
    assert!(number(&row, "tls_us") >= 2_000_000);
    assert!((1..=5).contains(&number(&row, "bytes_received")));
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_relay_that_never_stops_sending_fails_with_what_it_sends() {
    let link = Link::new("flood");
    // RFC 5246: records of type, version 3.3 and length; handshake messages of type and length
    let fragment = [&[22, 3, 3, 64, 0][..], &[0; 1 << 14]].concat();
    let endless_chain = [&[22, 3, 3, 0, 4][..], &[11, 255, 255, 255]].concat();
    #[rustfmt::skip]
    let cases = [
        ("text", &b""[..], &b"hello, nobody here speaks TLS\r\n"[..], "tls-not-tls"),
        ("http", b"HTTP/1.1 200 OK\r\n\r\n", b"<p>again</p>", "tls-not-tls"),
        ("zeros", b"", &[0; 4096], "tls-not-tls"),
        ("certificates of 16 MiB", &endless_chain, &fragment, "tls-certificate"),
        ("empty records", b"", &[22, 3, 3, 0, 0], "tls-protocol"),
        ("warnings", b"", &[21, 3, 3, 0, 2, 1, 90], "tls-protocol tls-alert"),
        ("hello requests", b"", &[22, 3, 3, 0, 4, 0, 0, 0, 0], "tls-protocol"),
        ("changed ciphers", b"", &[20, 3, 3, 0, 1, 1], "tls-protocol"),
    ];
    for (name, first, again, causes) in cases {
        let (first, again) = (first.to_vec(), again.to_vec());
        let port = relay::listen(&link.server, move |stream| flood(stream, &first, &again));
        let row = probe(&link, &format!("{SERVER}:{port}"));
        let known = causes.split(' ').any(|cause| row["Status"] == cause);
        assert!(known, "{name}: {} {}", row["Status"], row["detail"]);
        assert!(row["detail"].len() < 300, "{name}: {}", row["detail"]);
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_relay_that_sends_for_ever_after_the_handshake_is_left_in_time() {
    let link = Link::new("talk");
    let config = relay::tls(&["tr.teams.microsoft.com".to_owned()]);
    relay::serve(&link.server, move |mut stream| {
        let Some(mut connection) = relay::shake_hands(&mut stream, &config) else {
            return;
        };
        loop {
            let written = connection.writer().write_all(&[b'x'; 4096]);
            if written.is_err() || connection.write_tls(&mut stream).is_err() {
                return;
            }
        }
    });
    let row = probe(&link, "10.77.0.2:443");
    assert_eq!(row["Status"], "OK", "{}", row["detail"]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_server_that_never_stops_sending_ends_with_the_limit() {
    let link = Link::new("dns-flood");
    let socket = inside(&link.server, || UdpSocket::bind((SERVER, 53)).unwrap());
    std::thread::spawn(move || {
        let mut query = [0; 512];
        let (length, client) = socket.recv_from(&mut query).unwrap();
        let answers = vec![crate::name_server::address(Ipv4Addr::LOCALHOST); 4000];
        let mut stray = crate::name_server::message(&query[..length], 0, &answers);
        stray[0] ^= 1; // an answer to another query
        while socket.send_to(&stray, client).is_ok() {}
    });
    let row = probe(
        &link,
        &format!("tr.teams.microsoft.com --resolver {SERVER}"),
    );
    assert_eq!(row["Status"], "dns-timeout", "{}", row["detail"]);
    assert!(
        row["detail"].contains("with another id"),
        "{}",
        row["detail"]
    );
    assert!(number(&row, "dns_us") >= 2_000_000);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_certificate_with_two_thousand_names_makes_a_bounded_row() {
    let link = Link::new("names");
    let names: Vec<_> = (0..2000)
        .map(|n| format!("relay-{n:04}.teams.test"))
        .collect();
    let config = relay::tls(&names);
    relay::serve(&link.server, move |stream| {
        relay::greet(stream, &config);
    });
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    for rows in 1..=2 {
        let arguments = "10.77.0.2:443 -n 1 --columns all -q --output";
        let mut command = turnprobe(&link.client, arguments);
        let child = command.arg(&file).stdout(Stdio::null()).spawn().unwrap();
        let (output, memory) = watched(child);
        no_panic(&output);
        assert_eq!(output.status.code(), Some(0));
        assert!(memory < MOST_MEMORY, "{memory} KiB");
        assert_eq!(in_file(&file).len(), rows, "the file is continued");
    }
    let row = in_file(&file).remove(0);
    let listed: Vec<_> = row["cert_sans"].split(' ').collect();
    let (mark, listed) = listed.split_last().unwrap();
    assert_eq!(*mark, "...");
    assert!(
        listed
            .iter()
            .zip(&names)
            .all(|(listed, name)| listed == name)
    );
    // 16 KiB of names of 21 bytes and a space
    assert!(
        (700..=745).contains(&listed.len()),
        "{} names",
        listed.len()
    );
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().all(|line| line.len() < 18 << 10));
    let usual = probe(&link, "10.77.0.2:443");
    assert!(usual.values().map(String::len).sum::<usize>() < 1536);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_certificate_beyond_64_kilobytes_is_a_failed_row_that_says_so() {
    let link = Link::new("huge");
    // two of 44 KB each, as no certificate that large stands alone
    let names: Vec<_> = (0..2000)
        .map(|n| format!("relay-{n:04}.teams.test"))
        .collect();
    let certificates: Vec<_> = (0..2).map(|_| relay::certificate(&names)).collect();
    let config = relay::config(&certificates);
    relay::serve(&link.server, move |stream| {
        relay::greet(stream, &config);
    });
    let row = probe(&link, "10.77.0.2:443");
    assert_eq!(row["Status"], "tls-certificate", "{}", row["detail"]);
    assert!(row["detail"].contains("over 64 KB"), "{}", row["detail"]);
}
