//! The password if the URL has none: `PGPASSWORD`, then the file of `PGPASSFILE` or `~/.pgpass`
//! (<https://www.postgresql.org/docs/current/libpq-pgpass.html>).

use std::fs;
use std::path::{Path, PathBuf};

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::error::PgError;

/// Finds it; none where nothing has one.
pub(super) fn password(config: &Config) -> Result<Option<String>, PgError> {
    if let Ok(password) = std::env::var("PGPASSWORD")
        && !password.is_empty()
    {
        return Ok(Some(password));
    }
    let Some(path) = file() else {
        return Ok(None);
    };
    let Ok(text) = fs::read_to_string(&path) else {
        return Ok(None);
    };
    let mut found = Vec::new();
    let ports = config.get_ports();
    for (at, host) in config.get_hosts().iter().enumerate() {
        let host = match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(_) => "localhost".to_owned(),
        };
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let user = config.get_user().unwrap_or_default();
        let base = config.get_dbname().unwrap_or(user);
        found.push(of(&text, &[&host, &port.to_string(), base, user]));
    }
    let first = found.first().cloned().flatten();
    if first.is_none() || found.iter().any(|other| *other != first) {
        return Ok(None);
    }
    is_private(&path)?;
    Ok(first)
}

fn file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(path) = set("PGPASSFILE") {
        return Some(path.into());
    }
    if cfg!(windows) {
        let base = PathBuf::from(set("APPDATA")?);
        return Some(base.join("postgresql").join("pgpass.conf"));
    }
    Some(PathBuf::from(set("HOME")?).join(".pgpass"))
}

/// The password of the first line that fits.
fn of(text: &str, wanted: &[&str; 4]) -> Option<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(fields).find_map(|fields| {
        let (keys, password) = fields.split_at_checked(wanted.len())?;
        let fits = |(key, wanted): (&String, &&str)| key == "*" || key == wanted;
        let fits = keys.iter().zip(wanted).all(fits);
        password.first().filter(|_| fits).cloned()
    })
}

/// The fields of a line: a backslash takes the next letter as it is, and the password ends with the line.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let count = fields.len();
        let Some(last) = fields.last_mut() else {
            continue;
        };
        match letter {
            '\\' => last.extend(letters.next()),
            ':' if count < 5 => fields.push(String::new()),
            letter => last.push(letter),
        }
    }
    fields
}

/// A file that others may read is not used, as libpq does.
#[cfg(unix)]
fn is_private(path: &Path) -> Result<(), PgError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map(|about| about.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        return Err(PgError::wrong(format!(
            "others may read {}, which has the password: chmod 600 it",
            path.display()
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> Result<(), PgError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        // the manual's own form, with its escapes
        let text =
            "# comment\nother:5432:*:*:no\ndb:5432:probes:writer:a\\:b\\\\c:d\n*:*:*:*:last\n";
        let wanted = |host| of(text, &[host, "5432", "probes", "writer"]);
        assert_eq!(wanted("db").as_deref(), Some("a:b\\c:d"));
        assert_eq!(wanted("elsewhere").as_deref(), Some("last"));
        assert_eq!(of("db:5432:probes", &["db", "5432", "probes", "w"]), None);
    }
}
