//! Waits, before a series begins, for files that another program holds open.

use std::time::Duration;

use crate::cli::message;
use crate::clock::{self, Wall};
use crate::measure::Stop;
use crate::schema::RowKind;
use crate::sink::{self, FileSpec, Prepared, SinkError};

/// How often it is tried whether a file is free.
const RETRY: Duration = Duration::from_secs(1);

/// How often it is looked meanwhile whether the user still wants it.
const LOOK: Duration = Duration::from_millis(50);

/// Waiting for files that another program holds, or whose share is away.
pub(super) struct Waiting<'a> {
    patience: Option<Duration>,
    wall: &'a Wall,
    stop: &'a Stop,
    /// How long by now.
    pub waited: Duration,
}

impl<'a> Waiting<'a> {
    pub fn new(patience: Option<Duration>, wall: &'a Wall, stop: &'a Stop) -> Self {
        Self {
            patience,
            wall,
            stop,
            waited: Duration::ZERO,
        }
    }

    /// Opens files for rows; one that is refused leaves all as they were.
    pub fn prepare<R: RowKind>(
        &mut self,
        specs: &[FileSpec<R>],
    ) -> Result<Vec<Prepared<R>>, SinkError> {
        let wall = self.wall;
        let open = |spec| self.wait_for(|| sink::prepare(spec, wall));
        specs.iter().map(open).collect()
    }

    /// Opens a file as soon as it is free.
    pub fn wait_for<R: RowKind>(
        &mut self,
        open: impl Fn() -> Result<Prepared<R>, SinkError>,
    ) -> Result<Prepared<R>, SinkError> {
        let (began, before) = (clock::now(), self.waited);
        let mut is_told = false;
        loop {
            let error = match open() {
                Err(error) if error.is_passing() => error,
                other => return other,
            };
            let is_over = |patience| self.waited + RETRY > patience;
            if self.patience.is_some_and(is_over) || self.stop.is_asked() {
                return Err(error);
            }
            if !is_told {
                is_told = true;
                message::note(&format!("{error}; waiting for it"));
            }
            let tried = clock::now();
            while tried.elapsed() < RETRY && !self.stop.is_asked() {
                std::thread::sleep(LOOK);
            }
            self.waited = before + began.elapsed();
        }
    }
}
