use super::*;

/// Buckets with their largest microsecond and their middle, which `tests/data/histogram_bounds.py`
/// worked out from exact integers.
fn bounds() -> impl Iterator<Item = (i16, u64, u64)> {
    include_str!("../../../tests/data/histogram_bounds.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split(',');
            let mut number = || cells.next().unwrap().parse::<i64>().unwrap();
            let bucket = i16::try_from(number()).unwrap();
            (bucket, number().unsigned_abs(), number().unsigned_abs())
        })
}

#[test]
fn every_bound_and_its_neighbours_lie_in_their_buckets() {
    let mut before = 0;
    let mut checked = 0;
    for (number, largest, _) in bounds() {
        // the first buckets hold no whole microsecond, or one
        if largest > before {
            assert_eq!(bucket(before + 1), number, "{}", before + 1);
            assert_eq!(bucket(largest), number, "{largest}");
            checked += 1;
        }
        assert!(bucket(largest + 1) > number, "{}", largest + 1);
        before = largest;
    }
    assert!(before > 86_400_000_000, "a day");
    assert!(checked > 1_900, "{checked}");
}

#[test]
fn the_middle_of_every_bucket_is_the_exact_one() {
    for (number, _, exact) in bounds() {
        assert_eq!(middle(number), exact, "{number}");
    }
}

// 64 x log2(10^-6) is -1275.6, 64 x log2(120) is 442.04, 64 x log2(2^64 / 10^6) is 2820.4
#[test]
fn the_ends_of_all_numbers_have_buckets() {
    assert_eq!(bucket(0), -2_048);
    assert_eq!(middle(-2_048), 0);
    assert_eq!(bucket(1), -1_276);
    assert_eq!(bucket(1_000_000), -1);
    assert_eq!(bucket(1_000_001), 0);
    assert_eq!(bucket(120_000_000), 442);
    assert_eq!(bucket(u64::MAX), 2_820);
    assert_eq!(middle(2_820), u64::MAX);
    assert_eq!((middle(i16::MIN), middle(i16::MAX)), (0, u64::MAX));
}

/// Compares microseconds from one on in these steps with the oracle.
fn compare(step: usize) {
    const LAST: u64 = 130_000_000;
    let mut bounds = bounds();
    let (mut number, mut largest, _) = bounds.next().unwrap();
    for value in (1..=LAST).step_by(step) {
        while value > largest {
            (number, largest, _) = bounds.next().unwrap();
        }
        assert!(bucket(value) == number, "{value}: {}", bucket(value));
    }
}

#[test]
fn one_of_every_97_microseconds_lies_in_its_bucket() {
    compare(97);
}

#[test]
#[ignore = "130,000,000 values: some ten seconds"]
fn every_microsecond_up_to_130_seconds_lies_in_its_bucket() {
    compare(1);
}

/// A few numbers that look like chance, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        // Knuth's MMIX
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, usize::try_from(self.below(at as u64 + 1)).unwrap());
        }
    }

    /// A time: most near 20 ms, some far away, zeros, and what has no room in 32 bits.
    fn time(&mut self) -> u64 {
        match self.below(50) {
            0 => 0,
            1 => self.below(2_000_000),
            2 => 5_000_000_000 + self.below(1_000_000),
            _ => 18_000 + self.below(7_000),
        }
    }
}

fn of(values: &[u64]) -> Expo {
    let mut expo = Expo::default();
    for value in values {
        expo.add(*value);
    }
    expo
}

#[test]
fn parts_merged_in_any_order_are_the_same_as_the_whole() {
    let mut chance = Chance(1);
    // both sides of the thousand, and what takes many parts to reach it
    for n in [0, 1, 63, 64, 65, 300, 998, 999, 1_000, 1_001, 1_700, 20_000] {
        let mut values: Vec<u64> = (0..n).map(|_| chance.time()).collect();
        let whole = of(&values);
        assert_eq!(whole.total(), n);
        for _ in 0..20 {
            chance.shuffle(&mut values);
            let mut parts = Vec::new();
            let mut rest = &values[..];
            while !rest.is_empty() {
                let most = [10, 700, 2_500][usize::try_from(chance.below(3)).unwrap()];
                let cut = usize::try_from(1 + chance.below(most)).unwrap();
                let (part, after) = rest.split_at(cut.min(rest.len()));
                parts.push(of(part));
                rest = after;
            }
            // a tree of merges: any two of them, until there is one
            while parts.len() > 1 {
                chance.shuffle(&mut parts);
                let part = parts.pop().unwrap();
                parts[0].merge(&part);
            }
            assert_eq!(parts.pop().unwrap_or_default(), whole, "{n}");
        }
    }
}

#[test]
fn quantiles_are_exact_below_a_thousand_values() {
    let mut chance = Chance(2);
    for n in [1, 2, 3, 7, 64, 65, 100, 640, 999] {
        let mut values: Vec<u64> = (0..n).map(|_| chance.time()).collect();
        let expo = of(&values);
        values.sort_unstable();
        for permille in 0..=1_000_u16 {
            let rank = (values.len() * usize::from(permille))
                .div_ceil(1_000)
                .max(1);
            assert_eq!(
                expo.at(permille),
                Some(values[rank - 1]),
                "{permille} of {n}"
            );
        }
    }
    assert_eq!(Expo::default().at(500), None);
}

// p50 of 1,000 is rank 500, p95 rank 950, p99 rank 990: by hand. The middles are the oracle's.
#[test]
fn quantiles_of_a_thousand_values_are_the_middles_of_their_buckets() {
    let values: Vec<u64> = (1..=1_000).map(|ms| ms * 1_000).collect();
    let expo = of(&values);
    for (permille, exact) in [
        (0, 1_000),
        (1, 1_000),
        (500, 500_000),
        (950, 950_000),
        (990, 990_000),
        (1_000, 1_000_000),
    ] {
        let (_, _, middle) = bounds().find(|(_, largest, _)| *largest >= exact).unwrap();
        assert_eq!(expo.at(permille), Some(middle), "{permille}");
    }
}

// 0.543 % is half a bucket: 2^(1/128) - 1
#[test]
fn no_value_is_further_from_the_middle_of_its_bucket_than_half_of_it() {
    let mut before = 0;
    for (_, largest, middle) in bounds() {
        // of a bucket without a whole microsecond there is nothing to say
        for value in (largest > before)
            .then_some([before + 1, largest])
            .into_iter()
            .flatten()
        {
            // 0.543 % and half a microsecond
            let allowed = value * 543 + 50_000;
            assert!(value.abs_diff(middle) * 100_000 <= allowed, "{value}");
        }
        before = largest;
    }
}

#[test]
fn pairs_are_the_same_of_few_and_many_and_begin_with_the_zeros() {
    // -501 and -425 by the oracle
    let (smaller, larger) = (4_420, 10_100);
    let number = |value| {
        bounds()
            .find(|(_, largest, _)| *largest >= value)
            .unwrap()
            .0
    };
    for n in [1, 3, 333, 334, 5_000] {
        let mut expo = Expo::default();
        for value in [larger, 0, smaller] {
            expo.add_n(value, u64::from(n));
        }
        assert_eq!(
            expo.pairs(),
            [(-2_048, n), (number(smaller), n), (number(larger), n)]
        );
    }
}

#[test]
fn adding_nothing_changes_nothing() {
    for n in [5, 5_000] {
        let mut expo = of(&vec![20_000; n]);
        let before = expo.clone();
        expo.add_n(1, 0);
        expo.add_n(0, 0);
        expo.merge(&Expo::default());
        assert_eq!(expo, before);
    }
}

#[test]
fn counts_stay_at_their_end() {
    let mut expo = Expo::default();
    expo.add_n(20_000, u64::MAX - 1);
    expo.add_n(20_000, 5);
    expo.add(7);
    assert_eq!(expo.total(), u64::MAX);
    assert_eq!(expo.pairs().last().unwrap().1, u32::MAX);
    assert_eq!(expo.at(1_000), Some(middle(bucket(20_000))));
}

#[test]
fn few_values_take_about_a_byte_or_two_each() {
    let mut chance = Chance(3);
    let mut few = Few::default();
    for _ in 0..999 {
        few.add(18_000 + chance.below(7_000));
    }
    assert!(few.size() <= 2 * 999, "{}", few.size());
}

#[test]
fn what_was_counted_in_buckets_is_the_same_as_the_values_from_a_thousand_on() {
    let values: Vec<u64> = (0..5_000_u64).map(|i| i * i * 7 % 300_007).collect();
    for n in [1, 999, 1_000, 5_000] {
        let whole = of(&values[..n]);
        let counted = Expo::counted(&whole.pairs());
        assert_eq!(counted.pairs(), whole.pairs());
        assert_eq!(counted.total(), n as u64);
        assert_eq!(counted == whole, n >= 1_000, "{n}");
    }
    // parts that were counted, however small, come to the whole
    let mut together = Expo::default();
    for part in values.chunks(7) {
        together.merge(&Expo::counted(&of(part).pairs()));
    }
    assert_eq!(together, of(&values));
    assert_eq!(Expo::counted(&[]), Expo::default());
}
