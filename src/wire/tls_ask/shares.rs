//! Key shares that are valid and that nobody holds the key to: the exchange is never ended.

/// The curves' base points, uncompressed (SEC 2 version 2, section 2.4.2, 2.5.1, 2.6.1), in hexadecimal.
const P256: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
const P384: &str = "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab73617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f";
const P521: &str = "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650";

/// The prime of ML-KEM, and the numbers in the key of ML-KEM-768 (FIPS 203).
const Q: u16 = 3329;
const PAIRS: usize = 384;

/// The share of a group; none of a group that cannot be had without calculating.
pub fn share(group: u16, random: &mut impl FnMut() -> u8) -> Option<Vec<u8>> {
    match group {
        23 => unhex(P256),
        24 => unhex(P384),
        25 => unhex(P521),
        29 => Some(bytes(32, random)),
        30 => Some(bytes(56, random)),
        // the key of ML-KEM, then that of X25519 (draft-ietf-tls-ecdhe-mlkem)
        4588 => Some([ml_kem_768(random), bytes(32, random)].concat()),
        _ => None,
    }
}

/// Pairs of numbers below the prime, twelve bits each, and the seed.
fn ml_kem_768(random: &mut impl FnMut() -> u8) -> Vec<u8> {
    let mut key = Vec::new();
    for _ in 0..PAIRS {
        let [first, second] = [number(random), number(random)].map(u16::to_le_bytes);
        key.extend_from_slice(&[
            first[0],
            first[1] | second[0] << 4,
            second[0] >> 4 | second[1] << 4,
        ]);
    }
    key.extend(bytes(32, random));
    key
}

fn number(random: &mut impl FnMut() -> u8) -> u16 {
    u16::from_be_bytes([random(), random()]) % Q
}

fn bytes(count: usize, random: &mut impl FnMut() -> u8) -> Vec<u8> {
    (0..count).map(|_| random()).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.map(byte).collect()
}
