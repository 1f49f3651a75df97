//! What distinguishes a store from other databases, and this version of it from others.

use std::time::Duration;

/// `PRAGMA application_id` of a store: `TPRB`.
pub(super) const APPLICATION: i64 = 0x5450_5242;

/// Version of the tables (`PRAGMA user_version`).
pub(super) const VERSION: i64 = 1;

/// How long another program is waited for that writes.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
