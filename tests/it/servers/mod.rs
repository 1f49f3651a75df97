//! Servers with faults: blocking threads on loopback that end with their owner.

pub mod bindings;
pub mod closed;
pub mod dns;
pub mod held;
pub mod proxy;
pub mod stun;
pub mod tcp;
pub mod tls;
pub mod udp;
pub mod wire;
