//! What `probe` can do, a line each: the flag that selects it, where the flag is given, and the job that does it. The
//! one place that decides which kind of measurement runs.

use super::args::ProbeArgs;
use super::exit::{Exit, FatalError};
use super::run::run;
use super::values::Color;
use super::{burst, hold, probe};

/// Makes the modes. The first one needs no flag; of the others the first that is asked for runs.
macro_rules! modes {
    (
        $(#[$first_doc:meta])* $first:ident => $first_kind:ident;
        $($(#[$doc:meta])* $mode:ident $flag:literal if $asks:expr => $kind:ident;)+
    ) => {
        /// What `probe` does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProbeMode {
            $(#[$first_doc])*
            $first,
            $($(#[$doc])* $mode,)+
        }

        impl ProbeMode {
            /// What these flags ask for.
            pub fn of(args: &ProbeArgs) -> Self {
                $(
                    let asks: fn(&ProbeArgs) -> bool = $asks;
                    if asks(args) {
                        return Self::$mode;
                    }
                )+
                Self::$first
            }

            /// The option that asks for it; a series needs none.
            pub fn flag(self) -> Option<&'static str> {
                match self {
                    Self::$first => None,
                    $(Self::$mode => Some($flag),)+
                }
            }

            /// Runs it.
            ///
            /// # Errors
            ///
            /// When the flags make no sense, or the program cannot go on.
            pub fn run(self, args: &ProbeArgs, color: Color) -> Result<Exit, FatalError> {
                match self {
                    Self::$first => run($first_kind::job(args).map_err(FatalError::usage)?, color),
                    $(Self::$mode => run($kind::job(args).map_err(FatalError::usage)?, color),)+
                }
            }

            /// The validated settings, to be compared.
            #[cfg(test)]
            pub fn settings(self, args: &ProbeArgs) -> anyhow::Result<String> {
                match self {
                    Self::$first => $first_kind::job(args).map(|job| format!("{job:?}")),
                    $(Self::$mode => $kind::job(args).map(|job| format!("{job:?}")),)+
                }
            }
        }
    };
}

modes! {
    /// A series of probes.
    Series => probe;
    /// A watch.
    Watch "--watch" if |args| args.stream.watch => burst;
    /// Bursts.
    Burst "--burst" if |args| args.stream.burst.is_some() => burst;
    /// Held connections.
    Hold "--hold" if |args| args.hold.hold.is_some() => hold;
}
