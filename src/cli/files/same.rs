//! Whether two names stand for the same file, be it there or not: links are followed.

use std::path::{Path, PathBuf};

use super::whole::followed;

/// The file that a name stands for.
fn meant(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(found) = std::fs::canonicalize(&path) {
        return found;
    }
    // one that is not there yet lies in a directory that is
    let file = followed(&path);
    let folder = file
        .parent()
        .and_then(|folder| std::fs::canonicalize(folder).ok());
    match (folder, file.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => file,
    }
}

/// Whether two names stand for the same file. Pipes and devices, which take from several what they are given, are none.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let is_stream = |path: &Path| std::fs::metadata(path).is_ok_and(|found| !found.is_file());
    if is_stream(one) || is_stream(other) {
        return std::path::absolute(one).ok() == std::path::absolute(other).ok();
    }
    meant(one) == meant(other) || is_linked(one, other)
}

/// Whether it is one file with two names in its file system (hard links).
#[cfg(unix)]
fn is_linked(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let of = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.dev(), found.ino()))
    };
    of(one).is_some_and(|one| of(other) == Some(one))
}

#[cfg(not(unix))]
fn is_linked(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_the_file_that_it_leads_to() {
        let dir = tempfile::tempdir().unwrap();
        let of = |name: &str| dir.path().join(name);
        std::fs::write(of("a.csv"), "a").unwrap();
        std::fs::write(of("b.csv"), "a").unwrap();
        std::os::unix::fs::symlink("a.csv", of("link.csv")).unwrap();
        std::os::unix::fs::symlink("new.csv", of("ahead.csv")).unwrap();
        std::os::unix::fs::symlink(".", of("folder")).unwrap();
        std::fs::hard_link(of("a.csv"), of("hard.csv")).unwrap();
        for (one, other) in [
            ("a.csv", "./a.csv"),
            ("a.csv", "link.csv"),
            ("link.csv", "hard.csv"),
            ("new.csv", "ahead.csv"),
            ("folder/new.csv", "new.csv"),
        ] {
            assert!(is_same_file(&of(one), &of(other)), "{one} {other}");
        }
        for (one, other) in [("a.csv", "b.csv"), ("new.csv", "newer.csv")] {
            assert!(!is_same_file(&of(one), &of(other)), "{one} {other}");
        }
    }
}
