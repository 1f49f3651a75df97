//! Options whose values are the words of an enum of the library, which knows nothing of clap.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

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
    PossibleValuesParser::new(values)
        .try_map(|word| T::of_word(&word).ok_or_else(|| format!("`{word}` is none of the words")))
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::*;
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
        let refused = command().try_get_matches_from(["try", "pseudo_tls"]);
        let said = refused.unwrap_err().to_string();
        assert!(
            said.contains("[possible values: tls, udp, tcp, pseudo-tls]"),
            "{said}"
        );
    }

    #[test]
    fn meanings_stand_in_the_help() {
        let arg = Arg::new("seen").value_parser(words::<FastOpen>());
        let help = Command::new("try").arg(arg).render_long_help().to_string();
        assert!(help.contains(FastOpen::SynLost.meaning()), "{help}");
    }
}
