//! Names that Windows uses for something other than a file. Pure: they are refused on Windows, and recognised
//! everywhere.

use std::path::Path;

/// Devices, which have every ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Why a path would not become the file that it names on this system; none where it would.
#[must_use]
pub fn reserved(path: &Path) -> Option<String> {
    let shown = super::error::absolute(path);
    cfg!(windows).then(|| trouble(&shown)).flatten()
}

fn trouble(path: &str) -> Option<String> {
    // what the program is told to take as it is may be called anything but have no stream
    let (path, is_verbatim) = match path.strip_prefix(r"\\?\") {
        Some(rest) => (rest, true),
        None => (path, false),
    };
    let behind = match path.as_bytes() {
        [drive, b':', ..] if drive.is_ascii_alphabetic() => path.get(2..).unwrap_or_default(),
        _ => path,
    };
    let parts = behind.split(['\\', '/']);
    for part in parts {
        if part.contains(':') {
            return Some(format!(
                "{part} has a colon, behind which Windows keeps a stream that no program shows: leave it out"
            ));
        }
        if let Some(sign) = part.chars().find(|sign| r#"<>"|?*"#.contains(*sign)) {
            return Some(format!(
                "{part} has a {sign}, which Windows does not allow in a name: leave it out"
            ));
        }
        if !is_verbatim && is_device(part) {
            return Some(format!(
                "{part} is the name of a Windows device, with any extension: choose another one"
            ));
        }
    }
    None
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_lowercase();
    let is_port = |name: &str| {
        let mut letters = name.chars();
        letters
            .next_back()
            .is_some_and(|last| matches!(last, '1'..='9' | '¹' | '²' | '³'))
            && matches!(letters.as_str(), "com" | "lpt")
    };
    DEVICES.contains(&stem.as_str()) || is_port(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Microsoft: Naming Files, Paths, and Namespaces, with the signs that it lists as reserved
    #[test]
    fn devices_and_streams_are_told_from_files() {
        for path in [
            "aux.csv",
            "NUL",
            r"C:\data\COM1.csv",
            "dir/prn .jsonl",
            "LPT³.csv",
            "con.2026.csv",
            "probes:night.csv",
            r"C:\data\probes.csv:x",
            "prob?es.csv",
            r"\\?\C:\data\pro*bes.csv",
            "a<b.csv",
            "a|b.csv",
            r"C:\da>ta\probes.csv",
            r#"a"b.csv"#,
            r"\\.\NUL",
        ] {
            assert!(trouble(path).is_some(), "{path}");
        }
        for path in [
            r"C:\data\probes.csv",
            "C:probes.csv",
            "auxiliary.csv",
            "com10.csv",
            "com.csv",
            "console.csv",
            r"\\server\share\probes.csv",
            r"\\?\C:\data\aux.csv",
        ] {
            assert_eq!(trouble(path), None, "{path}");
        }
    }
}
