//! What was asked for, what the name resolution said, what was found there, the proxy on the way, and this end.

use std::net::IpAddr;

use crate::record::{Dns, Via};
use crate::schema::column::{Kind, of};
use crate::schema::group::Group;
use crate::schema::value::{Value, ip, list, number, optional, text};

/// A row about an address.
pub trait HasPeer: 'static {
    /// The address.
    fn remote_ip(&self) -> Option<IpAddr>;
    /// The port there; the one asked for where there was no address.
    fn port(&self) -> u16;
}

impl<R: HasPeer> Group<R> {
    /// The other end.
    #[rustfmt::skip]
    pub(crate) const PEER: Self = Self { columns: &[
        of("remoteip", Kind::Text, "", "address that was connected to", |r| ip(r.remote_ip())),
        of("Port", Kind::Integer, "", "port that was connected to", |r| Value::Integer(r.port().into())),
    ] };
}

/// A row about a host.
pub trait HasHost: 'static {
    /// The name or address that was asked for.
    fn host(&self) -> &str;
}

impl<R: HasHost> Group<R> {
    /// The host.
    #[rustfmt::skip]
    pub(crate) const HOST: Self = Self { columns: &[
        of("remotehost", Kind::Text, "", "host name that was asked for", |r| text(r.host())),
    ] };
}

/// A row that knows what relay it met.
pub trait HasRelay: 'static {
    /// Its Azure region, empty when its name has none.
    fn region(&self) -> &str;
    /// Whether its address lies in the published ranges.
    fn in_teams_range(&self) -> Option<bool>;
}

impl<R: HasRelay> Group<R> {
    /// The relay.
    #[rustfmt::skip]
    pub(crate) const RELAY: Self = Self { columns: &[
        of("region", Kind::Text, "", "Azure region of the relay, from its name", |r| text(r.region())),
        of("in_teams_range", Kind::Flag, "", "whether remoteip lies in Microsoft's published Teams ranges: of endpoint id 11 for UDP 3478 to 3481, of id 12 for everything else", |r| r.in_teams_range().map_or(Value::Missing, Value::Flag)),
    ] };
}

/// A row of a socket.
pub trait HasLocalEnd: 'static {
    /// Its address.
    fn local_ip(&self) -> Option<IpAddr>;
    /// Its port.
    fn local_port(&self) -> Option<u16>;
}

impl<R: HasLocalEnd> Group<R> {
    /// This end.
    #[rustfmt::skip]
    pub(crate) const LOCAL_END: Self = Self { columns: &[
        of("local_ip", Kind::Text, "", "address of this end", |r| ip(r.local_ip())),
        of("local_port", Kind::Integer, "", "port of this end", |r| number(r.local_port().map(u64::from))),
    ] };
}

/// A row with a name resolution.
pub trait HasDns: 'static {
    /// What it said.
    fn dns(&self) -> &Dns;
}

impl<R: HasDns> Group<R> {
    /// The name resolution.
    #[rustfmt::skip]
    pub(crate) const DNS: Self = Self { columns: &[
        of("remotename", Kind::Text, "", "last name of the CNAME chain", |r| optional(r.dns().last_name())),
        of("resolver", Kind::Text, "", "name server that answered, or os", |r| optional(r.dns().resolver.as_deref())),
        of("dns_chain", Kind::List, "", "names from the one asked for to the last CNAME", |r| list(r.dns().chain.iter().map(|l| l.name.as_str()))),
        of("dns_ttls", Kind::List, "s", "TTL of each name's record, same order", |r| list(r.dns().chain.iter().filter_map(|l| l.ttl))),
        of("dns_addresses", Kind::Integer, "", "distinct addresses in the answer", |r| number(r.dns().addresses.map(|n| n as u64))),
        of("dns_queries", Kind::Integer, "", "queries sent, repeated ones included", |r| number(r.dns().queries.map(u64::from))),
    ] };
}

/// A row whose path may lead through a proxy.
pub trait HasProxy: 'static {
    /// The proxy; none where the path was straight.
    fn via(&self) -> Option<&Via>;
}

impl<R: HasProxy> Group<R> {
    /// The proxy.
    #[rustfmt::skip]
    pub(crate) const PROXY: Self = Self { columns: &[
        of("proxy", Kind::Text, "", "proxy that the path led through, such as http://proxy:8080; the connect and the kernel's numbers are then about the path to it", |r| optional(r.via().map(|via| &*via.proxy))),
        of("proxy_ip", Kind::Text, "", "address of the proxy", |r| ip(r.via().and_then(|via| via.address))),
        of("proxy_reply", Kind::Text, "", "what the proxy answered: the status of CONNECT, a word of SOCKS", |r| optional(r.via().map(|via| via.reply.as_str()).filter(|reply| !reply.is_empty()))),
    ] };
}
