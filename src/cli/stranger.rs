//! Who gets no more than a stranger's address may, in words.

use std::net::IpAddr;

use crate::endpoints::is_own_network;

/// Whom it would be too much for: an address of a stranger, or whatever a proxy that alone resolves the name leads to.
pub(super) fn stranger(address: IpAddr) -> String {
    if is_own_network(address) {
        format!(
            "what is behind the proxy at {address}: the relay's address is not known here, and may be a stranger's"
        )
    } else {
        format!("{address}, which is neither loopback nor private")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_ones_own_is_never_called_a_strangers() {
        let said = |address: &str| stranger(address.parse().unwrap());
        assert!(said("127.0.0.1").starts_with("what is behind the proxy at 127.0.0.1"));
        assert_eq!(
            said("52.113.0.1"),
            "52.113.0.1, which is neither loopback nor private"
        );
    }
}
