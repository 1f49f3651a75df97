//! Calls of the operating system that no crate offers safely, one file each. Apart from
//! `net::tcp_info` the only place with unsafe code.

#[cfg(windows)]
mod unbiased_time;

#[cfg(windows)]
pub(crate) use unbiased_time::unbiased_time;
