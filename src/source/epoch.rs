//! Moments as the number of seconds, milliseconds, microseconds or nanoseconds since 1970, as programs of data analysis
//! write them: `1792872000`, `1792872000.25`, `1792872000250`. Which of these it is, the number of digits tells.

use crate::record::Counter as _;

/// The seconds that are taken for a moment: September 2001 to May 2033. From then on a number of ten digits begins as a
/// year does in `2033051804`.
const SECONDS: std::ops::Range<i64> = 1_000_000_000..2_000_000_000;

/// Digits of the seconds.
const DIGITS: usize = 10;

/// The units, with how many digits more than seconds they have.
const UNITS: [(usize, &str); 4] = [
    (0, "seconds"),
    (3, "milliseconds"),
    (6, "microseconds"),
    (9, "nanoseconds"),
];

/// Seconds since 1970 and nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Epoch {
    pub seconds: i64,
    pub nanos: u32,
    /// Its place among the units.
    unit: usize,
}

impl Epoch {
    /// Of a text; none when it is no such number.
    pub fn of(text: &[u8]) -> Option<Self> {
        let whole = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let more = whole.checked_sub(DIGITS)?;
        let unit = UNITS.iter().position(|(digits, _)| *digits == more)?;
        let fraction = match text.get(whole..)? {
            [] => &[],
            [b'.' | b',', digits @ ..] if !digits.is_empty() => digits,
            _ => return None,
        };
        if !fraction.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let (seconds, rest) = text.get(..whole)?.split_at_checked(DIGITS)?;
        let seconds: i64 = std::str::from_utf8(seconds).ok()?.parse().ok()?;
        let mut digits = rest.iter().chain(fraction);
        let nanos = (0..9).fold(0_u32, |nanos, _| {
            let digit = digits.next().map_or(0, |digit| u32::from(digit & 0x0f));
            nanos.saturating_mul(10).saturating_add(digit)
        });
        SECONDS.contains(&seconds).then_some(Self {
            seconds,
            nanos,
            unit,
        })
    }
}

/// How many such times a file has, by unit.
#[derive(Debug, Default)]
pub(super) struct Epochs([u64; UNITS.len()]);

impl Epochs {
    /// Counts one.
    pub fn count(&mut self, epoch: Epoch) {
        self.0[epoch.unit].raise(1);
    }

    /// What is to be known of them.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        let counts = self.0.into_iter().zip(UNITS);
        counts.filter_map(|(count, (_, unit))| match count {
            0 => None,
            1 => Some(format!(
                "1 time was read from its number of {unit} since 1970"
            )),
            _ => Some(format!(
                "{count} times were read from their numbers of {unit} since 1970"
            )),
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    // date -u -d @1792872000 is 2026-10-24 20:00:00
    #[test]
    fn the_number_of_digits_tells_the_unit() {
        for (text, expected) in [
            ("1792872000", "2026-10-24 20:00:00 UTC"),
            ("1792872000.25", "2026-10-24 20:00:00.250 UTC"),
            ("1792872000,5", "2026-10-24 20:00:00.500 UTC"),
            ("1792872000250", "2026-10-24 20:00:00.250 UTC"),
            ("1792872000250.0", "2026-10-24 20:00:00.250 UTC"),
            ("1792872000250.5", "2026-10-24 20:00:00.250500 UTC"),
            ("1792872000000007", "2026-10-24 20:00:00.000007 UTC"),
            ("1792872000000000007", "2026-10-24 20:00:00.000000007 UTC"),
            ("1000000000", "2001-09-09 01:46:40 UTC"),
            ("1999999999", "2033-05-18 03:33:19 UTC"),
        ] {
            let Epoch { seconds, nanos, .. } = Epoch::of(text.as_bytes()).unwrap();
            let read = DateTime::from_timestamp(seconds, nanos).unwrap();
            assert_eq!(read.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_can_be_something_else_is_none() {
        for text in [
            "",
            "44239.57362",
            "179287200",
            "17928720000",
            "179287200000",
            "20261024200000",
            // ticks of .NET, and times of Windows' files
            "639284688000000000",
            "134372736000000000",
            // years, months, days and hours
            "2026102420",
            "2026102420000000",
            "0999999999",
            "-1792872000",
            "1792872000.",
            "1792872000.x",
            "1792872000 ",
            "1.792872E+12",
        ] {
            assert_eq!(Epoch::of(text.as_bytes()), None, "{text}");
        }
    }
}
