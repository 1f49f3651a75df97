//! What the name resolution said.

use crate::record::Dns;
use crate::schema::column::{Kind, of};
use crate::schema::group::Group;
use crate::schema::value::{list, number, optional};

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
