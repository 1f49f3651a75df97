//! Bytes to values and back: no IO, no time.

// what strangers send and write: an overflow would be a panic, or a wrong number
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod answer;
pub mod dns;
pub mod http;
pub mod ms_turn;
pub mod proxy_head;
pub mod stream;
pub mod stun;
pub mod tls_ask;
pub mod tls_hello;
pub mod web;
