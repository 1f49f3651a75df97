//! The file with user and password.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::net::Credentials;

/// A line of user and password is no longer.
const MOST: u64 = 4096;

/// Reads one line `user:password`.
pub fn read(file: &Path) -> anyhow::Result<Credentials> {
    use std::io::Read as _;
    let shown = file.display();
    let mut text = String::new();
    let opened = fs::File::open(file).with_context(|| format!("--proxy-auth-file {shown}"))?;
    opened
        .take(MOST + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("--proxy-auth-file {shown}: it must be UTF-8"))?;
    let line = text
        .strip_prefix('\u{feff}')
        .unwrap_or(&text)
        .trim_end_matches(['\r', '\n']);
    let parts = line
        .split_once(':')
        .filter(|(user, _)| !user.is_empty() && !line.contains('\n'));
    ensure!(
        parts.is_some() && text.len() as u64 <= MOST,
        "--proxy-auth-file {shown}: write one line, user:password"
    );
    let (user, password) = parts.unwrap_or_default();
    Ok(Credentials {
        user: user.to_owned(),
        password: password.to_owned(),
    })
}
