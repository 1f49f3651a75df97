//! Removes a password in the URL of a store from the process list: the program starts itself again and finds the
//! password in `PGPASSWORD`, which other users cannot see (Linux).

use std::ffi::OsString;

use crate::store::is_server;

/// Hides the password of the URL of a store where the system lets it.
pub fn hide_password() {
    #[cfg(target_os = "linux")]
    {
        let words: Vec<OsString> = std::env::args_os().collect();
        if let Some((words, password)) = split(&words) {
            again(&words, &password);
        }
    }
}

/// Starts the program again; where that cannot be done it goes on as it was.
#[cfg(target_os = "linux")]
fn again(words: &[OsString], password: &str) {
    use std::os::unix::process::CommandExt as _;
    let (Ok(program), [name, words @ ..]) = (std::env::current_exe(), words) else {
        return;
    };
    let mut command = std::process::Command::new(program);
    command.arg0(name).args(words).env("PGPASSWORD", password);
    crate::cli::message::flush();
    let _failed = command.exec();
}

/// A command line without its password, and the password; none where there is none, or where there are two.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn split(words: &[OsString]) -> Option<(Vec<OsString>, String)> {
    let mut words = words.to_vec();
    let mut found: Option<String> = None;
    for word in words.iter_mut().skip(1) {
        let Some(text) = word.to_str() else {
            continue;
        };
        let (option, url) = match text.strip_prefix("--store=") {
            Some(url) => ("--store=", url),
            None => ("", text),
        };
        if !is_server(url.as_ref()) {
            continue;
        }
        let Some((bare, password)) = without_password(url) else {
            continue;
        };
        let password = percent_encoding::percent_decode_str(&password);
        let password = password.decode_utf8().ok()?.into_owned();
        if password.is_empty() || found.as_ref().is_some_and(|other| *other != password) {
            return None;
        }
        *word = format!("{option}{bare}").into();
        found = Some(password);
    }
    Some((words, found?))
}

/// A URL without its password, and the password as it is written there; none where it has none. One behind the `?` takes
/// precedence, as when the URL is read.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn without_password(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let (place, query) = match rest.split_once('?') {
        Some((place, query)) => (place, Some(query)),
        None => (rest, None),
    };
    // as the URL is read: who signs in ends at the first @
    let who = place.split_once('@');
    let of_who = who.and_then(|(who, place)| Some((who.split_once(':')?, place)));
    let mut found = None;
    let mut bare = format!("{scheme}://{place}");
    if let Some(((user, password), place)) = of_who {
        bare = format!("{scheme}://{user}@{place}");
        found = Some(password);
    }
    let is_password = |part: &&str| {
        part.split_once('=')
            .is_some_and(|(key, _)| key == "password")
    };
    let parts = query.into_iter().flat_map(|query| query.split('&'));
    let (passwords, parts): (Vec<&str>, Vec<&str>) = parts.partition(is_password);
    if !parts.is_empty() {
        bare = format!("{bare}?{}", parts.join("&"));
    }
    let last = passwords.last().and_then(|part| part.split_once('='));
    let password = last.map(|(_, password)| password).or(found)?;
    Some((bare, password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<(String, String)> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let (words, password) = split(&words)?;
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        Some((words.join(" "), password))
    }

    #[test]
    fn the_password_leaves_the_command_line_and_nothing_else_does() {
        let (line, password) = of("t probe --store postgres://u:a%40b@db/p?x=1 -n 5").unwrap();
        assert_eq!(line, "t probe --store postgres://u@db/p?x=1 -n 5");
        assert_eq!(password, "a@b");
        let (line, _) = of("t probe --store=postgresql://u:p@db").unwrap();
        assert_eq!(line, "t probe --store=postgresql://u@db");
        let (line, password) = of("t report postgres://u@db/p?password=a%40b&x=1").unwrap();
        assert_eq!(line, "t report postgres://u@db/p?x=1");
        assert_eq!(password, "a@b");
        let (line, password) = of("t report postgres://u:c@/p?host=db&password=d").unwrap();
        assert_eq!(
            (line.as_str(), password.as_str()),
            ("t report postgres://u@/p?host=db", "d")
        );
        for line in [
            "t probe --store postgres://u@db/p",
            "t report postgres://u:a@db postgres://u:b@db",
            "t probe --proxy http://u:p@proxy:3128 --store probes.db",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
