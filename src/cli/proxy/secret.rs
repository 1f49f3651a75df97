//! The file with user and password.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::net::Credentials;

/// A line of user and password is no longer.
pub const MOST: u64 = 4096;

/// What stands between user and password where the program gives them to itself: a colon may be part of a user.
const BETWEEN: char = '\0';

/// The text with which the program gives itself user and password.
#[cfg(any(target_os = "linux", test))]
pub fn for_ourselves(user: &str, password: &str) -> String {
    format!("{user}{BETWEEN}{password}")
}

/// Reads one line `user:password`.
pub fn read(file: &Path) -> anyhow::Result<Credentials> {
    use std::io::Read as _;
    let shown = file.display();
    let mut text = String::new();
    let opened = fs::File::open(file).with_context(|| format!("--proxy-auth-file {shown}"))?;
    let read = opened.take(MOST + 1).read_to_string(&mut text);
    read.with_context(|| match fs::metadata(file) {
        Ok(its) if its.is_dir() => {
            format!("--proxy-auth-file {shown} is a directory; give a file")
        }
        _ => format!("--proxy-auth-file {shown}: it must be UTF-8 that can be read"),
    })?;
    let credentials = parse(&text);
    ensure!(
        credentials.is_some() && text.len() as u64 <= MOST,
        "--proxy-auth-file {shown}: write one line, user:password"
    );
    credentials.context("nobody signs in")
}

fn parse(text: &str) -> Option<Credentials> {
    let whose = |(user, password): (&str, &str)| Credentials {
        user: user.to_owned(),
        password: password.to_owned(),
    };
    if let Some(both) = text.split_once(BETWEEN) {
        return Some(whose(both));
    }
    let line = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = line.trim_end_matches(['\r', '\n']);
    let parts = line.split_once(':');
    parts
        .filter(|(user, _)| !user.is_empty() && !line.contains('\n'))
        .map(whose)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<(String, String)> {
        parse(text).map(|who| (who.user, who.password))
    }

    #[test]
    fn a_line_has_a_user_up_to_the_first_colon_and_a_password_with_whatever_it_holds() {
        let both = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(of("u:p:w @%41\r\n"), both("u", "p:w @%41"));
        // as editors of Windows write it
        assert_eq!(of("\u{feff}u:p\n"), both("u", "p"));
        assert_eq!(of("u:"), both("u", ""));
        for none in ["", "u", ":p", "u:p\nv:q\n"] {
            assert_eq!(of(none), None, "{none:?}");
        }
    }

    #[test]
    fn what_the_program_gives_itself_comes_back_whatever_it_holds() {
        for (user, password) in [("us:er", "p:w"), ("", "p"), ("u", "\u{feff} "), ("u", "")] {
            let text = for_ourselves(user, password);
            assert_eq!(of(&text), Some((user.to_owned(), password.to_owned())));
        }
    }
}
