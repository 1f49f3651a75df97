//! The variable TZ, which names this system's zone (POSIX.1-2024 8.3): `Europe/Berlin`, `:Europe/Berlin`, the path of a file,
//! or the rule itself, `CET-1CEST,M3.5.0,M10.5.0/3`. Windows does not know it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::OnceLock;

use chrono::{Local, NaiveDate, Offset as _, TimeZone as _};
use chrono_tz::Tz;

/// Where systems keep the files of their zones.
const FOLDERS: [&str; 4] = [
    "/usr/share/zoneinfo",
    "/share/zoneinfo",
    "/etc/zoneinfo",
    "/usr/share/lib/zoneinfo",
];

/// What the variable says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Variable {
    /// Nothing: the system's own zone.
    Unset,
    /// A zone that the system knows.
    OfSystem,
    /// A zone that the system has no file of, as in a small container.
    Named(Tz),
    /// No zone.
    Unknown(String),
}

/// What the variable of this process says; it is read once.
pub(super) fn variable() -> &'static Variable {
    static VARIABLE: OnceLock<Variable> = OnceLock::new();
    VARIABLE.get_or_init(|| {
        if cfg!(windows) {
            return Variable::Unset;
        }
        let value = std::env::var_os("TZ").unwrap_or_default();
        let has_file = |name: &str| {
            let mut folders = FOLDERS.iter();
            folders.any(|folder| is_zone_file(&Path::new(folder).join(name)))
        };
        read(&value.to_string_lossy(), has_file, is_taken)
    })
}

/// Whether a file is one of a zone: whatever else stands there is taken for UTC without a word. Source: RFC 9636 section 3.1.
fn is_zone_file(path: &Path) -> bool {
    let mut magic = [0; 4];
    // a pipe of that name would be waited for
    if !path.is_file() {
        return false;
    }
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && &magic == b"TZif"
}

/// What the user should know, where the variable names no zone.
pub fn unknown_variable() -> Option<String> {
    match variable() {
        Variable::Unknown(value) => Some(format!(
            "the variable TZ is `{}`, which is no time zone of this system: local times are in UTC; set it to a name such as \
             Europe/Berlin, or unset it",
            value.escape_debug()
        )),
        Variable::Unset | Variable::OfSystem | Variable::Named(_) => None,
    }
}

fn read(value: &str, has_file: impl Fn(&str) -> bool, is_taken: impl Fn(i32) -> bool) -> Variable {
    let name = value.strip_prefix(':').unwrap_or(value);
    if name.is_empty() {
        return Variable::Unset;
    }
    // a path goes before the folder
    if name == "localtime" || has_file(name) {
        return Variable::OfSystem;
    }
    if let Ok(zone) = name.parse() {
        return Variable::Named(zone);
    }
    match ahead(value) {
        Some(seconds) if is_taken(seconds) => Variable::OfSystem,
        _ => Variable::Unknown(value.to_owned()),
    }
}

/// Seconds that the clocks of a rule are ahead of UTC without summer time: `CET-1` and more, `<+0530>-5:30`.
fn ahead(rule: &str) -> Option<i32> {
    let rest = if let Some(quoted) = rule.strip_prefix('<') {
        quoted.split_once('>')?.1
    } else {
        let rest = rule.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        (rule.len() - rest.len() >= 3).then_some(rest)?
    };
    let (behind, rest) = match rest.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, rest.strip_prefix('+').unwrap_or(rest)),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':');
    let mut parts = rest[..end.unwrap_or(rest.len())].split(':');
    let mut part = || {
        parts
            .next()
            .map(|part| part.parse::<i32>().ok().filter(|part| *part < 168))
    };
    let hours = part()??;
    let (minutes, seconds) = (part().unwrap_or(Some(0))?, part().unwrap_or(Some(0))?);
    Some(-behind * (hours * 3_600 + minutes * 60 + seconds))
}

/// Whether the system's clocks are so far ahead in winter or in summer: then the rule was understood.
fn is_taken(seconds: i32) -> bool {
    let at = |month| NaiveDate::from_ymd_opt(2026, month, 1)?.and_hms_opt(12, 0, 0);
    [1, 7].into_iter().filter_map(at).any(|at| {
        let offset = Local.offset_from_utc_datetime(&at).fix();
        offset.local_minus_utc() == seconds
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Variable {
        let has_file = |name: &str| ["Europe/Vienna", "/etc/localtime"].contains(&name);
        read(value, has_file, |seconds| {
            seconds == 3_600 || seconds == 19_800
        })
    }

    #[test]
    fn the_variable_names_a_zone_a_file_or_a_rule_and_anything_else_is_none() {
        for value in ["", ":"] {
            assert_eq!(of(value), Variable::Unset, "{value}");
        }
        for value in [
            "Europe/Vienna",
            ":Europe/Vienna",
            ":/etc/localtime",
            "CET-1CEST,M3.5.0,M10.5.0/3",
            "<+0530>-5:30",
        ] {
            assert_eq!(of(value), Variable::OfSystem, "{value}");
        }
        // without a file of the system's
        assert_eq!(of("Europe/Berlin"), Variable::Named(Tz::Europe__Berlin));
        for value in [
            "Europe/Belin",
            "Mars",
            "CET-2CEST",
            "<x",
            "W. Europe Standard Time",
            "+01:00",
        ] {
            assert_eq!(of(value), Variable::Unknown(value.to_owned()), "{value}");
        }
    }

    #[test]
    fn a_file_of_anything_else_is_no_zone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (content, is_one) in [
            ("TZif2\0", true),
            ("TZi", false),
            ("127.0.0.1 localhost\n", false),
        ] {
            std::fs::write(file.path(), content).unwrap();
            assert_eq!(is_zone_file(file.path()), is_one, "{content}");
        }
        assert!(!is_zone_file(file.path().parent().unwrap()));
    }

    // POSIX counts westward: UTC is local time plus the number
    #[test]
    fn the_number_of_a_rule_is_how_far_utc_is_ahead() {
        for (rule, seconds) in [
            ("CET-1CEST", Some(3_600)),
            ("EST5EDT,M3.2.0,M11.1.0", Some(-18_000)),
            ("<+0530>-5:30", Some(19_800)),
            ("<-03>+3", Some(-10_800)),
            ("UTC0", Some(0)),
            ("CE-1", None),
            ("CET", None),
            ("CET-x", None),
            ("<CET-1", None),
            ("CET-999", None),
        ] {
            assert_eq!(ahead(rule), seconds, "{rule}");
        }
    }
}
