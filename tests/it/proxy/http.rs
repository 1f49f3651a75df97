//! HTTP proxies: what a tunnel is asked for with, and every way to refuse one.

use std::io::{Read as _, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use turnprobe::net::{Credentials, Plan, ProxyDns, ProxyScheme};

use super::{address, visit, visit_within};
use crate::rows::{Row, ms, probe, target};
use crate::servers::closed::ClosedTcp;
use crate::servers::proxy::{carry, request, through};
use crate::servers::tcp::{Relay, close, reset, until_closed};
use crate::servers::tls::{Offer, named, names};

/// A proxy that answers each request so, and closes.
fn saying(answer: impl Into<Vec<u8>>) -> Relay {
    let answer = answer.into();
    Relay::start(move |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(&answer);
        close(&stream);
    })
}

fn said(answer: impl Into<Vec<u8>>) -> Row {
    visit(ProxyScheme::Http, &saying(answer))
}

/// A proxy before a good relay; how it says that the tunnel is open is for the test.
fn opening(say: impl Fn(&TcpStream) + Send + Sync + 'static) -> (Relay, Relay) {
    let relay = Offer::good().start();
    let to = address(&relay);
    let proxy = Relay::start(move |mut stream| {
        request(&mut stream);
        say(&stream);
        carry(&stream, to);
    });
    (proxy, relay)
}

const OPEN: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// How a proxy says that a tunnel is open.
type Say = Box<dyn Fn(&TcpStream) + Send + Sync>;

#[test]
fn every_head_that_opens_a_tunnel_is_taken_however_it_comes() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(4085));
    assert_eq!(long.len(), 4109);
    let whole = |head: Vec<u8>| move |mut stream: &TcpStream| stream.write_all(&head).unwrap();
    let in_pieces = |head: Vec<u8>, length: usize, pause: u64| {
        move |mut stream: &TcpStream| {
            for piece in head.chunks(length) {
                stream.write_all(piece).unwrap();
                std::thread::sleep(ms(pause));
            }
        }
    };
    let interim = [b"HTTP/1.1 100 Continue\r\n\r\n".repeat(5), OPEN.to_vec()].concat();
    let odd = b"HTTP/1.1 200\r\nA : b\r\n folded\r\nTransfer-Encoding: chunked\r\n\r\n";
    let cases: Vec<(&str, Say)> = vec![
        ("at once", Box::new(whole(OPEN.to_vec()))),
        (
            "after half a second",
            Box::new(|mut stream: &TcpStream| {
                std::thread::sleep(ms(500));
                stream.write_all(OPEN).unwrap();
            }),
        ),
        (
            "HTTP/1.0 with a length",
            Box::new(whole(
                b"HTTP/1.0 200 Connection Established\r\nContent-Length: 0\r\n\r\n".to_vec(),
            )),
        ),
        ("long, in pieces", Box::new(in_pieces(long.into(), 300, 5))),
        ("byte by byte", Box::new(in_pieces(OPEN.to_vec(), 1, 3))),
        ("behind interim answers", Box::new(whole(interim))),
        (
            "as careless proxies write it",
            Box::new(whole(odd.to_vec())),
        ),
    ];
    for (what, say) in cases {
        let (proxy, relay) = opening(say);
        let row = visit(ProxyScheme::Http, &proxy);
        assert_eq!(row.status(), "OK", "{what}: {}", row.detail());
        assert_eq!(
            row.cells(["proxy_reply", "tls_version", "dns_us"]),
            ["200", "TLSv1.2", ""],
            "{what}"
        );
        assert_eq!((proxy.accepted(), relay.accepted()), (1, 1), "{what}");
    }
}

#[test]
fn what_comes_right_behind_the_head_is_the_relays() {
    let row = said([OPEN, b"SSH-2.0-OpenSSH_9.2\r\n"].concat());
    row.assert_failed("tls-not-tls", &["SSH answered: SSH-2.0-OpenSSH_9.2"]);
    assert_eq!(row.cell("proxy_reply"), "200");
    // and what comes a little later too
    let proxy = Relay::start(|mut stream| {
        request(&mut stream);
        stream.write_all(&[OPEN, b"SSH-2.0-"].concat()).unwrap();
        std::thread::sleep(ms(100));
        let _ = stream.write_all(b"later\r\n");
        close(&stream);
    });
    let row = visit(ProxyScheme::Http, &proxy);
    row.assert_failed("tls-not-tls", &["SSH"]);
}

#[test]
fn a_tunnel_is_asked_for_by_name_or_address_and_with_the_credentials_in_basic() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let of_thread = heard.clone();
    let proxy = Relay::start(move |mut stream| {
        of_thread.lock().unwrap().push(request(&mut stream));
        let _ = stream.write_all(b"HTTP/1.1 403 no\r\n\r\n");
        close(&stream);
    });
    let by_name = || through(ProxyScheme::Http, &proxy);
    let mut signed = by_name();
    signed.proxy.as_mut().unwrap().credentials = Some(Credentials {
        user: "Aladdin".to_owned(),
        password: "open sesame".to_owned(),
    });
    let names = names();
    let (mut by_address, _) = named(&names, &proxy);
    by_address.proxy = by_name().proxy;
    by_address.proxy.as_mut().unwrap().dns = ProxyDns::Local;
    for (plan, host) in [
        (by_name(), "relay.test"),
        (signed, "relay.test"),
        (by_address, "relay.test"),
        (by_name(), "2001:db8::1"),
    ] {
        let row = probe(plan, target(host, 443));
        row.assert_failed("proxy-forbidden", &["403 no"]);
        let relay = match host {
            "relay.test" if row.cell("dns_us").is_empty() => "",
            "relay.test" => "127.0.0.1",
            address => address,
        };
        assert_eq!(row.cell("remoteip"), relay);
    }
    let asked = |authority: &str, more: &str| {
        format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{more}\r\n")
    };
    // RFC 7617 section 2
    let basic = "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n";
    assert_eq!(
        *heard.lock().unwrap(),
        [
            asked("relay.test:443", ""),
            asked("relay.test:443", basic),
            asked("127.0.0.1:443", ""),
            asked("[2001:db8::1]:443", ""),
        ]
    );
}

#[test]
fn a_proxy_that_wants_a_sign_in_is_told_with_its_schemes_and_the_fix() {
    let answer = |fields: &str| format!("HTTP/1.1 407 Sign in\r\n{fields}\r\n");
    let basic = answer("Proxy-Authenticate: NTLM, Basic realm=\"a, b\"\r\n");
    let row = said(basic.clone());
    row.assert_failed(
        "proxy-auth",
        &["407 Sign in", "takes NTLM, Basic", "give --proxy-auth-file"],
    );
    assert_eq!(row.cells(["proxy_reply", "failed_phase"]), ["407", "proxy"]);
    said(answer(
        "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n",
    ))
    .assert_failed(
        "proxy-auth",
        &["takes Negotiate, NTLM", "only Basic is spoken"],
    );
    said(answer("")).assert_failed("proxy-auth", &["names no way to sign in"]);
    let proxy = saying(basic);
    let mut plan = through(ProxyScheme::Http, &proxy);
    plan.proxy.as_mut().unwrap().credentials = Some(Credentials {
        user: "planted-user".to_owned(),
        password: "planted-password".to_owned(),
    });
    let row = probe(plan, target("relay.test", 443));
    row.assert_failed("proxy-auth", &["user or password are not the right ones"]);
    assert!(!format!("{row:?}").contains("planted"));
}

#[test]
fn each_refusal_has_its_cause_and_what_the_proxy_says_of_it() {
    let squid = "X-Squid-Error: ERR_CONNECT_FAIL 111";
    for (answer, cause, told) in [
        ("403 Forbidden", "proxy-forbidden", "403 Forbidden"),
        ("500 Unable to connect", "proxy-bad-gateway", "500 Unable"),
        ("502 Bad Gateway", "proxy-bad-gateway", "502"),
        (
            &format!("503 Service Unavailable\r\n{squid}"),
            "proxy-bad-gateway",
            squid,
        ),
        (
            "504 Gateway Timeout\r\nProxy-Status: p; error=connection_timeout",
            "proxy-bad-gateway",
            "Proxy-Status: p; error=connection_timeout",
        ),
        ("302 Found", "proxy-status", "302 Found"),
        ("101 Switching Protocols", "proxy-status", "101"),
        ("400 Bad Request", "proxy-status", "400"),
        ("999 odd", "proxy-status", "999 odd"),
    ] {
        let row = said(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n"));
        row.assert_failed(cause, &[told]);
        let code = &answer[..3];
        assert_eq!(
            row.cells(["proxy_reply", "failed_phase", "tls_us"]),
            [code, "proxy", ""]
        );
    }
}

#[test]
fn a_body_of_a_hundred_megabytes_is_not_read() {
    let sent = Arc::new(AtomicUsize::new(0));
    let of_thread = sent.clone();
    let proxy = Relay::start(move |mut stream| {
        request(&mut stream);
        let head = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 104857600\r\n\r\n";
        let _ = stream.write_all(head);
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..100 {
            if stream.write_all(&piece).is_err() {
                return;
            }
            of_thread.fetch_add(piece.len(), Ordering::SeqCst);
        }
    });
    visit(ProxyScheme::Http, &proxy).assert_failed("proxy-forbidden", &["403"]);
    drop(proxy);
    // what lies in the buffers of two sockets
    let sent = sent.load(Ordering::SeqCst);
    assert!(sent < 32 << 20, "{sent} bytes went out");
}

#[test]
fn a_head_without_an_end_is_left_at_its_bound_in_size() {
    let endless = |start: &'static str, piece: &'static str| {
        Relay::start(move |mut stream| {
            request(&mut stream);
            let mut next = start;
            while stream.write_all(next.as_bytes()).is_ok() {
                next = piece;
            }
        })
    };
    let proxy = endless("HTTP/1.1 200 OK\r\nX: ", "aaaaaaaaaaaaaaaa");
    let row = visit(ProxyScheme::Http, &proxy);
    row.assert_failed("proxy-not-http", &["no end within 16384 bytes"]);
    // the status is known by then
    assert_eq!(row.cell("proxy_reply"), "200");
    let row = visit(
        ProxyScheme::Http,
        &endless("", "HTTP/1.1 100 Continue\r\n\r\n"),
    );
    row.assert_failed("proxy-not-http", &["100 Continue"]);
    let row = visit(ProxyScheme::Http, &endless("", "\r\n\r\n"));
    row.assert_failed("proxy-not-http", &[]);
    let row = visit(
        ProxyScheme::Http,
        &endless("HTTP/1.1 200 OK\r\n", "A: b\r\n"),
    );
    row.assert_failed("proxy-not-http", &["HTTP/1.1 200 OK"]);
}

#[test]
fn a_proxy_that_takes_its_time_is_left_at_one_limit() {
    let silent = Relay::start(|stream| until_closed(&stream));
    let row = visit_within(ProxyScheme::Http, &silent, 300);
    row.assert_failed("proxy-timeout", &["no answer to CONNECT within 300 ms"]);
    assert_eq!(row.cells(["proxy_reply", "failed_phase"]), ["", "proxy"]);
    let drips = |bytes: &'static [u8]| {
        Relay::start(move |mut stream| {
            request(&mut stream);
            for byte in bytes.iter().cycle() {
                if stream.write_all(&[*byte]).is_err() {
                    return;
                }
                std::thread::sleep(ms(50));
            }
        })
    };
    let proxy = drips(b"HTTP/1.1 200 OK\r\nX: and on and on and on and on and on and on");
    let row = visit_within(ProxyScheme::Http, &proxy, 1500);
    row.assert_failed("proxy-timeout", &["no whole answer", "bytes so far"]);
}

#[test]
fn a_proxy_that_hangs_up_is_told_with_how_far_it_came() {
    let closing = saying("");
    let row = visit(ProxyScheme::Http, &closing);
    row.assert_failed("proxy-closed", &["before it answered", "give https://"]);
    said("HTTP/1.1 200 OK\r\n").assert_failed("proxy-closed", &["after 17 bytes"]);
    let resetting = Relay::start(|mut stream| {
        request(&mut stream);
        reset(stream);
    });
    visit(ProxyScheme::Http, &resetting).assert_failed("proxy-reset", &["before it answered"]);
    // what it said counts, though the rest of the request cannot be written any more
    let hasty = Relay::start(|mut stream| {
        let mut one = [0];
        let _ = stream.read(&mut one);
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n");
        std::thread::sleep(ms(100));
    });
    visit(ProxyScheme::Http, &hasty).assert_failed("proxy-forbidden", &["403"]);
}

#[test]
fn what_speaks_something_else_is_told_with_what_it_is() {
    #[rustfmt::skip]
    let cases = [
        (&b"\x05\xff"[..], "SOCKS answered; give socks5h://"),
        (b"\x05\x00", "SOCKS answered; give socks5h://"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "TLS answered; give https://"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH answered: SSH-2.0-OpenSSH_9.2"),
        (b"220 mail.test ESMTP\r\n", "text answered: 220 mail.test ESMTP"),
        (b"\x00\x5b\x00\x00\x00\x00\x00\x00", "first bytes 005B"),
        (b"HTTP/1.1 huh\r\n\r\n", "breaks HTTP: HTTP/1.1 huh"),
        (b"HTTP/1.1 200 \x1b[31m\r\n\r\n", "breaks HTTP"),
        (b"no", "text answered: no"),
    ];
    for (answer, told) in cases {
        let row = said(answer);
        row.assert_failed("proxy-not-http", &[told]);
        assert_eq!(row.cell("proxy_reply"), "");
    }
}

#[test]
fn a_proxy_that_is_not_reached_fails_in_the_connect_and_is_told_as_the_one() {
    let closed = ClosedTcp::new();
    let proxy = saying("");
    let closed_one = || {
        let mut plan = through(ProxyScheme::Http, &proxy);
        plan.proxy.as_mut().unwrap().port = closed.port();
        plan
    };
    let row = probe(closed_one(), target("relay.test", 443));
    row.assert_failed("connect-refused", &[]);
    let told = format!("http://127.0.0.1:{}", closed.port());
    assert_eq!(
        row.cells([
            "proxy",
            "proxy_ip",
            "proxy_reply",
            "failed_phase",
            "remoteip"
        ]),
        [&told, "127.0.0.1", "", "connect", ""]
    );
    // nobody knows the name of the proxy
    let unnamed = names();
    let mut plan = closed_one();
    plan.proxy.as_mut().unwrap().host = "proxy.test".parse().unwrap();
    plan.resolver = turnprobe::net::dns::Resolver::Servers(vec![unnamed.address()]);
    let row = probe(plan, target("relay.test", 443));
    assert!(row.status().starts_with("dns-"), "{row:?}");
    assert!(row.detail().contains("the proxy proxy.test"), "{row:?}");
    assert_eq!(proxy.accepted(), 0);
}

#[test]
fn a_relay_that_breaks_off_behind_the_proxy_fails_in_tls() {
    let breaking = |resets: bool| {
        Relay::start(move |mut stream| {
            request(&mut stream);
            stream.write_all(OPEN).unwrap();
            let mut some = [0; 4096];
            let _ = stream.read(&mut some);
            if resets {
                reset(stream);
            } else {
                close(&stream);
            }
        })
    };
    visit(ProxyScheme::Http, &breaking(true)).assert_failed("tls-reset", &[]);
    let row = visit(ProxyScheme::Http, &breaking(false));
    row.assert_failed("tls-eof", &[]);
    assert_eq!(row.cells(["proxy_reply", "failed_phase"]), ["200", "tls"]);
}

#[test]
fn a_refused_connection_is_closed_in_good_order() {
    let ended = Arc::new(Mutex::new(Vec::new()));
    let of_thread = ended.clone();
    let proxy = Relay::start(move |mut stream| {
        request(&mut stream);
        // a body that is there before the client closes
        let _ = stream.write_all(b"HTTP/1.1 403 no\r\nContent-Length: 5\r\n\r\nno...");
        let mut rest = [0; 16];
        let end = stream.read(&mut rest).map_err(|error| error.kind());
        of_thread.lock().unwrap().push(end);
    });
    let plan: Plan = through(ProxyScheme::Http, &proxy);
    crate::rows::run(async {
        let prober = crate::rows::prober(plan);
        prober.once(target("relay.test", 443)).await;
        // it is closed beside whatever comes next
        tokio::time::sleep(ms(500)).await;
    });
    drop(proxy);
    assert_eq!(*ended.lock().unwrap(), [Ok(0)]);
}
