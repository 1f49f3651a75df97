//! A file for the textfile collector of a node exporter: written beside it and renamed, so that half of it is never
//! read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::shared::{MetricsError, SharedMetrics};
use super::worker::{Worker, WorkerNames};
use crate::in_use::{is_in_use, reason};

/// How often it is written.
const EVERY: Duration = Duration::from_secs(15);

/// How often, and how long apart, a rename is tried that somebody who reads the file stands in the way of (Windows).
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(50);

/// Writes it for the first time, still without a row, and until what it gives is dropped, then once more.
///
/// # Errors
///
/// When it cannot be written.
pub(super) fn start(path: PathBuf, shared: Arc<SharedMetrics>) -> Result<Worker, MetricsError> {
    let shown = path.display().to_string();
    write(&path, &shared.page()).map_err(|why| MetricsError::Textfile {
        path: shown.clone(),
        why,
    })?;
    let names = WorkerNames {
        thread: "textfile",
        what: format!("writing {shown}"),
        last: format!("the last metrics are not in {shown}"),
    };
    let state = Arc::clone(&shared);
    Worker::start(names, shared, EVERY, move |_| {
        (write(&path, &state.page()), EVERY)
    })
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    // its ending is none that a collector reads
    let beside = path.with_extension("prom.part");
    let written = std::fs::write(&beside, text).and_then(|()| rename(&beside, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        if error.kind() == std::io::ErrorKind::NotFound {
            return "there is no such directory; create it or choose another one".to_owned();
        }
        reason(&error)
    })
}

fn rename(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut tries = 1;
    loop {
        match std::fs::rename(from, to) {
            Err(error) if tries < TRIES && is_held(&error) => {
                tries += 1;
                std::thread::sleep(PAUSE);
            }
            outcome => return outcome,
        }
    }
}

/// Windows refuses a rename over a file that somebody has open, with either word.
fn is_held(error: &std::io::Error) -> bool {
    is_in_use(error) || (cfg!(windows) && error.kind() == std::io::ErrorKind::PermissionDenied)
}
