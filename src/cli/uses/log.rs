//! Whether the log is a file of its own.

use std::path::{Path, PathBuf};

use anyhow::ensure;

use crate::cli::args::ProbeArgs;
use crate::cli::files::is_same_file;
use crate::store::is_server;

/// Refuses a log that is a file of the run: its messages would stand among the rows.
///
/// # Errors
///
/// Names the option that names the same file.
pub fn is_of_its_own(log: &Path, args: &ProbeArgs) -> anyhow::Result<()> {
    let of = |option: &'static str| move |path: &PathBuf| (option, path.clone());
    let output = args.output.iter().filter(|path| path.as_os_str() != "-");
    let store = args.store.store.iter();
    let store = store.filter(|path| !is_server(path.as_os_str()));
    let others = output
        .map(of("--output"))
        .chain(args.rollup_output.iter().map(of("--rollup-output")))
        .chain(args.stream.packets.iter().map(of("--packets")))
        .chain(args.hold.samples.iter().map(of("--samples")))
        .chain(store.map(of("--store")))
        .chain(
            args.metrics
                .metrics_textfile
                .iter()
                .map(of("--metrics-textfile")),
        )
        .chain(args.list.endpoints.iter().map(of("--endpoints")))
        .chain(args.settings.config.iter().map(of("--config")));
    for (option, path) in others {
        let is_rolled = args.roll.is_some() && is_rolled(log, &path);
        ensure!(
            !is_rolled && !is_same_file(log, &path),
            "--log {} is {}: give the messages a file of their own",
            log.display(),
            if is_rolled {
                format!(
                    "named like a file that --roll makes of {option} {}",
                    path.display()
                )
            } else {
                format!("the file of {option}")
            }
        );
    }
    Ok(())
}

/// Whether a log is named as the file of a time is, `probes-2026-11-22.csv` of `probes.csv`.
fn is_rolled(log: &Path, pattern: &Path) -> bool {
    let text = |path: &Path| {
        path.file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
    };
    let (Some(own), Some(stem)) = (text(log), text(pattern)) else {
        return false;
    };
    let behind = own
        .strip_prefix(&stem)
        .and_then(|rest| rest.strip_prefix('-'));
    let is_time = behind.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let sibling = pattern.with_file_name(log.file_name().unwrap_or_default());
    is_time && log.extension() == pattern.extension() && is_same_file(log, &sibling)
}
