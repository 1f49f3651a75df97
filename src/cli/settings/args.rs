//! The flags that name a settings file.

use std::path::PathBuf;

use clap::Args;

/// What stands in the file, for the long help.
const WHAT: &str = "\
Take options from FILE, in TOML: the keys are the long options, as in
interval = \"5s\". The command line takes precedence over the file.
For details see `turnprobe man configuration`";

/// Which settings are taken.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// Take options from FILE (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Configuration", hide_short_help = true,
          long_help = WHAT)]
    pub config: Option<PathBuf>,
    /// Also take those of [profile.NAME]; without --config from turnprobe.toml beside the program
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Configuration",
        hide_short_help = true
    )]
    pub profile: Option<String>,
}
