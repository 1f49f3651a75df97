//! Calls of the operating system that no crate offers safely, one file each. Apart from
//! `net::tcp_info` the only place with unsafe code.

mod dont_fragment;
#[cfg(windows)]
mod neighbour;
#[cfg(windows)]
mod unbiased_time;
#[cfg(windows)]
mod waitable_timer;

pub(crate) use dont_fragment::dont_fragment;
#[cfg(windows)]
pub(crate) use neighbour::is_neighbour_known;
#[cfg(windows)]
pub(crate) use unbiased_time::unbiased_time;
#[cfg(windows)]
pub(crate) use waitable_timer::WaitableTimer;
