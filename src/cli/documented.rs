//! Checks that every command in the README, the manual and the help is one that this program accepts.

use clap::CommandFactory as _;

use super::args::{Cli, Command};
use super::man::chapters::CHAPTERS;
use super::mode::ProbeMode;
use super::uses;

const README: &str = include_str!("../../README.md");

/// The commands of a text: what a block of code has in a line, and what stands in a line of text between
/// backticks.
fn commands(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if is_code {
            let line = line.trim_start().trim_start_matches("$ ");
            let line = line.replace("cargo run --release -- ", "turnprobe ");
            found.extend(line.starts_with("turnprobe ").then_some(line));
        } else {
            let spans = line.split('`').skip(1).step_by(2);
            let spans = spans.filter(|span| span.starts_with("turnprobe "));
            found.extend(spans.map(str::to_owned));
        }
    }
    found
}

/// The examples of the help of each command.
fn examples() -> Vec<String> {
    let program = Cli::command();
    let helps = program.get_subcommands().filter_map(|command| {
        let help = command.get_after_help()?.to_string();
        Some(help)
    });
    let lines: Vec<_> = helps.collect();
    let lines = lines.iter().flat_map(|help| help.lines());
    let lines = lines.map(str::trim_start);
    // behind two spaces stands what it is for
    let first = |line: &str| line.split("  ").next().unwrap_or_default().to_owned();
    lines
        .filter(|line| line.starts_with("turnprobe "))
        .map(first)
        .collect()
}

/// What is wrong with a command.
fn refusal(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or_default();
    let line = line.split(" | ").next().unwrap_or_default();
    let words: Vec<_> = line.split_whitespace().collect();
    // it is not in every build, and the manual says so
    if cfg!(not(feature = "parquet")) && words.get(1) == Some(&"export") {
        return None;
    }
    if cfg!(not(feature = "postgres")) && line.contains("--store postgres://") {
        return None;
    }
    // a command alone is its name
    if let [_, name] = words[..]
        && Cli::command().find_subcommand(name).is_some()
    {
        return None;
    }
    let (cli, given) = match Cli::read(&words) {
        Ok(read) => read,
        Err(error) if !error.use_stderr() => return None,
        Err(error) => return Some(error.to_string()),
    };
    if let Err(failure) = uses::check(&cli.command, &given) {
        return Some(failure.error.to_string());
    }
    let Command::Probe(args) = &cli.command else {
        return None;
    };
    let settings = ProbeMode::of(args).settings(args);
    settings.err().map(|error| format!("{error:#}"))
}

#[test]
fn each_command_of_the_readme_the_manual_and_the_help_is_one() {
    let chapters = CHAPTERS.iter().map(|chapter| chapter.markdown().unwrap());
    let texts = chapters
        .chain([README.to_owned()])
        .map(|text| commands(&text));
    let all: Vec<_> = texts.chain([examples()]).flatten().collect();
    assert!(all.len() > 80, "{}", all.len());
    let wrong = all
        .iter()
        .filter_map(|line| Some(format!("{line}: {}", refusal(line)?)));
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_command_that_is_none_is_found_in_a_text() {
    let text =
        "Say `turnprobe probe --nonsense`, or\n\n```\n$ turnprobe probe -n 5  # five\nls\n```\n";
    let found = commands(text);
    assert_eq!(found.len(), 2);
    assert!(refusal(&found[0]).unwrap().contains("--nonsense"));
    assert_eq!(refusal(&found[1]), None);
    assert!(refusal("turnprobe probe --watch --for 5s").is_some());
}
