//! Times on the command line that are easily misread: those without a unit, and those in two words.

use crate::arrange::Arrange as _;
use std::time::Duration;

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::cli::values::with_last_unit;

/// Seconds from which on a time without a unit may be meant in milliseconds; of `--duration` a day of seconds.
const DOUBTFUL: f64 = 100.0;
const DOUBTFUL_DURATION: f64 = 86_400.0;

/// A time as the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenTime {
    /// The option by its id.
    pub id: String,
    /// The word.
    pub text: String,
}

impl GivenTime {
    /// Whether it has no unit and is so long that another one may be meant.
    pub fn is_doubtful(&self) -> bool {
        let least = match self.id.as_str() {
            "duration" => DOUBTFUL_DURATION,
            _ => DOUBTFUL,
        };
        self.text
            .parse::<f64>()
            .is_ok_and(|seconds| seconds >= least)
    }
}

/// The times that the user gave, in the order of the command line.
pub fn times(matches: &ArgMatches) -> Vec<GivenTime> {
    let mut times: Vec<_> = placed(matches, is_time).collect();
    times.arrange_by_key(|(place, _)| *place);
    times.into_iter().map(|(_, time)| time).collect()
}

/// A time whose second word was taken for a target or a file: the time as it was written, and in one word.
pub fn torn(matches: &ArgMatches) -> Option<(GivenTime, String)> {
    let words: Vec<_> = placed(matches, is_word).collect();
    placed(matches, is_time).find_map(|(place, time)| {
        // the word behind a value is that of an option only with the option between them
        let behind = (place + 1..).map_while(|next| {
            let word = words.iter().find(|(place, _)| *place == next);
            word.map(|(_, word)| word.text.as_str())
        });
        let behind: Vec<_> = behind.collect();
        let longest = (1..=behind.len()).rev().find_map(|count| {
            let behind = &behind[..count];
            joined_time(&time.text, behind).map(|joined| (behind.join(" "), joined))
        });
        longest.map(|(behind, joined)| {
            let text = format!("{} {behind}", time.text);
            (GivenTime { id: time.id, text }, joined)
        })
    })
}

/// A time and the words behind it as one time, where they make one: `8h` and `41m`, `5` and `min`.
fn joined_time(time: &str, behind: &[&str]) -> Option<String> {
    let has_unit = |text: &str| text.ends_with(|c: char| c.is_ascii_alphabetic());
    let begins_with_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let mut before = time;
    for word in behind {
        if has_unit(before) != begins_with_number(word) {
            return None;
        }
        before = word;
    }
    let mut joined = format!("{time}{}", behind.concat()).replace(',', ".");
    if !has_unit(before) {
        let is_whole = before.bytes().all(|byte| byte.is_ascii_digit());
        joined = with_last_unit(&joined).filter(|_| is_whole)?;
    }
    let small = joined.to_ascii_lowercase();
    let mut forms = [joined, small].into_iter();
    forms.find(|text| humantime::parse_duration(text).is_ok())
}

fn is_time(matches: &ArgMatches, id: &str) -> bool {
    matches!(matches.try_get_many::<Duration>(id), Ok(Some(_)))
}

/// Whether the values of an option, or what is none, are words.
pub(super) fn is_word(matches: &ArgMatches, id: &str) -> bool {
    matches!(matches.try_get_many::<String>(id), Ok(Some(_)))
        || matches!(matches.try_get_many::<std::ffi::OsString>(id), Ok(Some(_)))
}

/// The values of the options of a kind with their places on the command line.
pub(super) fn placed(
    matches: &ArgMatches,
    is_wanted: fn(&ArgMatches, &str) -> bool,
) -> impl Iterator<Item = (usize, GivenTime)> {
    let ids = matches.ids().map(clap::Id::as_str);
    let ids = ids.filter(move |id| {
        is_wanted(matches, id) && matches.value_source(id) == Some(ValueSource::CommandLine)
    });
    ids.flat_map(move |id| {
        let places = matches.indices_of(id).into_iter().flatten();
        let texts = matches.get_raw(id).into_iter().flatten();
        places.zip(texts).filter_map(move |(place, text)| {
            let text = text.to_str()?.trim().to_owned();
            let id = id.to_owned();
            Some((place, GivenTime { id, text }))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_make_a_time_only_where_the_second_is_the_rest_of_it() {
        for (time, word, joined) in [
            ("8h", "41m", Some("8h41m")),
            ("5", "min", Some("5min")),
            ("5", "Min", Some("5min")),
            ("1,5", "h", Some("1.5h")),
            ("500", "ms", Some("500ms")),
            ("8h", "41", Some("8h41m")),
            // hosts
            ("5", "host", None),
            ("5s", "relay", None),
            ("5s", "7", None),
            ("5", "10.0.0.7", None),
            ("8h", "h", None),
            ("5", "3m", None),
        ] {
            let found = joined_time(time, &[word]);
            assert_eq!(found.as_deref(), joined, "{time} {word}");
        }
        let found = joined_time("1", &["h", "30", "min"]);
        assert_eq!(found.as_deref(), Some("1h30min"));
    }
}
