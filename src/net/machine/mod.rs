//! What this machine itself is like on the way to a relay, found out without privileges: which interface carries it,
//! the router behind it, what stands in the hosts file, the environment and the files of the system.
//!
//! Each file reads one thing; what can be read from text is pure and tested on samples. What a system does not tell is
//! `None`, never a guess. Not here: what is sent to find something out (`gateway`, `cells`, `sizes`), what follows from
//! it (`judge`).

mod hosts;
mod interface;
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
mod neighbours;
mod proxy;
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
mod routes;
mod tunnel;
mod vdi;

pub use hosts::{HostsEntry, HostsFile};
pub use interface::{Carrier, Interface, carrier, has_address, has_way, tunnels};
pub use neighbours::neighbour;
pub use proxy::{ProxySetting, SystemProxy, proxies, system_proxy};
pub use routes::{Gateway, gateway};
pub use vdi::vdi;
