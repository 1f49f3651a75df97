//! Options whose values are the words of an enum of the library, which knows nothing of clap.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};

use crate::words::Word;

/// Takes the words of an enum; the meanings, where there are any, stand in the help.
pub fn words<T: Word>() -> impl TypedValueParser<Value = T> {
    let values = T::ALL.iter().map(|value| {
        let known = PossibleValue::new(value.as_str());
        match value.meaning() {
            Some(meaning) => known.help(meaning),
            None => known,
        }
    });
    let known = PossibleValuesParser::new(values);
    let meant = Meant(T::ALL.iter().map(|value| value.as_str()).collect(), known);
    meant.try_map(|word| {
        T::of_word(&word).ok_or_else(|| format!("`{word}` is not one of the words"))
    })
}

/// Words that are known, also with spaces around; of another one it is told which was meant, also where clap finds none
/// alike (`upd`), and none where clap takes another number for the one that was meant.
#[derive(Debug, Clone)]
struct Meant(Vec<&'static str>, PossibleValuesParser);

impl TypedValueParser for Meant {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        let trimmed = value.to_str().map_or(value, |text| OsStr::new(text.trim()));
        self.1
            .parse_ref(command, arg, trimmed)
            .map_err(|mut error| {
                let word = trimmed.to_string_lossy();
                let known = || self.0.iter().copied();
                if !word.contains(char::is_alphabetic) {
                    error.remove(ContextKind::SuggestedValue);
                } else if error.get(ContextKind::SuggestedValue).is_none()
                    && let Some(best) = alike(&word, known()).or_else(|| part(&word, known()))
                {
                    let best = ContextValue::String(best.to_owned());
                    error.insert(ContextKind::SuggestedValue, best);
                }
                error
            })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.1.possible_values()
    }
}

/// How alike a word must be to be the one that was meant: more than clap wants of it, as there are many columns.
const ALIKE: f64 = 0.8;

/// The known word that is most like another one, where one is.
pub fn alike<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let alike = known.into_iter().map(|known| {
        let other = known.to_lowercase();
        // two letters of a short word that changed places
        let is_turned = strsim::damerau_levenshtein(&word, &other) == 1;
        let least = if is_turned { ALIKE } else { 0.0 };
        (strsim::jaro(&word, &other).max(least), known)
    });
    let best = alike.filter(|(alike, _)| *alike >= ALIKE);
    let best = best.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.map(|(_, known)| known)
}

/// The known word that is a part of another one (`connect-refused`) or has it as a part (`loss`), where there is just one.
fn part<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LEAST: usize = 3;
    let word = word.to_lowercase();
    let (mut within, mut around) = (Vec::new(), Vec::new());
    for known in known.into_iter().filter(|_| word.len() >= LEAST) {
        if known.len() >= LEAST && word.contains(known) {
            within.push(known);
        } else if known.contains(&word) {
            around.push(known);
        }
    }
    // the longest of those that stand in it
    let longest = within.into_iter().max_by_key(|known| known.len());
    longest.or_else(|| around.pop().filter(|_| around.is_empty()))
}

/// ` (did you mean ...?)` where a known word is like the one that was given; else nothing.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    alike(word, known).map_or_else(String::new, |known| format!(" (did you mean `{known}`?)"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Fault;
    use crate::net::TlsVersion;
    use crate::record::{FastOpen, Transport};

    #[test]
    fn a_word_is_taken_as_its_value_and_any_other_is_answered_with_the_known_ones() {
        let command =
            || Command::new("try").arg(Arg::new("over").value_parser(words::<Transport>()));
        let taken = command().get_matches_from(["try", "pseudo-tls"]);
        assert_eq!(
            taken.get_one::<Transport>("over"),
            Some(&Transport::PseudoTls)
        );
        let taken = command().get_matches_from(["try", " udp "]);
        assert_eq!(taken.get_one::<Transport>("over"), Some(&Transport::Udp));
        for (wrong, meant) in [("upd", "udp"), ("tsl", "tls"), ("pseudotls", "pseudo-tls")] {
            let refused = command().try_get_matches_from(["try", wrong]);
            let said = refused.unwrap_err().to_string();
            assert!(
                said.contains(&format!("similar value exists: '{meant}'")),
                "{said}"
            );
        }
        let refused = command().try_get_matches_from(["try", "pseudo_tls"]);
        let said = refused.unwrap_err().to_string();
        assert!(
            said.contains("[possible values: tls, udp, tcp, pseudo-tls]"),
            "{said}"
        );
    }

    #[test]
    fn a_word_that_holds_a_known_one_or_is_a_part_of_it_is_told() {
        let command = || Command::new("try").arg(Arg::new("fault").value_parser(words::<Fault>()));
        for (wrong, meant) in [
            ("connect-refused", "refused"),
            ("loss", "udp-loss"),
            ("expired-certificate", "expired"),
            ("dns_timeout", "dns-timeout"),
        ] {
            let refused = command().try_get_matches_from(["try", wrong]);
            let said = refused.unwrap_err().to_string();
            assert!(
                said.contains(&format!("similar value exists: '{meant}'")),
                "{wrong}: {said}"
            );
        }
        // of several nobody knows which
        assert_eq!(part("delay", ["udp-delay", "tls-delay"]), None);
        assert_eq!(part("ls", ["tls"]), None);
    }

    #[test]
    fn another_number_is_not_what_was_meant() {
        let command = || Command::new("try").arg(Arg::new("v").value_parser(words::<TlsVersion>()));
        let said = |word| {
            let refused = command().try_get_matches_from(["try", word]);
            refused.unwrap_err().to_string()
        };
        assert!(!said("1.1").contains("similar"), "{}", said("1.1"));
        assert!(said("tls1.3").contains("'1.3'"), "{}", said("tls1.3"));
    }

    #[test]
    fn the_word_that_was_meant_is_the_one_that_is_most_alike() {
        let known = ["remotename", "remoteip", "remotehost", "Port"];
        assert_eq!(meant("remotip", known), " (did you mean `remoteip`?)");
        assert_eq!(meant("port", known), " (did you mean `Port`?)");
        for other in ["weather", "nope", ""] {
            assert_eq!(meant(other, known), "", "{other}");
        }
    }

    #[test]
    fn meanings_stand_in_the_help() {
        let arg = Arg::new("seen").value_parser(words::<FastOpen>());
        let help = Command::new("try").arg(arg).render_long_help().to_string();
        assert!(help.contains(FastOpen::SynLost.meaning()), "{help}");
    }
}
