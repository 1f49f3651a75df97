//! Where options from a file come from: a message about a wrong one names the file, the line and the key.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::merge::Setting;

/// The settings that were taken from a file.
#[derive(Debug, Default)]
pub struct Origins {
    shown: String,
    settings: Vec<Setting>,
}

impl Origins {
    /// Those of a file.
    pub fn new(shown: String, settings: Vec<Setting>) -> Self {
        Self { shown, settings }
    }

    /// The message with the places of the settings that it is about; none where it is about none.
    pub fn named(&self, message: &str) -> Option<String> {
        // it has them already
        if !self.shown.is_empty() && message.starts_with(&self.shown) {
            return None;
        }
        let places = self.places(message)?;
        Some(format!("{places}: {message}"))
    }

    /// The file with the places of the settings that a text names.
    fn places(&self, text: &str) -> Option<String> {
        let about = self
            .settings
            .iter()
            .filter(|setting| is_about(text, setting));
        let places =
            about.map(|setting| format!("line {} ({})", setting.line(text), setting.key.name));
        let places: Vec<_> = places.collect();
        (!places.is_empty()).then(|| format!("{}, {}", self.shown, places.join(" and ")))
    }

    /// What clap says of a setting, on one line; none where it is about none of them.
    pub fn named_error(&self, error: &clap::Error) -> Option<String> {
        if self.settings.is_empty() || !error.use_stderr() {
            return None;
        }
        let text = error.render().to_string();
        let (said, usage) = text.split_once("Usage:").unwrap_or((&text, ""));
        let said = said.strip_prefix("error: ").unwrap_or(said);
        let lines = said.lines().map(str::trim);
        let lines =
            lines.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
        let text = lines.collect::<Vec<_>>().join("; ").replace(":;", ":");
        if error.kind() == ErrorKind::MissingRequiredArgument {
            // an option that wants another one is named in the usage alone; a file that is missing is nobody's wish
            return self
                .places(usage)
                .filter(|_| lacks_option(error))
                .map(|places| format!("{places}: {text}"));
        }
        self.named(&text)
    }
}

/// Whether an option is missing beside another one.
fn lacks_option(error: &clap::Error) -> bool {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(missing)) => missing.iter().any(|name| name.starts_with('-')),
        _ => false,
    }
}

/// Whether a message names a setting: its option, or the value of a target or a file.
fn is_about(message: &str, setting: &Setting) -> bool {
    let Some(option) = &setting.key.option else {
        let mut words = setting.words.iter();
        return words.any(|(_, word)| !word.is_empty() && message.contains(word.as_str()));
    };
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    message.match_indices(option.as_str()).any(|(at, _)| {
        let before = message
            .get(..at)
            .and_then(|before| before.chars().next_back());
        let behind = message
            .get(at + option.len()..)
            .and_then(|rest| rest.chars().next());
        !before.is_some_and(is_of_name) && !behind.is_some_and(is_of_name)
    })
}
