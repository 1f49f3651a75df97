//! A settings file, read and parsed. Not here: which keys there are (`keys`), which of them are used (`merge`).

use crate::arrange::Arrange as _;
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail, ensure};
use toml::de::{DeTable, DeValue};

use crate::cli::exit::FatalError;

/// The file beside the program.
const NAME: &str = "turnprobe.toml";

/// Longest file, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Where profiles stand.
const PROFILE: &str = "profile";

/// A value as it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub enum SettingValue {
    /// A text, a number or a time.
    Word(String),
    /// Yes or no.
    Flag(bool),
    /// Several of them, each with its line.
    Many(Vec<(usize, SettingValue)>),
    /// Something else, by its name.
    Other(&'static str),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Its line, from 1 on.
    pub line: usize,
    /// The value.
    pub value: SettingValue,
}

/// A profile.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsProfile {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub entries: Vec<Entry>,
}

/// A file of settings.
#[derive(Debug, PartialEq)]
pub struct SettingsFile {
    /// Its absolute path, for messages.
    pub shown: String,
    /// What holds for all.
    pub entries: Vec<Entry>,
    /// The profiles.
    pub profiles: Vec<SettingsProfile>,
}

impl SettingsFile {
    /// A text of a profile, else of the top.
    pub fn word(&self, key: &str, profile: Option<&str>) -> Option<&str> {
        match self.value(key, profile)? {
            SettingValue::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether a profile, else the top, says yes to something.
    pub fn says(&self, key: &str, profile: Option<&str>) -> bool {
        self.value(key, profile) == Some(&SettingValue::Flag(true))
    }

    fn value(&self, key: &str, profile: Option<&str>) -> Option<&SettingValue> {
        let profile = self.profiles.iter().find(|one| Some(&*one.name) == profile);
        let entries = profile.into_iter().flat_map(|profile| &profile.entries);
        let mut entries = entries.chain(&self.entries);
        let found = entries.find(|entry| entry.key == key);
        found.map(|entry| &entry.value)
    }
}

/// The file that is named, or the one beside the program.
///
/// # Errors
///
/// The system does not say where the program is.
pub fn place(named: Option<PathBuf>) -> Result<PathBuf, FatalError> {
    if let Some(named) = named {
        return Ok(std::path::absolute(&named).unwrap_or(named));
    }
    let program = std::env::current_exe();
    let program = program
        .context("--profile: the system does not say where the program is; give --config FILE");
    Ok(program.map_err(FatalError::io)?.with_file_name(NAME))
}

/// Reads a file; `is_named` where the user said which.
///
/// # Errors
///
/// It cannot be read, or is no file of settings.
pub fn read(path: &Path, is_named: bool) -> Result<SettingsFile, FatalError> {
    let shown = path.display().to_string();
    let mut bytes = Vec::new();
    let opened = File::open(path);
    if let Err(error) = &opened
        && error.kind() == std::io::ErrorKind::NotFound
        && !is_named
    {
        return Err(FatalError::io(anyhow!(
            "--profile: there is no {shown}; put the file beside the program, or give --config FILE"
        )));
    }
    opened
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .with_context(|| format!("--config {shown}: it cannot be read"))
        .map_err(FatalError::io)?;
    of_bytes(&bytes, shown).map_err(FatalError::usage)
}

fn of_bytes(bytes: &[u8], shown: String) -> anyhow::Result<SettingsFile> {
    ensure!(
        bytes.len() as u64 <= LONGEST,
        "{shown} is larger than 1 MiB: it is not a settings file"
    );
    let text = text(bytes, &shown)?;
    let table = DeTable::parse(text).map_err(|error| {
        let place = error.span().map_or(0, |span| span.start);
        anyhow!(
            "{shown}, line {}: {}",
            line(text, place),
            said(text, place, error.message())
        )
    })?;
    let mut file = SettingsFile {
        shown,
        entries: Vec::new(),
        profiles: Vec::new(),
    };
    for (key, value) in table.into_inner() {
        let at = line(text, key.span().start);
        if key.get_ref() == PROFILE {
            file.profiles = profiles(text, &file.shown, at, value.into_inner())?;
        } else {
            file.entries.push(entry(
                text,
                key.get_ref(),
                at,
                value.span(),
                value.get_ref(),
            ));
        }
    }
    // in the order of the file
    file.entries.arrange_by_key(|entry| entry.line);
    file.profiles.arrange_by_key(|profile| {
        profile
            .entries
            .first()
            .map_or(usize::MAX, |entry| entry.line)
    });
    Ok(file)
}

fn profiles(
    text: &str,
    shown: &str,
    at: usize,
    value: DeValue<'_>,
) -> anyhow::Result<Vec<SettingsProfile>> {
    let DeValue::Table(table) = value else {
        bail!(
            "{shown}, line {at}: `profile` is not an option; [profile.NAME] begins a profile, and --profile NAME selects it"
        );
    };
    let mut profiles = Vec::new();
    for (name, value) in table {
        let at = line(text, name.span().start);
        let DeValue::Table(table) = value.into_inner() else {
            bail!(
                "{shown}, line {at}: `{}` is not in a profile; [profile.NAME] begins one",
                name.get_ref()
            );
        };
        let entries = table.iter().map(|(key, value)| {
            let at = line(text, key.span().start);
            entry(text, key.get_ref(), at, value.span(), value.get_ref())
        });
        let mut entries: Vec<_> = entries.collect();
        entries.arrange_by_key(|entry| entry.line);
        profiles.push(SettingsProfile {
            name: name.get_ref().to_string(),
            entries,
        });
    }
    Ok(profiles)
}

fn entry(text: &str, key: &str, line: usize, span: Range<usize>, value: &DeValue<'_>) -> Entry {
    Entry {
        key: key.to_owned(),
        line,
        value: taken(text, span, value),
    }
}

fn taken(text: &str, span: Range<usize>, value: &DeValue<'_>) -> SettingValue {
    match value {
        DeValue::String(word) => SettingValue::Word(word.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => {
            SettingValue::Word(number.as_str().to_owned())
        }
        DeValue::Integer(_) => SettingValue::Other("a number that is not decimal"),
        DeValue::Float(number) => SettingValue::Word(number.as_str().to_owned()),
        // as it is written there
        DeValue::Datetime(_) => {
            SettingValue::Word(text.get(span).unwrap_or_default().trim().to_owned())
        }
        DeValue::Boolean(flag) => SettingValue::Flag(*flag),
        DeValue::Array(values) => {
            let values = values.iter().map(|value| {
                let at = line(text, value.span().start);
                (at, taken(text, value.span(), value.get_ref()))
            });
            SettingValue::Many(values.collect())
        }
        DeValue::Table(_) => SettingValue::Other("a table"),
    }
}

/// The text of the file without its byte order mark.
fn text<'a>(bytes: &'a [u8], shown: &str) -> anyhow::Result<&'a str> {
    const SAVE: &str = "save it as UTF-8 (Notepad: Save as, Encoding UTF-8)";
    let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    ensure!(
        !is_utf16 && !bytes.contains(&0),
        "{shown} is UTF-16: {SAVE}"
    );
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        anyhow!("{shown}, line {line}: this is not UTF-8: {SAVE}")
    })
}

/// The line of a place, from 1 on.
fn line(text: &str, place: usize) -> usize {
    let before = text.as_bytes().get(..place).unwrap_or_default();
    before.split(|byte| *byte == b'\n').count()
}

/// What is wrong in the words of TOML, and the usual fix. The line itself may hold a password.
fn said(text: &str, place: usize, message: &str) -> String {
    let start = text
        .get(..place)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |end| end + 1);
    let whole = text
        .get(start..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_default();
    let message = message.replace('\n', " ");
    let has_path = whole.contains('\\') && whole.contains('"') && !message.contains("duplicate");
    if has_path {
        let why = if message.contains("escape") || message.contains("unicode") {
            String::new()
        } else {
            format!(" ({message})")
        };
        return format!(
            "a backslash in \"...\" begins an escape{why}: write a path in single quotes, as 'C:\\data', or with forward slashes"
        );
    }
    format!("{message}; a line looks like interval =  \"5s\", quiet = true or count = 60")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &[u8]) -> Result<SettingsFile, String> {
        of_bytes(text, "x.toml".to_owned()).map_err(|error| format!("{error:#}"))
    }

    fn word(key: &str, line: usize, word: &str) -> Entry {
        Entry {
            key: key.to_owned(),
            line,
            value: SettingValue::Word(word.to_owned()),
        }
    }

    #[test]
    fn a_file_as_editors_of_windows_write_it() {
        let file = of(b"\xef\xbb\xbf# Nacht\r\ninterval = \"5s\"\r\ncount = 1_000\r\n\r\n[profile.night]\r\noutput = 'C:\\data\\n.csv'\r\nuntil = 06:41\r\n").unwrap();
        assert_eq!(
            file.entries,
            [word("interval", 2, "5s"), word("count", 3, "1000")]
        );
        let night = &file.profiles[0];
        assert_eq!(night.name, "night");
        assert_eq!(
            night.entries,
            [
                word("output", 6, r"C:\data\n.csv"),
                word("until", 7, "06:41")
            ]
        );
    }

    #[test]
    fn what_is_no_file_of_settings_is_told_with_its_line_and_the_fix() {
        #[rustfmt::skip]
        let cases = [
            (&b"\xff\xfei\0n\0"[..], "x.toml is UTF-16: save it as UTF-8"),
            (b"\xfe\xff\0i\0n", "x.toml is UTF-16: save it as UTF-8"),
            (b"i\0n\0", "x.toml is UTF-16"),
            (b"quiet = true\nlabel = \"stra\xdfe\"\n", "x.toml, line 2: this is not UTF-8"),
            (
                b"quiet = true\noutput = \"C:\\data\\x.csv\"\n",
                "x.toml, line 2: a backslash in \"...\" begins an escape",
            ),
            (
                b"output = \"C:\\users\\x.csv\"\n",
                "write a path in single quotes, as 'C:\\data', or with forward slashes",
            ),
            (b"interval = 5s\n", "x.toml, line 1: "),
            (b"\ninterval\n", "x.toml, line 2: "),
            (b"quiet = true\nquiet = false\n", "x.toml, line 2: duplicate key"),
            (
                b"profile = \"night\"\n",
                "x.toml, line 1: `profile` is not an option; [profile.NAME] begins a profile",
            ),
            (b"[profile]\nquiet = true\n", "x.toml, line 2: `quiet` is not in a profile"),
        ];
        for (text, said) in cases {
            let found = of(text).unwrap_err();
            assert!(found.contains(said), "{found}");
        }
    }

    #[test]
    fn a_line_that_may_hold_a_password_is_not_repeated() {
        for text in [
            &b"proxy = \"http://u:secret@h\n"[..],
            b"proxy = \"http://u:sec\\qret@h\"\n",
            b"proxy = http://u:secret@h\n",
            b"proxy http://u:secret@h\n",
            b"proxy = \"a\"\nproxy = \"http://u:secret@h\"\n",
        ] {
            let said = of(text).unwrap_err();
            assert!(!said.contains("ret@") && !said.contains("secret"), "{said}");
        }
    }
}
