//! The values of options: those that several options share, and words that are not an enum of the library. Both the
//! flags and the code that turns flags into a plan use them.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::{PathBufValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::measure::rows::{ROWS, RowFacts};

/// Takes the name of a bundle, which ends in .zip.
pub fn bundle_name() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        let ending = path.extension().unwrap_or_default();
        if ending.eq_ignore_ascii_case("zip") {
            Ok(path)
        } else {
            Err("let the name end in .zip")
        }
    })
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// What to ask: the words of [`Ask`](crate::record::Ask), and `none`, which no row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AskArg {
    None,
    Allocate,
    Binding,
    MsAllocate,
}

// no doc comments on the values: they would be help texts
/// Form of the rows on stdout; `list` is the reference's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StdoutFormat {
    Csv,
    Jsonl,
    List,
}

/// The [`Profile`](crate::sink::Profile)s that are asked for by name; the plain one has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    /// BOM, comma, dates without Z
    Excel,
    /// BOM, semicolon, dates without Z
    ExcelDe,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LimitsArg {
    /// From a client to Microsoft's edge
    Client,
    /// From the edge of the customer's network to Microsoft's edge
    Edge,
}

/// What a stream of packets must not miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GoalArg {
    Quality,
}

/// A time such as `90s`, `8h41m`, `500ms`; a bare number counts as seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let seconds = text
        .parse::<f64>()
        .ok()
        .filter(|_| text.starts_with(|c: char| c.is_ascii_digit()));
    if let Some(seconds) = seconds {
        return Duration::try_from_secs_f64(seconds).map_err(|_| "it is too long".to_owned());
    }
    if let Some(number) = text.strip_suffix('M').filter(|number| is_number(number)) {
        return Err(format!(
            "M stands for months; write {number}min or {number}months"
        ));
    }
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if text.strip_prefix(['-', '\u{2212}']).is_some_and(is_number) {
        return Err("a time is positive: leave the minus out".to_owned());
    }
    let is_too_long = |error: &humantime::DurationError| {
        matches!(error, humantime::DurationError::NumberOverflow)
    };
    if humantime::parse_duration(text).is_err_and(|error| is_too_long(&error)) {
        return Err("it is too long".to_owned());
    }
    humantime::parse_duration(text).map_err(|_| match mended(text) {
        Some(mended) => format!("write {mended}"),
        None => "write a time as 90s, 8h41m or 500ms".to_owned(),
    })
}

/// How long files are kept: at least an hour, and with its unit, as 90 would be seconds.
pub fn keep(text: &str) -> Result<Duration, String> {
    const LEAST: Duration = Duration::from_secs(3600);
    let has_unit = text.trim().ends_with(|c: char| c.is_ascii_alphabetic());
    match duration(text)? {
        keep if has_unit && keep >= LEAST => Ok(keep),
        _ => {
            Err("give at least an hour, with its unit, such as 90d, 12weeks or 6months".to_owned())
        }
    }
}

/// A time that differs from one that is taken by its decimal comma, its capitals, a last unit that is missing, or colons.
fn mended(text: &str) -> Option<String> {
    let plain = text.replace(',', ".").to_ascii_lowercase();
    let plain = match plain.strip_prefix('.') {
        Some(_) => format!("0{plain}"),
        None => plain,
    };
    let forms = [with_last_unit(&plain), with_units(&plain), Some(plain)];
    let is_time = |text: &String| humantime::parse_duration(text).is_ok() || is_number(text);
    let is_other = |form: &String| form != text && form.starts_with(|c: char| c.is_ascii_digit());
    let mut forms = forms.into_iter().flatten();
    forms.find(|form| is_other(form) && is_time(form))
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| number >= 0.0)
}

/// `8h41` with the unit that follows hours, minutes or days.
pub fn with_last_unit(text: &str) -> Option<String> {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let unit = before.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let next = match unit.rsplit(|c: char| !c.is_ascii_alphabetic()).next()? {
        "d" | "day" | "days" => "h",
        "h" | "hr" | "hour" | "hours" => "m",
        "m" | "min" | "minute" | "minutes" => "s",
        _ => return None,
    };
    (before.len() < text.len()).then(|| format!("{text}{next}"))
}

/// `8:41` as `8h41m`.
fn with_units(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(':').collect();
    let is_digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (matches!(parts.len(), 2 | 3) && parts.iter().all(is_digits)).then(|| {
        let parts = parts.iter().zip(["h", "m", "s"]);
        parts.flat_map(|(part, unit)| [*part, unit]).collect()
    })
}

/// Takes a whole number in a range; says what is taken, with an example.
pub fn whole<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
    example: u64,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.trim().parse::<u64>().ok();
        let number = number.filter(|number| range.contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| {
            let bounds = match (*range.start(), *range.end()) {
                (_, u64::MAX) if !is_digits(text.trim()) => String::new(),
                (least, u64::MAX) if text.trim().parse::<u64>().is_ok() => format!(" from {least}"),
                (least, most) => format!(" from {least} to {most}"),
            };
            format!("give a whole number{bounds}, such as {example}")
        })
    }
}

/// Whether a text is nothing but digits.
fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A share in whole percent: `5` or `5%`.
pub fn whole_percent(text: &str) -> Result<u8, String> {
    whole(1..=100, 20)(text.trim().trim_end_matches('%'))
}

/// Packets a second: `50/s` or `50`.
pub fn rate(text: &str) -> Result<u32, String> {
    let number = text.trim().strip_suffix("/s").unwrap_or(text.trim());
    match number.parse() {
        Ok(rate @ 1..=1000) => Ok(rate),
        _ => Err("give packets a second from 1/s to 1000/s, such as 50/s".to_owned()),
    }
}

/// A share: `5` or `5%`.
pub fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let share = |text: &str| {
        let number = text.parse::<f64>().ok();
        number.filter(|percent| (0.0..=100.0).contains(percent))
    };
    let with_point = number.replace(',', ".");
    share(number).ok_or_else(|| match share(&with_point) {
        Some(_) => format!("write {with_point}"),
        None => "give a number from 0 to 100, such as 5 or 2.5".to_owned(),
    })
}

/// An address.
pub fn address(text: &str) -> Result<IpAddr, String> {
    text.trim()
        .parse()
        .map_err(|_| "give an IP address, such as 192.0.2.7, and no name".to_owned())
}

/// A differentiated services code point by its number or its name (RFC 2474, 2597, 3246, 8622).
pub fn dscp(text: &str) -> Result<u8, String> {
    let name = text.trim().to_ascii_uppercase();
    if let Ok(number) = name.parse::<u8>()
        && number < 64
    {
        return Ok(number);
    }
    let digits: Vec<u8> = name
        .bytes()
        .skip(2)
        .map(|digit| digit.wrapping_sub(b'0'))
        .collect();
    match (name.get(..2), digits.as_slice()) {
        (Some("EF"), []) => Ok(46),
        (Some("LE"), []) => Ok(1),
        (Some("CS"), [class @ 0..=7]) => Ok(class * 8),
        (Some("AF"), [class @ 1..=4, drop @ 1..=3]) => Ok(class * 8 + drop * 2),
        _ => Err("give 0 to 63, EF, LE, CS0 to CS7, or AF11 to AF43".to_owned()),
    }
}

/// Takes the name of a kind of row.
pub fn row() -> impl TypedValueParser<Value = RowFacts> {
    let names = ROWS
        .iter()
        .map(|row| PossibleValue::new(row.what).help(row.meaning));
    PossibleValuesParser::new(names).try_map(|name| {
        let row = ROWS.iter().find(|row| row.what == name);
        row.copied().ok_or("not a kind of row")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(
            duration("8h41m").unwrap(),
            Duration::from_secs(8 * 3600 + 41 * 60)
        );
        assert_eq!(duration("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(duration("0").unwrap(), Duration::ZERO);
        assert_eq!(duration("0.5").unwrap(), Duration::from_millis(500));
        for text in ["-1", "-5s", "\u{2212}5s"] {
            assert_eq!(
                duration(text),
                Err("a time is positive: leave the minus out".to_owned())
            );
        }
        assert_eq!(
            duration("999999999999999999999s"),
            Err("it is too long".to_owned())
        );
        assert!(duration("soon").unwrap_err().contains("90s"));
        assert!(duration("1e999").is_err());
        assert_eq!(duration("1.5h").unwrap(), Duration::from_secs(5400));
        for (text, fix) in [
            ("1,5h", "write 1.5h"),
            ("2,5", "write 2.5"),
            (",5", "write 0.5"),
            ("5Min", "write 5min"),
            ("1S", "write 1s"),
            ("8h41", "write 8h41m"),
            ("1d12", "write 1d12h"),
            ("1m30", "write 1m30s"),
            ("8:41", "write 8h41m"),
            ("0:01:30", "write 0h01m30s"),
            // a month to the library, a minute to whoever writes it
            ("5M", "M stands for months; write 5min or 5months"),
            ("99999999999999999999", "it is too long"),
        ] {
            assert_eq!(duration(text), Err(fix.to_owned()));
        }
        for text in ["1 Stunde", "8:x", "5s7", "h", "", ":"] {
            let said = duration(text).unwrap_err();
            assert_eq!(said, "write a time as 90s, 8h41m or 500ms", "{text}");
        }
    }

    #[test]
    fn what_is_kept_for_minutes_was_meant_otherwise() {
        assert_eq!(keep("90d"), Ok(Duration::from_secs(90 * 86_400)));
        assert_eq!(keep(" 1h "), Ok(Duration::from_secs(3600)));
        // seconds, and minutes that were meant as months
        for text in ["90", "0", "3m", "59min", "0d"] {
            assert!(keep(text).unwrap_err().contains("such as 90d"), "{text}");
        }
        assert!(keep("long").unwrap_err().contains("90s"));
    }

    #[test]
    fn whole_numbers_say_what_is_taken() {
        assert_eq!(whole::<u16>(1..=1024, 16)("7"), Ok(7));
        for wrong in ["ten", "17%", "64k", "0", "1025", "-1", "1.5", ""] {
            let said = whole::<u16>(1..=1024, 16)(wrong).unwrap_err();
            assert_eq!(said, "give a whole number from 1 to 1024, such as 16");
        }
        let said = whole::<u64>(0..=u64::MAX, 10)("ten").unwrap_err();
        assert_eq!(said, "give a whole number, such as 10");
        let said = whole::<u64>(1..=u64::MAX, 10)("99999999999999999999").unwrap_err();
        assert_eq!(
            said,
            "give a whole number from 1 to 18446744073709551615, such as 10"
        );
        let said = whole::<u64>(1..=u64::MAX, 10)("0").unwrap_err();
        assert_eq!(said, "give a whole number from 1, such as 10");
        assert_eq!(whole_percent("17%"), Ok(17));
        assert!(whole_percent("0").is_err());
    }

    #[test]
    fn shares_are_written_with_a_point() {
        assert_eq!(percent("2.5%"), Ok(2.5));
        assert_eq!(percent(" 100 % "), Ok(100.0));
        assert_eq!(percent("1,5%"), Err("write 1.5".to_owned()));
        for wrong in ["101", "-1", "1,5,2", "half", "", "%"] {
            assert!(percent(wrong).unwrap_err().contains("5 or 2.5"), "{wrong}");
        }
    }

    #[test]
    fn a_name_is_no_address() {
        assert_eq!(address(" ::1 "), Ok(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])));
        for wrong in ["eth0", "192.0.2", "192.0.2.7:443", ""] {
            assert!(address(wrong).unwrap_err().contains("192.0.2.7"), "{wrong}");
        }
    }

    #[test]
    fn rates_are_packets_a_second() {
        assert_eq!(rate("50/s"), Ok(50));
        assert_eq!(rate("1"), Ok(1));
        for wrong in ["0", "50/min", "-5/s", "1001/s", "0.5/s", ""] {
            assert!(rate(wrong).unwrap_err().contains("50/s"), "{wrong}");
        }
    }

    // RFC 4594 section 1.4.4: values in decimal
    #[test]
    fn service_classes_have_their_numbers() {
        for (name, number) in [
            ("EF", 46),
            ("af41", 34),
            ("AF31", 26),
            ("AF11", 10),
            ("AF43", 38),
            ("CS1", 8),
            ("cs7", 56),
            ("0", 0),
            ("63", 63),
        ] {
            assert_eq!(dscp(name), Ok(number), "{name}");
        }
        for wrong in ["64", "AF51", "AF14", "CS8", "EF1", "", "x", "AF411", "Ü"] {
            assert!(dscp(wrong).is_err(), "{wrong}");
        }
    }
}
