//! Proxies that are spoken to inside TLS: TLS in TLS, its certificate, and what breaks it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use turnprobe::net::trust::OsStore;
use turnprobe::net::{Limits, Plan, ProxyScheme};

use super::{visit, visit_within};
use crate::rows::{PATIENT, Row, ms, probe, target};
use crate::servers::dns::DnsServer;
use crate::servers::proxy::{request, through};
use crate::servers::tcp::{Relay, client_hello, close, until_closed};
use crate::servers::tls::{Offer, certificate, names, roots};

type Outer = StreamOwned<ServerConnection, TcpStream>;

/// A proxy inside TLS.
fn proxy_of(config: Arc<ServerConfig>, talk: impl Fn(&mut Outer) + Send + Sync + 'static) -> Relay {
    Relay::start(move |stream| {
        let connection = ServerConnection::new(config.clone()).unwrap();
        talk(&mut StreamOwned::new(connection, stream));
    })
}

fn proxy(talk: impl Fn(&mut Outer) + Send + Sync + 'static) -> Relay {
    proxy_of(Offer::good().config(), talk)
}

/// Through a proxy by its name, whose certificate this system trusts.
fn plan(names: &DnsServer, proxy: &Relay) -> Plan {
    let mut plan = Plan {
        resolver: turnprobe::net::dns::Resolver::Servers(vec![names.address()]),
        os_store: OsStore::Given(roots(&["certs/root"])),
        ..through(ProxyScheme::Https, proxy)
    };
    plan.proxy.as_mut().unwrap().host = "relay.test".parse().unwrap();
    plan
}

fn visited(proxy: &Relay) -> Row {
    probe(plan(&names(), proxy), target("relay.test", 443))
}

fn open(tls: &mut Outer) {
    assert!(request(tls).starts_with("CONNECT relay.test:443 HTTP/1.1\r\n"));
    tls.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
}

/// The relay, on the proxy's own machine.
fn serve_inside(tls: &mut Outer, config: &Arc<ServerConfig>) {
    let mut inner = ServerConnection::new(config.clone()).unwrap();
    while inner.is_handshaking() {
        if inner.complete_io(tls).is_err() {
            return;
        }
    }
    let mut rest = [0; 4096];
    while matches!(tls.read(&mut rest), Ok(1..)) {}
}

#[test]
fn tls_goes_through_tls_whatever_the_flights_and_the_records_are_like() {
    let chain = |certificates: usize| {
        let mut offer = Offer::good();
        let above = std::iter::repeat_n(certificate("certs/intermediate"), certificates);
        offer.chain.extend(above);
        offer.config()
    };
    let outer = |version, fragment: Option<usize>| {
        let mut offer = Offer::good();
        offer.version = version;
        let mut config = Arc::unwrap_or_clone(offer.config());
        config.max_fragment_size = fragment;
        Arc::new(config)
    };
    let (tls12, tls13) = (&rustls::version::TLS12, &rustls::version::TLS13);
    // 40 more certificates are a flight of some 30 KB
    for (version, fragment, certificates) in [
        (tls12, None, 1),
        (tls13, None, 1),
        (tls13, None, 40),
        (tls12, Some(64), 40),
        (tls13, Some(64), 40),
    ] {
        let inner = chain(certificates);
        let proxy = proxy_of(outer(version, fragment), move |tls| {
            open(tls);
            serve_inside(tls, &inner);
        });
        let row = visited(&proxy);
        let case = format!("{fragment:?} {certificates}");
        assert_eq!(row.status(), "OK", "{case}: {}", row.detail());
        assert_eq!(
            row.cells(["proxy_reply", "remoteip", "chain_length"]),
            ["200", "", &(certificates + 2).to_string()],
            "{case}"
        );
        assert!(!row.cell("dns_us").is_empty(), "{case}");
    }
}

#[test]
fn what_comes_right_behind_the_head_is_the_relays_inside_tls_too() {
    let proxy = proxy(|tls| {
        request(tls);
        tls.write_all(b"HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n")
            .unwrap();
        tls.conn.send_close_notify();
        let _ = tls.flush();
        close(&tls.sock);
    });
    visited(&proxy).assert_failed("tls-not-tls", &["SSH answered: SSH-2.0-x"]);
}

#[test]
fn a_certificate_that_this_system_does_not_trust_ends_it_before_anything_is_said() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let of_thread = heard.clone();
    let proxy = proxy(move |tls| of_thread.lock().unwrap().push(request(tls)));
    let names = names();
    let mut strange = plan(&names, &proxy);
    strange.os_store = OsStore::Given(roots(&["servers/odd"]));
    let mut elsewhere = plan(&names, &proxy);
    elsewhere.proxy.as_mut().unwrap().host = "127.0.0.1".parse().unwrap();
    let mut untold = plan(&names, &proxy);
    untold.os_store = OsStore::Given(rustls::RootCertStore::empty());
    #[rustfmt::skip]
    let cases = [
        (strange, "does not trust the proxy's certificate: unknown-issuer"),
        (elsewhere, "does not trust the proxy's certificate: wrong-name"),
        (untold, "could not be told"),
    ];
    for (plan, told) in cases {
        let row = probe(plan, target("relay.test", 443));
        row.assert_failed("proxy-tls", &[told]);
        assert_eq!(row.cells(["failed_phase", "proxy_reply"]), ["proxy", ""]);
    }
    drop(proxy);
    assert!(heard.lock().unwrap().iter().all(String::is_empty));
}

#[test]
fn a_scheme_that_is_not_the_proxys_is_told_with_the_right_one() {
    // an HTTP proxy waits for the end of a line that a hello does not have
    let silent = Relay::start(|stream| until_closed(&stream));
    let limits = Limits {
        proxy: ms(400),
        ..PATIENT
    };
    let names = names();
    let plan = Plan {
        limits,
        ..plan(&names, &silent)
    };
    let row = probe(plan, target("relay.test", 443));
    row.assert_failed("proxy-tls", &["within 400 ms", "give http://"]);
    let http = Relay::start(|mut stream| {
        client_hello(&stream);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        close(&stream);
    });
    visited(&http).assert_failed("proxy-tls", &["HTTP", "give http://"]);
    let closing = Relay::start(|stream| {
        client_hello(&stream);
        close(&stream);
    });
    visited(&closing).assert_failed("proxy-tls", &["no TLS with the proxy"]);
    // and the reverse
    let secure = proxy(|tls| {
        let _ = tls.conn.complete_io(&mut tls.sock);
        close(&tls.sock);
    });
    visit(ProxyScheme::Http, &secure).assert_failed("proxy-not-http", &["give https://"]);
}

#[test]
fn one_limit_holds_for_tls_and_the_answer_together() {
    let slow = Relay::start(|mut stream| {
        let flight = crate::servers::tls::first_flight(&stream, &Offer::good().config());
        for byte in flight {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(ms(20));
        }
    });
    let row = visit_within(ProxyScheme::Https, &slow, 500);
    row.assert_failed("proxy-tls", &["within 500 ms"]);
    let silent = proxy(|tls| {
        request(tls);
        let _ = tls.read(&mut [0; 16]);
    });
    let names = names();
    let limits = Limits {
        proxy: ms(1500),
        ..PATIENT
    };
    let plan = Plan {
        limits,
        ..plan(&names, &silent)
    };
    let row = probe(plan, target("relay.test", 443));
    row.assert_failed("proxy-timeout", &["no answer to CONNECT within 1500 ms"]);
}

#[test]
fn a_proxy_that_ends_its_session_ends_the_relays_at_once() {
    let closing = |says_so: bool, keeps_open: bool| {
        proxy(move |tls| {
            open(tls);
            let _ = tls.read(&mut [0; 4096]);
            if says_so {
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
            if !keeps_open {
                let _ = tls.sock.shutdown(std::net::Shutdown::Write);
            }
            until_closed(&tls.sock);
        })
    };
    for (says_so, keeps_open) in [(true, true), (true, false), (false, false)] {
        let row = visited(&closing(says_so, keeps_open));
        row.assert_failed("tls-eof", &["before a byte came"]);
    }
}

#[test]
fn bytes_that_are_no_tls_of_the_proxys_are_told_as_that() {
    let proxy = proxy(|tls| {
        open(tls);
        let _ = tls.read(&mut [0; 4096]);
        // a record of its session that nobody encrypted
        let record = [&[23, 3, 3, 0, 32][..], &[7; 32]].concat();
        let _ = tls.sock.write_all(&record);
        until_closed(&tls.sock);
    });
    visited(&proxy).assert_failed("tls-protocol", &["in the session with the proxy"]);
}

#[test]
fn what_came_before_the_session_broke_counts() {
    let proxy = proxy(|tls| {
        open(tls);
        let _ = tls.read(&mut [0; 4096]);
        tls.conn.writer().write_all(b"SSH-2.0-x\r\n").unwrap();
        let mut both = Vec::new();
        while tls.conn.wants_write() {
            tls.conn.write_tls(&mut both).unwrap();
        }
        both.extend([23, 3, 3, 0, 32]);
        both.extend([7; 32]);
        let _ = tls.sock.write_all(&both);
        until_closed(&tls.sock);
    });
    visited(&proxy).assert_failed("tls-not-tls", &["SSH answered: SSH-2.0-x"]);
}

#[test]
fn the_sessions_end_in_the_right_order_without_a_reset() {
    let ends = Arc::new(Mutex::new(Vec::new()));
    let of_thread = ends.clone();
    let proxy = proxy(move |tls| {
        open(tls);
        let mut inner = ServerConnection::new(Offer::good().config()).unwrap();
        while inner.is_handshaking() {
            inner.complete_io(tls).unwrap();
        }
        // close_notify of the relay's session, of the proxy's, FIN
        let mut plain = Vec::new();
        let inside = rustls::Stream::new(&mut inner, tls).read_to_end(&mut plain);
        let outside = tls.read(&mut [0; 16]);
        let fin = tls.sock.read(&mut [0; 16]);
        let kinds = |end: std::io::Result<usize>| end.map_err(|error| error.kind());
        let all = [inside, outside, fin].map(kinds);
        of_thread.lock().unwrap().push(all);
    });
    let names = names();
    let plan = plan(&names, &proxy);
    crate::rows::run(async {
        let prober = crate::rows::prober(plan);
        prober.once(target("relay.test", 443)).await;
        tokio::time::sleep(ms(500)).await;
    });
    drop(proxy);
    assert_eq!(*ends.lock().unwrap(), [[Ok(0), Ok(0), Ok(0)]]);
}
