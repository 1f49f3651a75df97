//! A target as somebody types it.

use std::str::FromStr as _;

use turnprobe::target::{Host, Target as Relay};

use super::Target;

pub const TARGET: Target = Target {
    name: "target",
    longest: 512,
    seeds,
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "tr.teams.microsoft.com",
        "TR.Teams.Microsoft.COM.:443",
        "52.114.242.1:3478",
        "[2001:db8::1]:3478",
        "2001:db8::1",
        "[::ffff:192.0.2.1]",
        "fe80::1%eth0",
        "tls://bücher.example:443/",
        "udp://xn--bcher-kva.example",
        "turn:relay.example:3478?transport=udp",
        "turns:relay.example?transport=tcp",
        "turn:relay.example:443?transport=tcp",
        "tcp://relay.example",
        "stun:[2001:db8::1]",
        "stuns:relay.example:5349",
        "stun:3478",
        "user@relay.example",
        "https://relay.example/path?query",
        "192.168.1.256",
        "東京.example:65535",
        "relay.example:+80",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Relay::from_str(&text) {
        Ok(relay) => holds(&relay),
        // the text stands in the message, at most once
        Err(error) => assert!(error.to_string().len() <= text.len() + 200),
    }
}

fn holds(relay: &Relay) {
    assert_ne!(relay.port, Some(0));
    let shown = relay.to_string();
    assert!(shown.bytes().all(|byte| byte.is_ascii_graphic()), "{shown}");
    let again = Relay::from_str(&shown);
    assert_eq!(again.as_ref(), Ok(relay), "{shown}");
    let Host::Name(name) = &relay.host else {
        return;
    };
    assert!((1..=253).contains(&name.len()));
    assert!(!name.bytes().any(|byte| byte.is_ascii_uppercase()));
    assert!(name.split('.').all(|label| (1..=63).contains(&label.len())));
    assert_eq!(Host::from_str(name).as_ref(), Ok(&relay.host));
}
