//! What is said of a code, with places for values.

/// What is said of a code. `{name}` is a value of the evidence, `{name:n}` how many measurements are behind it; a part in
/// brackets is left out where a value in it is not there.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// What was seen.
    pub said: &'static str,
    /// What to do, for the person who can.
    pub next: &'static str,
    /// What would settle it, where it is possible only; empty where it never is.
    pub settle: &'static str,
}
