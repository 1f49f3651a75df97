//! One stable sort for all types. Each type and order that is given to that of the standard library makes a
//! copy of it in the program, 6 KB long, and reports put a hundred kinds of short lists in order: what is in
//! order here are the places, and the values follow.

use std::cmp::Ordering;

/// Puts a list in order; what is equal stays as it is. For a million numbers the standard library is faster.
pub(crate) trait Arrange<T> {
    /// By the order of the values.
    fn arrange(&mut self)
    where
        T: Ord,
    {
        self.arrange_by(Ord::cmp);
    }

    /// By the order of a key.
    fn arrange_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        self.arrange_by(|one, other| key(one).cmp(&key(other)));
    }

    /// By this order.
    fn arrange_by(&mut self, order: impl Fn(&T, &T) -> Ordering);
}

impl<T> Arrange<T> for [T] {
    fn arrange_by(&mut self, order: impl Fn(&T, &T) -> Ordering) {
        let mut from: Vec<usize> = (0..self.len()).collect();
        arrange_places(&mut from, &|one, other| order(&self[one], &self[other]));
        for place in 0..from.len() {
            // what belongs here has gone where each of the places before it sent it
            let mut at = from[place];
            while at < place {
                at = from[at];
            }
            from[place] = at;
            self.swap(place, at);
        }
    }
}

fn arrange_places(places: &mut [usize], order: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|one, other| order(*one, *other));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_standard_library(keys in proptest::collection::vec(0_u8..9, 0..70)) {
            let numbered: Vec<_> = keys.into_iter().enumerate().collect();
            let mut ours = numbered.clone();
            ours.arrange_by_key(|(_, key)| *key);
            let mut theirs = numbered.clone();
            theirs.sort_by_key(|(_, key)| *key);
            prop_assert_eq!(&ours, &theirs);

            ours.clone_from(&numbered);
            ours.arrange_by(|(_, one), (_, other)| other.cmp(one));
            theirs.clone_from(&numbered);
            theirs.sort_by(|(_, one), (_, other)| other.cmp(one));
            prop_assert_eq!(&ours, &theirs);

            ours.arrange();
            prop_assert_eq!(&ours, &numbered);
        }
    }
}
