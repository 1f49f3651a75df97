//! The proxy step of the opener: from a connection to a proxy to a tunnel through it.
//!
//! `tunnel` is the step; `http` asks for a tunnel with CONNECT, `socks` with SOCKS5, `outer` opens the TLS session to a proxy
//! that wants one. `named` says what a proxy is, `url` reads one, `asked` what comes of asking.
//! Not here: which proxy is to be used (`cli`), the connect to it and its name (`open`).

mod asked;
mod http;
mod named;
mod outer;
mod socks;
mod tunnel;
mod url;

pub use named::{Credentials, Proxy, ProxyDns, ProxyScheme};
pub use outer::Outer;
pub use url::{ProxyUrlError, split_scheme};
