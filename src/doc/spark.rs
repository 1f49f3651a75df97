//! Lines of marks for a terminal.

use super::number::{grouped as count, quantile};
use super::section::Spark;

/// From the lowest to the highest.
const MARKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The marks of a line, in at most so many columns, and what has to be said of them. Where there are more values
/// than columns, several share a mark: the highest of them, or all counts together.
pub(super) fn line(of: &Spark, columns: usize) -> (String, String) {
    let each = of.values.len().div_ceil(columns.max(1)).max(1);
    let is_count = of.unit.is_empty();
    let together = |values: &[Option<f64>]| {
        let values = values
            .iter()
            .flatten()
            .copied()
            .filter(|value| value.is_finite());
        values.reduce(|one, other| {
            if is_count {
                one + other
            } else {
                one.max(other)
            }
        })
    };
    let values: Vec<Option<f64>> = of.values.chunks(each).map(together).collect();
    let all = || values.iter().flatten().copied();
    let most = all().fold(f64::NEG_INFINITY, f64::max);
    let least = if is_count {
        0.0
    } else {
        all().fold(f64::INFINITY, f64::min)
    };
    let mark =
        |value: &Option<f64>| value.map_or(' ', |value| mark(value, (least, most), is_count));
    let marks: String = values.iter().map(mark).collect();
    let shared = match each {
        1 => format!("a mark each {}", of.each),
        several => format!("a mark each {several} {}", of.each),
    };
    let told = match is_count {
        _ if most < least => String::new(),
        true => format!("at most {}, {shared}", counted(most)),
        false => format!(
            "{} to {} {}, {shared}",
            quantile(least),
            quantile(most),
            of.unit
        ),
    };
    (marks, told)
}

fn mark(value: f64, (least, most): (f64, f64), is_count: bool) -> char {
    let highest = MARKS.len() - 1;
    let share = if most > least {
        (value - least) / (most - least)
    } else {
        0.0
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 7
    let place = (share * highest as f64).round() as usize;
    // a single failure among many must be seen
    let place = if is_count && value > 0.0 {
        place.max(1)
    } else {
        place
    };
    MARKS[place.min(highest)]
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // of counts
fn counted(value: f64) -> String {
    count(value.max(0.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spark(unit: &'static str, values: &[Option<f64>], columns: usize) -> (String, String) {
        let of = Spark {
            label: "Median",
            unit,
            each: "h",
            values: values.to_vec(),
        };
        line(&of, columns)
    }

    // by hand: of 10 to 24 the eighths are 2 ms apart
    #[test]
    fn a_mark_is_as_high_as_its_value_and_several_share_one_where_there_is_no_room() {
        let values = [10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 22.0, 24.0].map(Some);
        let (marks, told) = spark("ms", &values, 8);
        assert_eq!(marks, "▁▂▃▄▅▆▇█");
        assert_eq!(told, "10 to 24 ms, a mark each h");
        let (marks, told) = spark("ms", &values, 4);
        assert_eq!(
            (marks.chars().count(), told.as_str()),
            (4, "12 to 24 ms, a mark each 2 h")
        );
        let (marks, told) = spark("", &[Some(0.0), Some(1.0), None, Some(500.0)], 10);
        assert_eq!(
            (marks.as_str(), told.as_str()),
            ("▁▂ █", "at most 500, a mark each h")
        );
        let (marks, told) = spark("", &[Some(1.0), Some(1.0), Some(3.0)], 2);
        assert_eq!(
            (marks.as_str(), told.as_str()),
            ("▆█", "at most 3, a mark each 2 h")
        );
        assert_eq!(
            spark("ms", &[None, None], 5),
            ("  ".to_owned(), String::new())
        );
        assert_eq!(spark("ms", &[Some(f64::NAN)], 5).0, " ");
    }
}
