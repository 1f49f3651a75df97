//! What was asked for, what was found there, and this end.

use std::net::IpAddr;

use crate::schema::column::{Kind, of};
use crate::schema::group::Group;
use crate::schema::value::{Value, ip, number, text};

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
