//! What hellos offer: suites in two lists, as one hello with all of them would be longer than a segment and longer than some
//! servers read, and groups.

use std::sync::OnceLock;

use crate::record::suites;

/// Suites of TLS 1.3 (RFC 8446, 8998, 9150), the usual ones first.
pub const SUITES_13: &[u16] = &[
    0x1302, 0x1303, 0x1301, 0x1304, 0x1305, 0x00C6, 0x00C7, 0x1306, 0x1307, 0xC0B4, 0xC0B5,
];

/// Groups of TLS 1.3: elliptic curves, those together with ML-KEM, finite fields, brainpool.
pub const GROUPS_13: &[u16] = &[
    29, 23, 24, 25, 30, 4588, 4587, 4589, 256, 257, 258, 259, 260, 31, 32, 33,
];

/// Elliptic curves of TLS 1.0 to 1.2.
pub const CURVES: &[u16] = &[29, 23, 24, 25, 30, 22, 26, 27, 28, 21, 19];

/// Suites of SSL 2.0, three bytes each, by the names of its draft.
const NAMES_SSL2: &[(u32, &str)] = &[
    (0x0001_0080, "SSL_CK_RC4_128_WITH_MD5"),
    (0x0002_0080, "SSL_CK_RC4_128_EXPORT40_WITH_MD5"),
    (0x0003_0080, "SSL_CK_RC2_128_CBC_WITH_MD5"),
    (0x0004_0080, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5"),
    (0x0005_0080, "SSL_CK_IDEA_128_CBC_WITH_MD5"),
    (0x0006_0040, "SSL_CK_DES_64_CBC_WITH_MD5"),
    (0x0007_00C0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"),
];

/// Suites of SSL 2.0.
pub const SUITES_SSL2: [u32; 7] = {
    let mut suites = [0; 7];
    let mut at = 0;
    while at < suites.len() {
        suites[at] = NAMES_SSL2[at].0;
        at += 1;
    }
    suites
};

/// Name of a suite of SSL 2.0; an unknown number stays a number.
pub fn ssl2_suite_name(suite: u32) -> String {
    let known = NAMES_SSL2.iter().find(|(number, _)| *number == suite);
    known.map_or_else(|| format!("0x{suite:06X}"), |(_, name)| (*name).to_owned())
}

/// Suites of SSL 3.0 to TLS 1.2 that servers really have, in the order in which a careful client would want them.
pub fn usual_suites() -> &'static [u16] {
    static USUAL: OnceLock<Vec<u16>> = OnceLock::new();
    USUAL.get_or_init(|| {
        let mut ranked: Vec<_> = suites()
            .filter_map(|(number, name)| Some((rank(name)?, number)))
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, number)| number).collect()
    })
}

/// All other suites of SSL 3.0 to TLS 1.2.
pub fn rare_suites() -> &'static [u16] {
    static RARE: OnceLock<Vec<u16>> = OnceLock::new();
    RARE.get_or_init(|| {
        let others = suites().filter(|(number, name)| {
            rank(name).is_none()
                && !SUITES_13.contains(number)
                && !name.ends_with("_SCSV")
                && *number != 0
        });
        others.map(|(number, _)| number).collect()
    })
}

/// Whether the key exchange is one on an elliptic curve that is named in the hello.
pub fn is_elliptic(name: &str) -> bool {
    name.contains("ECDH")
}

/// Whether the certificate's own curve must be among the groups.
pub fn needs_curve_of_certificate(name: &str) -> bool {
    name.contains("_ECDSA_")
}

/// Place of a usual suite among the others; none of a rare one.
fn rank(name: &str) -> Option<(bool, bool, usize, usize)> {
    const EXCHANGES: [&str; 5] = ["ECDHE_ECDSA", "ECDHE_RSA", "DHE_RSA", "DHE_DSS", "RSA"];
    const CIPHERS: [&str; 14] = [
        "AES_256_GCM_",
        "AES_128_GCM_",
        "CHACHA20_",
        "AES_256_CCM",
        "AES_128_CCM",
        "AES_256_CBC_",
        "AES_128_CBC_",
        "CAMELLIA_256_CBC_",
        "CAMELLIA_128_CBC_",
        "SEED_",
        "IDEA_",
        "3DES_EDE_CBC_",
        "RC4_128_",
        "DES_CBC_",
    ];
    let (exchange, cipher) = name.strip_prefix("TLS_")?.split_once("_WITH_")?;
    let exchange = EXCHANGES.iter().position(|known| *known == exchange)?;
    let cipher = CIPHERS.iter().position(|known| cipher.starts_with(known))?;
    // forward secrecy first, and authenticated encryption before the rest
    let (is_old, is_static) = (cipher > 4, exchange == 4);
    Some((is_static, is_old, exchange, cipher))
}
