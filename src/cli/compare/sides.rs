//! Which rows belong to which side of a comparison.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{bail, ensure};

use super::args::CompareArgs;
use crate::cli::files::Conditions;
use crate::schema::Row;
use crate::stats::compare::{Apart, Side};

/// How the sides are told apart.
#[derive(Debug)]
pub enum Sides {
    /// Each has its files.
    Files([Vec<OsString>; 2]),
    /// By the values of columns.
    Columns(Vec<OsString>, Box<[Conditions; 2]>),
}

/// Columns of which the cells of a comparison are made, and what becomes of these where the sides differ in
/// one of them.
const OF_CELLS: [(&str, Apart); 9] = [
    ("target", Apart::Target),
    ("remotehost", Apart::Target),
    ("Port", Apart::Target),
    ("remoteudpport", Apart::Target),
    ("Computername", Apart::Target),
    ("url", Apart::Target),
    ("transport", Apart::Transport),
    ("proxy", Apart::Proxy),
    ("proxy_ip", Apart::Proxy),
];

impl Sides {
    /// Of the flags.
    pub fn of(args: &CompareArgs) -> anyhow::Result<Self> {
        if !args.a.is_empty() {
            let of = |flag, texts| Conditions::new(flag, texts, args.time_zone);
            let sides = [of("a", &args.a)?, of("b", &args.b)?];
            ensure!(
                args.a != args.b,
                "--a and --b are the same: give them different values"
            );
            for column in sides.iter().flat_map(Conditions::columns) {
                ensure!(
                    !column.eq_ignore_ascii_case("region"),
                    "--a and --b cannot be regions: a region is only compared with itself, as a \
                     different region has a different path; `turnprobe report --by region` shows \
                     them side by side"
                );
            }
            return Ok(Self::Columns(args.files.clone(), Box::new(sides)));
        }
        if !args.with.is_empty() {
            return Ok(Self::Files([args.files.clone(), args.with.clone()]));
        }
        match args.files.as_slice() {
            [a, b] => Ok(Self::Files([vec![a.clone()], vec![b.clone()]])),
            [_] => bail!(
                "one file has nothing to be compared with: name a second one, or split its rows with --a \
                 COLUMN=VALUE --b COLUMN=VALUE"
            ),
            files => bail!(
                "which of the {} files belong to which side? Write --with between the two sides, as in \
                 `turnprobe compare a*.csv --with b*.csv`",
                files.len()
            ),
        }
    }

    /// What may be mistyped: a file of both sides, and values of `--a` and `--b`.
    pub fn doubts(&self) -> Vec<String> {
        match self {
            Self::Files([a, b]) => {
                let whole = |file: &OsString| std::fs::canonicalize(file).ok();
                let known: Vec<_> = a.iter().filter_map(whole).collect();
                let of_both = b.iter();
                let of_both =
                    of_both.filter(|file| whole(file).is_some_and(|file| known.contains(&file)));
                let told = of_both.map(|file| {
                    format!(
                        "{} is on both sides: its rows are compared with themselves",
                        Path::new(file).display()
                    )
                });
                told.collect()
            }
            Self::Columns(_, sides) => [sides[0].doubts("a"), sides[1].doubts("b")].concat(),
        }
    }

    /// What tells the sides apart cannot tell the cells apart.
    pub fn apart(&self) -> Option<Apart> {
        let Self::Columns(_, sides) = self else {
            return None;
        };
        let columns = || sides.iter().flat_map(Conditions::columns);
        let is_there =
            |(name, _): &&(&str, Apart)| columns().any(|column| column.eq_ignore_ascii_case(name));
        OF_CELLS.iter().find(is_there).map(|(_, apart)| *apart)
    }

    /// Names of the sides, and what each is.
    pub fn named(&self) -> [(String, Vec<String>); 2] {
        let sides = match self {
            Self::Files(sides) => sides.each_ref().map(|files| {
                let shown: Vec<String> = files
                    .iter()
                    .map(|file| Path::new(file).display().to_string())
                    .collect();
                (name_of(files), shown)
            }),
            Self::Columns(_, sides) => sides.each_ref().map(|side| {
                let values: Vec<&str> = side.values().collect();
                let what = side.columns().zip(&values);
                let told = |column: &str, value: &str| match value {
                    "" => format!("no {column}"),
                    value => format!("{column} {value}"),
                };
                let what = what.map(|(column, value)| told(column, value));
                let names = side
                    .columns()
                    .zip(&values)
                    .map(|(column, value)| match *value {
                        "" => format!("no {column}"),
                        value => value.to_owned(),
                    });
                (names.collect::<Vec<_>>().join(" "), what.collect())
            }),
        };
        if sides[0].0 != sides[1].0 && sides.iter().all(|(name, _)| !name.is_empty()) {
            return sides;
        }
        let [(_, a), (_, b)] = sides;
        [("A".to_owned(), a), ("B".to_owned(), b)]
    }
}

/// Which side a row is of by its values: neither, one, or both, which is an error of whoever chose them.
pub fn side_of(sides: &[Conditions; 2], row: &Row<'_>) -> Result<Option<Side>, ()> {
    match sides.each_ref().map(|side| side.hold(row)) {
        [true, true] => Err(()),
        [true, false] => Ok(Some(Side::A)),
        [false, true] => Ok(Some(Side::B)),
        [false, false] => Ok(None),
    }
}

/// The name of a side by its files: that of the only one, or what the names of several begin with.
fn name_of(files: &[OsString]) -> String {
    let stem = |file: &OsString| {
        let name = Path::new(file).file_name().unwrap_or(file);
        let name = name.to_string_lossy();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let (stem, _) = name.rsplit_once('.').unwrap_or((name, ""));
        stem.to_owned()
    };
    let mut names = files.iter().map(stem);
    let first = names.next().unwrap_or_default();
    let common = names.fold(first, |common, name| {
        let same = common.chars().zip(name.chars());
        same.take_while(|(one, other)| one == other)
            .map(|(one, _)| one)
            .collect()
    });
    let ends = |letter: char| "-_. *?[".contains(letter);
    let common = common.trim_end_matches(ends);
    if files.len() > 1 {
        // a date's first digits are no name
        return common
            .trim_end_matches(|letter: char| letter.is_ascii_digit() || ends(letter))
            .to_owned();
    }
    common.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_named_by_its_file_or_by_what_its_files_begin_with() {
        let name = |files: &[&str]| name_of(&files.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(name(&["logs/vpn.csv"]), "vpn");
        assert_eq!(name(&["direct.jsonl.gz"]), "direct");
        assert_eq!(name(&["vpn-2026-11-01.csv", "vpn-2026-12-02.csv"]), "vpn");
        assert_eq!(name(&["one.csv", "two.csv"]), "");
        assert_eq!(name(&["vpn-*.csv"]), "vpn");
        assert_eq!(name(&["probes-2026-11-22.csv"]), "probes-2026-11-22");
    }
}
