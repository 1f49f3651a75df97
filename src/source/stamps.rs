//! Times of other programs, in forms that nobody else has, to one that `time` reads: End2End-Ping's 14 digits by a
//! clock of twelve hours, and those of Microsoft's Network Assessment Tool.

use crate::record::Counter as _;
use crate::schema::Dialect;

use super::number::{Said, said};

/// What the times of a file have shown.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    /// Times of End2End-Ping.
    pings: u64,
    /// Whether one of them has an hour that a clock of twelve hours does not show.
    whole_day: bool,
    /// Rows of End2End-Ping without a time.
    empty: u64,
    /// Whether the day stands before the month, once a date has shown it.
    day_first: Option<bool>,
    /// Dates that can be read either way, while none had shown it.
    unsure: u64,
}

impl Stamps {
    /// Whether files of this dialect have such times.
    pub fn has_own(dialect: Dialect) -> bool {
        matches!(
            dialect,
            Dialect::End2EndPing | Dialect::SkypeAssessment | Dialect::TeamsAssessment
        )
    }

    /// The same time in a form that is read everywhere.
    pub fn common(&mut self, dialect: Dialect, text: &str) -> Option<String> {
        let text = text.trim();
        match dialect {
            Dialect::End2EndPing => self.ping(text),
            Dialect::SkypeAssessment => self.skype(text),
            _ => {
                // 2022-06-08-08:14:13
                let (date, time) = (text.get(..10)?, text.get(11..)?);
                Some(format!("{date} {time}"))
            }
        }
    }

    /// What is good to know about the times.
    pub fn note(&self) -> Option<String> {
        if self.pings > 0 && !self.whole_day {
            return Some(
                "its times use a twelve-hour clock, as End2End-Ping writes them: before and after noon cannot \
                 be told apart, and all are shown as before"
                    .to_owned(),
            );
        }
        if self.empty > 0 && self.pings == 0 {
            return Some(
                "its rows have no time, as later versions of End2End-Ping write them".to_owned(),
            );
        }
        (self.unsure > 0 && self.day_first.is_none()).then(|| {
            "no date shows whether the day or the month comes first: read as the day, or as the \
             month if the hours only go to twelve"
                .to_owned()
        })
    }

    /// `yyyyMMddhhmmss`.
    fn ping(&mut self, text: &str) -> Option<String> {
        if text.is_empty() {
            self.empty.raise(1);
            return None;
        }
        // as a program with floating numbers saves it, or a spreadsheet with marks between thousands
        let digits = match said(text) {
            Said::Sure(digits, _) if !text.contains(['e', 'E']) => digits,
            _ => return None,
        };
        let text = digits.strip_suffix(".0").unwrap_or(&digits);
        let is_stamp = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_stamp {
            return None;
        }
        self.pings.raise(1);
        let hour = &text[8..10];
        self.whole_day |= hour == "00" || hour > "12";
        Some(format!(
            "{}.{}.{} {hour}:{}:{}",
            &text[6..8],
            &text[4..6],
            &text[..4],
            &text[10..12],
            &text[12..]
        ))
    }

    /// `18/03/2020 14:51:05`, `3/18/2020 2:51:05 PM`, `18.03.2020 14:51:05` or `2020-03-18 14:51:05`.
    fn skype(&mut self, text: &str) -> Option<String> {
        let (date, time) = text.split_once(' ')?;
        let parts: Vec<u32> = date
            .split(['/', '-', '.'])
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        let (clock, half) = match time.trim().split_once(' ') {
            Some((clock, half)) => (clock, Some(half.trim().to_ascii_lowercase())),
            None => (time.trim(), None),
        };
        let (day, month, year) = match parts[..] {
            [year, month, day] if year > 31 => (day, month, year),
            [one, two, year] => {
                let day_first = date.contains('.') || self.is_day_first(one, two, half.is_some());
                let (day, month) = if day_first { (one, two) } else { (two, one) };
                (day, month, year)
            }
            _ => return None,
        };
        let mut numbers = clock.split([':', '.']).map(|part| part.parse::<u32>().ok());
        let (hour, minute) = (numbers.next()??, numbers.next()??);
        let second = numbers.next().unwrap_or(Some(0))?;
        let hour = match half.as_deref().map(|half| half.starts_with('p')) {
            Some(after) if hour <= 12 => (hour % 12).saturating_add(if after { 12 } else { 0 }),
            _ => hour,
        };
        Some(format!(
            "{day:02}.{month:02}.{year:04} {hour:02}:{minute:02}:{second:02}"
        ))
    }

    /// Whether the first of two numbers is the day; a date that shows it decides for those behind it.
    fn is_day_first(&mut self, one: u32, two: u32, of_half_days: bool) -> bool {
        let shown = match (one > 12, two > 12) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        self.day_first = self.day_first.or(shown);
        if self.day_first.is_none() {
            self.unsure.raise(1);
        }
        shown.or(self.day_first).unwrap_or(!of_half_days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(dialect: Dialect, texts: &[&str]) -> Vec<String> {
        let mut stamps = Stamps::default();
        let told = texts.iter().map(|text| stamps.common(dialect, text));
        told.map(Option::unwrap_or_default).collect()
    }

    #[test]
    fn times_of_every_culture_that_the_tool_writes_are_read() {
        let texts = [
            "18/03/2020 14:51:05",
            "04/03/2020 14:51:05",
            "18.03.2020 4:51:05",
            "2020-03-18 14:51:05",
        ];
        assert_eq!(
            common(Dialect::SkypeAssessment, &texts),
            [
                "18.03.2020 14:51:05",
                "04.03.2020 14:51:05",
                "18.03.2020 04:51:05",
                "18.03.2020 14:51:05"
            ]
        );
        let american = [
            "3/18/2020 12:51:05 AM",
            "3/4/2020 2:51:05 PM",
            "12/18/2020 12:00:00 PM",
        ];
        assert_eq!(
            common(Dialect::SkypeAssessment, &american),
            [
                "18.03.2020 00:51:05",
                "04.03.2020 14:51:05",
                "18.12.2020 12:00:00"
            ]
        );
        assert_eq!(
            common(Dialect::TeamsAssessment, &["2022-06-08-08:14:13"]),
            ["2022-06-08 08:14:13"]
        );
        assert_eq!(
            common(
                Dialect::End2EndPing,
                &[
                    "20181114014500",
                    "",
                    "2.0181114E+13",
                    "20181114014500.0",
                    "20181114014500,0",
                    "20.181.114.014.500",
                    "20181114014500.5"
                ]
            ),
            [
                "14.11.2018 01:45:00",
                "",
                "",
                "14.11.2018 01:45:00",
                "14.11.2018 01:45:00",
                "14.11.2018 01:45:00",
                ""
            ]
        );
        assert_eq!(
            common(
                Dialect::SkypeAssessment,
                &["", "x y", "1/2 3:4", "1/2/3/4 5:6:7"]
            ),
            ["", "", "", ""]
        );
    }

    #[test]
    fn hours_up_to_twelve_are_called_those_of_half_a_day() {
        let mut stamps = Stamps::default();
        stamps.common(Dialect::End2EndPing, "20181114125959");
        assert!(stamps.note().unwrap().contains("twelve-hour"));
        stamps.common(Dialect::End2EndPing, "20181114130000");
        assert_eq!(stamps.note(), None);
    }
}
