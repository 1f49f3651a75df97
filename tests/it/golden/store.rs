//! The golden files of a folder: compared, or written anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Writes the files anew instead of comparing; the test fails all the same.
const BLESS: &str = "TURNPROBE_BLESS";

/// The golden files of one folder and what differs from them.
pub struct Store {
    folder: PathBuf,
    bless: bool,
    seen: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Store {
    /// The files of a folder below `tests/data/golden`.
    pub fn of(folder: &str) -> Self {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden");
        Self::in_folder(data.join(folder), blessing())
    }

    fn in_folder(folder: PathBuf, bless: bool) -> Self {
        let (seen, wrong) = (BTreeSet::new(), Vec::new());
        Self {
            folder,
            bless,
            seen,
            wrong,
        }
    }

    /// Compares what was found with the file of this name.
    pub fn check(&mut self, name: &str, found: impl AsRef<[u8]>) {
        let (path, found) = (self.folder.join(name), found.as_ref());
        assert!(self.seen.insert(name.to_owned()), "{name} is checked twice");
        if self.bless {
            std::fs::create_dir_all(&self.folder).unwrap();
            std::fs::write(&path, found).unwrap();
            return;
        }
        match std::fs::read(&path) {
            Ok(golden) if golden == found => {}
            Ok(golden) => self.wrong.push(format!(
                "{} {}",
                path.display(),
                first_difference(&golden, found)
            )),
            Err(error) => self.wrong.push(format!("{}: {error}", path.display())),
        }
    }

    /// Leaves a file alone that is of another system.
    pub fn skip(&mut self, name: &str) {
        self.seen.insert(name.to_owned());
    }

    /// Fails when anything differed, or a file is left of which nothing was found.
    pub fn finish(mut self) {
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() || self.seen.contains(&name) {
                continue;
            }
            if self.bless {
                std::fs::remove_file(&path).unwrap();
            } else {
                let gone = format!("{}: nothing makes it any more", path.display());
                self.wrong.push(gone);
            }
        }
        assert!(
            !self.bless,
            "{BLESS} is set: {} was written anew; look at `git diff`, then test without it",
            self.folder.display()
        );
        assert!(
            self.wrong.is_empty(),
            "\n{}\n\nIf this is meant: {BLESS}=1 cargo test --test it golden::, and look at `git diff`",
            self.wrong.join("\n\n")
        );
    }
}

fn blessing() -> bool {
    std::env::var_os(BLESS).is_some_and(|value| !value.is_empty() && value != "0")
}

/// The first line that differs, with what stands around the first byte of it that does.
fn first_difference(golden: &[u8], found: &[u8]) -> String {
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes
            .split_inclusive(|b| *b == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
    };
    let (golden, found) = (lines(golden), lines(found));
    let same = golden
        .iter()
        .zip(&found)
        .take_while(|(a, b)| a == b)
        .count();
    let none = Vec::new();
    let (old, new) = (
        golden.get(same).unwrap_or(&none),
        found.get(same).unwrap_or(&none),
    );
    let at = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let shown = |line: &[u8]| {
        if line.is_empty() {
            return "(no such line)".to_owned();
        }
        let around = at.saturating_sub(60)..line.len().min(at + 100);
        format!("{:?}", String::from_utf8_lossy(&line[around]))
    };
    format!(
        "differs in line {} at byte {at}\n  golden: {}\n  found:  {}",
        same + 1,
        shown(old),
        shown(new)
    )
}

#[test]
fn a_golden_file_that_differs_is_missing_or_is_left_over_fails() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("same"), "a\nb\n").unwrap();
    std::fs::write(dir.path().join("other"), "a\nb\n").unwrap();
    std::fs::write(dir.path().join("left"), "a\n").unwrap();
    let fails = |checks: &[(&str, &str)], bless: bool| {
        let mut store = Store::in_folder(dir.path().to_owned(), bless);
        for (name, found) in checks {
            store.check(name, found);
        }
        store.skip("left");
        let failed = std::panic::catch_unwind(move || store.finish()).unwrap_err();
        failed.downcast::<String>().map_or_else(
            |failed| (*failed.downcast::<&str>().unwrap()).to_owned(),
            |failed| *failed,
        )
    };
    let both = [("same", "a\nb\n"), ("other", "a\nB\n")];
    let said = fails(&both, false);
    assert!(said.contains("other differs in line 2 at byte 0"), "{said}");
    assert!(said.contains(r#"found:  "B\n""#), "{said}");
    let said = fails(&[("same", "a\n"), ("other", "a\nb\n")], false);
    assert!(said.contains("same differs in line 2"), "{said}");
    let said = fails(&[("new", ""), ("same", "a\nb\n")], false);
    assert!(
        said.contains("new: ") && said.contains("other: nothing makes it"),
        "{said}"
    );
    // written anew it fails too, and the next comparison passes
    let said = fails(&both, true);
    assert!(said.contains("was written anew"), "{said}");
    let mut store = Store::in_folder(dir.path().to_owned(), false);
    store.check("same", "a\nb\n");
    store.check("other", "a\nB\n");
    store.skip("left");
    store.finish();
}
