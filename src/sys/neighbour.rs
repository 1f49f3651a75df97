//! GetIpNetTable2: what Windows knows of the neighbours on its links.

use std::net::IpAddr;

use windows_sys::Win32::NetworkManagement::IpHelper as ip;
use windows_sys::Win32::Networking::WinSock as w;

/// Whether the hardware address of a neighbour is known, however old; no where it was asked for and nobody answered,
/// none where Windows does not say.
#[allow(unsafe_code)] // no safe crate offers it
pub(crate) fn is_neighbour_known(address: IpAddr) -> Option<bool> {
    let mut table: *mut ip::MIB_IPNET_TABLE2 = std::ptr::null_mut();
    // SAFETY: the system writes a pointer to a table that it has made into a variable that outlives the call.
    let told = unsafe { ip::GetIpNetTable2(w::AF_UNSPEC, &raw mut table) };
    if told != 0 || table.is_null() {
        return None;
    }
    // SAFETY: the table is there and has `NumEntries` rows one behind the other from `Table` on; it is not touched by
    // anybody else until it is given back below.
    let rows = unsafe {
        let count = usize::try_from((*table).NumEntries).unwrap_or(0);
        std::slice::from_raw_parts(
            (&raw const (*table).Table).cast::<ip::MIB_IPNET_ROW2>(),
            count,
        )
    };
    let found = rows
        .iter()
        .find(|row| of(row) == Some(address))
        .map(|row| row.State);
    // SAFETY: it is the pointer that the system gave, and is used no more.
    unsafe { ip::FreeMibTable(table.cast_const().cast()) };
    match found? {
        w::NlnsReachable | w::NlnsStale | w::NlnsDelay | w::NlnsProbe | w::NlnsPermanent => {
            Some(true)
        }
        w::NlnsUnreachable | w::NlnsIncomplete => Some(false),
        _ => None,
    }
}

#[allow(unsafe_code)] // a union of the system's
fn of(row: &ip::MIB_IPNET_ROW2) -> Option<IpAddr> {
    // SAFETY: every member of the union is plain bytes, and the family says which one was written.
    unsafe {
        match row.Address.si_family {
            w::AF_INET => Some(row.Address.Ipv4.sin_addr.S_un.S_addr.to_ne_bytes().into()),
            w::AF_INET6 => Some(row.Address.Ipv6.sin6_addr.u.Byte.into()),
            _ => None,
        }
    }
}
