//! Lists on the command line whose second word was taken for a target or a file: `--transport tls udp`.

use clap::ArgMatches;

use super::times::{GivenTime, is_word, placed};
use crate::lab::Fault;
use crate::measure::rows::ROWS;
use crate::record::Transport;
use crate::stats::survey::DIMENSIONS;

/// A list with the words that a space cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strayed {
    /// The option by its id.
    pub id: String,
    /// The first word that became a target.
    pub word: String,
    /// The list as it is written, behind the option.
    pub list: String,
}

/// The first list of this kind. Whoever probes a host that is called like a word of the list gives it before the list.
pub fn strayed(matches: &ArgMatches) -> Option<Strayed> {
    let words: Vec<_> = placed(matches, is_word).collect();
    placed(matches, is_list).find_map(|(place, GivenTime { id, .. })| {
        let behind = (place + 1..).map_while(|next| {
            let word = words
                .iter()
                .find(|(place, word)| *place == next && word.id != id);
            let word = word.map(|(_, word)| word.text.trim_end_matches(','));
            word.filter(|word| word.split(',').all(|word| is_known(&id, word)))
        });
        let behind: Vec<_> = behind.collect();
        let word = (*behind.first()?).to_owned();
        let values = matches.get_raw(&id).into_iter().flatten();
        let values = values.filter_map(|value| value.to_str());
        let values = values.map(|value| value.trim_end_matches(','));
        let list: Vec<_> = values.chain(behind.iter().copied()).collect();
        let list = list.join(if id == "label" { " --label " } else { "," });
        Some(Strayed { id, word, list })
    })
}

fn is_list(matches: &ArgMatches, id: &str) -> bool {
    matches!(matches.try_get_many::<Transport>(id), Ok(Some(_)))
        || matches!(matches.try_get_many::<Fault>(id), Ok(Some(_)))
        || matches!(id, "columns" | "by" | "label") && is_word(matches, id)
}

/// Whether a list takes the word.
fn is_known(id: &str, word: &str) -> bool {
    match id {
        "transport" => Transport::of_word(word).is_some(),
        "by" => DIMENSIONS.contains(&word),
        "label" => word.contains('='),
        "columns" => {
            let mut columns = ROWS.iter().flat_map(|row| (row.columns)());
            columns.any(|column| column.name == word)
        }
        _ => Fault::of_word(word).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::args::Cli;

    fn list(line: &str) -> Option<String> {
        let (_, given) = Cli::read(line.split_whitespace()).unwrap();
        given.strayed().map(|strayed| strayed.list.clone())
    }

    #[test]
    fn a_word_of_the_list_behind_a_space_belongs_to_it() {
        for (line, expected) in [
            ("--transport tls udp", Some("tls,udp")),
            ("--transport tls,udp tcp -n 1", Some("tls,udp,tcp")),
            (
                "--lab --lab-fault refused silent reset",
                Some("refused,silent,reset"),
            ),
            ("--columns remoteip, Port", Some("remoteip,Port")),
            (
                "--columns remoteip Port,tls_us",
                Some("remoteip,Port,tls_us"),
            ),
            ("--label a=1 b=2 c=3", Some("a=1 --label b=2 --label c=3")),
            // hosts
            ("--transport tls relay.example", None),
            ("udp --transport tls", None),
            ("--transport tls -n 1 udp", None),
            ("--columns remoteip relay", None),
        ] {
            let found = list(&format!("turnprobe probe {line}"));
            assert_eq!(found.as_deref(), expected, "{line}");
        }
        let found = list("turnprobe report a.csv --by hour, region");
        assert_eq!(found.as_deref(), Some("hour,region"));
        assert_eq!(list("turnprobe report --by hour a.csv"), None);
    }
}
