//! The structures, field by field. All are compiled everywhere, as their tests are.

#![cfg_attr(not(test), allow(dead_code))] // each system uses one of them

pub mod linux;
pub mod macos;
/// Systems without such numbers.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub mod none {
    use crate::record::{Tcp, TcpNumbers};

    /// Nothing.
    pub fn opening(_bytes: &[u8]) -> Tcp {
        Tcp::default()
    }

    /// Nothing.
    pub fn numbers(_bytes: &[u8]) -> TcpNumbers {
        TcpNumbers::default()
    }

    /// Nothing.
    pub fn bytes(_socket: &impl Sized) -> Option<Vec<u8>> {
        None
    }
}
pub mod windows;

use std::time::Duration;

/// What a kernel writes where it does not know.
const UNKNOWN: u32 = u32::MAX;

/// Names of the options in use, by the bits that Linux and macOS share.
fn option_names(bits: u8) -> String {
    let names = [(1, "timestamps"), (2, "sack"), (4, "wscale"), (8, "ecn")];
    let used = names.iter().filter(|(bit, _)| bits & bit != 0);
    used.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

/// Whether the round trip is one of a SYN that was sent once. After a lost SYN the kernel has
/// none, or one from the timestamps' echo that may count from the SYN that was lost.
fn is_sample(syn_retransmits: Option<u32>) -> bool {
    syn_retransmits.is_none_or(|count| count == 0)
}

fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    let field = bytes.get(offset..offset + 2)?;
    Some(u16::from_ne_bytes(field.try_into().ok()?))
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let field = bytes.get(offset..offset + 4)?;
    Some(u32::from_ne_bytes(field.try_into().ok()?))
}

fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    let field = bytes.get(offset..offset + 8)?;
    Some(u64::from_ne_bytes(field.try_into().ok()?))
}

/// Microseconds; a kernel's "unknown" and zero, which it shows after a lost SYN without TCP
/// timestamps, are none.
fn micros(field: Option<u32>) -> Option<Duration> {
    field
        .filter(|us| *us != 0 && *us != UNKNOWN)
        .map(|us| Duration::from_micros(us.into()))
}

/// Milliseconds since something happened.
fn millis(field: Option<u32>) -> Option<Duration> {
    field
        .filter(|ms| *ms != UNKNOWN)
        .map(|ms| Duration::from_millis(ms.into()))
}

#[cfg(test)]
fn put(bytes: &mut [u8], offset: usize, value: u32) {
    bytes[offset..offset + 4].copy_from_slice(&value.to_ne_bytes());
}

#[cfg(test)]
fn put_long(bytes: &mut [u8], offset: usize, value: u64) {
    bytes[offset..offset + 8].copy_from_slice(&value.to_ne_bytes());
}
