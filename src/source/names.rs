//! Names on the command line to inputs, and their order.

use crate::arrange::Arrange as _;
use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::in_use::{IN_USE, is_in_use};
use crate::store::is_server;
use crate::zone::Zone;

use super::input::Input;
use super::look::first_time;
use super::stored::with_tables;

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No name at all.
    #[error(
        "no file was named; write the names of CSV or JSON Lines files, or - for standard input"
    )]
    NoName,
    /// None of the names can be read.
    #[error("nothing can be read: {}", .0.join("; "))]
    Nothing(Vec<String>),
}

/// What the names stand for: `-` is standard input, a name that does not exist is a pattern with
/// `*`, `?`, `[...]`. A name that nothing can be read for becomes [`Input::Unusable`]. A PostgreSQL server is known by the certificates in
/// the file `roots`, or else by those that it is known by anyway.
///
/// # Errors
///
/// When nothing at all can be read.
pub fn expand(names: &[OsString], roots: Option<&Path>) -> Result<Vec<Input>, SourceError> {
    if names.is_empty() {
        return Err(SourceError::NoName);
    }
    let mut inputs: Vec<Input> = Vec::new();
    let mut known = HashSet::new();
    for name in names {
        if name == "-" {
            if !inputs.contains(&Input::Stdin) {
                inputs.push(Input::Stdin);
            }
            continue;
        }
        for input in of_name(Path::new(name)) {
            inputs.push(match input {
                Input::File(path) if !known.insert(path.canonicalize().unwrap_or(path.clone())) => {
                    let is_server = is_server(path.as_os_str());
                    let name = if is_server {
                        "postgres://...".to_owned()
                    } else {
                        path.display().to_string()
                    };
                    Input::Unusable {
                        name,
                        why: "named twice: read once".to_owned(),
                        again: true,
                    }
                }
                input => input,
            });
        }
    }
    let inputs = with_tables(inputs, roots);
    let why: Vec<String> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::Unusable { name, why, .. } => Some(format!("{name}: {why}")),
            _ => None,
        })
        .collect();
    if why.len() == inputs.len() {
        return Err(SourceError::Nothing(why));
    }
    Ok(inputs)
}

/// The inputs by the time of their first row; those without one keep their place behind the one
/// before them, standard input comes last. Equal times go by name.
pub fn in_time_order(inputs: Vec<Input>, zone: Zone) -> Vec<Input> {
    let mut timed = Vec::new();
    let mut last = Vec::new();
    let mut before = None;
    for input in inputs {
        match &input {
            Input::Stdin => last.push(input),
            Input::Unusable { .. } => timed.push((before, false, String::new(), input)),
            Input::File(_) | Input::Table(_) => {
                let at = first_time(&input, zone);
                let name = match at {
                    Some(_) => input.name(),
                    None => String::new(),
                };
                before = at.or(before);
                timed.push((before, at.is_some(), name, input));
            }
        }
    }
    // a file without time follows the one it stood behind
    let mut groups: Vec<Vec<_>> = Vec::new();
    for entry in timed {
        match groups.last_mut() {
            Some(group) if !entry.1 => group.push(entry),
            _ => groups.push(vec![entry]),
        }
    }
    groups.arrange_by(|a, b| (&a[0].0, &a[0].2).cmp(&(&b[0].0, &b[0].2)));
    let timed = groups.into_iter().flatten().map(|(.., input)| input);
    timed.chain(last).collect()
}

fn of_name(path: &Path) -> Vec<Input> {
    // what it is, `with_tables` finds out
    if is_server(path.as_os_str()) {
        return vec![Input::File(path.to_owned())];
    }
    match of_path(path) {
        Ok(input) => vec![input],
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::InvalidInput | ErrorKind::InvalidFilename
            ) =>
        {
            let found = of_pattern(path);
            if found.is_empty() {
                return vec![missing(path)];
            }
            found
        }
        Err(error) => vec![unusable(path, &why(&error))],
    }
}

/// A name that no file has.
fn missing(path: &Path) -> Input {
    let name = path.to_string_lossy();
    let Some((scheme, _)) = name.split_once("://") else {
        return unusable(
            path,
            "there is no such file; check the name and the directory",
        );
    };
    // what follows may have a password in it
    Input::Unusable {
        name: format!("{scheme}://..."),
        why:
            "neither a file nor a PostgreSQL server: write postgres://USER@HOST/DATABASE, or name \
              a file"
                .to_owned(),
        again: false,
    }
}

/// Why a file that is there cannot be read, and what to do.
fn why(error: &io::Error) -> String {
    if is_in_use(error) {
        return IN_USE.to_owned();
    }
    match error.kind() {
        ErrorKind::PermissionDenied => {
            "no permission to read it; run as a user who may, or copy it".to_owned()
        }
        _ => format!("cannot be read: {error}"),
    }
}

fn of_path(path: &Path) -> io::Result<Input> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        let Some(files) = within(path) else {
            return Ok(unusable(
                path,
                "a directory without files that could be read; name a file",
            ));
        };
        let is_plain = |letter: char| letter.is_alphanumeric() || "/\\:._-~*".contains(letter);
        let files = if files.chars().all(is_plain) {
            files
        } else {
            format!("\"{files}\"")
        };
        return Ok(unusable(
            path,
            &format!("a directory; write {files} for the files in it"),
        ));
    }
    // opening a pipe would take it away from the reading
    if about.is_file() {
        std::fs::File::open(path)?;
    }
    Ok(Input::File(path.to_owned()))
}

/// What files of rows are called in a folder, the commonest first; the spool of a server has a folder for each table.
const WITHIN: [&str; 10] = [
    "*.csv",
    "*.csv.gz",
    "*.jsonl",
    "*.jsonl.gz",
    "*.parquet",
    "*.db",
    "*/*.csv",
    "*/*.csv.gz",
    "*/*.jsonl",
    "*/*.jsonl.gz",
];

/// The first pattern that finds files in a folder.
fn within(folder: &Path) -> Option<String> {
    let escaped = glob::Pattern::escape(&folder.to_string_lossy());
    let finds = |pattern: &&&str| {
        let whole = Path::new(&escaped).join(pattern);
        let found = glob::glob(&whole.to_string_lossy()).into_iter().flatten();
        found.flatten().any(|path| path.is_file())
    };
    let pattern = WITHIN.iter().find(finds)?;
    Some(folder.join(pattern).display().to_string())
}

fn of_pattern(path: &Path) -> Vec<Input> {
    let options = glob::MatchOptions {
        case_sensitive: !cfg!(windows),
        ..glob::MatchOptions::default()
    };
    let Some(pattern) = path.to_str() else {
        return Vec::new();
    };
    let found = |pattern: &str| -> Vec<Input> {
        let found = glob::glob_with(pattern, options).into_iter().flatten();
        found
            .map(|path| match path {
                Ok(path) => of_path(&path).unwrap_or_else(|error| unusable(&path, &why(&error))),
                Err(error) => unusable(error.path(), &why(error.error())),
            })
            .collect()
    };
    // a shell of Windows knows only * and ?, and brackets stand in many names
    let with_sets = if cfg!(windows) {
        Vec::new()
    } else {
        found(pattern)
    };
    if with_sets.is_empty() {
        found(&without_sets(pattern))
    } else {
        with_sets
    }
}

/// A pattern in which brackets stand for themselves.
fn without_sets(pattern: &str) -> String {
    let letters = pattern.chars().map(|letter| match letter {
        '[' => "[[]".to_owned(),
        ']' => "[]]".to_owned(),
        letter => letter.to_string(),
    });
    letters.collect()
}

fn unusable(path: &Path, why: &str) -> Input {
    Input::Unusable {
        name: path.display().to_string(),
        why: why.to_owned(),
        again: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_stand_for_themselves_where_only_stars_are_wild() {
        let pattern = without_sets(r"dir[1]\*.csv");
        let pattern = glob::Pattern::new(&pattern).unwrap();
        assert!(pattern.matches(r"dir[1]\night.csv"));
        assert!(!pattern.matches(r"dir1\night.csv"));
    }
}
