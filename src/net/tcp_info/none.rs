//! Systems without such numbers.

/// Nothing.
pub fn bytes(_socket: &impl Sized) -> Option<Vec<u8>> {
    None
}
