//! What a file adds to a command line: the command line wins over the profile, and the profile over the top of the
//! file.

use anyhow::{anyhow, bail};

use super::file::{Entry, SettingValue, SettingsFile};
use super::keys::{OptionKey, Takes};
use crate::cli::uses;
use crate::cli::words::meant;

/// A setting that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The option.
    pub key: OptionKey,
    /// Its values with their lines; of a flag one that is empty.
    pub words: Vec<(usize, String)>,
    /// The line of its key.
    at: usize,
}

impl Setting {
    /// The line that a message is about: that of the value that it names, else that of the key.
    pub fn line(&self, message: &str) -> usize {
        let mut words = self.words.iter();
        let named = words.find(|(_, word)| !word.is_empty() && message.contains(word.as_str()));
        named.map_or(self.at, |(line, _)| *line)
    }

    /// As it is written on the command line.
    pub fn written(&self) -> impl Iterator<Item = String> {
        self.words
            .iter()
            .map(|(_, word)| match (&self.key.option, self.key.takes) {
                (None, _) => word.clone(),
                (Some(option), Takes::Nothing) => option.clone(),
                (Some(option), _) => format!("{option}={word}"),
            })
    }
}

/// All commands that take settings, by their names, with their keys.
pub type Commands<'a> = [(&'a str, Vec<OptionKey>)];

/// The settings that a command takes from a file; `given` are the ids of the options of the command line.
///
/// # Errors
///
/// A key is none, a profile is not there, or a value is of the wrong kind.
pub fn settings(
    file: &SettingsFile,
    (commands, command): (&Commands<'_>, &str),
    profile: Option<&str>,
    given: &[String],
) -> anyhow::Result<Vec<Setting>> {
    let shown = &file.shown;
    let profiles = file.profiles.iter().flat_map(|profile| &profile.entries);
    for entry in file.entries.iter().chain(profiles) {
        known(shown, commands, entry)?;
    }
    let chosen = match profile {
        None => &[][..],
        Some(name) => entries(file, name)?,
    };
    let none = Vec::new();
    let keys = commands
        .iter()
        .find(|(name, _)| *name == command)
        .map_or(&none, |(_, keys)| keys);
    let named = |name: &str| keys.iter().find(|key| key.name == name);
    let of = |entry: &Entry| {
        let other = || {
            let other = twin(&entry.key)?;
            let mut entries = chosen.iter().chain(&file.entries);
            named(other).filter(|_| entries.all(|entry| entry.key != other))
        };
        named(&entry.key).or_else(other)
    };
    if let (Some(name), Some(entry)) = (profile, chosen.iter().find(|entry| of(entry).is_none())) {
        bail!(
            "{shown}, line {}: `{}` in [profile.{name}] is an option of {}, not of {command}: leave it out of this profile, \
             or write it at the top of the file, where it applies to the commands that have it",
            entry.line,
            entry.key,
            owners(commands, &entry.key)
        );
    }
    let mut taken: Vec<Setting> = Vec::new();
    let mut ids: Vec<String> = given.to_vec();
    for level in [chosen, &file.entries] {
        let before = ids.clone();
        for (entry, key) in level.iter().filter_map(|entry| Some((entry, of(entry)?))) {
            let is_beaten = before.iter().any(|id| uses::beats(command, id, &key.id));
            ids.push(key.id.clone());
            if !is_beaten {
                let words = words(entry, key).map_err(|error| anyhow!("{shown}, {error}"))?;
                taken.push(Setting {
                    key: key.clone(),
                    words,
                    at: entry.line,
                });
            }
        }
    }
    taken.retain(|setting| !setting.words.is_empty());
    Ok(taken)
}

/// `target` of the commands that take one, and `targets` of those that take several, mean the same: whoever names a host at the
/// top of the file means it for all of them. The command's own word goes first.
fn twin(key: &str) -> Option<&'static str> {
    match key {
        "target" => Some("targets"),
        "targets" => Some("target"),
        _ => None,
    }
}

/// What stands in a profile.
fn entries<'a>(file: &'a SettingsFile, name: &str) -> anyhow::Result<&'a [Entry]> {
    let found = file.profiles.iter().find(|profile| profile.name == name);
    if let Some(found) = found {
        return Ok(&found.entries);
    }
    let names = || file.profiles.iter().map(|profile| profile.name.as_str());
    let shown = &file.shown;
    match names().next() {
        None => bail!("{shown} has no profile `{name}`, and no other: [profile.{name}] begins it"),
        Some(_) => bail!(
            "{shown} has no profile `{name}`{}; it has {}",
            meant(name, names()),
            names().collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Refuses a key that no command has.
fn known(shown: &str, commands: &Commands<'_>, entry: &Entry) -> anyhow::Result<()> {
    let (key, line) = (&entry.key, entry.line);
    let all = || commands.iter().flat_map(|(_, keys)| keys);
    if all().any(|known| known.name == *key) {
        return Ok(());
    }
    if ["config", "profile"].contains(&key.as_str()) {
        bail!("{shown}, line {line}: `{key}` is only possible on the command line");
    }
    if entry.value == SettingValue::Other("a table") {
        bail!(
            "{shown}, line {line}: `{key}` is neither an option nor a profile: [profile.{key}] begins one"
        );
    }
    let plain = key.trim_start_matches('-');
    let is_short = |known: &&OptionKey| known.short.is_some_and(|short| plain.chars().eq([short]));
    let is_long = |known: &&OptionKey| known.name == plain;
    let meant = match all().find(is_long).or_else(|| all().find(is_short)) {
        Some(known) => format!(" (did you mean `{}`?)", known.name),
        // so few letters are like any others
        None if plain.chars().count() < 3 => String::new(),
        None => meant(plain, all().map(|known| known.name.as_str())),
    };
    let commands: Vec<_> = commands.iter().map(|(name, _)| *name).collect();
    bail!(
        "{shown}, line {line}: there is no option `{key}`{meant}; keys are the long options of {}",
        commands.join(", ")
    )
}

/// The commands that have a key.
fn owners(commands: &Commands<'_>, key: &str) -> String {
    let has = |keys: &Vec<OptionKey>| keys.iter().any(|known| known.name == key);
    let owners = commands.iter().filter(|(_, keys)| has(keys));
    let owners: Vec<_> = owners.map(|(name, _)| *name).collect();
    owners.join(", ")
}

/// The values of a setting as words of the command line. What is wrong with them is told without them: one may be a password.
fn words(entry: &Entry, key: &OptionKey) -> anyhow::Result<Vec<(usize, String)>> {
    let (name, line) = (&entry.key, entry.line);
    let wrong = |line: usize, give: &str| anyhow!("line {line}: `{name}` is {give}");
    match (&entry.value, key.takes) {
        (SettingValue::Flag(true), Takes::Nothing) => Ok(vec![(line, String::new())]),
        (SettingValue::Flag(false), Takes::Nothing) => Ok(Vec::new()),
        (_, Takes::Nothing) => Err(wrong(line, "a switch: give true or false")),
        (SettingValue::Word(text), _) => Ok(vec![(
            line,
            word(text, key).map_err(|why| wrong(line, why))?,
        )]),
        (SettingValue::Many(values), Takes::Many) => {
            let values = values.iter().map(|(line, value)| match value {
                SettingValue::Word(text) => {
                    Ok((*line, word(text, key).map_err(|why| wrong(*line, why))?))
                }
                _ => Err(wrong(*line, "a list of texts or numbers")),
            });
            values.collect()
        }
        (SettingValue::Many(values), Takes::One)
            if key.option.is_none()
                && matches!(values.as_slice(), [(_, SettingValue::Word(_))]) =>
        {
            let one = values.iter().filter_map(|(line, value)| match value {
                SettingValue::Word(text) => Some((*line, text)),
                _ => None,
            });
            let one = one
                .map(|(line, text)| Ok((line, word(text, key).map_err(|why| wrong(line, why))?)));
            one.collect()
        }
        (SettingValue::Many(_), Takes::One) if key.option.is_none() => Err(wrong(
            line,
            "several values, and this command takes one: name it on the command line",
        )),
        (SettingValue::Many(_), _) => Err(wrong(
            line,
            "one value: give a text or a number, not a list",
        )),
        (_, Takes::Many) => Err(wrong(line, "a text, a number or a list of them")),
        (_, Takes::One) => Err(wrong(line, "a text or a number")),
    }
}

/// A value as a word of the command line, or what it should be.
fn word(text: &str, key: &OptionKey) -> Result<String, &'static str> {
    if text.chars().any(char::is_control) {
        return Err(
            "a text without control characters: in \"...\" \\t is a tab and \\n a new line, so write a path in single quotes, as \
             'C:\\temp', or with forward slashes",
        );
    }
    if key.option.is_none() && text.starts_with('-') && text != "-" {
        return Err("a target or a file, not an option: write the option as its own key");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
