//! What wrote a file.

use crate::words::words;

words! {
    /// What wrote a file.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Dialect {
        /// This program.
        Turnprobe = "turnprobe",
        /// End2End-TCP with its 22 columns.
        End2EndTcp = "End2End-TCP",
        /// End2End-TCP's earlier version: its `tlstimems` counts from the start of the connection.
        End2EndTcpEarly = "End2End-TCP (early)",
        /// End2End-UDP3478: no time, one row a relay.
        End2EndUdp = "End2End-UDP3478",
        /// End2End-HTTP.
        End2EndHttp = "End2End-HTTP",
        /// End2End-Ping: a row for some pings together.
        End2EndPing = "End2End-Ping",
        /// Microsoft's Network Assessment Tool for Skype for Business: a row for each test.
        SkypeAssessment = "Skype for Business Network Assessment Tool",
        /// Microsoft's Network Assessment Tool for Teams: a row for each test.
        TeamsAssessment = "Teams Network Assessment Tool",
        /// Bursts and watches of this program: a row for each burst, or minute of a watch.
        Bursts = "turnprobe bursts",
        /// Held connections of this program: a row for each.
        Held = "turnprobe held connections",
        /// Samples of held connections: no probes, and counted apart.
        Samples = "turnprobe samples",
        /// Probes of this program rolled up: a row for all of an interval.
        RollUps = "turnprobe roll-ups",
    }
}

impl Dialect {
    /// What all rows of this program's other kinds speak, which have no column for it.
    pub fn spoken(self) -> Option<&'static str> {
        match self {
            Self::Bursts => Some("udp burst"),
            Self::Held | Self::Samples => Some("tls held"),
            _ => None,
        }
    }

    /// Whether its rows are probes; else they are pings, tests, or parts of rows of other files.
    pub fn has_probes(self) -> bool {
        !matches!(
            self,
            Self::End2EndPing | Self::SkypeAssessment | Self::TeamsAssessment | Self::Samples
        )
    }

    /// Whether this program writes such files.
    pub fn is_ours(self) -> bool {
        matches!(
            self,
            Self::Turnprobe | Self::Bursts | Self::Held | Self::Samples | Self::RollUps
        )
    }
}
