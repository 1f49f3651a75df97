//! Whether this is a virtual desktop: the media of an optimised Teams then leaves from the user's own device.

use crate::judge::diagnose::facts::VdiSign;

/// The signs that there are; other systems than Windows have none.
#[cfg(windows)]
pub fn vdi() -> Vec<VdiSign> {
    let has = |path: &str| windows_registry::LOCAL_MACHINE.open(path).is_ok();
    let keys = [
        r"SYSTEM\CurrentControlSet\Services\WindowsAzureGuestAgent",
        r"SOFTWARE\Microsoft\Windows 365",
        r"SOFTWARE\Microsoft\RDInfraAgent",
    ];
    of_signs(keys.map(has), std::env::var("SESSIONNAME").ok().as_deref())
}

/// The signs that there are; other systems than Windows have none.
#[cfg(not(windows))]
pub fn vdi() -> Vec<VdiSign> {
    of_signs([false; 3], None)
}

/// By whether there are Azure's agent, Windows 365's key and the agent of virtual desktops, and by the session's name.
fn of_signs([agent, windows_365, desktop]: [bool; 3], session: Option<&str>) -> Vec<VdiSign> {
    let session = session.unwrap_or_default().to_ascii_uppercase();
    let signs = [
        (agent && windows_365, VdiSign::Windows365),
        (agent && desktop, VdiSign::AzureVirtualDesktop),
        (session.starts_with("RDP-"), VdiSign::Rdp),
        (session.starts_with("ICA-"), VdiSign::Ica),
    ];
    let there = signs.into_iter().filter(|(is_there, _)| *is_there);
    there.map(|(_, sign)| sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_from_afar_or_a_desktop_in_the_cloud_is_one_and_a_console_is_none() {
        assert!(of_signs([false; 3], Some("Console")).is_empty());
        assert!(of_signs([false, true, true], None).is_empty());
        assert_eq!(of_signs([false; 3], Some("rdp-tcp#3")), [VdiSign::Rdp]);
        assert_eq!(
            of_signs([true, true, false], Some("ICA-TCP")),
            [VdiSign::Windows365, VdiSign::Ica]
        );
        assert_eq!(
            of_signs([true, false, true], None),
            [VdiSign::AzureVirtualDesktop]
        );
    }
}
