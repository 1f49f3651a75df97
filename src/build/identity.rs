//! What the program says of its own build: target, features, commit. Nothing here may fail, and nothing depends on the
//! time or the machine: the same sources give the same program.

use std::env;
use std::path::Path;
use std::process::Command;

const UNKNOWN: &str = "unknown";

/// Tells the compiler.
pub fn tell_build() {
    println!("cargo:rerun-if-env-changed=TURNPROBE_COMMIT");
    let target = env::var("TARGET").unwrap_or_else(|_| UNKNOWN.to_owned());
    println!("cargo:rustc-env=TURNPROBE_TARGET={target}");
    println!("cargo:rustc-env=TURNPROBE_FEATURES={}", features());
    let commit = commit().unwrap_or_else(|| UNKNOWN.to_owned());
    println!("cargo:rustc-env=TURNPROBE_COMMIT={commit}");
}

/// The features in the order of the alphabet.
fn features() -> String {
    let names = env::vars().filter_map(|(name, _)| {
        let name = name.strip_prefix("CARGO_FEATURE_")?;
        Some(name.to_ascii_lowercase().replace('_', "-"))
    });
    let mut names: Vec<_> = names.filter(|name| name != "default").collect();
    names.sort();
    match names.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}

/// The commit: what a packager says, what stands in a published package, or what git has checked out.
fn commit() -> Option<String> {
    if let Ok(given) = env::var("TURNPROBE_COMMIT")
        && is_hash(given.trim_end_matches("-dirty"))
    {
        return Some(given);
    }
    let folder = env::var("CARGO_MANIFEST_DIR").ok()?;
    let folder = Path::new(&folder);
    if let Ok(text) = std::fs::read_to_string(folder.join(".cargo_vcs_info.json")) {
        let mut words = text.split('"');
        return words.find(|word| is_hash(word)).map(str::to_owned);
    }
    // another commit would compile everything again, which developers pay for with each
    if env::var("PROFILE").as_deref() != Ok("release") {
        return None;
    }
    let top = git(folder, &["rev-parse", "--show-toplevel"])?;
    // the sources may lie inside somebody else's repository
    if Path::new(&top).canonicalize().ok()? != folder.canonicalize().ok()? {
        return None;
    }
    for path in ["HEAD", "logs/HEAD"] {
        let path = folder.join(git(folder, &["rev-parse", "--git-path", path])?);
        if path.exists() {
            println!("cargo:rerun-if-changed={}", path.display());
        }
    }
    for path in ["src", "Cargo.toml", "Cargo.lock"] {
        println!("cargo:rerun-if-changed={path}");
    }
    let commit = git(folder, &["rev-parse", "HEAD"]).filter(|commit| is_hash(commit))?;
    let changes = git(folder, &["status", "--porcelain", "--untracked-files=no"])?;
    let dirty = if changes.is_empty() { "" } else { "-dirty" };
    Some(commit + dirty)
}

fn is_hash(text: &str) -> bool {
    text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What git says; none where it cannot.
fn git(folder: &Path, words: &[&str]) -> Option<String> {
    let said = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(words)
        .output()
        .ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    said.status.success().then(|| text.trim().to_owned())
}
