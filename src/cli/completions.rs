//! Shell completions. Those that clap makes have gaps: PowerShell's have no values, fish's have none for arguments
//! that are not options, and bash's have none after an equals sign. These are added here.

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

/// For bash, which takes `cause=dns-t` for three words: the function that looks for what to offer gets the word as it was
/// written, and what it finds loses the part that bash keeps.
const WHOLE_WORDS: &str = r#"
_turnprobe_whole_words() {
    local cur="$2" prev="$3" at=$COMP_CWORD whole="" part
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
    _turnprobe "$1" "$cur" "$prev"
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
            text.extend_from_slice(without_option(&program).as_bytes());
            text
        }
        Shell::Bash => {
            let text = String::from_utf8_lossy(&text);
            let (function, register) = text.split_once("\n}\n").unwrap_or((&text, ""));
            let register = register.replace("-F _turnprobe ", "-F _turnprobe_whole_words ");
            format!("{function}\n}}\n{WHOLE_WORDS}{register}").into_bytes()
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
