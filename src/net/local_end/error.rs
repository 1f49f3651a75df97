//! Why this end cannot be as it is wanted: each option with its fix.

use std::net::IpAddr;

/// Why this end cannot be as it is wanted.
#[derive(Debug, thiserror::Error)]
pub enum LocalEndError {
    /// The address is none of this machine.
    #[error("--source {0}: no address of this machine ({1}); give one that it has")]
    Address(IpAddr, String),
    /// The algorithm is not there, or not for everybody.
    #[error("--congestion {0}: {1}; this system has {2}")]
    Congestion(String, String, String),
    /// The system has no such switch.
    #[error("{0} works on Linux only; leave it out")]
    LinuxOnly(&'static str),
    /// The system does not let programs set it.
    #[error(
        "--dscp: Windows ignores the mark that a program sets (IP_TOS), and its qWAVE takes a value from administrators and network operators only; \
         leave --dscp out and make a policy: New-NetQosPolicy turnprobe -AppPathNameMatchCondition turnprobe.exe -DSCPAction {0}"
    )]
    DscpByPolicy(u8),
    /// Switched off for all programs.
    #[error(
        "--fast-open: it is switched off on this system; sysctl net.ipv4.tcp_fastopen=1 switches it on"
    )]
    FastOpenOff,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_option_and_the_fix() {
        let errors = [
            LocalEndError::Congestion("x".into(), "not found".into(), "reno cubic".into()),
            LocalEndError::LinuxOnly("--fast-open"),
            LocalEndError::DscpByPolicy(46),
            LocalEndError::FastOpenOff,
        ];
        let said: Vec<_> = errors.iter().map(ToString::to_string).collect();
        insta::assert_debug_snapshot!(said, @r#"
        [
            "--congestion x: not found; this system has reno cubic",
            "--fast-open works on Linux only; leave it out",
            "--dscp: Windows ignores the mark that a program sets (IP_TOS), and its qWAVE takes a value from administrators and network operators only; leave --dscp out and make a policy: New-NetQosPolicy turnprobe -AppPathNameMatchCondition turnprobe.exe -DSCPAction 46",
            "--fast-open: it is switched off on this system; sysctl net.ipv4.tcp_fastopen=1 switches it on",
        ]
        "#);
    }
}
