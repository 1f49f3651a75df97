//! Systems without such numbers.

use crate::record::{Tcp, TcpNumbers};

/// Nothing.
pub fn opening(_bytes: &[u8]) -> Tcp {
    Tcp::default()
}

/// Nothing.
pub fn numbers(_bytes: &[u8]) -> TcpNumbers {
    TcpNumbers::default()
}
