//! Numbers as text: the same wherever a reader meets them, in the terminal's tables and on the
//! page. The decimal point is a point, a value without meaning (NaN, infinity) is `-`.

/// What stands where there is no number.
pub const NONE: &str = "-";

/// Milliseconds without their unit: four significant digits, down to a microsecond, no zeros at
/// the end. `28.43`, `1016`, `0.042`, `20`.
pub fn millis(ms: f64) -> String {
    if !ms.is_finite() {
        return NONE.to_owned();
    }
    let decimals = match ms.abs() {
        size if size < 9.9995 => 3,
        size if size < 99.995 => 2,
        size if size < 999.95 => 1,
        _ => 0,
    };
    trimmed(&format!("{ms:.decimals$}"))
}

/// Milliseconds of a quantile, which is known to 0.6 % or better: three significant digits.
pub fn quantile(ms: f64) -> String {
    let decimals = match ms.abs() {
        size if size < 0.9995 => 3,
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    if !ms.is_finite() {
        return NONE.to_owned();
    }
    trimmed(&format!("{ms:.decimals$}"))
}

/// How many times as much: `x 1.55`.
pub fn ratio(ratio: f64) -> String {
    if !ratio.is_finite() {
        return NONE.to_owned();
    }
    let decimals = match ratio.abs() {
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    format!("x {ratio:.decimals$}")
}

/// A number with so many decimals, zeros at the end among them.
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let text = format!("{value:.decimals$}");
    let is_nothing = !text.contains(|digit| ('1'..='9').contains(&digit));
    let text = text
        .strip_prefix('-')
        .filter(|_| is_nothing)
        .unwrap_or(&text);
    text.to_owned()
}

/// Decimals of a percentage as [`percent`] has it.
pub fn decimals_of(share: f64) -> usize {
    let text = percent(share);
    let number = text.split(' ').next().unwrap_or_default();
    number
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len())
}

/// A count with a narrow space between groups of three digits, from five digits on (ISO 80000-1).
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A percentage with its sign: two decimals, and as many more as it takes that what is not all
/// does not read as 100 % and what is not nothing does not read as 0 %. `99.9 %`, `99.9996 %`.
pub fn percent(percent: f64) -> String {
    decimals(percent, 2)
}

/// The same with so many decimals at least.
fn decimals(percent: f64, least: usize) -> String {
    if !percent.is_finite() {
        return NONE.to_owned();
    }
    let from_end = percent.abs().min((100.0 - percent).abs());
    let mut decimals = 2;
    let mut step = 0.01;
    while decimals < 7 && from_end > 0.0 && from_end < step {
        decimals += 1;
        step /= 10.0;
    }
    let decimals = decimals.max(least);
    format!("{} %", trimmed(&format!("{percent:.decimals$}")))
}

/// Percentages that stand beside each other, a share and the ends of its interval: with as many
/// decimals as it takes that different ones read differently. `99.963 %`, `99.958 %`, `99.967 %`.
pub fn percents<const N: usize>(shares: [f64; N]) -> [String; N] {
    let shown = |least: usize| shares.map(|share| decimals(share, least));
    let differ = |least: &usize| {
        let texts = shown(*least);
        let mut pairs = (0..N).flat_map(|a| (0..a).map(move |b| (a, b)));
        pairs.all(|(a, b)| texts[a] != texts[b] || shares[a].to_bits() == shares[b].to_bits())
    };
    shown((2..7).find(differ).unwrap_or(7))
}

/// Rows a minute as a rate that says something: `60 rows a minute`, `2 rows an hour`, `1 row a day`.
pub fn rate(per_minute: f64) -> String {
    let (rate, unit) = match per_minute {
        rate if rate >= 1.0 => (rate, "a minute"),
        rate if rate * 60.0 >= 1.0 => (rate * 60.0, "an hour"),
        rate => (rate * 1440.0, "a day"),
    };
    let rate = millis(rate);
    format!("{rate} {} {unit}", if rate == "1" { "row" } else { "rows" })
}

/// A share of a whole as a percentage; `-` of nothing.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return NONE.to_owned();
    }
    percent(part as f64 * 100.0 / whole as f64)
}

/// A duration in the two largest units that say something: `0.8 s`, `45 s`, `3 min 20 s`,
/// `1 h 23 min`, `90 d 4 h`.
pub fn seconds(seconds: f64) -> String {
    if !seconds.is_finite() {
        return NONE.to_owned();
    }
    let sign = if seconds < 0.0 { "-" } else { "" };
    let size = seconds.abs();
    if size < 9.95 {
        let decimals = if size < 0.095 { 3 } else { 1 };
        return format!("{sign}{} s", trimmed(&format!("{size:.decimals$}")));
    }
    if size > 1e15 {
        return format!("{sign}{size:.0} s");
    }
    // rounded to the smaller of the two units first, so that 59.9 min is not `0 h 60 min`
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    // bounded above, not negative
    let in_units = |unit: f64| (size / unit).round() as u64;
    let text = if in_units(1.0) < 3600 {
        two(in_units(1.0), 60, "min", "s")
    } else if in_units(60.0) < 24 * 60 {
        two(in_units(60.0), 60, "h", "min")
    } else {
        two(in_units(3600.0), 24, "d", "h")
    };
    format!("{sign}{text}")
}

/// Bytes in decimal units: `812 B`, `64.2 kB`, `1.07 GB`.
pub fn bytes(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64;
    let mut unit = "B";
    for larger in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        size /= 1000.0;
        unit = larger;
        if size < 999.5 {
            break;
        }
    }
    let decimals = match size {
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    format!("{} {unit}", trimmed(&format!("{size:.decimals$}")))
}

/// Bits a second: `5.24 Mbit/s`.
pub fn bit_rate(bits: f64) -> String {
    let (size, unit) = match bits {
        bits if bits >= 1e9 => (bits / 1e9, "Gbit/s"),
        bits if bits >= 1e6 => (bits / 1e6, "Mbit/s"),
        bits => (bits / 1e3, "kbit/s"),
    };
    format!("{size:.2} {unit}")
}

/// `1 row`, `2 rows`, with the digits grouped.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// How often: `once`, `7 times`.
pub fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        _ => counted(count, "time", "times"),
    }
}

fn two(small: u64, in_large: u64, large_unit: &str, small_unit: &str) -> String {
    match (small / in_large, small % in_large) {
        (0, rest) => format!("{rest} {small_unit}"),
        (whole, 0) => format!("{whole} {large_unit}"),
        (whole, rest) => format!("{whole} {large_unit} {rest} {small_unit}"),
    }
}

/// Without zeros behind the point that say nothing, and without a minus before a zero.
fn trimmed(text: &str) -> String {
    let short = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    };
    match short {
        "-0" => "0".to_owned(),
        _ => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each<T: Copy>(form: impl Fn(T) -> String, cases: &[(T, &str)]) {
        for (value, text) in cases {
            assert_eq!(form(*value), *text);
        }
    }

    #[test]
    fn quantiles_have_three_digits() {
        each(
            quantile,
            &[
                (0.0421, "0.042"),
                (9.416, "9.42"),
                (30.016, "30"),
                (26.944, "26.9"),
                (119.8, "120"),
                (1016.4, "1016"),
                (f64::NAN, "-"),
            ],
        );
    }

    #[test]
    fn milliseconds_have_four_digits_and_no_noise() {
        each(
            millis,
            &[
                (0.0, "0"),
                (0.0421, "0.042"),
                (9.9994, "9.999"),
                (9.9996, "10"),
                (18.614_807, "18.61"),
                (28.4, "28.4"),
                (20.0, "20"),
                (100.0, "100"),
                (123.456, "123.5"),
                (999.96, "1000"),
                (1016.4, "1016"),
                (60_000.0, "60000"),
                (-0.0001, "0"),
                (f64::NAN, "-"),
                (f64::INFINITY, "-"),
            ],
        );
    }

    #[test]
    fn counts_are_grouped_from_five_digits_on() {
        each(
            grouped,
            &[
                (0, "0"),
                (9999, "9999"),
                (10_000, "10\u{202f}000"),
                (229_748, "229\u{202f}748"),
                (31_104_000, "31\u{202f}104\u{202f}000"),
            ],
        );
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(counted(0, "row", "rows"), "0 rows");
    }

    #[test]
    fn nearly_all_is_not_all_and_nearly_nothing_is_not_nothing() {
        each(
            percent,
            &[
                (0.0, "0 %"),
                (100.0, "100 %"),
                (99.9, "99.9 %"),
                (97.126, "97.13 %"),
                (99.994, "99.994 %"),
                (99.9996, "99.9996 %"),
                (0.0135, "0.01 %"),
                (0.000_31, "0.0003 %"),
                (f64::NAN, "-"),
            ],
        );
        assert_eq!(share(1, 3), "33.33 %");
        assert_eq!(share(0, 0), "-");
    }

    #[test]
    fn a_share_and_the_ends_of_its_interval_read_differently() {
        let shown = |shares: [f64; 3], texts: [&str; 3]| assert_eq!(percents(shares), texts);
        shown(
            [99.96, 99.9581, 99.9669],
            ["99.96 %", "99.958 %", "99.967 %"],
        );
        shown([70.0, 60.42, 78.11], ["70 %", "60.42 %", "78.11 %"]);
        shown([100.0, 96.3, 100.0], ["100 %", "96.3 %", "100 %"]);
        shown([f64::NAN, 1.0, 1.0], ["-", "1 %", "1 %"]);
    }

    #[test]
    fn a_rate_is_never_nothing() {
        each(
            rate,
            &[
                (60.0, "60 rows a minute"),
                (1.0, "1 row a minute"),
                (2.0 / 60.0, "2 rows an hour"),
                (1.0 / 1440.0, "1 row a day"),
                (0.1 / 1440.0, "0.1 rows a day"),
            ],
        );
    }

    #[test]
    fn durations_are_said_in_their_two_largest_units() {
        each(
            seconds,
            &[
                (0.0, "0 s"),
                (0.0123, "0.012 s"),
                (0.84, "0.8 s"),
                (45.2, "45 s"),
                (59.7, "1 min"),
                (200.0, "3 min 20 s"),
                (3599.7, "1 h"),
                (4_980.0, "1 h 23 min"),
                (86_390.0, "1 d"),
                (7_790_400.0, "90 d 4 h"),
                (f64::NAN, "-"),
            ],
        );
    }

    #[test]
    fn bytes_are_said_in_decimal_units() {
        each(
            bytes,
            &[
                (0, "0 B"),
                (999, "999 B"),
                (1000, "1 kB"),
                (64_210, "64.2 kB"),
                (999_600, "1 MB"),
                (1_073_741_824, "1.07 GB"),
                (u64::MAX, "18.4 EB"),
            ],
        );
    }
}
