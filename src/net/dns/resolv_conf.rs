//! resolv.conf(5), as glibc reads it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::address::{PORT, numeric, server};
use super::setup::Setup;

/// Servers that glibc asks at most (MAXNS).
const MOST: usize = 3;

/// Longest `timeout` that glibc takes (RES_MAXRETRANS).
const LONGEST: u64 = 30;

/// The setup that a file stands for; `options` are those of the environment (RES_OPTIONS).
pub fn read(text: &[u8], options: Option<&str>) -> Setup {
    let mut setup = Setup::default();
    let text = String::from_utf8_lossy(text);
    for line in text.split('\n') {
        // a keyword counts at the beginning of a line only
        let Some((keyword, rest)) = line.split_once([' ', '\t']) else {
            continue;
        };
        match keyword {
            "nameserver" if setup.servers.len() < MOST => {
                setup.servers.extend(first_word(rest).and_then(address));
            }
            "options" => set(&mut setup, rest),
            _ => {}
        }
    }
    if let Some(options) = options {
        set(&mut setup, options);
    }
    // a server that stands twice takes two places and is asked once
    let mut seen = Vec::new();
    setup.servers.retain(|server| {
        let is_new = !seen.contains(server);
        seen.push(*server);
        is_new
    });
    if setup.servers.is_empty() {
        setup.servers = vec![(Ipv4Addr::LOCALHOST, PORT).into()];
        setup.origin =
            Some("no name server in /etc/resolv.conf, so this machine's own is asked".to_owned());
    }
    setup
}

fn first_word(text: &str) -> Option<&str> {
    text.split([' ', '\t']).find(|word| !word.is_empty())
}

/// An address in any of the forms that inet_aton(3) knows; one of a link whose interface is not there is
/// kept, and fails when it is asked.
fn address(text: &str) -> Option<SocketAddr> {
    let is_plain = !text.contains(['[', ']']) && text.parse::<SocketAddr>().is_err();
    is_plain.then_some(())?;
    server(text)
        .or_else(|| numeric(text))
        .or_else(|| server(text.split_once('%')?.0))
}

fn set(setup: &mut Setup, options: &str) {
    for option in options.split([' ', '\t']) {
        match option {
            "rotate" => setup.rotates = true,
            "use-vc" => setup.over_tcp = true,
            "no-aaaa" => setup.no_aaaa = true,
            option => {
                if let Some(seconds) = option.strip_prefix("timeout:") {
                    setup.patience = Some(Duration::from_secs(timeout(seconds)));
                }
            }
        }
    }
}

/// The digits at the beginning, as atoi(3) reads them; glibc waits for a second at least.
fn timeout(text: &str) -> u64 {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let digits = text.get(..end).unwrap_or_default();
    let seconds = digits
        .parse()
        .unwrap_or(if digits.is_empty() { 0 } else { LONGEST });
    seconds.clamp(1, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(text: &str) -> Vec<String> {
        let setup = read(text.as_bytes(), None);
        setup.servers.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn three_servers_are_taken_in_their_order() {
        let text = "# nameserver 192.0.2.9\nnameserver 192.0.2.1\nnameserver\t2001:db8::1  # two\n\
                    nameserver fe80::1%7\nnameserver 192.0.2.4\n";
        assert_eq!(
            servers(text),
            ["192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1%7]:53"]
        );
    }

    #[test]
    fn a_server_that_stands_twice_is_asked_once_and_takes_two_places() {
        let text = "nameserver 192.0.2.1\nnameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n";
        assert_eq!(servers(text), ["192.0.2.1:53", "192.0.2.2:53"]);
    }

    #[test]
    fn without_a_server_that_can_be_read_this_machine_is_asked() {
        for text in [
            "",
            "search example.test\n",
            "nameserver\n",
            "nameserver x.example\n",
            " nameserver 192.0.2.1\n",
            "nameserver [2001:db8::1]\n",
            "nameserver 192.0.2.1:53\n",
            "nameservers 192.0.2.1\n",
        ] {
            assert_eq!(servers(text), ["127.0.0.1:53"], "{text:?}");
            assert!(read(text.as_bytes(), None).origin.is_some());
        }
        // bytes that are no text spoil their line only
        let broken = read(b"\xff\nsearch \xff..\nnameserver 192.0.2.1", None);
        assert_eq!(broken.origin, None);
        assert_eq!(servers("nameserver 127.1"), ["127.0.0.1:53"]);
    }

    #[test]
    fn options_are_read_from_every_line_and_from_the_environment() {
        let text = "options timeout:2 attempts:3\nnameserver 192.0.2.1\noptions\trotate edns0\n";
        let setup = read(text.as_bytes(), None);
        assert_eq!(setup.patience, Some(Duration::from_secs(2)));
        assert_eq!(
            (setup.rotates, setup.over_tcp, setup.no_aaaa),
            (true, false, false)
        );
        let setup = read(text.as_bytes(), Some("use-vc no-aaaa timeout:0"));
        assert_eq!((setup.over_tcp, setup.no_aaaa), (true, true));
        assert_eq!(setup.patience, Some(Duration::from_secs(1)));
        for (text, seconds) in [
            ("9s", 9),
            ("31", 30),
            ("99999999999999999999999", 30),
            ("", 1),
        ] {
            assert_eq!(timeout(text), seconds, "{text}");
        }
    }
}
