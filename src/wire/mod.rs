//! Bytes to values and back: no IO, no time.

pub mod answer;
pub mod dns;
pub mod ms_turn;
pub mod stream;
pub mod stun;
pub mod tls_hello;
