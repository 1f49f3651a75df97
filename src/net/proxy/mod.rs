//! The proxy step of the opener: from a connection to a proxy to a tunnel through it.
//!
//! `http` asks for a tunnel with CONNECT, `socks` with SOCKS5, `outer` opens the TLS session to a proxy that wants one.
//! Not here: which proxy is to be used (`cli`), the connect to it and its name (`open`).

mod asked;
mod http;
mod outer;
mod socks;
mod tunnel;
mod wanted;

pub use outer::Outer;
pub use tunnel::{Wanted, open};
pub use wanted::{Credentials, Proxy, ProxyDns, ProxyScheme};
