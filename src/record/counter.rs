//! Counts of what strangers' files and packets hold.

use std::time::Duration;

/// A count that stays at its end, where one that ran over would begin anew.
pub(crate) trait Counter {
    /// Adds so many.
    fn raise(&mut self, by: Self);

    /// Takes so many away.
    fn lower(&mut self, by: Self);
}

macro_rules! counters {
    ($($number:ty),*) => {$(
        impl Counter for $number {
            #[inline]
            fn raise(&mut self, by: Self) {
                *self = self.saturating_add(by);
            }

            #[inline]
            fn lower(&mut self, by: Self) {
                *self = self.saturating_sub(by);
            }
        }
    )*};
}

counters!(u32, u64, u128, usize, Duration);

/// A count that not all have: what does not have it adds nothing.
impl<T: Counter + Default> Counter for Option<T> {
    fn raise(&mut self, by: Self) {
        if let Some(by) = by {
            self.get_or_insert_default().raise(by);
        }
    }

    fn lower(&mut self, by: Self) {
        if let Some(by) = by {
            self.get_or_insert_default().lower(by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_stays_at_its_end() {
        let mut count = u64::MAX - 1;
        count.raise(1);
        count.raise(1);
        assert_eq!(count, u64::MAX);
        count.lower(u64::MAX);
        count.lower(1);
        assert_eq!(count, 0);
        let mut time = Duration::MAX;
        time.raise(Duration::from_secs(1));
        assert_eq!(time, Duration::MAX);
        let mut known = None;
        known.raise(None);
        assert_eq!(known, None);
        known.raise(Some(3_u64));
        known.raise(None);
        assert_eq!(known, Some(3));
    }
}
