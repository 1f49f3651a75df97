//! Durations in the units of the columns.

use std::time::Duration;

/// Whole milliseconds, rounded half up.
pub fn millis(took: Duration) -> u64 {
    micros(took).saturating_add(500) / 1000
}

/// Whole microseconds.
pub fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_rounded_half_up() {
        assert_eq!(millis(Duration::from_micros(28_499)), 28);
        assert_eq!(millis(Duration::from_micros(28_500)), 29);
        assert_eq!(millis(Duration::ZERO), 0);
    }
}
