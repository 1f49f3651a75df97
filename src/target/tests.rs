use super::*;

use proptest::prelude::*;

fn shown(text: &str) -> String {
    text.parse::<Target>()
        .map_or_else(|error| format!("error: {error}"), |t| t.to_string())
}

#[test]
fn every_form_of_a_target_is_read() {
    assert_eq!(shown("tr.teams.microsoft.com"), "tr.teams.microsoft.com");
    assert_eq!(
        shown("TR.Teams.microsoft.com.:3478"),
        "tr.teams.microsoft.com:3478"
    );
    assert_eq!(shown("52.112.0.1:80"), "52.112.0.1:80");
    assert_eq!(shown("2603:1063::1"), "[2603:1063::1]");
    assert_eq!(shown("[2603:1063::1]:3478"), "[2603:1063::1]:3478");
    assert_eq!(shown("tls://relay.example:444/"), "tls://relay.example:444");
    assert_eq!(shown("bücher.example"), "xn--bcher-kva.example");
}

#[test]
fn an_ipv6_address_whose_end_can_be_a_port_needs_brackets() {
    let refused = |text: &str, mend: &str| {
        let told = format!(
            "error: `{text}` is an IPv6 address without brackets whose end can be a port; write {mend}"
        );
        assert_eq!(shown(text), told);
    };
    refused(
        "::1:443",
        "[::1:443] for the address, or [::1]:443 for port 443 of ::1",
    );
    refused(
        "2603:1063::7:3478",
        "[2603:1063::7:3478] for the address, or [2603:1063::7]:3478 for port 3478 of 2603:1063::7",
    );
    refused("turns:2603:1063::7:50000", "[2603:1063::7]:50000");
    refused("1:2:3:4:5:6:7:8:443", "[1:2:3:4:5:6:7:8]:443");
    // no port is written like these, or nothing but an address can be meant
    for address in [
        "2603:1063::7:1",
        "::1:0443",
        "::1:abc",
        "1:2:3:4:5:6:7:443",
        "::443",
        "2603:1063::443",
    ] {
        assert!(
            shown(address).starts_with('['),
            "{address}: {}",
            shown(address)
        );
    }
    assert_eq!(shown("[::1:443]"), "[::1:443]");
    assert_eq!(shown("[::1]:443"), "[::1]:443");
}

#[test]
fn what_is_no_target_is_named() {
    #[rustfmt::skip]
    let cases = [
        ("", "error: the target is empty; give a host, host:port or [v6-address]:port"),
        ("host:0", "error: `0` is no port; give a number from 1 to 65535"),
        (
            "host:",
            "error: `host:` has no port behind the colon; write one, such as 443, or leave the colon out",
        ),
        (
            "host::",
            "error: `host::` is no host name and no address; give a host, host:port or [v6-address]:port",
        ),
        (
            "[::1]:",
            "error: `[::1]:` has no port behind the colon; write one, such as 443, or leave the colon out",
        ),
        ("host:99999", "error: `99999` is no port; give a number from 1 to 65535"),
        ("a b", "error: `a b` is no host name and no address; give a host, host:port or [v6-address]:port"),
        (
            "fe80::1%lo",
            "error: `fe80::1%lo` names an interface behind the %, as link-local addresses need it, and these are not supported; give another address or a name",
        ),
        (
            "[fe80::1%eth0]:443",
            "error: `[fe80::1%eth0]:443` names an interface behind the %, as link-local addresses need it, and these are not supported; give another address or a name",
        ),
        (
            "relay.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
            "error: `relay.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example` has a part of 64 characters between its dots; a name can have 63 there",
        ),
        ("@x", "error: `@x` has an @; give only a host and a port"),
        (
            "192.168.1.256",
            "error: `192.168.1.256` is no host name and no address; give a host, host:port or [v6-address]:port",
        ),
        (
            "[host]:443",
            "error: `[host]:443` is no host name and no address; give a host, host:port or [v6-address]:port",
        ),
        (
            "https://x.example/a",
            "error: `https:` is not supported; give host:port, tls://, udp://, tcp://, turn:, turns: or stun:",
        ),
        (
            "sip:relay.example",
            "error: `sip:` is not supported; give host:port, tls://, udp://, tcp://, turn:, turns: or stun:",
        ),
        (
            "52.112.0.0/14",
            "error: `52.112.0.0/14` is a range of addresses; give one address",
        ),
        (
            "a.example,b.example",
            "error: `a.example,b.example` has a comma; separate several targets by spaces",
        ),
        (
            "a.example;",
            "error: `a.example;` has a semicolon; separate several targets by spaces",
        ),
        (
            "fe80::1",
            "error: `fe80::1` is a link-local address, which is not supported; give another address or a name",
        ),
        (
            "[fe80::1]:443",
            "error: `fe80::1` is a link-local address, which is not supported; give another address or a name",
        ),
        (
            "\u{201C}a.example\u{201D}",
            "error: `\u{201C}a.example\u{201D}` is no host name and no address; give a host, host:port or [v6-address]:port",
        ),
        (
            "a\u{2013}b.example",
            "error: `a\u{2013}b.example` is no host name and no address; give a host, host:port or [v6-address]:port",
        ),
        (
            "nights/probes.CSV",
            "error: `nights/probes.CSV` has a path or a query; give only a host and a port",
        ),
        (
            "probes.CSV",
            "error: `probes.CSV` is named like a file, which `turnprobe report` reads; give a host",
        ),
        (
            "-",
            "error: `-` is no host name and no address; give a host, host:port or [v6-address]:port",
        ),
        (
            "tls://x/a", "error: `tls://x/a` has a path or a query; give only a host and a port"),
    ];
    for (text, message) in cases {
        assert_eq!(shown(text), message);
    }
}

/// Transport, request and port of a URI.
fn asked(text: &str) -> (Option<Transport>, Option<Ask>, Option<u16>) {
    let target: Target = text.parse().unwrap();
    assert_eq!(target.host.to_string(), "relay.example", "{text}");
    (target.transport, target.ask, target.port)
}

// The forms of RFC 7064 section 3.1 and RFC 7065 section 3.1.
#[test]
fn uris_say_transport_and_request() {
    use Transport::{Tcp, Tls, Udp};
    let allocate = Some(Ask::Allocate);
    let binding = Some(Ask::Binding);
    #[rustfmt::skip]
    let cases = [
        ("relay.example", (None, None, None)),
        ("tls://relay.example", (Some(Tls), None, None)),
        ("udp://relay.example:3479", (Some(Udp), None, Some(3479))),
        ("turn:relay.example", (Some(Udp), allocate, None)),
        ("TURN:relay.example:5000?transport=UDP", (Some(Udp), allocate, Some(5000))),
        ("tcp://relay.example:80", (Some(Tcp), None, Some(80))),
        ("turn:relay.example:443?transport=tcp", (Some(Tcp), allocate, Some(443))),
        ("turn:relay.example?transport=TCP", (Some(Tcp), allocate, None)),
        ("turns:relay.example", (Some(Tls), allocate, None)),
        ("turns:relay.example:5349?transport=tcp", (Some(Tls), allocate, Some(5349))),
        ("stun:relay.example", (Some(Udp), binding, None)),
        ("stuns:relay.example:443", (Some(Tls), binding, Some(443))),
    ];
    for (text, wanted) in cases {
        assert_eq!(asked(text), wanted, "{text}");
    }
    assert_eq!(shown("turn:[2603:1063::1]"), "turn:[2603:1063::1]");
    for text in [
        "turn:[2603:1063::1]:443?transport=tcp",
        "tcp://a:80",
        "turn:a?transport=tcp",
    ] {
        assert_eq!(shown(text), text);
    }
    assert_eq!(
        shown("TURNS:relay.example?transport=tcp"),
        "turns:relay.example"
    );
}

#[test]
fn a_host_that_is_called_like_a_scheme_is_one() {
    for name in ["udp", "tcp", "tls", "turn", "turns", "stun", "stuns"] {
        let target: Target = format!("{name}:443").parse().unwrap();
        assert_eq!((target.port, target.transport), (Some(443), None), "{name}");
        assert_eq!(target.host.to_string(), name);
        assert_eq!(shown(&format!("{name}:0")), shown("host:0"));
        assert_eq!(
            shown(&format!("turn:{name}:5000")),
            format!("turn:{name}:5000")
        );
    }
}

/// Hosts, those among them that are called like a scheme or look like a port or an address.
fn host() -> impl Strategy<Value = Host> {
    let name = prop_oneof![
        3 => "(udp|tcp|tls|turns?|stuns?|https?|a|x-1)(\\.(example|udp|7up))?",
        1 => "[a-z0-9_-]{1,20}(\\.[a-z0-9_-]{1,9}){0,3}",
    ];
    let name = name.prop_filter_map("no name", |name| name.parse::<Host>().ok());
    let address = prop_oneof![
        any::<std::net::Ipv4Addr>().prop_map(IpAddr::V4),
        any::<Ipv6Addr>().prop_map(IpAddr::V6),
    ];
    prop_oneof![name, address.prop_map(Host::Address)]
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(
        host in host(),
        port in prop::option::of(1_u16..),
        (transport, ask) in prop::sample::select(vec![
            (None, None),
            (Some(Transport::Tls), None),
            (Some(Transport::Udp), None),
            (Some(Transport::Tcp), None),
            (Some(Transport::Tcp), Some(Ask::Allocate)),
            (Some(Transport::Tls), Some(Ask::Allocate)),
            (Some(Transport::Udp), Some(Ask::Allocate)),
            (Some(Transport::Tls), Some(Ask::Binding)),
            (Some(Transport::Udp), Some(Ask::Binding)),
        ]),
    ) {
        let target = Target { host, port, transport, ask };
        let text = target.to_string();
        prop_assert_eq!(text.parse(), Ok(target), "{}", text);
    }

    #[test]
    fn whatever_is_read_is_the_same_when_it_is_printed_and_read_again(
        text in "(|tls://|UDP://|turns?:|stuns?:)[a-zA-Z0-9.:\\[\\]-]{1,30}(|\\?transport=(udp|tcp))",
    ) {
        if let Ok(target) = text.parse::<Target>() {
            prop_assert_eq!(target.to_string().parse(), Ok(target), "{}", text);
        }
    }
}

#[test]
fn uris_that_cannot_be_done_are_answered_with_what_can() {
    #[rustfmt::skip]
    let cases = [
        ("turns:relay.example?transport=udp", "DTLS, which is not spoken; give turn:host for UDP"),
        ("turn:relay.example?transport=sctp", "?transport=udp and ?transport=tcp"),
        ("turn://relay.example", "has slashes; write it as turn:host"),
        ("stun:relay.example?transport=udp", "has a path or a query"),
        ("udp:relay.example", "`udp:` is not supported; give host:port, tls://, udp://"),
        ("tcp:relay.example", "`tcp:` is not supported; give"),
        ("turn:", "the target is empty"),
    ];
    for (text, fix) in cases {
        assert!(shown(text).contains(fix), "{text}: {}", shown(text));
    }
}

#[test]
fn names_longer_than_the_dns_allows_are_refused() {
    let label = "a".repeat(64);
    assert!(format!("{label}.example").parse::<Target>().is_err());
    assert!(vec!["abcdefgh"; 32].join(".").parse::<Target>().is_err());
}
