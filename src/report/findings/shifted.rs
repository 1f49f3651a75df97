//! Shifts that came together: of several regions, or of several targets, one finding.

use crate::arrange::Arrange as _;
use crate::doc::number::counted;
use crate::judge::levels::Shift;

/// Days by which shifts of one cause may be found apart.
pub(super) const APART: i64 = 2;

/// Whether the level is higher than before.
pub(super) fn is_up(shift: &Shift) -> bool {
    shift.after_us > shift.before_us
}

/// The shifts of what was looked at, each with the number of its part; those in the same direction about the same days are one,
/// the largest first.
pub(super) fn together(parts: &[(usize, Vec<Shift>)]) -> Vec<Vec<(usize, Shift)>> {
    let mut found: Vec<Vec<(usize, Shift)>> = Vec::new();
    for (part, shifts) in parts {
        for shift in shifts {
            let is_same = |(other, of_other): &(usize, Shift)| {
                let near = |a: i64, b: i64| (a - b).abs() <= APART;
                let ends = match (shift.until, of_other.until) {
                    (Some(end), Some(other)) => near(end, other),
                    (ends, other) => ends == other,
                };
                other != part
                    && ends
                    && near(shift.from, of_other.from)
                    && is_up(shift) == is_up(of_other)
            };
            let known = found.iter_mut().find(|known| known.iter().all(is_same));
            match known {
                Some(known) => known.push((*part, *shift)),
                None => found.push(vec![(*part, *shift)]),
            }
        }
    }
    for one in &mut found {
        one.arrange_by(|(_, a), (_, b)| far(b).total_cmp(&far(a)));
    }
    found
}

/// How far the levels are apart, on the scale of logarithms.
fn far(shift: &Shift) -> f64 {
    (shift.after_us / shift.before_us).ln().abs()
}

/// What is said of the parts beside the first of these shifts, of so many that were looked at, each called `one`.
pub(super) fn others(
    shifts: &[(usize, Shift)],
    looked_at: usize,
    [one, many]: [&str; 2],
) -> String {
    let of = |count: usize| counted(count as u64, one, many);
    let Some(((_, first), others)) = shifts.split_first() else {
        return String::new();
    };
    let least = others.iter().map(|(_, shift)| shift);
    let Some(least) = least.min_by(|a, b| far(a).total_cmp(&far(b))) else {
        return match looked_at.saturating_sub(1) {
            0 => String::new(),
            rest => format!("; not in the other {}", of(rest)),
        };
    };
    let least = least.after_us / least.before_us;
    let side = if is_up(first) { "more" } else { "less" };
    match looked_at.saturating_sub(shifts.len()) {
        0 => format!(
            "; the same in all {} (x {least:.2} and {side})",
            of(looked_at)
        ),
        rest => format!(
            "; the same in {} (x {least:.2} and {side}), not in the other {}",
            of(shifts.len()),
            of(rest)
        ),
    }
}
