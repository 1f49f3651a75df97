//! The flags that name a file of settings.

use std::path::PathBuf;

use clap::Args;

/// What stands in the file, for the long help.
const WHAT: &str = "\
Options from FILE, in TOML: the keys are the long options, as in
interval = \"5s\". What stands on the command line counts before the file.
`turnprobe man configuration` has all of it";

/// Which settings are taken.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// Options from FILE (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Configuration", hide_short_help = true, long_help = WHAT)]
    pub config: Option<PathBuf>,
    /// Those of [profile.NAME] as well; without --config from turnprobe.toml beside the program
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Configuration",
        hide_short_help = true
    )]
    pub profile: Option<String>,
}
