//! The head of a proxy's answer, and a proxy as somebody types it.

use std::str::FromStr as _;

use turnprobe::net::Proxy;
use turnprobe::wire::proxy_head::{HeadReading, MOST_HEAD, read};

use super::{Target, is_plain};

pub const TARGET: Target = Target {
    name: "proxy",
    longest: 4_096,
    seeds,
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "HTTP/1.1 200 Connection established\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n\u{16}\u{3}\u{3}",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 407 Sign in\r\nProxy-Authenticate: NTLM, Basic realm=\"a, b\", charset=\"UTF-8\"\r\n\r\n",
        "HTTP/1.1 407 \r\nproxy-authenticate: Digest realm=\"\\\"x, y\", qop=auth\r\nProxy-Authenticate : Negotiate\r\n\r\n",
        "HTTP/1.1 503 no\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\nServer: squid\r\nVia: 1.1 p\r\nA: b\r\n folded\r\n\r\n",
        "HTTP/1.1 504 late\r\nProxy-Status: p; error=connection_timeout\r\n\r\n",
        "HTTP/1.1 403 Verbindung verweigert \u{fc}\r\n\r\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
        "\u{5}\u{ff}",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "http://proxy.test:8080",
        "https://us%40er:p%3Aw%25@proxy.test/",
        "socks5://u:p@[2001:db8::1]:1081",
        "socks5h://b\u{fc}cher.example",
        "proxy:3128",
        "http://u:p/w@host",
        "u:secret",
        "http://host:0",
        "http://host/path?query#fragment",
        "http://%FF:x@host",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

fn check(bytes: &[u8]) {
    head(bytes);
    url(&String::from_utf8_lossy(bytes));
}

fn head(bytes: &[u8]) {
    let whole = read(bytes);
    match &whole {
        HeadReading::Head(head) => {
            assert!(head.length <= bytes.len());
            assert!(head.code < 1000 && !matches!(head.code, 100 | 102 | 103));
            assert!(
                is_plain(&head.told) && head.told.len() < 4_000,
                "{}",
                head.told
            );
            for scheme in &head.schemes {
                assert!(is_plain(scheme) && scheme.len() <= bytes.len(), "{scheme}");
            }
            // what comes behind it changes nothing of it
            let more = [bytes, b"more"].concat();
            assert_eq!(read(&more), whole);
            assert_eq!(read(&bytes[..head.length]), whole);
        }
        HeadReading::Unfinished(_) => assert!(bytes.len() < MOST_HEAD),
        HeadReading::NotHttp => {}
    }
    // what a part of it tells stays true
    if let HeadReading::NotHttp = read(&bytes[..bytes.len() / 2]) {
        assert!(!matches!(whole, HeadReading::Head(_)), "{whole:?}");
    }
}

fn url(text: &str) {
    // a password that no other part of it holds
    if text.contains("zq5") {
        return;
    }
    for text in [text.to_owned(), text.replacen('@', ":zq5@", 1)] {
        match Proxy::from_str(&text) {
            Ok(proxy) => {
                assert_ne!(proxy.port, 0);
                let shown = proxy.to_string();
                assert!(shown.bytes().all(|byte| byte.is_ascii_graphic()), "{shown}");
                assert!(!shown.contains('@'), "{shown}");
                let again = Proxy::from_str(&shown);
                let without = Proxy {
                    credentials: None,
                    ..proxy
                };
                assert_eq!(again, Ok(without), "{shown}");
            }
            Err(error) => {
                let told = error.to_string();
                let secret = text.rfind('@').map(|at| &text[..at]);
                let is_told =
                    secret.is_some_and(|secret| secret.contains(":zq5")) && told.contains(":zq5");
                assert!(!is_told, "{told}");
            }
        }
    }
}
