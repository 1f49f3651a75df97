//! What `dig` says of a name server's answer.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::namespace::Namespace;
use crate::probe::{Row, list};

/// An answer as dig shows it.
#[derive(Debug)]
pub struct Dig {
    /// NOERROR, NXDOMAIN, ...
    pub status: String,
    /// Whether the flag `tc` is set.
    pub truncated: bool,
    /// The names from the one asked for along the CNAMEs; a name that comes again ends it.
    pub chain: Vec<String>,
    /// The TTL of each name's record, where it has one.
    pub ttls: Vec<String>,
    /// The addresses of the last name.
    pub addresses: BTreeSet<IpAddr>,
    /// `address:port` of the server that answered.
    pub server: String,
    /// Whether a name of the chain came again.
    pub circle: bool,
}

/// Asks as a stub resolver does, without EDNS; more options of dig as wanted, such as `+ignore`.
pub fn dig(namespace: &Namespace, name: &str, kind: &str, options: &[&str]) -> Dig {
    let args = ["+noedns", "+tries=1", name, kind];
    let said = namespace.output("dig", &[&args, options].concat());
    let header = |before: &str| {
        let after = said
            .split_once(before)
            .unwrap_or_else(|| panic!("{said}"))
            .1;
        after
            .split([',', ';', '\n'])
            .next()
            .unwrap()
            .trim()
            .to_owned()
    };
    let records: Vec<Vec<&str>> = said
        .lines()
        .skip_while(|line| !line.starts_with(";; ANSWER SECTION"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_whitespace().collect())
        .collect();
    let same = |a: &str, b: &str| a.trim_end_matches('.').eq_ignore_ascii_case(b);
    let of = |name: &str, kind: &str| -> Vec<(String, String)> {
        let its = records.iter().filter(|r| same(r[0], name) && r[3] == kind);
        its.map(|r| (r[1].to_owned(), r[4].trim_end_matches('.').to_owned()))
            .collect()
    };
    let (mut chain, mut ttls, mut circle) = (vec![name.to_owned()], Vec::new(), false);
    while let Some((ttl, target)) = of(chain.last().unwrap(), "CNAME").pop() {
        ttls.push(ttl);
        circle = chain.iter().any(|name| same(name, &target));
        if circle {
            break;
        }
        chain.push(target);
    }
    let addresses = of(chain.last().unwrap(), kind);
    ttls.extend(addresses.first().map(|(ttl, _)| ttl.clone()));
    let server = header(";; SERVER: ");
    Dig {
        status: header("status: "),
        truncated: header(";; flags: ").split(' ').any(|flag| flag == "tc"),
        chain,
        ttls,
        addresses: addresses.iter().map(|(_, a)| a.parse().unwrap()).collect(),
        server: socket_address(&server),
        circle,
    }
}

/// `127.0.0.1#53(127.0.0.1) (UDP)` as `127.0.0.1:53`.
fn socket_address(server: &str) -> String {
    let (address, port) = server.split('(').next().unwrap().split_once('#').unwrap();
    if address.contains(':') {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    }
}

impl Dig {
    /// The row says the same of names, TTLs and server, and of the addresses if there are any.
    pub fn agrees_with(&self, row: &Row) {
        assert_eq!(list(&row["dns_chain"]), self.chain, "{row:?}");
        assert_eq!(list(&row["dns_ttls"]), self.ttls, "{row:?}");
        assert_eq!(row["resolver"], self.server, "{row:?}");
        if !self.addresses.is_empty() {
            assert_eq!(row["dns_addresses"], self.addresses.len().to_string());
            let address: IpAddr = row["remoteip"].parse().unwrap();
            assert!(self.addresses.contains(&address), "{row:?}");
            assert_eq!(&row["remotename"], self.chain.last().unwrap());
        }
    }
}
