//! What .NET's SslStream would print for a TLS session, as the reference's columns hold it.
//!
//! Source: the enumerations SslProtocols, CipherAlgorithmType, HashAlgorithmType and
//! ExchangeAlgorithmType. A value without a member there prints as its number: 44550 is
//! CALG_ECDH_EPHEM (0xAE06), an ephemeral elliptic-curve key exchange.

/// `SslProtocol` for a protocol version number.
pub fn ssl_protocol(version: u16) -> &'static str {
    match version {
        0x0300 => "Ssl3",
        0x0301 => "Tls",
        0x0302 => "Tls11",
        0x0303 => "Tls12",
        0x0304 => "Tls13",
        _ => "None",
    }
}

/// `CipherAlgorithm` for a cipher suite, by its IANA name.
pub fn cipher_algorithm(suite: &str) -> &'static str {
    if suite.contains("AES_256") {
        "Aes256"
    } else if suite.contains("AES_128") {
        "Aes128"
    } else if suite.contains("3DES") {
        "TripleDes"
    } else if suite.contains("RC4") {
        "Rc4"
    } else {
        "None"
    }
}

/// `HashAlgorithm` for a cipher suite, by its IANA name.
pub fn hash_algorithm(suite: &str) -> &'static str {
    match suite.rsplit('_').next() {
        Some("SHA512") => "Sha512",
        Some("SHA384") => "Sha384",
        Some("SHA256") => "Sha256",
        Some("SHA") => "Sha1",
        Some("MD5") => "Md5",
        _ => "None",
    }
}

/// `KeyExchangeAlgorithm` for a cipher suite, by its IANA name. TLS 1.3 suites do not name one;
/// the exchange is always ephemeral there.
pub fn key_exchange_algorithm(suite: &str) -> &'static str {
    if suite.contains("ECDHE") || !suite.contains("_WITH_") {
        "44550"
    } else if suite.contains("DHE") {
        "DiffieHellman"
    } else {
        "RsaKeyX"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expected values: the reference's sample row and .NET's enumerations.
    #[test]
    fn the_reference_session_prints_as_in_the_reference() {
        let suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
        assert_eq!(ssl_protocol(0x0303), "Tls12");
        assert_eq!(cipher_algorithm(suite), "Aes256");
        assert_eq!(hash_algorithm(suite), "Sha384");
        assert_eq!(key_exchange_algorithm(suite), "44550");
    }

    #[test]
    fn static_rsa_and_finite_field_exchanges_have_their_own_names() {
        assert_eq!(
            key_exchange_algorithm("TLS_RSA_WITH_AES_256_GCM_SHA384"),
            "RsaKeyX"
        );
        assert_eq!(
            key_exchange_algorithm("TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
            "DiffieHellman"
        );
        assert_eq!(hash_algorithm("TLS_DHE_RSA_WITH_AES_128_CBC_SHA"), "Sha1");
    }
}
