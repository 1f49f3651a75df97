//! The proxy that a path led through.

use crate::record::Via;
use crate::schema::column::{Kind, of};
use crate::schema::group::Group;
use crate::schema::value::{ip, optional};

/// A row whose path may lead through a proxy.
pub trait HasProxy: 'static {
    /// The proxy; none where the path was straight.
    fn via(&self) -> Option<&Via>;
}

impl<R: HasProxy> Group<R> {
    /// The proxy.
    #[rustfmt::skip]
    pub(crate) const PROXY: Self = Self { columns: &[
        of("proxy", Kind::Text, "", "proxy that the path led through, such as http://proxy:8080; connect_us, tcp_* and explain are then about the way to it", |r| optional(r.via().map(|via| &*via.proxy))),
        of("proxy_ip", Kind::Text, "", "address of the proxy", |r| ip(r.via().and_then(|via| via.address))),
        of("proxy_reply", Kind::Text, "", "what the proxy answered: the status of CONNECT, a word of SOCKS", |r| optional(r.via().map(|via| via.reply.as_str()).filter(|reply| !reply.is_empty()))),
    ] };
}
