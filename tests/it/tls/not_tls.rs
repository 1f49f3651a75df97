//! Servers that speak something else.

use std::io::Write;

use super::{visit, visit_within};
use crate::servers::tcp::{Relay, client_hello, close, reset, until_closed};
use crate::servers::tls::say;

/// Answers the ClientHello with these bytes and closes.
fn answers(bytes: &'static [u8]) -> Relay {
    Relay::start(move |mut stream| {
        client_hello(&stream);
        stream.write_all(bytes).unwrap();
        close(&stream);
    })
}

#[test]
fn a_web_server_is_told_by_its_status_line() {
    let relay = answers(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html></html>");
    let row = visit(&relay);
    row.assert_failed("tls-not-tls", &["HTTP/1.1 400 Bad Request"]);
    assert!(!row.detail().contains("nginx"), "more than the first line");
    assert_eq!(row.cells(["tls_version", "Thumbprint"]), ["", ""]);
}

#[test]
fn a_server_that_speaks_first_is_told_by_its_banner() {
    let relay = Relay::start(|stream| say(&stream, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
    visit(&relay).assert_failed("tls-not-tls", &["SSH-2.0-OpenSSH_9.2p1"]);
}

#[test]
fn a_mail_server_is_told_by_its_greeting() {
    let relay = Relay::start(|stream| say(&stream, b"220 mail.test ESMTP ready\r\n"));
    visit(&relay).assert_failed("tls-not-tls", &["220 mail.test ESMTP ready"]);
}

#[test]
fn a_greeting_too_short_for_a_record_is_told_at_the_limit() {
    let relay = Relay::start(|stream| say(&stream, b"+OK"));
    visit_within(&relay, 300).assert_failed("tls-not-tls", &["+OK"]);
}

#[test]
fn binary_is_shown_in_hexadecimal() {
    let relay = answers(&[0x00, 0x01, 0xC0, 0xFF, 0xEE, 0x80, 0x81, 0x82]);
    visit(&relay).assert_failed("tls-not-tls", &["0001C0FFEE808182"]);
}

#[test]
fn what_a_stranger_says_cannot_drive_a_terminal() {
    let relay = answers("HTTP/1.1 200 \u{1b}[2J\u{202e}OK\r\n".as_bytes());
    // the helper looks for control characters and direction marks in every cell
    visit(&relay).assert_failed("tls-not-tls", &["\\u{1b}[2J\\u{202e}OK"]);
}

#[test]
fn a_line_without_an_end_is_cut() {
    let relay = Relay::start(|mut stream| {
        client_hello(&stream);
        let _ = stream.write_all(&vec![b'a'; 300_000]);
        until_closed(&stream);
    });
    let row = visit(&relay);
    row.assert_failed("tls-not-tls", &["aaaaaaaa"]);
    assert!(row.detail().len() < 300, "{}", row.detail().len());
}

#[test]
fn a_banner_before_a_reset_is_not_lost() {
    let relay = Relay::start(|mut stream| {
        client_hello(&stream);
        stream.write_all(b"ERROR blocked by policy\r\n").unwrap();
        // a reset overtakes what was not read yet on some systems: let it be read
        std::thread::sleep(crate::rows::ms(200));
        reset(stream);
    });
    visit(&relay).assert_failed("tls-not-tls", &["ERROR blocked by policy"]);
}
