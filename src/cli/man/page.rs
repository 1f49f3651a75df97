//! A man page: clap_mangen's options, and our own sections.

use std::fmt::Write as _;
use std::io;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::chapters::released;
use super::help::{self, Piece};
use super::own;
use crate::cli::args::Cli;
use crate::cli::long_help::EXIT_CODES;
use crate::cli::suggested::PROGRAM;

/// The heading above how a command is written.
const SYNOPSIS: &str = "\n.SH SYNOPSIS\n";

/// Codes of what measures nothing.
const EXIT_CODES_OF_PRINTING: &str = "\
0  done
2  the command line is wrong
3  the tool's own input or output failed (disk full, nothing to read)";

/// The name of a page, which its file has before `.1`.
pub fn title(topic: &str) -> String {
    match topic {
        PROGRAM => PROGRAM.to_owned(),
        command => format!("{PROGRAM}-{command}"),
    }
}

/// What the command of a page does, in a line.
pub fn about(topic: &str) -> String {
    let command = command(topic);
    let about = command.as_ref().and_then(Command::get_about);
    about.map(ToString::to_string).unwrap_or_default()
}

/// The page in roff; nothing where there is no such command.
pub fn page(topic: &str) -> io::Result<Option<Vec<u8>>> {
    let Some(command) = command(topic) else {
        return Ok(None);
    };
    let end = command.get_after_long_help().or(command.get_after_help());
    let end = help::sections(&end.map(ToString::to_string).unwrap_or_default());
    let usage = usage(topic);
    let mut text = Vec::new();
    options(topic, command).render(&mut text)?;
    let mut text = with_lists(&tidy(&String::from_utf8_lossy(&text)));
    // what clap makes of it has every option once more
    if let Some((before, rest)) = text.split_once(SYNOPSIS)
        && let Some((_, behind)) = rest.split_once("\n.SH ")
    {
        text = format!("{before}{SYNOPSIS}{usage}\n.SH {behind}");
    }
    let mut roff = Roff::new();
    section(&mut roff, "NOTES", &end.notes);
    let codes = match (end.exit_codes.as_str(), topic) {
        ("", "endpoints-list" | "schema" | "completions" | "man") => EXIT_CODES_OF_PRINTING,
        // the help of these says what is special about them
        ("", _) => &help::sections(EXIT_CODES).exit_codes,
        (codes, _) => codes,
    };
    section(&mut roff, "EXIT STATUS", codes);
    section(&mut roff, "FILES", own::of(topic));
    let examples = match end.examples.as_str() {
        "" => own::examples(topic),
        examples => examples,
    };
    section(&mut roff, "EXAMPLES", examples);
    see_also(&mut roff, topic);
    // apostrophes as the first part has them
    text.push_str(&roff.to_roff().replace('\'', r"\*(Aq"));
    Ok(Some(short(&text).into_bytes()))
}

/// The command of a page; `endpoints-check` is a command of a command.
fn command(topic: &str) -> Option<Command> {
    let mut program = Cli::command();
    program.build();
    if topic == PROGRAM {
        return Some(program);
    }
    let mut path = topic.split('-');
    let found = path.try_fold(&program, |of, part| of.find_subcommand(part))?;
    (found.get_name() != "help").then(|| found.clone())
}

/// How a command is written, in roff: its words are bold.
fn usage(topic: &str) -> String {
    let usage = command(topic).map(|mut command| command.render_usage().to_string());
    let usage = usage.unwrap_or_default();
    let lines = usage.trim_start_matches("Usage:").lines().map(str::trim);
    let mut roff = Roff::new();
    for (place, line) in lines.enumerate() {
        if place > 0 {
            roff.control("br", []);
        }
        let is_word = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
        let words = line.split(' ').take_while(is_word).count();
        let (words, rest): (Vec<_>, Vec<_>) = {
            let mut all = line.split(' ');
            (all.by_ref().take(words).collect(), all.collect())
        };
        roff.text([bold(words.join(" ")), roman(format!(" {}", rest.join(" ")))]);
    }
    let text = roff.to_roff().replace('\'', r"\*(Aq");
    text.trim_end().to_owned()
}

/// The part that follows from the arguments.
fn options(topic: &str, command: Command) -> Man {
    let has_help = command.find_subcommand("help").is_some();
    let mut command = command
        .display_name(title(topic))
        .version(None::<&str>)
        .after_help(None::<&str>)
        .after_long_help(None::<&str>)
        // a page has room for every option's text
        .mut_args(|option| option.hide_short_help(false));
    if has_help {
        // it has no page
        command = command.mut_subcommand("help", |help| help.hide(true));
    }
    Man::new(command)
        .title(title(topic).to_uppercase())
        .date(released().unwrap_or_else(|| "undated".to_owned()))
        .source(concat!("turnprobe ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands")
}

/// Without empty breaks around a blank line, and without spaces at the ends of lines.
fn tidy(roff: &str) -> String {
    let roff = roff.replace("\n.br\n\n.br\n", "\n.sp\n");
    let lines = roff.lines().map(str::trim_end);
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// With the lists in the texts of options as lists, and what stands behind one as far from the left as what stands before it.
fn with_lists(roff: &str) -> String {
    let mut out = String::with_capacity(roff.len());
    let mut is_list = false;
    for line in roff.lines() {
        match line.strip_prefix("\\- ") {
            Some(item) => {
                let begin = if is_list { "" } else { ".RS\n" };
                let _ = write!(out, "{begin}.IP \\(bu 2\n{item}\n");
                is_list = true;
                continue;
            }
            None if is_list && line.is_empty() => out.push_str(".RE\n.IP\n"),
            None if is_list && line == ".sp" => out.push_str(".RE\n.IP\n"),
            // an item goes on
            None if is_list && !line.starts_with('.') => {
                let _ = writeln!(out, "{line}");
                continue;
            }
            None if is_list => {
                let _ = write!(out, ".RE\n{line}\n");
            }
            None => {
                let _ = writeln!(out, "{line}");
            }
        }
        is_list = false;
    }
    out
}

/// With no line of text longer than editors and `mandoc -Tlint` want them; the term of an item has to stay one line.
fn short(roff: &str) -> String {
    const LONGEST: usize = 80;
    let mut out = String::with_capacity(roff.len());
    let mut is_term = false;
    for line in roff.lines() {
        if line.len() <= LONGEST || line.starts_with('.') || is_term {
            out.push_str(line);
        } else {
            let mut length = 0;
            for word in line.split(' ') {
                if length > 0 && length + 1 + word.len() > LONGEST {
                    out.push('\n');
                    length = 0;
                    // else it would be a control line
                    if word.starts_with(['.', '\'']) {
                        out.push_str("\\&");
                        length = 2;
                    }
                } else if length > 0 {
                    out.push(' ');
                    length += 1;
                }
                out.push_str(word);
                length += word.len();
            }
        }
        out.push('\n');
        is_term = line == ".TP";
    }
    out
}

/// A section, where there is anything to say.
fn section(roff: &mut Roff, heading: &str, text: &str) {
    let pieces = help::pieces(text);
    if pieces.is_empty() {
        return;
    }
    roff.control("SH", [heading]);
    for (place, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Paragraph(text) => {
                // a heading begins a paragraph by itself
                if place > 0 {
                    roff.control("PP", []);
                }
                roff.text([roman(text)]);
            }
            Piece::Bullet(text) => {
                roff.control("IP", ["\\(bu", "2"]);
                roff.text([roman(text)]);
            }
            // an example that speaks for itself
            Piece::Item(term, text) if text.is_empty() => {
                if place > 0 {
                    roff.control("PP", []);
                }
                roff.text([bold(term)]);
            }
            Piece::Item(term, text) => {
                roff.control("TP", []);
                roff.text([bold(term)]);
                roff.text([roman(text)]);
            }
        }
    }
}

fn see_also(roff: &mut Roff, topic: &str) {
    roff.control("SH", ["SEE ALSO"]);
    let mut line = Vec::new();
    for (place, page) in own::see_also(topic).into_iter().enumerate() {
        if place > 0 {
            line.push(roman(", "));
        }
        let (name, section) = page.split_once('(').unwrap_or((page, "1)"));
        line.push(bold(name));
        line.push(roman(format!("({section}")));
    }
    roff.text(line);
    roff.control("PP", []);
    roff.text([
        roman("The chapters of the manual, as text: "),
        bold("turnprobe man methods"),
        roman(", guide, reference, kernel, findings, how-to, configuration, store, sql, changes."),
    ]);
}
