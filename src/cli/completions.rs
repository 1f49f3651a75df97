//! Shell completions. Those that clap makes have gaps: PowerShell's have no values, fish's have none for arguments that
//! are not options, bash's have none after an equals sign, zsh's have none after a target or a file, and none of them has
//! values after a comma. These are added here.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};
use clap_complete::Shell;

use super::args::Cli;

/// Where the script of PowerShell begins to look for what to offer.
const BEGIN: &str = "    $completions = @(switch ($command) {";

/// What values are offered by: the word before the one that is being written.
const BEFORE: &str = "    \
    $before = $commandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | Select-Object -Last 1
    $values = @(switch -CaseSensitive (\"$command $before\") {
";

/// What becomes of them.
const AFTER: &str = "    \
    })
    if ($values) {
        return $values.Where{ $_ -like \"$wordToComplete*\" }.ForEach{
            [CompletionResult]::new($_, $_, [CompletionResultType]::ParameterValue, $_)
        }
    }

";

/// For fish, the values behind those of the list that is being written.
const LIST: &str = r#"
function __fish_turnprobe_list
    set -l before (commandline -ct | string replace -r '^--[^=]*=' '' | string match -r '^.*,')
    for value in $argv
        echo "$before$value"\t
    end
end
"#;

/// For bash, which takes `cause=dns-t` for three words: the function that looks for what to offer gets the word as it was
/// written, and what it finds loses the part that bash keeps.
const WHOLE_WORDS: &str = r#"
_turnprobe_whole_words() {
    local cur="$2" prev="$3" at=$COMP_CWORD whole="" part list=""
    if [[ "$COMP_WORDBREAKS" == *=* ]]; then
        while ((at > 0)); do
            part="${COMP_WORDS[at]}"
            whole="$part$whole"
            ((at--))
            [[ "$part" == "=" || "${COMP_WORDS[at]}" == "=" ]] || break
        done
        prev="${COMP_WORDS[at]}"
        case "$whole" in
            --*=*) prev="${whole%%=*}" cur="${whole#*=}" ;;
            *) cur="$whole" ;;
        esac
    fi
    case "$prev" in
        LISTS) [[ "$cur" == *,* ]] && list="${cur%,*}," cur="${cur##*,}" ;;
    esac
    _turnprobe "$1" "$cur" "$prev"
    [[ -n "$list" ]] && COMPREPLY=("${COMPREPLY[@]/#/$list}")
    if [[ "$COMP_WORDBREAKS" == *=* && "$cur" == *=* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*=}"}"}")
    fi
}
"#;

/// The script for a shell.
pub fn script(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    let mut program = Cli::command();
    clap_complete::generate(shell, &mut program, "turnprobe", &mut text);
    match shell {
        Shell::PowerShell => {
            let mut values = BEFORE.to_owned();
            offer(&mut values, "turnprobe", "turnprobe", &program);
            values.push_str(AFTER);
            let text = String::from_utf8_lossy(&text);
            text.replacen(BEGIN, &(values + BEGIN), 1).into_bytes()
        }
        Shell::Fish => {
            let mut text = String::from_utf8_lossy(&text).into_owned();
            for (_, values) in lists(&program) {
                let each: Vec<_> = values.iter().map(|value| format!("{value}\\t''")).collect();
                let any = format!("-a \"(__fish_turnprobe_list {})\"", values.join(" "));
                text = text.replace(&format!("-a \"{}\"", each.join("\n")), &any);
            }
            format!("{LIST}{text}{}", without_option(&program)).into_bytes()
        }
        Shell::Zsh => {
            let mut text = String::from_utf8_lossy(&text).into_owned();
            for (_, values) in lists(&program) {
                let values = values.join(" ");
                let any = format!(":_sequence compadd - {values}'");
                text = text.replace(&format!(":({values})'"), &any);
            }
            // two colons would take all that follows for more of the same
            text.replace("\n'*::", "\n'*:").into_bytes()
        }
        Shell::Bash => {
            let text = String::from_utf8_lossy(&text);
            let (function, register) = text.split_once("\n}\n").unwrap_or((&text, ""));
            let register = register.replace("-F _turnprobe ", "-F _turnprobe_whole_words ");
            let options = lists(&program).into_iter().map(|(option, _)| option);
            let options: BTreeSet<_> = options.collect();
            let options: Vec<_> = options.into_iter().collect();
            let whole_words = WHOLE_WORDS.replace("LISTS", &options.join(" | "));
            format!("{function}\n}}\n{whole_words}{register}").into_bytes()
        }
        _ => text,
    }
}

/// For fish, the values that stand behind a command without an option.
fn without_option(program: &Command) -> String {
    let mut out = String::new();
    for command in program.get_subcommands() {
        let name = command.get_name();
        for arg in command.get_positionals() {
            let values = names(arg).join(" ");
            if !values.is_empty() {
                let condition = format!("__fish_turnprobe_using_subcommand {name}");
                let _ = writeln!(
                    out,
                    "complete -c turnprobe -n \"{condition}\" -f -a \"{values}\""
                );
            }
        }
    }
    out
}

/// The options whose values are lists with commas, and what these offer.
fn lists(program: &Command) -> Vec<(String, Vec<String>)> {
    let options = program
        .get_subcommands()
        .flat_map(Command::get_arguments)
        .filter(|arg| {
            arg.get_value_delimiter() == Some(',')
                || matches!(arg.get_id().as_str(), "columns" | "by")
        });
    let lists = options.filter_map(|arg| Some((format!("--{}", arg.get_long()?), names(arg))));
    lists.filter(|(_, values)| !values.is_empty()).collect()
}

/// The values of an argument that are offered.
fn names(arg: &Arg) -> Vec<String> {
    let values = arg.get_possible_values().into_iter();
    let values = values.filter(|value| !value.is_hide_set());
    values.map(|value| value.get_name().to_owned()).collect()
}

/// The values of a command's options, and of those of its commands; `path` is the command as the script names it.
fn offer(out: &mut String, path: &str, name: &str, command: &Command) {
    for arg in command.get_arguments() {
        let values = names(arg).into_iter();
        let values: Vec<_> = values.map(|value| format!("'{value}'")).collect();
        if values.is_empty() || !arg.get_action().takes_values() {
            continue;
        }
        for before in words_before(arg, name) {
            let values = values.join(", ");
            let _ = writeln!(out, "        '{path} {before}' {{ {values}; break }}");
        }
    }
    for inner in command
        .get_subcommands()
        .filter(|it| it.get_name() != "help")
    {
        let name = inner.get_name();
        offer(out, &format!("{path};{name}"), name, inner);
    }
}

/// The words behind which the values of an argument stand; behind its command's name where it is no option.
fn words_before(arg: &Arg, command: &str) -> Vec<String> {
    let long = arg.get_long().map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    let place = arg.is_positional().then(|| command.to_owned());
    long.into_iter().chain(short).chain(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_offers_values() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
            let script = String::from_utf8(script(shell)).unwrap();
            for value in [
                "udp-reorder",
                "tcp_rtt_us",
                "cause=dns-timeout",
                "region",
                "AF41",
                "endpoints-fetch",
                "pseudo-tls",
                "sample",
            ] {
                assert!(script.contains(value), "{shell}: {value}");
            }
        }
    }

    #[test]
    fn zsh_offers_options_behind_targets_and_fish_and_zsh_more_of_a_list() {
        let text = |shell| String::from_utf8(script(shell)).unwrap();
        let zsh = text(Shell::Zsh);
        assert!(zsh.contains("'*:targets -- ") && !zsh.contains("\n'*::"));
        for list in [
            "_sequence compadd - tls udp tcp pseudo-tls'",
            "_sequence compadd - all ",
        ] {
            assert!(zsh.contains(list), "{list}");
        }
        let fish = text(Shell::Fish);
        for list in [
            "tls udp tcp pseudo-tls)\"",
            "all reference ",
            "region address ",
        ] {
            let list = format!("-a \"(__fish_turnprobe_list {list}");
            assert!(fish.contains(&list), "{list}");
        }
    }

    #[test]
    fn powershell_knows_the_word_that_values_stand_behind() {
        let script = String::from_utf8(script(Shell::PowerShell)).unwrap();
        for line in [
            "'turnprobe;probe --tls' { '1.2', '1.3', 'auto'; break }",
            "'turnprobe;schema --format' { 'table', 'json'; break }",
            "'turnprobe;completions completions' { 'bash', 'elvish', 'fish', 'powershell', 'zsh'; break }",
            "'turnprobe;endpoints;list --format' { 'table', 'json', 'csv', 'markdown'; break }",
        ] {
            assert_eq!(script.matches(line).count(), 1, "{line}");
        }
    }
}
