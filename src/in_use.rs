//! Files that another program keeps to itself, as Excel does with what it shows: what Windows says
//! then, and the words for it. Unix keeps no program away from a file.

use std::io;

/// What is wrong and what to do, for messages that begin with the name of the file.
pub const IN_USE: &str = "open in another program such as Excel: close it there";

/// Another program has the file open and does not share it (`ERROR_SHARING_VIOLATION`).
const SHARING_VIOLATION: i32 = 32;

/// Another program has locked a part of the file (`ERROR_LOCK_VIOLATION`).
const LOCK_VIOLATION: i32 = 33;

/// Whether another program keeps the file to itself.
pub fn is_in_use(error: &io::Error) -> bool {
    // elsewhere the same numbers mean something else
    cfg!(windows) && is_of_sharing(error.raw_os_error())
}

/// What is wrong in words: [`IN_USE`], or what the system said.
pub fn reason(error: &io::Error) -> String {
    if is_in_use(error) {
        IN_USE.to_owned()
    } else {
        error.to_string()
    }
}

/// Whether an error code of Windows means that the file is not shared.
fn is_of_sharing(code: Option<i32>) -> bool {
    matches!(code, Some(SHARING_VIOLATION | LOCK_VIOLATION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharing_and_lock_violations_are_told_from_other_errors() {
        assert!(is_of_sharing(Some(32)) && is_of_sharing(Some(33)));
        // access denied, file not found, disk full
        for other in [Some(5), Some(2), Some(112), None] {
            assert!(!is_of_sharing(other), "{other:?}");
        }
    }

    #[test]
    fn the_codes_mean_that_on_windows_only() {
        // EPIPE and EDOM elsewhere
        for code in [32, 33] {
            let error = io::Error::from_raw_os_error(code);
            assert_eq!(is_in_use(&error), cfg!(windows));
            assert_eq!(reason(&error) == IN_USE, cfg!(windows), "{error}");
        }
        let other = io::Error::other("device on fire");
        assert_eq!(reason(&other), "device on fire");
    }
}
