//! Which kind of measurement the flags of `probe` ask for: the one place that decides.

use super::args::ProbeArgs;

/// What `probe` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A series of probes.
    Series,
    /// Bursts.
    Burst,
    /// A watch.
    Watch,
    /// Held connections.
    Hold,
}

impl Mode {
    /// What these flags ask for.
    pub fn of(args: &ProbeArgs) -> Self {
        if args.stream.watch {
            Self::Watch
        } else if args.stream.burst.is_some() {
            Self::Burst
        } else if args.hold.hold.is_some() {
            Self::Hold
        } else {
            Self::Series
        }
    }

    /// The option that asks for it; a series needs none.
    pub fn flag(self) -> Option<&'static str> {
        match self {
            Self::Series => None,
            Self::Burst => Some("--burst"),
            Self::Watch => Some("--watch"),
            Self::Hold => Some("--hold"),
        }
    }
}
