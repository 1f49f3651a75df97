//! Removes a password on the command line from the process list: the program starts itself again and reads the
//! password from a pipe (Linux). Elsewhere there is only the warning.

use std::ffi::{OsStr, OsString};

use super::warn_of_password;
use crate::net::split_scheme;

/// Warns of a password in `--proxy`, and hides it where the system lets it.
pub fn hide_password() {
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(split) = split(&words) {
        warn_of_password();
        #[cfg(target_os = "linux")]
        again::start(&split);
        #[cfg(not(target_os = "linux"))]
        drop(split);
    }
}

/// A command line without its passwords.
#[derive(Debug, PartialEq, Eq)]
struct Split {
    words: Vec<OsString>,
    /// `user:password` of the last of them as they stood in the URL; none where a file is given, which counts.
    secret: Option<String>,
    /// The place of the last of these options: what stands behind `--` is none.
    place: usize,
}

/// Takes the password of `--proxy` out of a command line; none where there is none.
fn split(words: &[OsString]) -> Option<Split> {
    const NAME: &str = "--proxy";
    let mut words = words.to_vec();
    let mut found = None;
    let mut has_file = false;
    for at in 1..words.len() {
        let Some(word) = words[at].to_str().map(str::to_owned) else {
            continue;
        };
        if word == "--" {
            break;
        }
        has_file |= word.starts_with("--proxy-auth-file");
        let (option, begin, url) = match word.strip_prefix("--proxy=") {
            Some(url) => (at, "--proxy=", url),
            None if words[at - 1] == OsStr::new(NAME) => (at - 1, "", word.as_str()),
            None => continue,
        };
        let (scheme, rest) = split_scheme(url).unwrap_or(("http", url));
        let Some((who, place)) = authority(rest) else {
            continue;
        };
        if who.contains(':') {
            words[at] = format!("{begin}{scheme}://{place}").into();
            found = Some((who.to_owned(), option));
        }
    }
    found.map(|(secret, place)| Split {
        words,
        secret: (!has_file).then_some(secret),
        place,
    })
}

/// Who signs in, and where. A slash ends where, unless it stands in a password that nobody coded.
fn authority(rest: &str) -> Option<(&str, &str)> {
    let end = rest.find('/').unwrap_or(rest.len());
    let at = rest.get(..end).unwrap_or_default().rfind('@');
    let at = at.or_else(|| rest.rfind('@'))?;
    Some((rest.get(..at)?, rest.get(at + 1..)?))
}

#[cfg(target_os = "linux")]
mod again {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    use percent_encoding::percent_decode_str;

    use super::Split;
    use crate::cli::proxy::secret::{MOST, for_ourselves};

    /// Starts the program again; where that cannot be done it goes on as it was.
    pub fn start(split: &Split) {
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        let (before, behind) = split.words.split_at(split.place);
        let [name, before @ ..] = before else {
            return;
        };
        let mut command = Command::new(program);
        command.arg0(name).args(before);
        // open until the program is another one
        let reader = split.secret.as_deref().map(pipe);
        match &reader {
            None => {}
            Some(None) => return,
            Some(Some(reader)) => {
                let file = format!("/proc/self/fd/{}", reader.as_raw_fd());
                command.args(["--proxy-auth-file", &file]);
            }
        }
        command.args(behind);
        crate::cli::message::flush();
        let _failed = command.exec();
    }

    /// A pipe that the program inherits, with user and password in it.
    fn pipe(secret: &str) -> Option<std::io::PipeReader> {
        let (user, password) = secret.split_once(':')?;
        let decoded = |text| percent_decode_str(text).decode_utf8().ok();
        let text = for_ourselves(&decoded(user)?, &decoded(password)?);
        // more would not fit into the pipe, and nobody reads it yet
        if text.len() as u64 > MOST {
            return None;
        }
        let (reader, mut writer) = std::io::pipe().ok()?;
        fcntl(&reader, FcntlArg::F_SETFD(FdFlag::empty())).ok()?;
        writer.write_all(text.as_bytes()).ok()?;
        Some(reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<(String, Option<String>)> {
        let words: Vec<_> = line.split(' ').map(OsString::from).collect();
        let split = split(&words)?;
        let words: Vec<_> = split
            .words
            .iter()
            .map(|word| word.to_string_lossy())
            .collect();
        Some((words.join(" "), split.secret))
    }

    #[track_caller]
    fn comes_to(line: &str, without: &str, secret: &str) {
        let secret = Some(secret).filter(|secret| !secret.is_empty());
        assert_eq!(
            of(line),
            Some((without.to_owned(), secret.map(str::to_owned)))
        );
    }

    #[test]
    fn a_password_is_taken_out_however_it_stands_there() {
        comes_to(
            "turnprobe probe --proxy http://u:p@w@p:8080 -n 1",
            "turnprobe probe --proxy http://p:8080 -n 1",
            "u:p@w",
        );
        comes_to(
            "turnprobe tls --proxy=socks5h://u:p@host",
            "turnprobe tls --proxy=socks5h://host",
            "u:p",
        );
        comes_to(
            "turnprobe tls --proxy u:p@host:3128",
            "turnprobe tls --proxy http://host:3128",
            "u:p",
        );
        // nobody coded the slash
        comes_to(
            "turnprobe tls --proxy http://u:p/w@host:3128",
            "turnprobe tls --proxy http://host:3128",
            "u:p/w",
        );
        // nor this one
        comes_to(
            "turnprobe tls --proxy u:p://w@host:3128",
            "turnprobe tls --proxy http://host:3128",
            "u:p://w",
        );
        // it goes to this host and to no other
        comes_to(
            "turnprobe tls --proxy http://u:p@host/a@b",
            "turnprobe tls --proxy http://host/a@b",
            "u:p",
        );
        // of two the last one would count, and both are to be seen
        comes_to(
            "turnprobe tls --proxy http://u:p@a --proxy=http://u:q@b",
            "turnprobe tls --proxy http://a --proxy=http://b",
            "u:q",
        );
        // the file counts, and the password is to be seen all the same
        comes_to(
            "turnprobe probe --proxy http://u:p@h --proxy-auth-file x",
            "turnprobe probe --proxy http://h --proxy-auth-file x",
            "",
        );
        assert_eq!(of("turnprobe probe --proxy http://user@p:8080"), None);
        assert_eq!(of("turnprobe probe --proxy http://p:8080 user:x@y"), None);
        assert_eq!(of("turnprobe probe -- --proxy http://u:p@h"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_word_that_is_no_text_hides_no_password() {
        use std::os::unix::ffi::OsStringExt as _;
        let words = ["turnprobe", "probe", "-o"].map(OsString::from);
        let odd = OsString::from_vec(vec![0xFF, b'x']);
        let rest = ["--proxy", "http://u:p@h"].map(OsString::from);
        let words: Vec<_> = words.into_iter().chain([odd]).chain(rest).collect();
        assert_eq!(split(&words).unwrap().words[5], "http://h");
    }
}
