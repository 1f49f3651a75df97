//! The order of keys as a reader expects it: addresses and numbers as such, text by letters.

use std::cmp::Ordering;
use std::net::IpAddr;

/// Gaps, events and outages that a report lists.
pub(super) const MOST_LISTED: usize = 100;

/// Compares two keys part by part.
pub fn compare(a: &[String], b: &[String]) -> Ordering {
    let parts = a.iter().zip(b).map(|(a, b)| part(a, b));
    parts.fold(Ordering::Equal, Ordering::then)
}

/// Numbers, then addresses, then text: parts of different kinds have an order too.
fn part(a: &str, b: &str) -> Ordering {
    kind(a).cmp(&kind(b))
}

fn kind(part: &str) -> (u8, u64, Option<IpAddr>, &str) {
    if part.is_empty() {
        return (0, 0, None, part);
    }
    if let Ok(number) = part.parse() {
        return (1, number, None, part);
    }
    match part.parse() {
        Ok(address) => (2, 0, Some(address), part),
        Err(_) => (3, 0, None, part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_are_ordered_as_such() {
        let mut keys =
            ["52.112.10.1", "a", "52.112.9.1", "", "10", "9"].map(|key| vec![key.to_owned()]);
        keys.sort_by(|a, b| compare(a, b));
        assert_eq!(
            keys.map(|key| key[0].clone()),
            ["", "9", "10", "52.112.9.1", "52.112.10.1", "a"]
        );
    }
}
