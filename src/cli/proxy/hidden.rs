//! A password on the command line is taken out of the list of processes: the program is started again in its own place,
//! and reads it from a pipe (Linux). Elsewhere there is only the warning.

use std::ffi::{OsStr, OsString};

use super::warn_of_password;

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

/// A command line without its password.
#[derive(Debug, PartialEq, Eq)]
struct Split {
    words: Vec<OsString>,
    /// `user:password` as they stood in the URL.
    secret: String,
}

/// Takes the password of `--proxy` out of a command line; none where there is none, or where a file is given anyway.
fn split(words: &[OsString]) -> Option<Split> {
    const NAME: &str = "--proxy";
    let has_file = |word: &OsString| word.to_string_lossy().starts_with("--proxy-auth-file");
    if words.iter().any(has_file) {
        return None;
    }
    let mut words = words.to_vec();
    for at in 1..words.len() {
        let word = words[at].to_str()?.to_owned();
        let (begin, url) = match word.strip_prefix("--proxy=") {
            Some(url) => ("--proxy=", url),
            None if words[at - 1] == OsStr::new(NAME) => ("", word.as_str()),
            None => continue,
        };
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let Some((secret, place)) = rest.rsplit_once('@') else {
            continue;
        };
        if secret.contains(':') {
            words[at] = format!("{begin}{scheme}://{place}").into();
            let secret = secret.to_owned();
            return Some(Split { words, secret });
        }
    }
    None
}

#[cfg(target_os = "linux")]
mod again {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::process::CommandExt as _;

    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    use percent_encoding::percent_decode_str;

    use super::Split;

    /// Starts the program again; where that cannot be done it goes on as it was.
    pub fn start(split: &Split) {
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        let Ok((reader, mut writer)) = std::io::pipe() else {
            return;
        };
        let Ok(secret) = percent_decode_str(&split.secret).decode_utf8() else {
            return;
        };
        let is_kept = fcntl(&reader, FcntlArg::F_SETFD(FdFlag::empty())).is_ok();
        if !is_kept || writer.write_all(secret.as_bytes()).is_err() {
            return;
        }
        drop(writer);
        crate::cli::message::flush();
        let [name, words @ ..] = split.words.as_slice() else {
            return;
        };
        let file = format!("/proc/self/fd/{}", reader.as_raw_fd());
        let _failed = std::process::Command::new(program)
            .arg0(name)
            .args(words)
            .args(["--proxy-auth-file", &file])
            .exec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<(String, String)> {
        let words: Vec<_> = line.split(' ').map(OsString::from).collect();
        let split = split(&words)?;
        let words: Vec<_> = split
            .words
            .iter()
            .map(|word| word.to_string_lossy())
            .collect();
        Some((words.join(" "), split.secret))
    }

    #[test]
    fn a_password_is_taken_out_however_it_stands_there() {
        let without = Some((
            "turnprobe probe --proxy http://p:8080 -n 1".to_owned(),
            "u:p@w".to_owned(),
        ));
        assert_eq!(
            of("turnprobe probe --proxy http://u:p@w@p:8080 -n 1"),
            without
        );
        assert_eq!(
            of("turnprobe tls --proxy=socks5h://u:p@host"),
            Some((
                "turnprobe tls --proxy=socks5h://host".to_owned(),
                "u:p".to_owned()
            ))
        );
        assert_eq!(
            of("turnprobe tls --proxy u:p@host:3128"),
            Some((
                "turnprobe tls --proxy http://host:3128".to_owned(),
                "u:p".to_owned()
            ))
        );
        assert_eq!(of("turnprobe probe --proxy http://user@p:8080"), None);
        assert_eq!(of("turnprobe probe --proxy http://p:8080 user:x@y"), None);
        assert_eq!(
            of("turnprobe probe --proxy http://u:p@h --proxy-auth-file x"),
            None
        );
    }
}
