//! The numbers of a block or a day that differences are made of.

/// How many there are.
pub const COUNT: usize = 3;

/// The median, its logarithm and the 95th percentile of times; of failures their share alone. None where
/// there is no such number.
pub type Measures = [Option<f64>; COUNT];

/// Of times by their median and 95th percentile.
pub fn of_times(median: f64, p95: f64) -> Measures {
    [Some(median), (median > 0.0).then(|| median.ln()), Some(p95)]
}

/// The differences of two, each less its like.
pub fn less(from: Measures, taken: Measures) -> Measures {
    let mut left = [None; COUNT];
    for (place, left) in left.iter_mut().enumerate() {
        *left = from[place]
            .zip(taken[place])
            .map(|(from, taken)| from - taken);
    }
    left
}

/// Numbers with weights, whose mean is looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mean([(f64, f64); COUNT]);

impl Mean {
    /// Takes numbers in.
    pub fn add(&mut self, measures: Measures, weight: f64) {
        for ((sum, weights), value) in self.0.iter_mut().zip(measures) {
            if let Some(value) = value {
                *sum += value * weight;
                *weights += weight;
            }
        }
    }

    /// The mean of each.
    pub fn mean(&self) -> Measures {
        self.0
            .map(|(sum, weights)| (weights > 0.0).then(|| sum / weights))
    }
}

/// The values of one of the numbers.
pub fn values<'a>(all: impl IntoIterator<Item = &'a Measures>, place: usize) -> Vec<f64> {
    all.into_iter()
        .filter_map(|measures| measures[place])
        .collect()
}

/// The middle one of some values, or the mean of the two in the middle.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len().is_multiple_of(2) {
        return Some(f64::midpoint(values[middle.saturating_sub(1)], upper));
    }
    Some(upper)
}
