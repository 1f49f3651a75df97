//! Another level of name resolution or of TLS handshakes: how far it has to be from the one before to be told.

use super::levels::Shift;

/// What takes so much longer, in microseconds, is noticed when a call begins.
pub const LEAST_US: f64 = 100_000.0;

/// What is so many times as long, or so many times shorter, is another name server or another path, however short it is for a
/// call; a difference of fewer microseconds may be another place in the same network.
pub const NOTED_TIMES: f64 = 3.0;
/// See [`NOTED_TIMES`].
pub const NOTED_US: f64 = 30_000.0;

/// How much a shift says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A call that begins waits noticeably longer, or no longer.
    Felt,
    /// It is another level, and nobody notices.
    Noted,
}

/// How much a shift says; none where it is too small to be told.
pub fn weight(shift: &Shift) -> Option<Weight> {
    let far = (shift.after_us - shift.before_us).abs();
    let times = (shift.after_us / shift.before_us.max(1.0)).max(1e-9);
    let times = times.max(1.0 / times);
    if far >= LEAST_US {
        Some(Weight::Felt)
    } else {
        (far >= NOTED_US && times >= NOTED_TIMES).then_some(Weight::Noted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // by hand: differences of 100, 99, 85, 20, 31 and -60 ms
    #[test]
    fn a_level_is_told_where_a_call_waits_longer_or_where_it_is_several_times_another() {
        let of = |before: f64, after: f64| {
            weight(&Shift {
                from: 0,
                until: None,
                before_us: before * 1e3,
                after_us: after * 1e3,
                days: 4,
                base_days: 14,
            })
        };
        assert_eq!(of(200.0, 300.0), Some(Weight::Felt));
        assert_eq!(of(200.0, 299.0), None);
        assert_eq!(of(10.0, 95.0), Some(Weight::Noted));
        assert_eq!(of(5.0, 25.0), None);
        assert_eq!(of(16.0, 47.0), None);
        assert_eq!(of(80.0, 20.0), Some(Weight::Noted));
        assert_eq!(of(0.0, 40.0), Some(Weight::Noted));
    }
}
