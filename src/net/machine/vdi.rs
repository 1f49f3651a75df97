//! Whether this is a virtual desktop: the media of an optimised Teams then leaves from the user's own device.

/// What tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vdi {
    /// The sign, in words.
    pub sign: String,
}

/// The signs of Windows: an agent of Azure together with one of its desktops, or a session from afar. `None` where
/// there is none, and where the question has no sense.
#[cfg(windows)]
pub fn vdi() -> Option<Vdi> {
    let has = |path: &str| windows_registry::LOCAL_MACHINE.open(path).is_ok();
    let desktop = has(r"SYSTEM\CurrentControlSet\Services\WindowsAzureGuestAgent").then(|| {
        [
            (r"SOFTWARE\Microsoft\Windows 365", "a Windows 365 Cloud PC"),
            (
                r"SOFTWARE\Microsoft\RDInfraAgent",
                "a host of Azure Virtual Desktop",
            ),
        ]
        .into_iter()
        .find(|(path, _)| has(path))
        .map(|(_, name)| name)
    });
    of_signs(
        desktop.flatten(),
        std::env::var("SESSIONNAME").ok().as_deref(),
    )
}

/// Other systems have no such sign.
#[cfg(not(windows))]
pub fn vdi() -> Option<Vdi> {
    of_signs(None, std::env::var("SESSIONNAME").ok().as_deref())
}

fn of_signs(desktop: Option<&str>, session: Option<&str>) -> Option<Vdi> {
    let far = session.filter(|name| {
        let name = name.to_ascii_uppercase();
        ["RDP-", "ICA-"].iter().any(|begin| name.starts_with(begin))
    });
    let sign = match (desktop, far) {
        (Some(desktop), _) => desktop.to_owned(),
        (None, Some(session)) => {
            let kind = session
                .split('-')
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            format!("a session from afar ({kind})")
        }
        (None, None) => return None,
    };
    Some(Vdi { sign })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_from_afar_or_a_desktop_in_the_cloud_is_one_and_a_console_is_none() {
        let sign = |desktop, session| of_signs(desktop, session).map(|vdi| vdi.sign);
        assert_eq!(sign(None, Some("Console")), None);
        assert_eq!(sign(None, None), None);
        assert_eq!(
            sign(None, Some("RDP-Tcp#3")).as_deref(),
            Some("a session from afar (RDP)")
        );
        assert_eq!(
            sign(Some("a Windows 365 Cloud PC"), None).as_deref(),
            Some("a Windows 365 Cloud PC")
        );
    }
}
