//! SOCKS5 proxies, good and bad ones (RFC 1928, RFC 1929).

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use turnprobe::net::{Credentials, ProxyDns, ProxyScheme};

use super::{address, visit, visit_within};
use crate::rows::{Row, ms, probe, target};
use crate::servers::proxy::{carry, through};
use crate::servers::tcp::{Relay, close, reset, until_closed};
use crate::servers::tls::{Offer, named, names};

/// It reached the relay, and says 0.0.0.0:0 of its own end.
const SUCCEEDED: &[u8] = &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

fn bytes<const N: usize>(mut stream: &TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    let _ = stream.read_exact(&mut bytes);
    bytes
}

/// Reads the methods that are offered.
fn methods(mut stream: &TcpStream) -> Vec<u8> {
    let [version, count] = bytes(stream);
    let mut methods = vec![0; usize::from(count)];
    stream.read_exact(&mut methods).unwrap();
    assert_eq!(version, 5);
    methods
}

/// Reads the request: the kind of the address, and address and port as they stand there.
fn asked(mut stream: &TcpStream) -> (u8, Vec<u8>) {
    let [version, command, _, kind] = bytes(stream);
    assert_eq!((version, command), (5, 1));
    let length = match kind {
        1 => 6,
        4 => 18,
        _ => usize::from(bytes::<1>(stream)[0]) + 2,
    };
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).unwrap();
    (kind, rest)
}

/// A proxy without a sign-in that answers each request so, and closes.
fn answering(answer: impl Into<Vec<u8>>) -> Relay {
    let answer = answer.into();
    Relay::start(move |mut stream| {
        methods(&stream);
        let _ = stream.write_all(&[5, 0]);
        asked(&stream);
        let _ = stream.write_all(&answer);
        close(&stream);
    })
}

/// One that says this at once.
fn saying(answer: &'static [u8]) -> Relay {
    Relay::start(move |mut stream| {
        methods(&stream);
        let _ = stream.write_all(answer);
        close(&stream);
    })
}

fn signing_in(proxy: &Relay) -> Row {
    let mut plan = through(ProxyScheme::Socks5h, proxy);
    plan.proxy.as_mut().unwrap().credentials = Some(Credentials {
        user: "planted-user".to_owned(),
        password: "planted-password".to_owned(),
    });
    let row = probe(plan, target("relay.test", 443));
    assert!(!format!("{row:?}").contains("planted"));
    row
}

#[test]
fn a_tunnel_is_asked_for_by_name_or_address_and_carries_tls() {
    let relay = Offer::good().start();
    let to = address(&relay);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let of_thread = heard.clone();
    let proxy = Relay::start(move |mut stream| {
        let offered = methods(&stream);
        stream.write_all(&[5, 0]).unwrap();
        let (kind, rest) = asked(&stream);
        of_thread.lock().unwrap().push((offered, kind, rest));
        // an address by name, and in pieces
        for piece in [&[5, 0][..], &[0, 3, 4], b"here", &[0, 80]] {
            stream.write_all(piece).unwrap();
            std::thread::sleep(ms(20));
        }
        carry(&stream, to);
    });
    let row = visit(ProxyScheme::Socks5h, &proxy);
    row.assert_ok();
    assert_eq!(row.cells(["proxy_reply", "dns_us"]), ["succeeded", ""]);
    let names = names();
    let (mut plan, _) = named(&names, &proxy);
    plan.proxy = through(ProxyScheme::Socks5, &proxy).proxy;
    plan.proxy.as_mut().unwrap().dns = ProxyDns::Local;
    let row = probe(plan, target("relay.test", 443));
    row.assert_ok();
    assert_eq!(row.cell("remoteip"), "127.0.0.1");
    let port = 443_u16.to_be_bytes();
    assert_eq!(
        *heard.lock().unwrap(),
        [
            (vec![0], 3, [b"relay.test", &port[..]].concat()),
            (vec![0], 1, [&[127, 0, 0, 1], &port[..]].concat()),
        ]
    );
}

#[test]
fn what_comes_right_behind_the_answer_is_the_relays() {
    let proxy = answering([SUCCEEDED, b"SSH-2.0-OpenSSH_9.2\r\n"].concat());
    visit(ProxyScheme::Socks5h, &proxy)
        .assert_failed("tls-not-tls", &["SSH answered: SSH-2.0-OpenSSH_9.2"]);
}

#[test]
fn each_refusal_has_its_cause_and_its_word() {
    for (code, cause, reply) in [
        (1, "proxy-bad-gateway", "general-failure"),
        (2, "proxy-forbidden", "not-allowed"),
        (3, "proxy-bad-gateway", "network-unreachable"),
        (4, "proxy-bad-gateway", "host-unreachable"),
        (5, "proxy-bad-gateway", "connection-refused"),
        (6, "proxy-bad-gateway", "ttl-expired"),
        (7, "proxy-status", "command-not-supported"),
        (8, "proxy-status", "address-type-not-supported"),
        // nobody gave these a meaning
        (9, "proxy-not-socks", ""),
        (255, "proxy-not-socks", ""),
    ] {
        let row = visit(
            ProxyScheme::Socks5h,
            &answering([5, code, 0, 1, 0, 0, 0, 0, 0, 0]),
        );
        row.assert_failed(cause, &[]);
        assert_eq!(
            row.cells(["proxy_reply", "failed_phase"]),
            [reply, "proxy"],
            "{code}"
        );
    }
}

#[test]
fn a_sign_in_that_is_missing_or_wrong_is_told_apart() {
    let row = visit(ProxyScheme::Socks5h, &saying(&[5, 0xFF]));
    row.assert_failed("proxy-auth", &["give --proxy-auth-file"]);
    assert_eq!(row.cell("proxy_reply"), "no-acceptable-method");
    // one that chooses what was not offered
    visit(ProxyScheme::Socks5h, &saying(&[5, 2])).assert_failed("proxy-auth", &["sign-in"]);
    visit(ProxyScheme::Socks5h, &saying(&[5, 1])).assert_failed("proxy-not-socks", &["code"]);
    signing_in(&saying(&[5, 0xFF])).assert_failed("proxy-auth", &["no way to sign in"]);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let of_thread = heard.clone();
    let proxy = Relay::start(move |mut stream| {
        assert!(methods(&stream).contains(&2));
        stream.write_all(&[5, 2]).unwrap();
        let [version, length] = bytes(&stream);
        let mut user = vec![0; usize::from(length)];
        stream.read_exact(&mut user).unwrap();
        let mut password = vec![0; usize::from(bytes::<1>(&stream)[0])];
        stream.read_exact(&mut password).unwrap();
        of_thread.lock().unwrap().push((version, user, password));
        stream.write_all(&[1, 1]).unwrap();
        close(&stream);
    });
    let row = signing_in(&proxy);
    row.assert_failed("proxy-auth", &["refused user or password"]);
    assert_eq!(row.cell("proxy_reply"), "sign-in-refused");
    let given = (1, b"planted-user".to_vec(), b"planted-password".to_vec());
    assert_eq!(*heard.lock().unwrap(), [given]);
}

#[test]
fn what_speaks_something_else_or_breaks_the_rules_is_no_socks() {
    let http = b"HTTP/1.1 400 Bad Request\r\n\r\n";
    let row = visit(ProxyScheme::Socks5h, &saying(http));
    row.assert_failed("proxy-not-socks", &["give http://"]);
    visit(ProxyScheme::Socks5h, &saying(&[4, 0])).assert_failed("proxy-not-socks", &[]);
    for broken in [
        // another version, a reserved byte, an address of no kind
        [4, 0, 0, 1, 0, 0, 0, 0, 0, 0],
        [5, 0, 9, 1, 0, 0, 0, 0, 0, 0],
        [5, 0, 0, 9, 0, 0, 0, 0, 0, 0],
    ] {
        visit(ProxyScheme::Socks5h, &answering(broken)).assert_failed("proxy-not-socks", &[]);
    }
}

#[test]
fn one_that_hangs_up_or_never_answers_is_left() {
    visit(ProxyScheme::Socks5h, &saying(&[])).assert_failed("proxy-closed", &[]);
    visit(ProxyScheme::Socks5h, &answering([5, 0, 0])).assert_failed("proxy-closed", &[]);
    let resetting = Relay::start(|stream| {
        methods(&stream);
        reset(stream);
    });
    visit(ProxyScheme::Socks5h, &resetting).assert_failed("proxy-reset", &[]);
    // as an HTTP proxy does that waits for the end of a request
    let silent = Relay::start(|stream| until_closed(&stream));
    let row = visit_within(ProxyScheme::Socks5h, &silent, 300);
    row.assert_failed("proxy-timeout", &["within 300 ms", "give http://"]);
    let dripping = Relay::start(|mut stream| {
        methods(&stream);
        stream.write_all(&[5, 0]).unwrap();
        asked(&stream);
        // the longest name that there is
        for byte in [&[5, 0, 0, 3, 255][..], &[b'a'; 257]].concat() {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(ms(50));
        }
    });
    let row = visit_within(ProxyScheme::Socks5h, &dripping, 800);
    row.assert_failed("proxy-timeout", &["within 800 ms"]);
}
