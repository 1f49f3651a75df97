//! Numbers as other programs write them: `56.0`, `1E+05`, `1.234,5`, `1'016`. Not here: which columns
//! hold numbers (`cells`), what a file tells of its marks (`evidence`).
//!
//! A point or a comma between one to three digits and three more can be either mark, which only the
//! rest of the file tells.

/// What a point or a comma in a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// In front of the fraction.
    Decimal,
    /// Between groups of three digits.
    Thousands,
}

/// What the point and the comma are, in this order; none where that is not known.
pub(super) type Marks = [Option<Mark>; 2];

/// Place of the point in [`Marks`].
pub(super) const POINT: usize = 0;

/// Place of the comma in [`Marks`].
pub(super) const COMMA: usize = 1;

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// A number, with a point in front of its fraction, and what its marks are.
    Sure(String, Marks),
    /// A number whose only mark, the point or the comma, can be either: as decimal, as thousands.
    Either(usize, [String; 2]),
    /// No number.
    Nothing,
}

impl Said {
    /// The number where the marks of its column are these: none when it has others, or is none;
    /// `Err` when it takes a mark that is not known.
    pub fn with(self, marks: Marks) -> Result<Option<String>, usize> {
        match self {
            Self::Sure(number, own) => {
                let differs = |(own, known): (Option<Mark>, Option<Mark>)| {
                    own.zip(known).is_some_and(|(own, known)| own != known)
                };
                let contradicts = own.into_iter().zip(marks).any(differs);
                Ok((!contradicts).then_some(number))
            }
            Self::Either(mark, [decimal, thousands]) => match marks[mark] {
                None => Err(mark),
                Some(Mark::Decimal) => Ok(Some(decimal)),
                Some(Mark::Thousands) => Ok(Some(thousands)),
            },
            Self::Nothing => Ok(None),
        }
    }
}

/// What a text says; a number of more than 40 characters is none.
pub(super) fn said(text: &str) -> Said {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || digits.len() > 40 {
        return Said::Nothing;
    }
    match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => scientific(sign, mantissa, exponent),
        None => plain(sign, digits),
    }
}

/// `1E+05`, `1,016E+06`: one digit or more, a decimal mark, and a power of ten.
fn scientific(sign: &str, mantissa: &str, exponent: &str) -> Said {
    let power = exponent.parse::<i32>().ok();
    let Some(power) = power.filter(|power| power.unsigned_abs() <= 20) else {
        return Said::Nothing;
    };
    let mark = mantissa.find(['.', ',']);
    let (whole, fraction) = mark.map_or((mantissa, ""), |at| {
        (
            &mantissa[..at],
            mantissa.get(at.saturating_add(1)..).unwrap_or_default(),
        )
    });
    if whole.is_empty() || mark.is_some() && fraction.is_empty() {
        return Said::Nothing;
    }
    if !all_digits(whole) || !all_digits(fraction) {
        return Said::Nothing;
    }
    let mut marks = [None; 2];
    if let Some(at) = mark {
        marks[place(mantissa.as_bytes()[at])] = Some(Mark::Decimal);
    }
    Said::Sure(format!("{sign}{}", shifted(whole, fraction, power)), marks)
}

/// Digits with the mark moved by a power of ten, without a fraction of zeros.
fn shifted(whole: &str, fraction: &str, power: i32) -> String {
    let digits = format!("{whole}{fraction}");
    let at = i64::try_from(whole.len())
        .unwrap_or(0)
        .saturating_add(power.into());
    let length = i64::try_from(digits.len()).unwrap_or(0);
    let zeros = |count: i64| "0".repeat(usize::try_from(count.clamp(0, 100)).unwrap_or(0));
    let number = if at <= 0 {
        format!("0.{}{digits}", zeros(at.saturating_neg()))
    } else if at >= length {
        format!("{digits}{}", zeros(at.saturating_sub(length)))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(at).unwrap_or(0));
        format!("{whole}.{fraction}")
    };
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        &number
    };
    let number = number.trim_start_matches('0');
    match number {
        "" => "0".to_owned(),
        fraction if fraction.starts_with('.') => format!("0{fraction}"),
        number => number.to_owned(),
    }
}

fn plain(sign: &str, text: &str) -> Said {
    // the groups of digits, and the mark in front of each but the first
    let mut groups: Vec<&str> = Vec::new();
    let mut between: Vec<char> = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            continue;
        }
        if !matches!(
            c,
            '.' | ',' | ' ' | '\'' | '\u{a0}' | '\u{202f}' | '\u{2019}'
        ) {
            return Said::Nothing;
        }
        groups.push(&text[from..at]);
        between.push(c);
        from = at.saturating_add(c.len_utf8());
    }
    groups.push(&text[from..]);
    let Some(last) = between.last().copied() else {
        return Said::Sure(format!("{sign}{text}"), [None; 2]);
    };
    if groups.iter().any(|group| group.is_empty()) {
        return Said::Nothing;
    }
    let (front, tail) = groups.split_at(groups.len().saturating_sub(1));
    let tail = tail[0];
    let thousands = || format!("{sign}{}", groups.concat());
    let decimal = || format!("{sign}{}.{tail}", front.concat());
    let is_mark = matches!(last, '.' | ',');
    let alone = between.iter().filter(|c| **c == last).count() == 1;
    let mut marks = [None; 2];
    if between.len() == 1 && is_mark {
        if tail.len() == 3 && is_head(front[0]) {
            return Said::Either(place(last as u8), [decimal(), thousands()]);
        }
        marks[place(last as u8)] = Some(Mark::Decimal);
        return Said::Sure(decimal(), marks);
    }
    let groups_of = |groups: &[&str]| {
        let (head, others) = groups.split_at(1);
        is_head(head[0])
            && (others.iter().all(|group| group.len() == 3)
                || is_indian(head[0], others) && between[0] == ',')
    };
    let (kind, whole) = if is_mark && alone {
        // the only mark of its kind, behind others: the fraction follows
        (Some(Mark::Decimal), front)
    } else {
        (None, &groups[..])
    };
    let grouped = &between[..whole.len().saturating_sub(1)];
    let Some(group) = grouped.first().copied() else {
        return Said::Nothing;
    };
    if grouped.iter().any(|c| *c != group) || !groups_of(whole) {
        return Said::Nothing;
    }
    if matches!(group, '.' | ',') {
        marks[place(group as u8)] = Some(Mark::Thousands);
    }
    if kind.is_some() {
        marks[place(last as u8)] = kind;
        return Said::Sure(decimal(), marks);
    }
    Said::Sure(thousands(), marks)
}

/// Whether groups of digits behind a first one are those of India, as in `1,03,809` and `12,34,567`: of two digits, the last
/// one of three.
fn is_indian(head: &str, others: &[&str]) -> bool {
    let Some((last, pairs)) = others.split_last() else {
        return false;
    };
    let are_pairs = !pairs.is_empty() && pairs.iter().all(|group| group.len() == 2);
    head.len() <= 2 && last.len() == 3 && are_pairs
}

/// Whether digits can stand in front of a group of three.
fn is_head(digits: &str) -> bool {
    digits.len() <= 3 && !digits.starts_with('0')
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn place(mark: u8) -> usize {
    if mark == b'.' { POINT } else { COMMA }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECIMAL: Option<Mark> = Some(Mark::Decimal);
    const THOUSANDS: Option<Mark> = Some(Mark::Thousands);

    #[test]
    fn numbers_that_say_themselves_what_their_marks_are() {
        for (text, number, marks) in [
            ("56", "56", [None; 2]),
            (" -3 ", "-3", [None; 2]),
            ("56.0", "56.0", [DECIMAL, None]),
            ("27,1670", "27.1670", [None, DECIMAL]),
            ("0.123", "0.123", [DECIMAL, None]),
            ("1234,567", "1234.567", [None, DECIMAL]),
            ("1.234,5", "1234.5", [THOUSANDS, DECIMAL]),
            ("1,234.5", "1234.5", [DECIMAL, THOUSANDS]),
            ("1.234,567", "1234.567", [THOUSANDS, DECIMAL]),
            ("1.234.567", "1234567", [THOUSANDS, None]),
            ("12,345,678", "12345678", [None, THOUSANDS]),
            // India: 1 lakh 3,809, and 12 lakh
            ("1,03,809", "103809", [None, THOUSANDS]),
            ("12,34,567", "1234567", [None, THOUSANDS]),
            ("1,23,45,678", "12345678", [None, THOUSANDS]),
            ("1,03,809.5", "103809.5", [DECIMAL, THOUSANDS]),
            ("1'016", "1016", [None; 2]),
            ("1\u{202f}016", "1016", [None; 2]),
            ("1\u{a0}016,25", "1016.25", [None, DECIMAL]),
            ("1E+05", "100000", [None; 2]),
            ("1,016E+06", "1016000", [None, DECIMAL]),
            ("1.5e3", "1500", [DECIMAL, None]),
            ("5.6E+01", "56", [DECIMAL, None]),
            ("12e-1", "1.2", [None; 2]),
            ("5e-3", "0.005", [None; 2]),
            ("0E+00", "0", [None; 2]),
        ] {
            assert_eq!(said(text), Said::Sure(number.to_owned(), marks), "{text}");
        }
    }

    #[test]
    fn a_group_of_three_digits_behind_one_mark_can_be_either() {
        for (text, mark, decimal, thousands) in [
            ("1.016", POINT, "1.016", "1016"),
            ("-12,000", COMMA, "-12.000", "-12000"),
            ("999,999", COMMA, "999.999", "999999"),
        ] {
            let both = [decimal.to_owned(), thousands.to_owned()];
            assert_eq!(said(text), Said::Either(mark, both), "{text}");
        }
        let with = |marks| said("1.016").with(marks);
        assert_eq!(with([None; 2]), Err(POINT));
        assert_eq!(with([DECIMAL, None]), Ok(Some("1.016".to_owned())));
        assert_eq!(with([THOUSANDS, None]), Ok(Some("1016".to_owned())));
        let contradiction = said("1.234.567").with([DECIMAL, None]);
        assert_eq!(contradiction, Ok(None));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "-",
            ".",
            "1,",
            ".5",
            "1..5",
            "1,2,3",
            "1.2345.678",
            "1.23.456",
            "1,23,45",
            "123,45,678",
            "1,2,345",
            "1,23,4567",
            "0,23,456",
            "0,123,456",
            "1 2",
            "33ms",
            "0x21",
            "nan",
            "inf",
            "1e300",
            "1e",
            "e5",
            "1.e5",
            "1.234,5.6",
            "#WERT!",
            "½",
            "1'23",
            "--1",
            "1-",
            "12345678901234567890123456789012345678901",
        ] {
            assert_eq!(said(text), Said::Nothing, "{text}");
        }
    }
}
