//! The hosts file, which every other program on the machine goes by before it asks a name server.

use std::net::IpAddr;

/// The file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostsFile(String);

/// A line that names a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostsEntry {
    /// The name as it was asked for.
    pub name: String,
    /// Where the line sends it.
    pub address: IpAddr,
}

impl HostsFile {
    /// Reads it; one that is not there has no lines.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn read() -> std::io::Result<Self> {
        let path = if cfg!(windows) {
            let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
            std::path::Path::new(&root).join(r"System32\drivers\etc\hosts")
        } else {
            "/etc/hosts".into()
        };
        match std::fs::read(path) {
            Ok(bytes) => Ok(Self(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self(String::new())),
            Err(error) => Err(error),
        }
    }

    /// The lines that name one of these hosts.
    pub fn entries(&self, names: &[&str]) -> Vec<HostsEntry> {
        let mut found = Vec::new();
        for line in self.0.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace();
            let Some(address) = words.next().and_then(|word| word.parse().ok()) else {
                continue;
            };
            for word in words {
                let same = |name: &&&str| {
                    name.trim_end_matches('.')
                        .eq_ignore_ascii_case(word.trim_end_matches('.'))
                };
                if let Some(name) = names.iter().find(same) {
                    found.push(HostsEntry {
                        name: (*name).to_owned(),
                        address,
                    });
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_its_hosts_and_a_remark_names_none() {
        let file = HostsFile(
            "127.0.0.1 localhost\n\
             \t0.0.0.0\ttr.teams.microsoft.com other # remark\n\
             # 10.0.0.1 tr.teams.microsoft.com\n\
             ::1 TR.Teams.Microsoft.com.\n\
             not-an-address tr.teams.microsoft.com\n\
             10.0.0.2 xtr.teams.microsoft.com\r\n"
                .to_owned(),
        );
        let found = file.entries(&["tr.teams.microsoft.com"]);
        let addresses: Vec<_> = found
            .iter()
            .map(|entry| entry.address.to_string())
            .collect();
        assert_eq!(addresses, ["0.0.0.0", "::1"]);
        assert!(file.entries(&["teams.microsoft.com"]).is_empty());
    }
}
